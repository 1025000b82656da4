"""Meals and feed lots against a slow reference in Python that keeps every store as a queue."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.simulation import feeding

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
    capacity: np.ndarray
    cover: int
    price_keys: np.ndarray
    base_price: np.ndarray


@dataclass
class Drawn:
    feeder: np.ndarray
    feed: np.ndarray
    day: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    left: np.ndarray
    cost: np.ndarray


@st.composite
def needs(draw: st.DrawFn) -> Need:
    n, days = draw(st.integers(1, 4)), draw(st.integers(1, 40))
    feeders, feeds = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    largest = draw(st.sampled_from([3, 20_000, 40_000_000]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    meals = rng.integers(0, largest, (n, days, 2)) * (rng.random((n, days, 2)) > 0.3)
    return Need(
        rng.integers(0, feeders, n),
        np.sort(rng.integers(0, feeds, (n, days)), axis=1),
        meals.astype(np.int64),
        rng.choice([50.0, 2_000.0, 30_000.0], feeders),
        draw(st.integers(1, 20)),
        rng.integers(0, 2**63, (feeders, feeds)).astype(np.uint64),
        rng.integers(100, 400, feeds).astype(float),
    )


def draw_lots(need: Need, price_sd: float = 0.1, first_day: int = 9_000) -> Drawn:
    n, days, _ = need.meals.shape
    most = len(need.capacity) * days * len(need.base_price)
    lots = [np.empty(most, dtype=np.int64) for _ in range(6)]
    cost = np.zeros((n, days, 2), dtype=np.int64)
    values = (need.feeder, need.feed, need.meals, first_day, need.capacity, need.cover)
    count = feeding.draw_lots(*values, need.price_keys, need.base_price, price_sd, *lots, cost)
    assert count >= 0
    return Drawn(*(a[:count] for a in lots), cost)


@given(needs())
def test_lots_are_drawn_first_in_first_out(need: Need) -> None:
    """Cost of every meal and closing stock of every lot from queues filled with the lots delivered."""
    found = draw_lots(need)
    n, days, _ = need.meals.shape
    stores: dict[tuple[int, int], deque[list[int]]] = {}
    left = [int(q) * 100 for q in found.quantity]
    for d in range(days):
        for i in np.flatnonzero(found.day == 9_000 + d - 1):
            stores.setdefault((found.feeder[i], found.feed[i]), deque()).append([i, found.price[i]])
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
    for s in range(len(need.capacity)):
        for f in range(len(need.base_price)):
            here = (found.feeder == s) & (found.feed == f)
            fed = need.meals[(need.feeder == s)[:, None] & (need.feed == f)].sum()
            assert (found.quantity[here] * 100).sum() == fed + found.left[here].sum()
            assert (np.diff(found.day[here]) >= 0).all()


def stock_after_delivery(need: Need, found: Drawn, s: int, f: int) -> tuple[np.ndarray, np.ndarray]:
    """Per day: what a store holds in the morning after delivery, and the day's need (0.0001 kg)."""
    days = need.meals.shape[1]
    mine = (need.feeder == s)[:, None] & (need.feed == f)
    eaten = (need.meals.sum(axis=2) * mine).sum(axis=0)
    here = (found.feeder == s) & (found.feed == f)
    brought = np.bincount(found.day[here] + 1 - 9_000, found.quantity[here] * 100, days).astype(np.int64)
    return np.cumsum(brought - eaten) + eaten, eaten


@given(needs())
def test_a_store_is_overfilled_only_when_two_days_need_more_than_it_holds(need: Need) -> None:
    found = draw_lots(need)
    for s, capacity in enumerate(need.capacity):
        for f in range(len(need.base_price)):
            stock, eaten = stock_after_delivery(need, found, s, f)
            assert (stock >= eaten).all()
            two_days = eaten + np.append(eaten[1:], 0)
            here = (found.feeder == s) & (found.feed == f)
            for d in found.day[here] + 1 - 9_000:
                assert stock[d] >= two_days[d]
                assert stock[d] <= capacity * 10_000 or stock[d] < two_days[d] + BAG


@given(needs())
def test_lots_are_whole_bags_and_last_no_longer_than_their_cover(need: Need) -> None:
    found = draw_lots(need)
    assert (found.quantity > 0).all()
    assert not (found.quantity * 100 % BAG).any()
    days = need.meals.shape[1]
    for s in range(len(need.capacity)):
        for f in range(len(need.base_price)):
            stock, eaten = stock_after_delivery(need, found, s, f)
            here = (found.feeder == s) & (found.feed == f)
            for d in found.day[here] + 1 - 9_000:
                ahead = eaten[d : min(d + max(need.cover, 2), days)].sum()
                assert stock[d] < ahead + BAG


@given(needs(), st.integers(1, 39))
def test_a_later_as_of_date_leaves_the_cost_of_earlier_meals(need: Need, days: int) -> None:
    assume(days < need.meals.shape[1])
    short = Need(**(vars(need) | {"feed": need.feed[:, :days], "meals": need.meals[:, :days]}))
    np.testing.assert_array_equal(draw_lots(short).cost, draw_lots(need).cost[:, :days])


@given(needs())
def test_without_spread_a_lot_costs_the_base_price(need: Need) -> None:
    found = draw_lots(need, price_sd=0.0)
    np.testing.assert_array_equal(found.price, need.base_price[found.feed].astype(int))


def test_too_many_lots_are_told_rather_than_written_past_the_end() -> None:
    meals = np.full((1, 30, 2), BAG, dtype=np.int64)
    lots = [np.empty(3, dtype=np.int64) for _ in range(6)]
    one = np.zeros(1, dtype=np.int64)
    count = feeding.draw_lots(
        one,
        np.zeros((1, 30), dtype=np.int64),
        meals,
        0,
        np.array([1.0]),
        2,
        np.zeros((1, 1), dtype=np.uint64),
        np.array([100.0]),
        0.0,
        *lots,
        np.zeros((1, 30, 2), dtype=np.int64),
    )
    assert count == -1
