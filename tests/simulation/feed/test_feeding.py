"""Meals and feed lots against a slow reference in Python that keeps every store as a queue."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.simulation.feed import feeding

BAG = 250_000  # 25 kg in 0.0001 kg


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=40), st.floats(0.0, 1.0))
def test_serving_loses_nothing(rations: list[int], share: float) -> None:
    ration = np.array([rations], dtype=np.int64)
    meals = np.full((1, len(rations), 2), -1, dtype=np.int64)
    given_meals = feeding.serve(ration, share, meals)
    np.testing.assert_array_equal(meals.sum(axis=2), ration)
    assert (meals >= 0).all()
    assert given_meals == np.count_nonzero(meals)
    assert (abs(meals[0, :, 0] - ration[0] * share) <= 0.5 + 1e-15 * ration[0]).all()


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=6, unique=True).map(sorted),
    st.lists(st.integers(0, 120_000), min_size=1, max_size=30),
)
def test_the_feed_is_the_last_one_whose_bound_is_reached(bounds: list[int], weights: list[int]) -> None:
    from_cg = np.array([0, *bounds])
    found = feeding.choose_feed(np.array([weights]), from_cg)
    np.testing.assert_array_equal(found[0], np.searchsorted(from_cg, weights, side="right") - 1)


@dataclass
class Need:
    """What containers eat: meals (containers, days, 2) of `feed` from `feeder`, into stores of `capacity` kg."""

    feeder: np.ndarray
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
class Drawn:
    feeder: np.ndarray
    feed: np.ndarray
    day: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    left: np.ndarray
    cost: np.ndarray


FIRST = 9_000
LOT = ("feeder", "feed", "day", "quantity", "price", "left")


@st.composite
def needs(draw: st.DrawFn) -> Need:
    n, days = draw(st.integers(1, 4)), draw(st.integers(1, 40))
    feeders, feeds = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    largest = draw(st.sampled_from([3, 20_000, 40_000_000]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    meals = rng.integers(0, largest, (n, days, 2)) * (rng.random((n, days, 2)) > 0.3)
    meals[:, rng.random(days) < 0.1] = 0  # days of fasting
    return Need(
        rng.integers(0, feeders, n),
        np.sort(rng.integers(0, feeds, (n, days)), axis=1),
        meals.astype(np.int64),
        rng.integers(1, 30, (n, days)),
        rng.choice([50.0, 2_000.0, 30_000.0], feeders),
        draw(st.integers(1, 3)),
        draw(st.integers(1, 20)),
        rng.integers(0, 2**63, (feeders, feeds)).astype(np.uint64),
        rng.integers(100, 400, (feeds, days)).astype(float),
    )


def draw_lots(need: Need, price_sd: float = 0.1) -> Drawn:
    n, days, _ = need.meals.shape
    most = len(need.capacity) * days * len(need.price)
    lots = {name: np.empty(most, dtype=np.int64) for name in LOT}
    cost = np.zeros((n, days, 2), dtype=np.int64)
    count = feeding.draw_lots(
        feeder=need.feeder,
        feed=need.feed,
        meals=need.meals,
        ahead=need.ahead,
        first_day=FIRST,
        capacity=need.capacity,
        bag=BAG // 100,
        reserve=need.reserve,
        cover=need.cover,
        price_keys=need.price_keys,
        price=need.price,
        price_sd=price_sd,
        **{f"lot_{name}": values for name, values in lots.items()},
        cost=cost,
    )
    assert count >= 0
    return Drawn(**{name: values[:count] for name, values in lots.items()}, cost=cost)


@given(needs())
def test_lots_are_drawn_first_in_first_out(need: Need) -> None:
    """Cost of every meal and closing stock of every lot from queues filled each morning with the lots delivered."""
    found = draw_lots(need)
    n, days, _ = need.meals.shape
    stores: dict[tuple[int, int], deque[list[int]]] = {}
    left = [int(q) * 100 for q in found.quantity]
    for d in range(days):
        for i in np.flatnonzero(found.day == FIRST + d):
            stores.setdefault((found.feeder[i], found.feed[i]), deque()).append([int(i), int(found.price[i])])
        for t in range(2):
            for c in range(n):
                store = stores.get((need.feeder[c], need.feed[c, d]), deque())
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
    assert found.left.tolist() == left


@given(needs())
def test_purchases_are_what_was_fed_and_what_is_left(need: Need) -> None:
    found = draw_lots(need)
    assert (found.left >= 0).all()
    assert (found.left <= found.quantity * 100).all()
    assert (found.quantity > 0).all()
    assert not (found.quantity * 100 % BAG).any()
    for s in range(len(need.capacity)):
        for f in range(len(need.price)):
            here = (found.feeder == s) & (found.feed == f)
            fed = need.meals[(need.feeder == s)[:, None] & (need.feed == f)].sum()
            assert (found.quantity[here] * 100).sum() == fed + found.left[here].sum()
            assert (np.diff(found.day[here]) > 0).all()  # one lot a day at most


def in_store(need: Need, found: Drawn, s: int, f: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per day (0.0001 kg): what a store holds of a feed in the morning before a delivery, what comes, what is eaten."""
    days = need.meals.shape[1]
    mine = (need.feeder == s)[:, None] & (need.feed == f)
    eaten = (need.meals.sum(axis=2) * mine).sum(axis=0)
    here = (found.feeder == s) & (found.feed == f)
    brought = np.bincount(found.day[here] - FIRST, found.quantity[here] * 100, days).astype(np.int64)
    evening = np.cumsum(brought - eaten)
    return evening - brought + eaten, brought, eaten


