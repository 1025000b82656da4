"""Kernels of feeding: meals from rations, and feed lots drawn first in, first out."""

from __future__ import annotations

import numpy as np

from engine.simulation import arithmetic as am
from engine.simulation.compilation import kernel

LOT_STEP = 2500  # lots come in bags of 25 kg, in 0.01 kg


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
def draw_lots(
    feeder: np.ndarray,
    feed: np.ndarray,
    meals: np.ndarray,
    first_day: int,
    capacity: np.ndarray,
    cover: int,
    price_keys: np.ndarray,
    base_price: np.ndarray,
    price_sd: float,
    lot_feeder: np.ndarray,
    lot_feed: np.ndarray,
    lot_day: np.ndarray,
    lot_quantity: np.ndarray,
    lot_price: np.ndarray,
    lot_left: np.ndarray,
    cost: np.ndarray,
) -> int:
    """Deliver lots and let every meal draw them in order of delivery; returns the number of lots.

    feeder (n,): position of each container's silo or barge; feed (n, days): position of its feed; meals
    (n, days, 2) in 0.0001 kg. A store is filled the day before it would fall below two days' need: for `cover`
    days where its capacity (kg) allows. price_keys (feeders, feeds); base_price in cents.
    Per lot: feeder, feed, day of delivery, quantity (0.01 kg), price (cents a kg), what is left (0.0001 kg).
    cost (n, days, 2): cents of each meal.
    """
    n, days, times = meals.shape
    feeders, feeds = price_keys.shape
    lots = 0
    need = np.zeros(days + 1, dtype=np.int64)
    for s in range(feeders):
        for f in range(feeds):
            need[:] = 0
            for c in range(n):
                if feeder[c] == s:
                    for d in range(days):
                        if feed[c, d] == f:
                            for t in range(times):
                                need[d] += meals[c, d, t]
            stock = 0
            first = lots
            current = lots
            for d in range(days):
                if need[d] > 0 and stock < need[d] + need[d + 1]:
                    least = need[d] + need[d + 1] - stock
                    wanted = -stock
                    for ahead in range(d, min(d + cover, days)):
                        wanted += need[ahead]
                    room = int(capacity[s] * 10000.0) - stock
                    bag = LOT_STEP * 100
                    bags = max(min(-(-wanted // bag), room // bag), -(-least // bag))
                    if lots >= lot_day.shape[0]:
                        return -1
                    lot_feeder[lots] = s
                    lot_feed[lots] = f
                    lot_day[lots] = first_day + d - 1
                    lot_quantity[lots] = bags * LOT_STEP
                    z = am.normal(price_keys[s, f], lots - first)
                    lot_price[lots] = max(1, am.whole(base_price[f] * (1.0 + price_sd * z)))
                    lot_left[lots] = bags * LOT_STEP * 100
                    stock += bags * LOT_STEP * 100
                    lots += 1
                for t in range(times):
                    for c in range(n):
                        if feeder[c] != s or feed[c, d] != f or meals[c, d, t] == 0:
                            continue
                        left = meals[c, d, t]
                        value = 0
                        while left > 0:
                            take = min(left, lot_left[current])
                            value += take * lot_price[current]
                            lot_left[current] -= take
                            left -= take
                            if lot_left[current] == 0 and current < lots - 1:
                                current += 1
                        stock -= meals[c, d, t]
                        cost[c, d, t] = (value + 5000) // 10000
    return lots
