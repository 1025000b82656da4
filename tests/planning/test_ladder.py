"""The UAT ladder: every rung where it should stand, by the batches' own simulated lives."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.biology.parameters import Biology, read_biology
from engine.farm.infrastructure import Farm, read_farm
from engine.farm.schedule import to_day
from engine.farm.schedule_file import parse_schedule, read_schedule
from engine.farm.validation import conflict_count
from engine.forecast.sizing import biomass_flags
from engine.plan import app
from engine.planning.ladder import Ladder, plan_ladder
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory
from engine.simulation.water.climate import Climate
from lake.errors import InputError

CASES = [(date(2025, 11, 19), 20251119), (date(2026, 3, 1), 4), (date(2024, 7, 9), 1)]


@cache
def ladder(as_of: date, seed: int) -> Ladder:
    return plan_ladder("uat-ladder", to_day(as_of), read_farm("faroe-scotland"), read_biology("published"), seed=seed)


@cache
def lives(as_of: date, seed: int, later: int = 0) -> list[BatchHistory]:
    """Every batch as a run lives it, up to `later` days after the as-of date."""
    schedule = ladder(as_of, seed).schedule
    schedule = replace(schedule, as_of_day=schedule.as_of_day + later)
    first = min(b.start_day for b in schedule.batches)
    climate = Climate(
        farm=schedule.farm, biology=schedule.biology, seed=schedule.seed, days=schedule.as_of_day, first_day=first
    )
    begun = [batch for batch in schedule.batches if batch.is_delivered(to_day(as_of))]
    return [simulate_batch(schedule, climate, batch) for batch in begun]


@pytest.mark.parametrize(("as_of", "seed"), CASES)
def test_every_stage_holds_as_many_batches_and_each_geography_its_half(as_of: date, seed: int) -> None:
    living = [history for history in lives(as_of, seed) if history.lives_on and history.batch.trays_received is None]
    # of a batch that is being moved, the stage that it leaves
    stages = Counter((h.batch.geography_id, h.stages[-1].stage - (h.batch.move_under_way > 0)) for h in living)
    planned = Counter({(g, stage): 4 for g in (1, 2) for stage in range(1, 7)})
    # of those at sea one may have left: what it catches of its neighbours comes after the plan
    assert sum(((planned - stages) + (stages - planned)).values()) <= 1


@pytest.mark.parametrize(("as_of", "seed"), CASES)
def test_one_batch_of_each_geography_is_being_moved(as_of: date, seed: int) -> None:
    moving = [history for history in lives(as_of, seed) if history.batch.move_under_way]
    assert [h.batch.geography_id for h in moving] == [1, 2]
    for history in moving:
        left, entered = history.stages[-2:]
        assert (left.emptied.sum(), len(left.emptied), len(entered.emptied)) == (4, 10, 4)
        assert entered.start_day == to_day(as_of) - 1 == history.moves[-1].day


@pytest.mark.parametrize(("as_of", "seed"), CASES)
def test_each_geography_has_three_planned_batches_of_which_one_is_far_ahead(as_of: date, seed: int) -> None:
    schedule = ladder(as_of, seed).schedule
    planned = {rung.number for rung in ladder(as_of, seed).rungs if rung.kind == "planned"}
    ahead = [b for b in schedule.batches if b.planned_status(schedule.as_of_day) == "PLANNED"]
    assert {b.number for b in ahead} == planned
    confirmed = schedule.biology.model.outlook.eggs_ordered_days
    far = Counter((b.geography_id, b.start_day - schedule.as_of_day > confirmed) for b in ahead)
    assert far == {(1, False): 2, (1, True): 1, (2, False): 2, (2, True): 1}


@pytest.mark.parametrize(("as_of", "seed"), CASES)
def test_each_geography_has_a_batch_in_every_status_that_a_plan_tells(as_of: date, seed: int) -> None:
    schedule = ladder(as_of, seed).schedule
    told = Counter((b.geography_id, b.planned_status(schedule.as_of_day)) for b in schedule.batches)
    once = ("RECEIVING", "TERMINATED", "CANCELLED")
    assert {key: n for key, n in told.items() if key[1] in once} == {(g, status): 1 for g in (1, 2) for status in once}
    assert len({b.lost.cause for b in schedule.batches if b.lost}) == 2
    lost = [history for history in lives(as_of, seed) if history.lost]
    assert [(h.stages[-1].stage, h.stages[-1].population[:, -1].sum()) for h in lost] == [(3, 0), (3, 0)]


@pytest.mark.parametrize(("as_of", "seed"), CASES)
def test_only_the_completed_rungs_are_harvested(as_of: date, seed: int) -> None:
    harvested = {h.batch.number for h in lives(as_of, seed) if h.harvested}
    completed = {rung.number for rung in ladder(as_of, seed).rungs if rung.kind == "completed"}
    assert len(completed) == 4
    assert len(harvested ^ completed) <= 1  # the plan knows of no infection from a neighbour


@pytest.mark.parametrize(("as_of", "seed"), CASES)
def test_at_least_two_batches_are_within_a_week_of_each_transition(as_of: date, seed: int) -> None:
    schedule = ladder(as_of, seed).schedule
    due = Counter(
        stay.stage
        for batch in schedule.batches
        for stay in batch.stays[:-1]
        if 1 <= stay.end_day - schedule.as_of_day <= 7
    )
    assert set(due) == {1, 2, 3, 4, 5}
    assert min(due.values()) >= 2


@pytest.mark.parametrize(("as_of", "seed"), CASES)
def test_six_are_near_harvest_and_two_of_them_within_a_week(as_of: date, seed: int) -> None:
    week, three_weeks = ({h.batch.number for h in lives(as_of, seed, days) if h.harvested} for days in (7, 21))
    completed = {rung.number for rung in ladder(as_of, seed).rungs if rung.kind == "completed"}
    near = {rung.number for rung in ladder(as_of, seed).rungs if rung.kind == "near harvest"}
    assert len(near) == 6
    # a batch that catches a disease of its neighbours is harvested some days off its plan
    assert len((three_weeks - completed) ^ near) <= 2
    assert len(week - completed) >= 1
    ends = {h.batch.number: h.stages[-1].end_day for h in lives(as_of, seed, 21)}
    off = [abs(ends[r.number] - r.next_day) for r in ladder(as_of, seed).rungs if r.number in near]
    assert sorted(off)[len(off) // 2] <= 1


@pytest.mark.parametrize(("as_of", "seed"), CASES)
def test_no_container_is_held_twice_or_outgrown_and_the_file_reads_back(as_of: date, seed: int) -> None:
    schedule = ladder(as_of, seed).schedule
    assert conflict_count(schedule) == 0
    assert biomass_flags(schedule) == frozenset()
    assert parse_schedule(schedule.text, "x", schedule.farm, schedule.biology) == schedule
    starts = [b.start_day for b in schedule.batches]
    assert starts == sorted(starts)


def test_the_same_inputs_give_the_same_bytes() -> None:
    as_of, seed = CASES[0]
    again = plan_ladder("uat-ladder", to_day(as_of), read_farm("faroe-scotland"), read_biology("published"), seed=seed)
    assert again.schedule.text == ladder(as_of, seed).schedule.text


def test_a_farm_too_small_for_it_is_refused(small_farm: Farm, biology: Biology) -> None:
    with pytest.raises(InputError, match=r"no room for batch FAR-.*too small for the ladder"):
        plan_ladder("x", to_day(date(2025, 11, 19)), small_farm, biology)


def test_more_partitions_than_batches_are_refused() -> None:
    with pytest.raises(InputError, match="--partitions: 99 partitions for 64 batches"):
        plan_ladder(
            "x", to_day(date(2025, 11, 19)), read_farm("faroe-scotland"), read_biology("published"), partitions=99
        )


def test_the_command_names_the_rungs(tmp_path: Path) -> None:
    target = tmp_path / "ladder.yaml"
    result = CliRunner().invoke(
        app, ["--ladder", "uat", "--as-of", "2025-11-19", "--output", str(target), "--json", "--partitions", "4"]
    )
    assert result.exit_code == 0, result.stderr
    rungs = json.loads(result.stdout)["ladder"]
    schedule = read_schedule(target)
    assert [rung["batch"] for rung in rungs] == [b.number for b in schedule.batches]
    assert Counter(rung["kind"] for rung in rungs)["near harvest"] == 6
    assert len(schedule.partitions) == 4
    assert "next harvests as simulated" in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--ladder", "rope", "--as-of", "2025-11-19", "--dry-run"], "give uat"),
        (["--ladder", "uat", "--dry-run"], "--as-of and --output are needed"),
        (["--ladder", "uat", "--as-of", "2025-11-19"], "--as-of and --output are needed"),
        (["--ladder", "uat", "--as-of", "2025-11-19", "--dry-run", "--stagger", "6"], "--stagger: has no part"),
    ],
)
def test_wrong_usage_of_the_command_is_exit_2(options: list[str], words: str) -> None:
    result = CliRunner().invoke(app, options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
