"""The four ways to a schedule, as a caller of Python takes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine.farm.schedule import to_date
from engine.farm.schedule_file import read_schedule
from engine.planning.planned import plan_data, report_plan
from engine.planning.schedules import (
    PlanOptions,
    advance_schedule,
    ladder_schedule,
    plan_schedule,
    rehash_schedule,
    write_schedule,
)
from lake.errors import InputError
from tests.planning.farms import AS_OF

NUMBERS = PlanOptions(batches=3, stagger=100, as_of=date(2025, 11, 19), name="small")
TEXTS = PlanOptions(batches="3", stagger="100", as_of="2025-11-19", rings="8", eggs="fit", name="small")


def test_numbers_and_dates_plan_what_their_texts_do(tmp_path: Path) -> None:
    planned = plan_schedule(NUMBERS)
    assert planned.schedule.text == plan_schedule(TEXTS).schedule.text
    path = tmp_path / "small.yaml"
    write_schedule(path, planned.schedule.text)
    assert read_schedule(path).text == planned.schedule.text
    assert not rehash_schedule(path)


def test_a_name_comes_from_the_output_unless_given(tmp_path: Path) -> None:
    options = PlanOptions(batches=3, stagger=100, as_of="2025-11-19")
    assert plan_schedule(options).schedule.name == "3x100day"
    assert plan_schedule(options, tmp_path / "mine.yaml").schedule.name == "mine"
    assert plan_schedule(NUMBERS, tmp_path / "mine.yaml").schedule.name == "small"


def test_the_data_tell_what_was_left_open_and_what_was_written(tmp_path: Path) -> None:
    options = PlanOptions(batches=3, stagger="auto", as_of="2025-11-19")
    assert options.is_solved
    planned = plan_schedule(options)
    data = plan_data(planned, report_plan(planned), tmp_path / "plan.yaml")
    assert planned.request is not None
    assert data["request"] == {"batches": 3, "stagger": planned.request.stagger.text}
    assert (data["batches"], data["conflicts"]) == (6, 0)
    assert data["output"] == str(tmp_path / "plan.yaml")
    assert {"sea_days", "ladder", "picture"}.isdisjoint(data)


def test_a_ladder_and_an_advanced_schedule_are_planned_by_date(tmp_path: Path) -> None:
    ladder = ladder_schedule(to_date(AS_OF))
    assert ladder.ladder is not None
    assert len(ladder.ladder.rungs) == len(ladder.schedule.batches)
    path = tmp_path / "old.yaml"
    write_schedule(path, plan_schedule(NUMBERS).schedule.text)
    later = advance_schedule(path, date(2026, 3, 1), batches=1, stagger=40)
    assert later.schedule.as_of_day > AS_OF
    assert len(later.schedule.batches) == 8


def test_a_schedule_is_not_overwritten_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "there" / "plan.yaml"
    write_schedule(path, "one\n")
    write_schedule(path, "one\n")
    with pytest.raises(InputError, match="exists and differs"):
        write_schedule(path, "two\n")
    write_schedule(path, "two\n", overwrite=True)
    assert [each.name for each in path.parent.iterdir()] == ["plan.yaml"]
    assert path.read_text() == "two\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (PlanOptions(batches=3, stagger=100, as_of="2025-11-31"), "'2025-11-31' is no date"),
        (PlanOptions(batches=-3, stagger=100, as_of="2025-11-19"), "--batches: -3"),
        (PlanOptions(batches=3, stagger=0, as_of="2025-11-19"), "--stagger: 0"),
        (PlanOptions(batches=3, stagger=100, as_of="2025-11-19", eggs=10), "--eggs: 10-10"),
        (PlanOptions(batches=3, stagger=100, as_of="2025-11-19", farm="atlantis"), "atlantis"),
    ],
)
def test_a_wrong_option_is_named(options: PlanOptions, words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan_schedule(options)
