"""How long it takes to handle fish."""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel


@kernel
def handling_minutes(key: np.uint64, fish: np.ndarray, rigging: float, per_minute: float, sdlog: float) -> np.ndarray:
    """Whole minutes (1 or more) of each action (n,): rigging + fish / per_minute, times exp of a normal draw an action.

    The mean of the factor is 1; action i takes draw i of the stream.
    """
    out = np.empty(fish.shape[0], dtype=np.int64)
    for i in range(fish.shape[0]):
        expected = rigging + fish[i] / per_minute
        out[i] = max(1, am.whole(expected * am.exp(sdlog * am.normal(key, i) - 0.5 * sdlog * sdlog)))
    return out
