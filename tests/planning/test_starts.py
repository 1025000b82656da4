"""Staggers as typed, and the starts that they give."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.planning.starts import (
    Start,
    even_gaps,
    even_stagger,
    parse_stagger,
    plan_starts,
    stagger_every,
    stagger_in_turn,
)
from lake.errors import InputError
from tests.planning.farms import AS_OF, shipped


def days_of(starts: list[Start], geography: int) -> list[int]:
    return [start.start_day for start in starts if start.geography_id == geography]


def gaps_of(days: list[int]) -> list[int]:
    return [b - a for a, b in pairwise(days)]


@pytest.mark.parametrize(
    ("text", "faroe", "scotland"),
    [
        ("9", [18] * 7, [18] * 7),
        ("4,5", [9] * 7, [9] * 7),
        ("4,5,6", [9, 10, 11, 9, 10, 11, 9], [11, 9, 10, 11, 9, 10, 11]),
        ("Faroe Islands=8,Scotland=9", [8] * 7, [9] * 7),
        ("SCO=45/4, FAR=8", [8] * 7, [11, 11, 11, 12, 11, 11, 11]),
        ("FAR=7,8,SCO=11", [7, 8, 7, 8, 7, 8, 7], [11] * 7),
    ],
)
def test_gaps_between_the_starts_of_a_geography(text: str, faroe: list[int], scotland: list[int]) -> None:
    starts = plan_starts(shipped(), 8, parse_stagger(text, shipped()), AS_OF)
    assert sorted([gaps_of(days_of(starts, 1)), gaps_of(days_of(starts, 2))]) == sorted([faroe, scotland])
    assert max(start.start_day for start in starts) == AS_OF - 50
    assert len({start.number for start in starts}) == 16
    assert [s.start_day for s in starts] == sorted(s.start_day for s in starts)


def test_equal_staggers_of_their_own_are_one_for_all() -> None:
    separate = plan_starts(shipped(), 40, parse_stagger("FAR=12,SCO=12", shipped()), AS_OF)
    assert separate == plan_starts(shipped(), 40, stagger_every(6), AS_OF)


@given(st.integers(0, 2000), st.integers(1, 60))
def test_even_gaps_recur_exactly_and_differ_by_a_day_at_most(days: int, starts: int) -> None:
    gaps = even_gaps(days, starts)
    assert (len(gaps), sum(gaps)) == (starts, days)
    assert max(gaps) - min(gaps) <= 1


def test_what_is_found_can_be_typed_again() -> None:
    found = even_stagger(shipped(), (Fraction(150, 19), Fraction(9)))
    assert found.text == "Faroe Islands=150/19,Scotland=9"
    assert parse_stagger(found.text, shipped()) == found
    for days in (9, 10, 11):
        assert parse_stagger(stagger_in_turn(days, 2).text, shipped()) == stagger_in_turn(days, 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("soon", "'soon' in 'soon' is no number of days"),
        ("-6", "'-6' in"),
        ("4,,5", "'' in '4,,5'"),
        ("8/0", "has 0 starts"),
        ("Scotland=9", "says nothing of Faroe Islands"),
        ("Scotlnd=9,FAR=8", "'Scotlnd' is no geography.*\n.*Scotland"),
        ("FAR=8,SCO=9,FAR=7", "Faroe Islands is given twice"),
        ("5,Scotland=9", "for some of its days only"),
    ],
)
def test_a_stagger_that_makes_no_sense_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        parse_stagger(text, shipped())
