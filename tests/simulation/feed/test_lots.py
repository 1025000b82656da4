"""Feed lots against a slow reference in Python that keeps every store as a queue."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.simulation.feed.lots import (
    BatchWeights,
    ContainerWeights,
    Demand,
    LotColumns,
    LotPrices,
    OrderPolicy,
    days_on_feed,
    supply_meals,
)
from engine.simulation.feed.rations import choose_feed

BAG = 250_000  # 25 kg in 0.0001 kg


@dataclass
class Need:
    """What containers eat: meals (containers, days, 2) of `feed` from `store`, into stores of `capacity` kg."""

    store: np.ndarray
    feed: np.ndarray
    meals: np.ndarray
    ahead: np.ndarray
    capacity: np.ndarray
    reserve: int
    cover: int
    price_keys: np.ndarray
    price: np.ndarray

    def until(self, days: int) -> Need:
        """The same, ended after some days."""
        cut = {name: getattr(self, name)[:, :days] for name in ("feed", "meals", "ahead", "price")}
        return replace(self, **cut)


@dataclass
class Supplied:
    lots: LotColumns
    cost: np.ndarray


FIRST = 9_000


@st.composite
def needs(draw: st.DrawFn) -> Need:
    n, days = draw(st.integers(1, 4)), draw(st.integers(1, 40))
    stores, feeds = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    largest = draw(st.sampled_from([3, 20_000, 40_000_000]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    meals = rng.integers(0, largest, (n, days, 2)) * (rng.random((n, days, 2)) > 0.3)
    meals[:, rng.random(days) < 0.1] = 0  # days of fasting
    return Need(
        store=rng.integers(0, stores, n),
        feed=np.sort(rng.integers(0, feeds, (n, days)), axis=1),
        meals=meals.astype(np.int64),
        ahead=rng.integers(1, 30, (n, days)),
        capacity=rng.choice([50.0, 2_000.0, 30_000.0], stores),
        reserve=draw(st.integers(1, 3)),
        cover=draw(st.integers(1, 20)),
        price_keys=rng.integers(0, 2**63, (stores, feeds)).astype(np.uint64),
        price=rng.integers(100, 400, (feeds, days)).astype(float),
    )


def supply(need: Need, price_sd: float = 0.1, room: int | None = None) -> Supplied | None:
    """What is delivered and drawn, None where there are more lots than room: for one a store, feed and day."""
    n, days, _ = need.meals.shape
    size = len(need.capacity) * days * len(need.price) if room is None else room
    lots = LotColumns._make(np.empty(size, dtype=np.int64) for _ in LotColumns._fields)
    cost = np.zeros((n, days, 2), dtype=np.int64)
    count = supply_meals(
        Demand(store=need.store, feed=need.feed, meals=need.meals, ahead=need.ahead, first_day=FIRST),
        order=OrderPolicy(capacity_kg=need.capacity, bag=BAG // 100, reserve=need.reserve, cover=need.cover),
        prices=LotPrices(keys=need.price_keys, market=need.price, sd=price_sd),
        lots=lots,
        cost=cost,
    )
    return Supplied(lots=LotColumns._make(values[:count] for values in lots), cost=cost) if count >= 0 else None


def supplied(need: Need, price_sd: float = 0.1) -> Supplied:
    found = supply(need, price_sd)
    assert found is not None
    return found


@given(needs())
def test_lots_are_drawn_first_in_first_out(need: Need) -> None:
    """Cost of every meal and closing stock of every lot from queues filled each morning with the lots delivered."""
    found = supplied(need)
    n, days, _ = need.meals.shape
    stores: dict[tuple[int, int], deque[list[int]]] = {}
    left = [int(q) * 100 for q in found.lots.quantity]
    for d in range(days):
        for i in np.flatnonzero(found.lots.day == FIRST + d):
            stores.setdefault((found.lots.store[i], found.lots.feed[i]), deque()).append(
                [int(i), int(found.lots.price[i])]
            )
        for t in range(2):
            for c in range(n):
                store = stores.get((need.store[c], need.feed[c, d]), deque())
                hungry, value = int(need.meals[c, d, t]), 0
                while hungry:
                    lot, price = store[0]  # an IndexError here: fed before it was delivered
                    take = min(hungry, left[lot])
                    value += take * int(price)
                    left[lot] -= take
                    hungry -= take
                    if not left[lot]:
                        store.popleft()
                assert found.cost[c, d, t] == (value + 5_000) // 10_000
    assert found.lots.left.tolist() == left


@given(needs())
def test_purchases_are_what_was_fed_and_what_is_left(need: Need) -> None:
    found = supplied(need)
    assert (found.lots.left >= 0).all()
    assert (found.lots.left <= found.lots.quantity * 100).all()
    assert (found.lots.quantity > 0).all()
    assert not (found.lots.quantity * 100 % BAG).any()
    for s in range(len(need.capacity)):
        for f in range(len(need.price)):
            here = (found.lots.store == s) & (found.lots.feed == f)
            fed = need.meals[(need.store == s)[:, None] & (need.feed == f)].sum()
            assert (found.lots.quantity[here] * 100).sum() == fed + found.lots.left[here].sum()
            assert (np.diff(found.lots.day[here]) > 0).all()  # one lot a day at most


def in_store(need: Need, found: Supplied, s: int, f: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per day (0.0001 kg): what a store holds of a feed in the morning before a delivery, what comes, what is eaten."""
    days = need.meals.shape[1]
    mine = (need.store == s)[:, None] & (need.feed == f)
    eaten = (need.meals.sum(axis=2) * mine).sum(axis=0)
    here = (found.lots.store == s) & (found.lots.feed == f)
    brought = np.bincount(found.lots.day[here] - FIRST, found.lots.quantity[here] * 100, days).astype(np.int64)
    evening = np.cumsum(brought - eaten)
    return evening - brought + eaten, brought, eaten


