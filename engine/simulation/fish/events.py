"""Kernels of health events: what one takes, and the hazard that it adds by day."""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

WEEK = 7  # days


@kernel
def daily_course(weeks: np.ndarray, pace: float) -> np.ndarray:
    """An event's course over its days, (7 x weeks / pace,), summing to 1, from its shares by week (weeks,) at pace 1.

    It rises and falls evenly from the middle of a week to the next one's, from nothing and to nothing.
    """
    n = weeks.shape[0]
    days = int(np.ceil(WEEK * n / pace))
    out = np.empty(days)
    total = 0.0
    for d in range(days):
        position = (d + 0.5) * pace / WEEK - 0.5  # in weeks, from the middle of the first
        left = int(np.floor(position))
        part = position - left
        low = weeks[left] if 0 <= left < n else 0.0
        high = weeks[left + 1] if left + 1 < n else 0.0
        out[d] = low + part * (high - low)
        total += out[d]
    for d in range(days):
        out[d] /= total
    return out


@kernel
def loss_of(z: float, median: float, sdlog: float, limit: float) -> float:
    """The share of the fish that die of an event, lognormal from a standard normal deviate, `limit` at most."""
    return min(limit, median * am.exp(sdlog * z))


@kernel
def spread_event(
    start: int, dose: float, cause: int, course: np.ndarray, hazard: np.ndarray, hazard_cause: np.ndarray
) -> None:
    """Add an event's cumulative hazard, `dose`, to `hazard` (days,) from day `start`, by day as in course (its days,).

    Where it weighs most, hazard_cause (days,) becomes its own.
    """
    for i in range(min(course.shape[0], hazard.shape[0] - start)):
        daily = course[i] * dose
        if daily > hazard[start + i]:
            hazard_cause[start + i] = cause
        hazard[start + i] += daily
