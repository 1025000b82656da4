"""Sums in order, alike on every machine: NumPy adds in pairs, and may be vectorised differently."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def cumulative(values: Sequence[float]) -> np.ndarray:
    """Running sums, (n,)."""
    out, total = np.empty(len(values)), 0.0
    for i, value in enumerate(values):
        total += value
        out[i] = total
    return out


def ordered_sum(values: Sequence[float]) -> float:
    """The sum of all, from the first to the last."""
    total = 0.0
    for value in values:
        total += value
    return total