def meals_of(need: Need, s: int, f: int, limit: int) -> np.ndarray:
    """Per day: meals for up to `limit` days, as each container has them ahead."""
    mine = (need.store == s)[:, None] & (need.feed == f)
    sums: np.ndarray = (need.meals.sum(axis=2) * mine * np.minimum(need.ahead, limit)).sum(axis=0)
    return sums


@given(needs())
def test_a_store_is_filled_when_its_reserve_is_touched_and_for_its_cover(need: Need) -> None:
    found = supplied(need)
    for s in range(len(need.capacity)):
        for f in range(len(need.price)):
            morning, brought, eaten = in_store(need, found, s, f)
            reserve, cover = meals_of(need, s, f, need.reserve), meals_of(need, s, f, need.cover)
            came = brought > 0
            assert (morning + brought >= eaten).all()
            assert not came[eaten == 0].any()
            assert (morning < np.maximum(reserve, eaten))[came].all()
            assert (morning + brought < np.maximum(cover, eaten) + BAG)[came].all()


@given(needs())
def test_no_store_holds_more_than_its_capacity_in_the_evening(need: Need) -> None:
    """But for a bag of each feed, cut open because that day's meals needed it."""
    found = supplied(need)
    for s, capacity in enumerate(need.capacity):
        days = [in_store(need, found, s, f) for f in range(len(need.price))]
        evening = sum(morning + brought - eaten for morning, brought, eaten in days)
        assert (evening <= capacity * 10_000 + BAG * len(need.price)).all()


@given(needs())
def test_a_store_with_room_is_filled(need: Need) -> None:
    roomy = replace(need, capacity=np.full(len(need.capacity), 1e9))
    found = supplied(roomy)
    for s in range(len(need.capacity)):
        for f in range(len(need.price)):
            morning, brought, eaten = in_store(roomy, found, s, f)
            reserve, cover = meals_of(roomy, s, f, roomy.reserve), meals_of(roomy, s, f, roomy.cover)
            low = (eaten > 0) & (morning < np.maximum(reserve, eaten)) & (cover > morning)
            assert (morning + brought >= np.maximum(cover, eaten))[low].all()


