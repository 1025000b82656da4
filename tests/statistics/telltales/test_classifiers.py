"""The two classifiers on samples whose answer is known, and the area under a curve against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.statistics.telltales.classifiers import (
    Floats,
    Scored,
    area_under_curve,
    boosted_scores,
    logistic_scores,
)

BOTH = pytest.mark.parametrize("scored", [boosted_scores, logistic_scores])


def asked(scored: Scored, rows: Floats, is_real: NDArray[np.bool_]) -> float:
    """The area under the curve of every other row, when the classifier has learnt from the others."""
    scores = scored(rows[::2], is_real[::2], rows[1::2])
    return area_under_curve(scores, is_real[1::2])


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_the_area_is_how_often_a_real_one_scores_higher(rows: list[tuple[int, bool]]) -> None:
    real, ours = ([score for score, is_real in rows if is_real is kind] for kind in (True, False))
    if not real or not ours:
        rows = [*rows, (2, True), (3, False)]
        real, ours = ([score for score, is_real in rows if is_real is kind] for kind in (True, False))
    wins = [(r > o) + 0.5 * (r == o) for r in real for o in ours]
    scores, is_real = np.array([score for score, _ in rows], dtype=float), np.array([kind for _, kind in rows])
    assert area_under_curve(scores, is_real) == pytest.approx(sum(wins) / len(wins))


@BOTH
def test_chance_where_both_are_alike(scored: Scored) -> None:
    """However unequal their numbers."""
    rng = np.random.default_rng(1)
    for share in (0.5, 0.1):
        rows, is_real = rng.normal(size=(4000, 5)), rng.random(4000) < share
        assert asked(scored, rows, is_real) == pytest.approx(0.5, abs=0.05)


@BOTH
def test_one_where_they_differ(scored: Scored) -> None:
    rng = np.random.default_rng(2)
    is_real = rng.random(6000) < 0.2
    rows = rng.normal(size=(6000, 4))
    rows[:, 2] += 12.0 * is_real
    assert asked(scored, rows, is_real) > 0.99
    rows[:, 2] -= 11.0 * is_real  # one standard deviation apart: no classifier has more than .76
    assert asked(scored, rows, is_real) == pytest.approx(0.76, abs=0.03)


def test_trees_see_what_a_line_cannot() -> None:
    """Real where two features have one sign; and where a spread is large, whatever its sign."""
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(3000, 3))
    for is_real in (rows[:, 0] * rows[:, 1] > 0, np.abs(rows[:, 2]) > 0.7):
        assert asked(boosted_scores, rows, is_real) > 0.95
        assert asked(logistic_scores, rows, is_real) == pytest.approx(0.5, abs=0.06)


@BOTH
def test_what_is_unknown_is_no_obstacle(scored: Scored) -> None:
    rng = np.random.default_rng(4)
    is_real = rng.random(1000) < 0.5
    rows = np.column_stack([rng.normal(size=1000) + 3 * is_real, rng.normal(size=1000)])
    rows[rng.random((1000, 2)) < 0.1] = np.nan
    assert asked(scored, rows, is_real) > 0.9


def test_that_something_is_unknown_can_tell() -> None:
    rng = np.random.default_rng(5)
    is_real = rng.random(600) < 0.5
    rows = rng.normal(size=(600, 2))
    rows[is_real & (rng.random(600) < 0.9), 1] = np.nan
    assert asked(boosted_scores, rows, is_real) > 0.9


@BOTH
def test_the_same_rows_give_the_same_scores(scored: Scored) -> None:
    rng = np.random.default_rng(6)
    rows, is_real = rng.normal(size=(400, 6)), rng.random(400) < 0.3
    one, other = (scored(rows[:300], is_real[:300], rows[300:]) for _ in range(2))
    assert one.tolist() == other.tolist()
    assert len(set(one)) > 50


@BOTH
def test_a_feature_that_never_changes_says_nothing(scored: Scored) -> None:
    rng = np.random.default_rng(7)
    is_real = rng.random(500) < 0.5
    rows = np.column_stack([rng.normal(size=500) + 2 * is_real, np.full(500, 3.0)])
    with_it, without = (asked(scored, some, is_real) for some in (rows, rows[:, :1]))
    assert with_it == without
