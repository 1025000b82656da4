"""A day's meals and the feed for a weight."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.feed.rations import choose_feed, split_rations


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=40), st.floats(0.0, 1.0))
def test_serving_loses_nothing(rations: list[int], share: float) -> None:
    ration = np.array([rations], dtype=np.int64)
    meals = np.full((1, len(rations), 2), -1, dtype=np.int64)
    given_meals = split_rations(ration, share, meals)
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
    found = choose_feed(np.array([weights]), from_cg)
    np.testing.assert_array_equal(found[0], np.searchsorted(from_cg, weights, side="right") - 1)
