"""Kinds of the older system's files: each that it wrote is read, and what has no effect is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.farm.legacy_ahead import settle_ahead
from engine.farm.schedule import Batch, Schedule, Stay
from engine.farm.schedule_file import parse_schedule, read_any
from engine.farm.validation import conflict_count
from lake.errors import InputError
from tests.planning.farms import ROOT

SMALL = Path(__file__).with_name("older_system.yaml")
WORLD = ROOT.parent / "shared/world/older-schedules"
AS_OF = 1_000


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], Any]], Schedule]:
    """The small file as changed, read."""

    def read(change: Callable[[dict[str, Any]], Any]) -> Schedule:
        data = yaml.safe_load(SMALL.read_text())
        change(data)
        path = tmp_path / "changed.yaml"
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))
        return read_any(path)

    return read


Changed = Callable[[Callable[[dict[str, Any]], Any]], Schedule]


@pytest.mark.parametrize("kind", ["cut-off-then-successor", "fractional-days", "ladder-metadata"])
def test_a_file_of_each_kind_is_read_and_is_the_same_in_our_format(kind: str) -> None:
    path = WORLD / f"{kind}.yaml"
    if not path.exists():
        pytest.skip(f"{path.name} lies outside the project and is not here")
    schedule = read_any(path)
    assert conflict_count(schedule) == 0
    assert parse_schedule(schedule.text, "x", schedule.farm, schedule.biology) == schedule


def test_metadata_of_any_key_is_told_and_has_no_effect(changed: Changed) -> None:
    schedule = changed(lambda d: d["metadata"].update(schedule_type="LADDER", harvest_taget_kg=5))
    assert schedule.batches == read_any(SMALL).batches
    notes = "\n".join(schedule.notes)
    assert "metadata.schedule_type 'LADDER' has no effect" in notes
    assert "metadata.harvest_taget_kg 5 has no effect; did you mean harvest_target_kg?" in notes


def _with_fractions(data: dict[str, Any]) -> None:
    batch = data["batches"][0]
    batch["sea"]["end_day"] += 0.42
    batch["effective_duration"] = batch["duration"] + 0.42


def test_days_with_fractions_are_rounded_down_and_told(changed: Changed) -> None:
    schedule = changed(_with_fractions)
    assert schedule.batches == read_any(SMALL).batches
    assert "2 days have fractions; they are rounded down" in schedule.notes


@pytest.mark.parametrize("day", [math.nan, math.inf, -0.5])
def test_a_day_that_is_none_is_refused(changed: Changed, day: float) -> None:
    with pytest.raises(InputError, match=r"batches\[0\].sea.end_day"):
        changed(lambda d: d["batches"][0]["sea"].update(end_day=day))


def test_a_duration_up_to_the_as_of_date_shortens_nothing(changed: Changed) -> None:
    def lengthen(data: dict[str, Any]) -> None:
        stay = data["batches"][2]["freshwater"]["fry"]
        stay["end_day"] = stay["start_day"] + 90

    schedule = changed(lengthen)
    assert schedule.batches[2].stays[-1].days == 90
    assert any("the duration of 1 batches counts the days up to the as-of date" in note for note in schedule.notes)


@pytest.mark.parametrize("number", ["Vetur 2024 (2)", 2024, "Várið/2025: №7", "x" * 50])
def test_a_batch_number_is_any_text_that_the_database_holds(changed: Changed, number: str | int) -> None:
    schedule = changed(lambda d: d["batches"][0].update(batch_id=number))
    assert schedule.batches[0].number == str(number)
    assert parse_schedule(schedule.text, "x", schedule.farm, schedule.biology).batches[0].number == str(number)


def test_a_longer_batch_number_is_refused(changed: Changed) -> None:
    with pytest.raises(InputError, match=r"batches\[0\].batch_id.*51 characters; shorten it to 50"):
        changed(lambda d: d["batches"][0].update(batch_id="x" * 51))


@pytest.mark.parametrize(("station", "culprit"), [("FI-FW-02", "not in FI-FW-02"), ("FI-FW-99", "no station of farm")])
def test_a_stations_name_at_a_stage_is_held_against_its_hall(changed: Changed, station: str, culprit: str) -> None:
    fits = changed(lambda d: d["batches"][0]["freshwater"]["fry"].update(station="FI-FW-01"))
    assert fits.batches == read_any(SMALL).batches
    with pytest.raises(InputError, match=rf"fry.station.*{culprit}"):
        changed(lambda d: d["batches"][0]["freshwater"]["fry"].update(station=station))


def _batch(id: int, *stays: tuple[int, int, int]) -> Batch:
    """A batch with stays (container, first day, end day), by stage."""
    found = tuple(
        Stay(stage=stage, container_ids=(c,), start_day=a, end_day=b) for stage, (c, a, b) in enumerate(stays, 1)
    )
    return Batch(id=id, number=f"B{id}", geography_id=1, eggs=10_000, stays=found)


def test_a_stay_ends_where_the_next_booking_begins_after_the_as_of_date() -> None:
    batches, told = settle_ahead([_batch(1, (1, 900, 1_100)), _batch(2, (1, 1_050, 1_150))], AS_OF)
    assert [(s.start_day, s.end_day) for batch in batches for s in batch.stays] == [(900, 1_050), (1_050, 1_150)]
    assert len(told) == 1
    assert "1 batches" in told[0]
    assert "B1 on 1972-11-16" in told[0]


def test_what_a_batch_was_to_do_afterwards_is_left_out() -> None:
    first = _batch(1, (1, 900, 1_100), (2, 1_100, 1_200))
    batches, _ = settle_ahead([first, _batch(2, (1, 1_050, 1_150)), _batch(3, (2, 1_120, 1_130))], AS_OF)
    assert [(s.stage, s.end_day) for s in batches[0].stays] == [(1, 1_050)]
    assert batches[2].stays[0].end_day == 1_130


def test_several_bookings_one_after_the_other_are_settled() -> None:
    ahead = [_batch(n, (1, AS_OF + 10 * n, AS_OF + 100)) for n in range(2, 9)]
    batches, told = settle_ahead([_batch(1, (1, 900, 1_100)), *ahead], AS_OF)
    assert [batch.end_day - AS_OF for batch in batches] == [20, 30, 40, 50, 60, 70, 80, 100]
    assert "7 batches" in told[0]
    assert "and 2 more" in told[0]


def test_a_clash_that_someone_has_lived_stays_one() -> None:
    lived = [_batch(1, (1, 900, 1_100)), _batch(2, (1, 999, 1_150))]
    assert settle_ahead(lived, AS_OF) == (tuple(lived), [])


def test_a_clash_from_a_batchs_first_day_stays_one() -> None:
    same_day = [_batch(1, (1, 1_010, 1_100)), _batch(2, (1, 1_010, 1_150))]
    assert settle_ahead(same_day, AS_OF) == (tuple(same_day), [])


def test_batches_without_a_clash_are_as_they_were() -> None:
    apart = [_batch(1, (1, 900, 1_050)), _batch(2, (1, 1_050, 1_150))]
    assert settle_ahead(apart, AS_OF) == (tuple(apart), [])