@given(needs(), st.integers(1, 39))
def test_a_later_as_of_date_leaves_earlier_meals_and_lots(need: Need, days: int) -> None:
    assume(days < need.meals.shape[1])
    short, long = supplied(need.until(days)), supplied(need)
    np.testing.assert_array_equal(short.cost, long.cost[:, :days])
    early = long.lots.day < FIRST + days
    for name in ("store", "feed", "day", "quantity", "price"):
        np.testing.assert_array_equal(getattr(short.lots, name), getattr(long.lots, name)[early])


@given(needs())
def test_without_spread_a_lot_costs_the_price_of_its_day(need: Need) -> None:
    found = supplied(need, price_sd=0.0)
    np.testing.assert_array_equal(found.lots.price, need.price[found.lots.feed, found.lots.day - FIRST].astype(int))


def test_the_spread_of_lots_prices_is_as_asked() -> None:
    days = 3_000
    meals = np.full((1, days, 2), BAG, dtype=np.int64)
    need = Need(
        store=np.zeros(1, dtype=np.int64),
        feed=np.zeros((1, days), dtype=np.int64),
        meals=meals,
        ahead=np.ones((1, days), dtype=np.int64),
        capacity=np.array([1e6]),
        reserve=1,
        cover=1,
        price_keys=np.array([[5]], dtype=np.uint64),
        price=np.full((1, days), 20_000.0),
    )
    found = supplied(need, price_sd=0.03)
    assert len(found.lots.price) == days
    assert found.lots.price.mean() / 20_000.0 == pytest.approx(1.0, abs=4.0 * 0.03 / days**0.5)
    assert found.lots.price.std() / 20_000.0 == pytest.approx(0.03, rel=0.05)


def test_too_many_lots_are_told_rather_than_written_past_the_end() -> None:
    days = np.zeros((1, 30), dtype=np.int64)
    need = Need(
        store=np.zeros(1, dtype=np.int64),
        feed=days,
        meals=np.full((1, 30, 2), BAG, dtype=np.int64),
        ahead=days + 1,
        capacity=np.array([1.0]),
        reserve=1,
        cover=2,
        price_keys=np.zeros((1, 1), dtype=np.uint64),
        price=np.full((1, 30), 100.0),
    )
    assert supply(need, room=3) is None
    assert supply(need, room=30) is not None


@given(
    st.integers(0, 20_000),
    st.integers(1, 500),
    st.integers(0, 60),
    st.sampled_from([0, 10_000]),
)
def test_days_ahead_are_those_until_the_next_feed_for_fish_that_grow_evenly(
    first: int, gain: int, last_fed: int, target: int
) -> None:
    """Fish that gain the same every day: the number told is the number of days on which the feed will still fit."""
    days, from_cg = 80, np.array([0, 1_000, 9_000])
    weight = (first + gain * np.arange(1, days + 1))[None, :]
    feed = choose_feed(weight, from_cg)
    ahead = np.zeros((1, days), dtype=np.int64)
    days_on_feed(
        ContainerWeights(weight_cg=weight, arrival_cg=np.array([first])),
        batch=BatchWeights(weight_cg=weight[0], arrival_cg=first),
        feed=feed,
        from_cg=from_cg,
        target_cg=target,
        last_fed=last_fed,
        out=ahead,
    )
    assert (ahead >= 1).all()
    for d in range(days):
        limits = [max(last_fed - d, 1)]
        later = first + gain * np.arange(d + 1, 100_000)
        bounds = [b for b in from_cg.tolist() if b > weight[0, d]]
        if bounds:
            limits.append(int((later < bounds[0]).sum()))
        if target:
            limits.append(int((later < target).sum()) + 1 if weight[0, d] < target else 1)
        assert abs(ahead[0, d] - min(limits)) <= (1 if target else 0)
