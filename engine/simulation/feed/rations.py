"""Kernels of rations: the feed for a weight, a day's meals, and growth as it is booked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

MEAL_FIGURES = 10  # rows of what list_meals writes


class MealColumns(NamedTuple):
    """What n containers were served: meals (0.0001 kg) and their cost (cents), (n, days, 2); feed (ids) and biomass
    (0.01 kg in the morning), (n, days).
    """

    meals: np.ndarray
    cost: np.ndarray
    feed: np.ndarray
    biomass: np.ndarray


class Stock(NamedTuple):
    """Fish and mean weight (0.01 g) of n containers at each day's end, (n, days), and on arrival, (n,)."""

    fish: np.ndarray
    weight_cg: np.ndarray
    fish_arrived: np.ndarray
    weight_arrived_cg: np.ndarray


@kernel
def choose_feed(weight_cg: np.ndarray, from_cg: np.ndarray) -> np.ndarray:
    """The feed (position) for each mean weight: the last whose lower bound (0.01 g) is not above it."""
    n, days = weight_cg.shape
    out = np.zeros((n, days), dtype=np.int64)
    for c in range(n):
        for d in range(days):
            f = 0
            while f < from_cg.shape[0] - 1 and weight_cg[c, d] >= from_cg[f + 1]:
                f += 1
            out[c, d] = f
    return out


@kernel
def split_rations(ration: np.ndarray, morning_share: float, meals: np.ndarray) -> int:
    """Split each ration (n, days) in two meals (n, days, 2), 0.0001 kg, nothing lost; returns the meals given."""
    n, days = ration.shape
    given = 0
    for c in range(n):
        for d in range(days):
            morning = am.whole(ration[c, d] * morning_share)
            meals[c, d, 0] = morning
            meals[c, d, 1] = ration[c, d] - morning
            given += (1 if morning > 0 else 0) + (1 if ration[c, d] > morning else 0)
    return given


@kernel
def list_meals(
    start: int, served: MealColumns, of_container: np.ndarray, first_day: int, hours: np.ndarray, rows: np.ndarray
) -> int:
    """Append what was served, container by container in time, to `rows` (MEAL_FIGURES, meals), from `start` on.

    Returns the next free place. of_container (n, 3): ids of stay, container and store; first_day: since 1970; hours
    (2,): times of day. The rows of `rows` are those three, feed, day, time, amount, biomass, cost, and amount / biomass
    in millionths of a per cent, -1 without biomass.
    """
    n, days, times = served.meals.shape
    row = start
    for c in range(n):
        for d in range(days):
            biomass = served.biomass[c, d]
            for t in range(times):
                amount = served.meals[c, d, t]
                if amount == 0:
                    continue
                for i in range(3):
                    rows[i, row] = of_container[c, i]
                rows[3, row] = served.feed[c, d]
                rows[4, row] = first_day + d
                rows[5, row] = hours[t]
                rows[6, row] = amount
                rows[7, row] = biomass
                rows[8, row] = served.cost[c, d, t]
                rows[9, row] = (amount * 1_000_000 + biomass // 2) // biomass if biomass > 0 else -1
                row += 1
    return row


@kernel
def book_growth(span: int, days_lived: np.ndarray, stock: Stock, weighed: np.ndarray, booked: np.ndarray) -> None:
    """Write each day's gross growth as the farm books it, the dead's included, into `booked` (n, days), 0.01 g x span.

    weighed (n, days): fish were weighed that day. A weighing revises the estimate: of that day's gain the fish are
    taken to have grown what they did the day before, and the rest, up or down, is booked over `span` days from then
    on. What would take growth back is not booked but waits for growth to come, so that no day's is negative.
    """
    n, days = stock.fish.shape
    for c in range(n):
        revised = np.zeros(days, dtype=np.int64)
        open_cg = 0
        gain_before = 0
        total = 0
        highest = 0
        before_fish, before_cg = stock.fish_arrived[c], stock.weight_arrived_cg[c]
        for d in range(min(days, days_lived[c])):
            gain = stock.weight_cg[c, d] - before_cg
            if weighed[c, d]:
                revised[d] = gain - gain_before
            open_cg += revised[d] - (revised[d - span] if d >= span else 0)
            total += before_fish * (span * (gain - revised[d]) + open_cg)
            booked[c, d] = max(total - highest, 0)
            highest = max(total, highest)
            gain_before = gain
            before_fish, before_cg = stock.fish[c, d], stock.weight_cg[c, d]
