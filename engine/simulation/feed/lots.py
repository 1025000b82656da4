"""Kernels of feed lots: how long a container goes on eating a feed, and lots drawn first in, first out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS
from engine.simulation.numerics.compilation import kernel

KG_UNITS = 10_000  # meals are in 0.0001 kg


class ContainerWeights(NamedTuple):
    """Mean weight, 0.01 g: of each container at each day's end, (n, days), and on arrival, (n,)."""

    weight_cg: np.ndarray
    arrival_cg: np.ndarray


class BatchWeights(NamedTuple):
    """Mean weight over all containers, 0.01 g: at each day's end, (days,), and on arrival."""

    weight_cg: np.ndarray
    arrival_cg: int


class Demand(NamedTuple):
    """What n containers eat. store (n,): position of each one's silo or barge; feed (n, days): position of its feed;
    meals (n, days, 2) in 0.0001 kg; ahead (n, days): for how many days it will eat that feed, that one included;
    first_day: since 1970.
    """

    store: np.ndarray
    feed: np.ndarray
    meals: np.ndarray
    ahead: np.ndarray
    first_day: int


class OrderPolicy(NamedTuple):
    """How stores order. capacity_kg (stores,), for all feeds together; bag: 0.01 kg, lots are whole bags; reserve,
    cover: days' meals that are reordered at and filled up to.
    """

    capacity_kg: np.ndarray
    bag: int
    reserve: int
    cover: int


class LotPrices(NamedTuple):
    """keys (stores, feeds): of streams; market (feeds, days): cents a kg; sd: of a lot's price, relative."""

    keys: np.ndarray
    market: np.ndarray
    sd: float


class LotColumns(NamedTuple):
    """Lots, (lots,): store and feed (positions), day of delivery (since 1970), quantity (0.01 kg), price (cents a kg),
    and what is left (0.0001 kg).
    """

    store: np.ndarray
    feed: np.ndarray
    day: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    left: np.ndarray


@kernel
def days_on_feed(
    weights: ContainerWeights,
    batch: BatchWeights,
    feed: np.ndarray,
    from_cg: np.ndarray,
    target_cg: int,
    last_fed: int,
    out: np.ndarray,
) -> None:
    """For how many days, that one included, each container will go on eating its feed, as far as is known that day.

    Until fish that grow as in the week before reach the next feed's weight or, in the mean of all, the harvest weight,
    and until day `last_fed` of the stay. feed (positions), out (n, days); from_cg (feeds,): the feeds' lower bounds;
    target_cg: 0 for none; both in 0.01 g.
    """
    n, days = weights.weight_cg.shape
    weight_cg, batch_cg = weights.weight_cg, batch.weight_cg
    for d in range(days):
        until = max(last_fed - d, 1)
        span = min(d + 1, WEEK_DAYS)
        if target_cg > 0:
            gain = batch_cg[d] - (batch_cg[d - WEEK_DAYS] if d >= WEEK_DAYS else batch.arrival_cg)
            if batch_cg[d] >= target_cg:
                until = 1
            elif gain > 0:
                until = min(until, 1 + (target_cg - batch_cg[d]) * span // gain)
        for c in range(n):
            out[c, d] = until
            gain = weight_cg[c, d] - (weight_cg[c, d - WEEK_DAYS] if d >= WEEK_DAYS else weights.arrival_cg[c])
            if gain > 0 and feed[c, d] + 1 < from_cg.shape[0]:
                left = (from_cg[feed[c, d] + 1] - weight_cg[c, d] - 1) * span // gain
                out[c, d] = min(until, 1 + max(left, 0))


@kernel
def supply_meals(demand: Demand, order: OrderPolicy, prices: LotPrices, lots: LotColumns, cost: np.ndarray) -> int:
    """Deliver lots and let every meal draw them in order of delivery; returns the number of lots, -1 for too many.

    A store orders by what is known on the day: in the morning, when it holds less than order.reserve days' meals (fewer
    where fewer are ahead), it is filled for order.cover days as its capacity (for all its feeds together) allows, and
    at least for that day's meals. cost (n, days, 2): cents of each meal, written.
    """
    meals, feed, store, ahead = demand.meals, demand.feed, demand.store, demand.ahead
    n, days, times = meals.shape
    stores, feeds = prices.keys.shape
    bag_units = order.bag * 100
    count = 0
    next_lot = np.empty(lots.day.shape[0], dtype=np.int64)
    need, reorder, wanted = np.empty(feeds, np.int64), np.empty(feeds, np.int64), np.empty(feeds, np.int64)
    for s in range(stores):
        stock, current, latest = np.zeros(feeds, np.int64), np.full(feeds, -1), np.full(feeds, -1)
        held = 0
        for d in range(days):
            need[:] = 0
            reorder[:] = 0
            wanted[:] = 0
            for c in range(n):
                if store[c] == s:
                    f = feed[c, d]
                    for t in range(times):
                        need[f] += meals[c, d, t]
                        reorder[f] += meals[c, d, t] * min(order.reserve, ahead[c, d])
                        wanted[f] += meals[c, d, t] * min(order.cover, ahead[c, d])
            for f in range(feeds):
                if need[f] == 0 or stock[f] >= max(reorder[f], need[f]):
                    continue
                min_bags = -(-max(need[f] - stock[f], 0) // bag_units)
                room = max(int(order.capacity_kg[s] * KG_UNITS) - held, 0) // bag_units
                bags = max(min(-(-(wanted[f] - stock[f]) // bag_units), room), min_bags)
                if bags <= 0:
                    continue
                if count >= lots.day.shape[0]:
                    return -1
                lots.store[count] = s
                lots.feed[count] = f
                lots.day[count] = demand.first_day + d
                lots.quantity[count] = bags * order.bag
                z = am.normal(prices.keys[s, f], demand.first_day + d)
                lots.price[count] = max(1, am.whole(prices.market[f, d] * (1.0 + prices.sd * z)))
                lots.left[count] = bags * bag_units
                next_lot[count] = -1
                if latest[f] >= 0:
                    next_lot[latest[f]] = count
                else:
                    current[f] = count
                latest[f] = count
                stock[f] += bags * bag_units
                held += bags * bag_units
                count += 1
            for t in range(times):
                for c in range(n):
                    if store[c] != s or meals[c, d, t] == 0:
                        continue
                    f = feed[c, d]
                    left = meals[c, d, t]
                    value = 0
                    while left > 0:
                        if lots.left[current[f]] == 0:
                            current[f] = next_lot[current[f]]
                        lot = current[f]
                        take = min(left, lots.left[lot])
                        value += take * lots.price[lot]
                        lots.left[lot] -= take
                        left -= take
                    stock[f] -= meals[c, d, t]
                    held -= meals[c, d, t]
                    cost[c, d, t] = (value + KG_UNITS // 2) // KG_UNITS
    return count
