"""Halls: episodes of the biofilter are rare and last days to weeks; a power failure lowers oxygen for hours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.water.hall import FAILURE_DAYS, WINDOW_DAYS, biofilter, power_failures

EPISODES = (0.5, 9.0, 0.6, 1.4, 0.25)


def spells(x: np.ndarray) -> list[np.ndarray]:
    """The runs of a series in which it is above 0."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (x > 0).astype(int), [0]])))
    return [x[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def test_episodes_are_as_frequent_long_and_high_as_asked() -> None:
    years = 2000
    x = biofilter(np.uint64(4), 0, years * 365, *EPISODES)
    found = spells(x)
    assert len(found) / years == pytest.approx(EPISODES[0], rel=0.1)
    lengths, heights = np.array([len(s) for s in found]), np.array([s.max() for s in found])
    assert np.median(lengths) == pytest.approx(EPISODES[1], abs=1.5)
    assert lengths.max() <= 2 * WINDOW_DAYS  # two may follow each other
    assert np.percentile(lengths, 10) > 3
    assert heights[lengths > 6].mean() == pytest.approx(EPISODES[3], abs=0.08)
    assert not biofilter(np.uint64(4), 0, 5000, 0.0, *EPISODES[1:]).any()


@given(st.integers(0, 2**64 - 1), st.integers(0, 20_000), st.integers(1, 400), st.integers(0, 300))
def test_any_span_shows_the_same_days(key: int, first: int, days: int, skip: int) -> None:
    skip = min(skip, days - 1)
    whole = biofilter(np.uint64(key), first, days, 3.0, *EPISODES[1:])
    part = biofilter(np.uint64(key), first + skip, days - skip, 3.0, *EPISODES[1:])
    np.testing.assert_array_equal(whole[skip:], part)
    whole = power_failures(np.uint64(key), first, days, 6, 1.0, 30.0, 20.0)
    part = power_failures(np.uint64(key), first + skip, days - skip, 6, 1.0, 30.0, 20.0)
    np.testing.assert_array_equal(whole[skip:], part)


def test_power_fails_once_a_year_at_the_most_and_oxygen_comes_back() -> None:
    depth, hours, slots = 30.0, 20.0, 6
    x = power_failures(np.uint64(9), 0, 300 * FAILURE_DAYS, slots, 1.0, depth, hours)
    found = spells(x.ravel())
    assert len(found) == pytest.approx(300, abs=2)
    readings = np.array([len(s) for s in found])
    assert readings.min() >= 0.5 * hours / (24 / slots) - 1
    assert readings.max() <= 1.5 * hours / (24 / slots) + 1
    assert 0.3 * depth < np.mean([s.max() for s in found]) < 1.1 * depth
    assert x.max() <= 1.5 * depth
    assert not power_failures(np.uint64(9), 0, 3000, slots, 0.0, depth, hours).any()


def test_a_likelier_failure_keeps_those_that_happened_anyway() -> None:
    rare = power_failures(np.uint64(3), 0, 40_000, 6, 0.1, 30.0, 8.0)
    often = power_failures(np.uint64(3), 0, 40_000, 6, 0.6, 30.0, 8.0)
    assert rare.any()
    np.testing.assert_array_equal(often[rare > 0], rare[rare > 0])
