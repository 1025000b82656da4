"""Kernels of feeding: meals from rations, feed lots drawn first in, first out, and what a period comes to."""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS
from engine.simulation.numerics.compilation import kernel

UNITS = 10_000  # meals are in 0.0001 kg
MEAL, SUMS = 10, 7  # figures of a meal, and of a period


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
def serve(ration: np.ndarray, morning_share: float, meals: np.ndarray) -> int:
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
    start: int,
    meals: np.ndarray,
    cost: np.ndarray,
    feed: np.ndarray,
    biomass: np.ndarray,
    of_container: np.ndarray,
    first_day: int,
    hours: np.ndarray,
    rows: np.ndarray,
) -> int:
    """Append what was served, container by container in time, to `rows` (MEAL, meals); returns the next free one.

    meals (0.0001 kg), cost (cents), feed (ids), biomass (0.01 kg in the morning): (n, days, 2) or (n, days);
    of_container (n, 3): ids of stay, container and store; hours (2,): times of day. The rows of `rows` are those
    three, feed, day, time, amount, biomass, cost, and amount / biomass in millionths of a per cent, -1 without biomass.
    """
    n, days, times = meals.shape
    row = start
    for c in range(n):
        for d in range(days):
            for t in range(times):
                amount = meals[c, d, t]
                if amount == 0:
                    continue
                for i in range(3):
                    rows[i, row] = of_container[c, i]
                rows[3, row] = feed[c, d]
                rows[4, row] = first_day + d
                rows[5, row] = hours[t]
                rows[6, row] = amount
                rows[7, row] = biomass[c, d]
                rows[8, row] = cost[c, d, t]
                rows[9, row] = (amount * 1_000_000 + biomass[c, d] // 2) // biomass[c, d] if biomass[c, d] > 0 else -1
                row += 1
    return row


@kernel
def sum_periods(
    length: int,
    lived: np.ndarray,
    fish: np.ndarray,
    fish_arrived: np.ndarray,
    weight: np.ndarray,
    weight_arrived: np.ndarray,
    meals: np.ndarray,
    sums: np.ndarray,
    evenings: np.ndarray,
) -> None:
    """Sum a stay up by periods of `length` days from its first: feed, biomass and growth.

    fish (n, days), weight (n, days, 0.01 g) at the day's end, `_arrived` (n,) on arrival; meals (n, days, 2) in
    0.0001 kg; days from `lived` (n,) on do not count. sums (n, periods, SUMS): fish in the first morning, days, feed
    (0.01 kg), meals, biomass in the first morning and on the last evening, gross growth, the dead's included (0.01 kg).
    evenings (periods,): all evenings' biomass (0.01 kg).
    """
    n, periods, _ = sums.shape
    for c in range(n):
        for p in range(periods):
            first = p * length
            last = min(first + length, lived[c])
            feed = 0
            served = 0
            grown = 0
            before_fish = fish[c, first - 1] if first > 0 else fish_arrived[c]
            before_cg = weight[c, first - 1] if first > 0 else weight_arrived[c]
            sums[c, p, 0] = before_fish if last > first else 0
            sums[c, p, 4] = (before_fish * before_cg + 500) // 1000
            for d in range(first, last):
                for t in range(meals.shape[2]):
                    feed += meals[c, d, t]
                    served += 1 if meals[c, d, t] > 0 else 0
                grown += before_fish * (weight[c, d] - before_cg)
                before_fish = fish[c, d]
                before_cg = weight[c, d]
                evenings[p] += (before_fish * before_cg + 500) // 1000
            sums[c, p, 1] = max(last - first, 0)
            sums[c, p, 2] = (feed + 50) // 100
            sums[c, p, 3] = served
            sums[c, p, 5] = (before_fish * before_cg + 500) // 1000
            sums[c, p, 6] = (grown + 500) // 1000


@kernel
def days_ahead(
    weight_cg: np.ndarray,
    arrival_cg: np.ndarray,
    feed: np.ndarray,
    from_cg: np.ndarray,
    batch_cg: np.ndarray,
    arrival_batch_cg: int,
    target_cg: int,
    last_fed: int,
    out: np.ndarray,
) -> None:
    """For how many days, that one included, each container will go on eating its feed, as far as is known that day.

    Until fish that grow as in the week before reach the next feed's weight or, in the mean of all, the harvest weight,
    and until day `last_fed` of the stay. weight_cg, feed, out (n, days); arrival_cg (n,): weight on arrival; from_cg
    (feeds,): lower bounds; batch_cg (days,), arrival_batch_cg: mean over all containers; all in 0.01 g. target_cg: 0
    for none.
    """
    n, days = weight_cg.shape
    for d in range(days):
        until = max(last_fed - d, 1)
        span = min(d + 1, WEEK_DAYS)
        if target_cg > 0:
            gain = batch_cg[d] - (batch_cg[d - WEEK_DAYS] if d >= WEEK_DAYS else arrival_batch_cg)
            if batch_cg[d] >= target_cg:
                until = 1
            elif gain > 0:
                until = min(until, 1 + (target_cg - batch_cg[d]) * span // gain)
        for c in range(n):
            out[c, d] = until
            gain = weight_cg[c, d] - (weight_cg[c, d - WEEK_DAYS] if d >= WEEK_DAYS else arrival_cg[c])
            if gain > 0 and feed[c, d] + 1 < from_cg.shape[0]:
                left = (from_cg[feed[c, d] + 1] - weight_cg[c, d] - 1) * span // gain
                out[c, d] = min(until, 1 + max(left, 0))


@kernel
def draw_lots(
    feeder: np.ndarray,
    feed: np.ndarray,
    meals: np.ndarray,
    ahead: np.ndarray,
    first_day: int,
    capacity: np.ndarray,
    bag: int,
    reserve: int,
    cover: int,
    price_keys: np.ndarray,
    price: np.ndarray,
    price_sd: float,
    lot_feeder: np.ndarray,
    lot_feed: np.ndarray,
    lot_day: np.ndarray,
    lot_quantity: np.ndarray,
    lot_price: np.ndarray,
    lot_left: np.ndarray,
    cost: np.ndarray,
) -> int:
    """Deliver lots and let every meal draw them in order of delivery; returns the number of lots, -1 for too many.

    feeder (n,): position of each container's silo or barge; feed (n, days): position of its feed; meals
    (n, days, 2) in 0.0001 kg; ahead (n, days): for how many days the container will eat that feed. A store orders by
    what is known on the day: in the morning, when it holds less than `reserve` days' meals (fewer where fewer are
    ahead), it is filled for `cover` days as its capacity (kg, for all its feeds together) allows, and at least
    for that day's meals. bag: 0.01 kg, lots are whole bags. price_keys (feeders, feeds); price (feeds, days) in cents.
    Per lot: feeder, feed, day of delivery, quantity (0.01 kg), price (cents a kg), what is left (0.0001 kg).
    cost (n, days, 2): cents of each meal.
    """
    n, days, times = meals.shape
    feeders, feeds = price_keys.shape
    bag_units = bag * 100
    lots = 0
    follow = np.empty(lot_day.shape[0], dtype=np.int64)
    need, reorder, wanted = np.empty(feeds, np.int64), np.empty(feeds, np.int64), np.empty(feeds, np.int64)
    for s in range(feeders):
        stock, current, latest = np.zeros(feeds, np.int64), np.full(feeds, -1), np.full(feeds, -1)
        held = 0
        for d in range(days):
            need[:] = 0
            reorder[:] = 0
            wanted[:] = 0
            for c in range(n):
                if feeder[c] == s:
                    f = feed[c, d]
                    for t in range(times):
                        need[f] += meals[c, d, t]
                        reorder[f] += meals[c, d, t] * min(reserve, ahead[c, d])
                        wanted[f] += meals[c, d, t] * min(cover, ahead[c, d])
            for f in range(feeds):
                if need[f] == 0 or stock[f] >= max(reorder[f], need[f]):
                    continue
                least = -(-max(need[f] - stock[f], 0) // bag_units)
                room = max(int(capacity[s] * UNITS) - held, 0) // bag_units
                bags = max(min(-(-(wanted[f] - stock[f]) // bag_units), room), least)
                if bags <= 0:
                    continue
                if lots >= lot_day.shape[0]:
                    return -1
                lot_feeder[lots] = s
                lot_feed[lots] = f
                lot_day[lots] = first_day + d
                lot_quantity[lots] = bags * bag
                z = am.normal(price_keys[s, f], first_day + d)
                lot_price[lots] = max(1, am.whole(price[f, d] * (1.0 + price_sd * z)))
                lot_left[lots] = bags * bag_units
                follow[lots] = -1
                if latest[f] >= 0:
                    follow[latest[f]] = lots
                else:
                    current[f] = lots
                latest[f] = lots
                stock[f] += bags * bag_units
                held += bags * bag_units
                lots += 1
            for t in range(times):
                for c in range(n):
                    if feeder[c] != s or meals[c, d, t] == 0:
                        continue
                    f = feed[c, d]
                    left = meals[c, d, t]
                    value = 0
                    while left > 0:
                        if lot_left[current[f]] == 0:
                            current[f] = follow[current[f]]
                        lot = current[f]
                        take = min(left, lot_left[lot])
                        value += take * lot_price[lot]
                        lot_left[lot] -= take
                        left -= take
                    stock[f] -= meals[c, d, t]
                    held -= meals[c, d, t]
                    cost[c, d, t] = (value + UNITS // 2) // UNITS
    return lots
