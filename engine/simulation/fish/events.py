"""Kernels of health events: when those of a kind begin, what they kill, and the hazard that they add by day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel


class EventRates(NamedTuple):
    """Events of one kind in a stay: `mean` of their number, `limit` at most.

    Their losses, shares of the fish that die of one, are lognormal: loss_median, loss_sdlog, loss_limit at most.
    """

    mean: float
    limit: int
    loss_median: float
    loss_sdlog: float
    loss_limit: float


@kernel
def draw_events(key: np.uint64, weeks: np.ndarray, rates: EventRates) -> tuple[np.ndarray, np.ndarray]:
    """Draw a stay's events of one kind: the week of the stay in which each begins, and its loss, (events,).

    weeks: likelihood of a start by week of the stay. Draws: 1 for the number of events, 2 for each of `limit`, whether
    it happens or not.
    """
    total = 0.0
    for w in range(weeks.shape[0]):
        total += weeks[w]
    count = 0
    if total > 0.0:
        count = min(rates.limit, am.poisson_quantile(rates.mean, am.uniform(key, 0)))
    start_week, loss = np.zeros(count, dtype=np.int64), np.zeros(count)
    for e in range(count):
        u = am.uniform(key, 2 * e + 1) * total
        start = 0
        while start < weeks.shape[0] - 1 and u >= weeks[start]:
            u -= weeks[start]
            start += 1
        for _ in range(e):  # no two in one week: the later drawn waits
            for earlier in range(e):
                if start_week[earlier] == start:
                    start = (start + 1) % weeks.shape[0]
        start_week[e] = start
        loss[e] = min(rates.loss_limit, rates.loss_median * am.exp(rates.loss_sdlog * am.normal(key, 2 * e + 2)))
    return start_week, loss


@kernel
def spread_event(
    start_week: int, dose: float, cause: int, spread: np.ndarray, hazard: np.ndarray, hazard_cause: np.ndarray
) -> None:
    """Add an event's cumulative hazard, `dose`, to `hazard` (days,), by week as in spread (weeks,).

    Where it weighs most, hazard_cause (days,) becomes its own.
    """
    for w in range(spread.shape[0]):
        for d in range(7 * (start_week + w), min(7 * (start_week + w + 1), hazard.shape[0])):
            daily = spread[w] * dose / 7.0
            if daily > hazard[d]:
                hazard_cause[d] = cause
            hazard[d] += daily
