"""A case is the same for ever, and what fails is made as small as it gets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.faults.campaign import cases
from tests.faults.drawing import Draw
from tests.faults.shrinking import shrink

NUMBERS = st.integers(0, 10_000)


def drawn(draw: Draw) -> list[object]:
    return [draw.integer(3, 9), draw.pick("abc"), draw.some("xyz", 4), draw.share(), draw.integer(1, 255)]


def test_a_case_is_the_same_in_every_python() -> None:
    assert drawn(Draw(1, 0)) == [3, "a", ("y", "z"), 0.9716796875, 191]


@given(seed=NUMBERS, number=NUMBERS)
def test_a_case_can_be_played_again_from_its_choices(seed: int, number: int) -> None:
    first = Draw(seed, number)
    values = drawn(first)
    assert drawn(Draw(0, 0, first.choices)) == values
    assert drawn(Draw(seed, number)) == values


@given(st.lists(st.integers(-5, 10_000), max_size=4))
def test_any_choices_are_a_case_and_none_is_the_plainest(choices: list[int]) -> None:
    draw = Draw(0, 0, choices)
    drawn(draw)
    assert drawn(Draw(0, 0, draw.choices)) == drawn(Draw(9, 9, choices))
    assert drawn(Draw(0, 0, [])) == [3, "a", ("x",), 0.0, 1]


def test_a_case_depends_on_no_other() -> None:
    assert list(cases(5, 10)) == list(cases(5, 100))[:10]
    assert len({case.kind for case in cases(5, 200)}) > 3
    assert [case.kind for case in cases(5, 3, ["byte"])] == ["byte"] * 3


@given(st.lists(st.integers(0, 300), min_size=3, max_size=8))
def test_what_still_fails_becomes_small(choices: list[int]) -> None:
    def fails(given: tuple[int, ...]) -> bool:
        return len(given) > 2 and given[2] >= 7

    if fails(tuple(choices)):
        assert shrink(choices, fails, attempts=400) == [0, 0, 7]
        assert fails(tuple(shrink(choices, fails, attempts=5)))
