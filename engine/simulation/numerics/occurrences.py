"""Kernels of what happens now and then: on which days, and with what weight."""

from __future__ import annotations

import math

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel


@kernel
def draw_days(key: np.uint64, rate: np.ndarray, limit: int) -> np.ndarray:
    """Draw the days on which something happens, positions in rate (days,), as drawn, (occurrences,).

    rate: how often it happens on each day, on average; `limit` times at most in all. Where every rate rises alike, what
    happened still does. Draws: 0 for the number, 2 e + 1 for the day of e; `weight_of` draws 2 e + 2.
    """
    total, possible, last = 0.0, 0, 0
    for d in range(rate.shape[0]):
        if rate[d] > 0.0:
            total, possible, last = total + rate[d], possible + 1, d
    count = min(limit, possible, am.poisson_quantile(total, am.uniform(key, 0)))
    days = np.zeros(count, dtype=np.int64)
    taken = np.zeros(rate.shape[0], dtype=np.bool_)
    for e in range(count):
        u = am.uniform(key, 2 * e + 1) * total
        day = 0
        while day < last and u >= rate[day]:
            u -= rate[day]
            day += 1
        while taken[day] or rate[day] <= 0.0:  # no two on one day: the later drawn waits
            day = (day + 1) % rate.shape[0]
        days[e], taken[day] = day, True
    return days


@kernel
def weight_of(key: np.uint64, e: int) -> float:
    """How grave the occurrence `e` of `draw_days` is, a standard normal deviate."""
    return am.normal(key, 2 * e + 2)


@kernel
def partly_shared(common: float, own: float, share: float) -> float:
    """A standard normal deviate made of two: `share` is its correlation with what is common to several."""
    return share * common + math.sqrt(1.0 - share * share) * own
