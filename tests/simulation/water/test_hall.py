"""Halls: episodes of the biofilter are rare and last days to weeks; a power failure lowers oxygen for hours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.water.hall import FAILURE_DAYS, WINDOW_DAYS, Episodes, PowerFailures, biofilter, power_failures

EPISODES = Episodes(per_year=0.5, days_median=9.0, days_sdlog=0.6, rise=1.4, rise_sd=0.25)
FAILURES = PowerFailures(probability=1.0, depth=30.0, hours=20.0)


def failures(key: int, first: int, days: int, **changes: float) -> np.ndarray:
    """At six readings a day, one a year."""
    kind = FAILURES._replace(**changes)
    return power_failures(key=np.uint64(key), first_day=first, days=days, slots=6, failures=kind)


def spells(x: np.ndarray) -> list[np.ndarray]:
    """The runs of a series in which it is above 0."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (x > 0).astype(int), [0]])))
    return [x[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def test_episodes_are_as_frequent_long_and_high_as_asked() -> None:
    years = 2000
    x = biofilter(np.uint64(4), 0, years * 365, EPISODES)
    found = spells(x)
    assert len(found) / years == pytest.approx(EPISODES.per_year, rel=0.1)
    lengths, heights = np.array([len(s) for s in found]), np.array([s.max() for s in found])
    assert np.median(lengths) == pytest.approx(EPISODES.days_median, abs=1.5)
    assert lengths.max() <= 2 * WINDOW_DAYS  # two may follow each other
    assert np.percentile(lengths, 10) > 3
    assert heights[lengths > 6].mean() == pytest.approx(EPISODES.rise, abs=0.08)
    assert not biofilter(np.uint64(4), 0, 5000, EPISODES._replace(per_year=0.0)).any()


@given(st.integers(0, 2**64 - 1), st.integers(0, 20_000), st.integers(1, 400), st.integers(0, 300))
def test_any_span_shows_the_same_days(key: int, first: int, days: int, skip: int) -> None:
    skip = min(skip, days - 1)
    often = EPISODES._replace(per_year=3.0)
    whole = biofilter(np.uint64(key), first, days, often)
    part = biofilter(np.uint64(key), first + skip, days - skip, often)
    np.testing.assert_array_equal(whole[skip:], part)
    whole = failures(key, first, days)
    part = failures(key, first + skip, days - skip)
    np.testing.assert_array_equal(whole[skip:], part)


def test_power_fails_once_a_year_at_the_most_and_oxygen_comes_back() -> None:
    (_, depth, hours), slots = FAILURES, 6
    x = failures(9, 0, 300 * FAILURE_DAYS)
    found = spells(x.ravel())
    assert len(found) == pytest.approx(300, abs=2)
    readings = np.array([len(s) for s in found])
    assert readings.min() >= 0.5 * hours / (24 / slots) - 1
    assert readings.max() <= 1.5 * hours / (24 / slots) + 1
    assert 0.3 * depth < np.mean([s.max() for s in found]) < 1.1 * depth
    assert x.max() <= 1.5 * depth
    assert not failures(9, 0, 3000, probability=0.0).any()


def test_a_likelier_failure_keeps_those_that_happened_anyway() -> None:
    rare = failures(3, 0, 40_000, probability=0.1, hours=8.0)
    often = failures(3, 0, 40_000, probability=0.6, hours=8.0)
    assert rare.any()
    np.testing.assert_array_equal(often[rare > 0], rare[rare > 0])