def meals_of(need: Need, s: int, f: int, limit: int) -> np.ndarray:
    """Per day: meals for up to `limit` days, as each container has them ahead."""
    mine = (need.feeder == s)[:, None] & (need.feed == f)
    sums: np.ndarray = (need.meals.sum(axis=2) * mine * np.minimum(need.ahead, limit)).sum(axis=0)
    return sums


@given(needs())
def test_a_store_is_filled_when_its_reserve_is_touched_and_for_its_cover(need: Need) -> None:
    found = draw_lots(need)
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
    found = draw_lots(need)
    for s, capacity in enumerate(need.capacity):
        days = [in_store(need, found, s, f) for f in range(len(need.price))]
        evening = sum(morning + brought - eaten for morning, brought, eaten in days)
        assert (evening <= capacity * 10_000 + BAG * len(need.price)).all()


@given(needs())
def test_a_store_with_room_is_filled(need: Need) -> None:
    roomy = replace(need, capacity=np.full(len(need.capacity), 1e9))
    found = draw_lots(roomy)
    for s in range(len(need.capacity)):
        for f in range(len(need.price)):
            morning, brought, eaten = in_store(roomy, found, s, f)
            reserve, cover = meals_of(roomy, s, f, roomy.reserve), meals_of(roomy, s, f, roomy.cover)
            low = (eaten > 0) & (morning < np.maximum(reserve, eaten)) & (cover > morning)
            assert (morning + brought >= np.maximum(cover, eaten))[low].all()


@given(needs(), st.integers(1, 39))
def test_a_later_as_of_date_leaves_earlier_meals_and_lots(need: Need, days: int) -> None:
    assume(days < need.meals.shape[1])
    short, long = draw_lots(need.until(days)), draw_lots(need)
    np.testing.assert_array_equal(short.cost, long.cost[:, :days])
    early = long.day < FIRST + days
    for name in ("feeder", "feed", "day", "quantity", "price"):
        np.testing.assert_array_equal(getattr(short, name), getattr(long, name)[early])


@given(needs())
def test_without_spread_a_lot_costs_the_price_of_its_day(need: Need) -> None:
    found = draw_lots(need, price_sd=0.0)
    np.testing.assert_array_equal(found.price, need.price[found.feed, found.day - FIRST].astype(int))


def test_the_spread_of_lots_prices_is_as_asked() -> None:
    days = 3_000
    meals = np.full((1, days, 2), BAG, dtype=np.int64)
    one, ahead = np.zeros(1, dtype=np.int64), np.ones((1, days), dtype=np.int64)
    need = Need(
        one,
        np.zeros((1, days), dtype=np.int64),
        meals,
        ahead,
        np.array([1e6]),
        1,
        1,
        np.array([[5]], dtype=np.uint64),
        np.full((1, days), 20_000.0),
    )
    found = draw_lots(need, price_sd=0.03)
    assert len(found.price) == days
    assert found.price.mean() / 20_000.0 == pytest.approx(1.0, abs=4.0 * 0.03 / days**0.5)
    assert found.price.std() / 20_000.0 == pytest.approx(0.03, rel=0.05)


def test_too_many_lots_are_told_rather_than_written_past_the_end() -> None:
    meals = np.full((1, 30, 2), BAG, dtype=np.int64)
    days = np.zeros((1, 30), dtype=np.int64)
    count = feeding.draw_lots(
        feeder=np.zeros(1, dtype=np.int64),
        feed=days,
        meals=meals,
        ahead=days + 1,
        first_day=0,
        capacity=np.array([1.0]),
        bag=2_500,
        reserve=1,
        cover=2,
        price_keys=np.zeros((1, 1), dtype=np.uint64),
        price=np.full((1, 30), 100.0),
        price_sd=0.0,
        **{f"lot_{name}": np.empty(3, dtype=np.int64) for name in LOT},
        cost=np.zeros((1, 30, 2), dtype=np.int64),
    )
    assert count == -1


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
    feed = feeding.choose_feed(weight, from_cg)
    ahead = np.zeros((1, days), dtype=np.int64)
    feeding.days_ahead(weight, np.array([first]), feed, from_cg, weight[0], first, target, last_fed, ahead)
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
