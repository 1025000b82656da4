"""Series in time: memory and spread, seasons, months, and a day's course around its level."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.numerics.calendar import DAYS_A_YEAR
from engine.simulation.numerics.series import (
    ar1,
    daily_cycle,
    day_means,
    exponential,
    season,
    through_months,
    wander,
)

Process = Callable[[np.uint64, int, float, float], np.ndarray]
both = pytest.mark.parametrize("process", [ar1, wander])


@both
@given(memory=st.floats(0.0, 0.99), sd=st.floats(0.01, 5.0), key=st.integers(0, 2**64 - 1))
def test_ar1_has_its_memory_and_spread(process: Process, memory: float, sd: float, key: int) -> None:
    n = 100_000
    x = process(np.uint64(key), n, memory, sd)
    error = 5.0 * math.sqrt((1.0 + memory) / (1.0 - memory) / n)  # fewer independent values than values
    assert abs(x.mean()) < error * sd
    assert x.std() == pytest.approx(sd, rel=error)
    assert np.corrcoef(x[:-1], x[1:])[0, 1] == pytest.approx(memory, abs=0.02)


@both
def test_ar1_is_stationary_from_its_first_day_on(process: Process) -> None:
    paths = np.array([process(np.uint64(key), 20, 0.95, 2.0) for key in range(20_000)])
    np.testing.assert_allclose(paths.std(axis=0), 2.0, rtol=0.03)


@both
@given(n=st.integers(1, 500), more=st.integers(0, 500), key=st.integers(0, 2**64 - 1))
def test_a_longer_series_begins_with_the_shorter(process: Process, n: int, more: int, key: int) -> None:
    long = process(np.uint64(key), n + more, 0.9, 1.0)
    assert long[:n].tobytes() == process(np.uint64(key), n, 0.9, 1.0).tobytes()


def test_lognormal_ar1_has_its_median_and_log_spread() -> None:
    x = exponential(wander(np.uint64(3), 300_000, 0.9, 0.6), 0.08)
    assert np.median(x) == pytest.approx(0.08, rel=0.03)
    assert np.log(x).std() == pytest.approx(0.6, rel=0.03)


@given(st.integers(0, 30_000), st.floats(1.0, 365.0))
def test_a_season_is_a_cosine_of_the_year_in_which_days_keep_their_place(first: int, peak: float) -> None:
    days = np.arange(first, first + 800)
    expected = np.cos(2.0 * np.pi * (days + 0.5 - peak) / DAYS_A_YEAR)
    np.testing.assert_allclose(season(first, 800, peak), expected, atol=1e-9)


@given(st.lists(st.floats(-5.0, 25.0), min_size=4, max_size=24), st.floats(-2.0, 30.0))
def test_months_are_met_and_joined_without_a_jump(months: list[float], at: float) -> None:
    values = np.array(months)
    np.testing.assert_allclose(through_months(values, np.arange(len(months), dtype=float)), values, atol=1e-12)
    steepest = 4.0 * (np.ptp(values) + 1e-9)
    near = through_months(values, np.array([at - 1e-6, at + 1e-6]))
    assert abs(near[1] - near[0]) <= steepest * 2e-6 + 1e-12


def test_the_course_through_months_is_that_of_the_season_itself() -> None:
    """A reference that knows nothing of splines: the cosine from which the months are taken."""
    position = np.linspace(0.0, 12.0, 1000)
    months = 8.3 + 2.25 * np.cos(2.0 * np.pi * (np.arange(12) - 7.0) / 12.0)
    expected = 8.3 + 2.25 * np.cos(2.0 * np.pi * (position - 7.0) / 12.0)
    np.testing.assert_allclose(through_months(months, position), expected, atol=0.03)


@given(slots=st.sampled_from([1, 2, 3, 4, 6, 8, 12, 24]), height=st.floats(0.0, 5.0))
def test_a_days_course_leaves_its_mean_and_is_highest_in_the_afternoon(slots: int, height: float) -> None:
    daily = np.array([3.0, 9.0, -1.0])
    course = daily_cycle(daily, np.full(3, height), slots)
    np.testing.assert_allclose(day_means(course), daily, atol=1e-12)
    hours = np.arange(slots) * 24 // slots
    afternoon = hours[np.argmax(np.cos(2.0 * np.pi * (hours - 16) / 24.0))]
    assert course[0].max() == course[0, np.flatnonzero(hours == afternoon)[0]]
