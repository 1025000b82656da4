"""Days on which something happens, against the rate that they are drawn from."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.numerics.occurrences import draw_days, partly_shared, weight_of

RATE = np.full(60, 2.4 / 60)


def test_occurrences_have_the_given_distribution() -> None:
    found = [draw_days(np.uint64(key), RATE, 12) for key in range(4_000)]
    counts = [len(days) for days in found]
    assert np.mean(counts) == pytest.approx(2.4, abs=4.0 * math.sqrt(2.4 / 4_000))
    assert np.var(counts) == pytest.approx(2.4, rel=0.1)
    days = np.concatenate(found)
    assert np.bincount(days, minlength=60).std() / np.sqrt(len(days) / 60) == pytest.approx(1.0, abs=0.3)


@given(st.integers(0, 2**63), st.floats(1.0, 20.0))
def test_what_happens_still_does_where_all_is_likelier(key: int, times: float) -> None:
    few, many = draw_days(np.uint64(key), RATE, 100), draw_days(np.uint64(key), times * RATE, 100)
    assert len(few) <= len(many)
    assert np.array_equal(few, many[: len(few)])


@given(st.integers(0, 2**63), st.floats(0.0, 500.0))
def test_no_two_happen_on_one_day(key: int, mean: float) -> None:
    days = draw_days(np.uint64(key), np.full(30, mean / 30), 20)
    assert len(set(days.tolist())) == len(days) <= 20
    assert days.size == 0 or 0 <= days.min() <= days.max() < 30


def test_nothing_happens_where_nothing_can() -> None:
    assert draw_days(np.uint64(5), np.zeros(30), 6).size == 0
    rate = np.where(np.arange(60) < 40, 0.0, 0.3)
    assert min(min(draw_days(np.uint64(key), rate, 6), default=60) for key in range(200)) >= 40


def test_weights_shared_in_part_correlate_by_as_much() -> None:
    drawn = np.array([[weight_of(np.uint64(key), e) for e in range(3)] for key in range(4_000)])
    one, other = (np.array([partly_shared(row[0], row[e], 0.7) for row in drawn]) for e in (1, 2))
    assert one.std() == pytest.approx(1.0, rel=0.05)
    assert np.corrcoef(one, drawn[:, 0])[0, 1] == pytest.approx(0.7, abs=0.04)
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(0.49, abs=0.05)
