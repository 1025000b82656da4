"""Schedules that go on: what was is not touched, what follows fits beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Cancellation, Schedule, Stay, TotalLoss, to_date
from engine.farm.schedule_file import parse_schedule, read_schedule
from engine.farm.schedule_text import format_schedule
from engine.farm.validation import conflict_count
from engine.forecast.sizing import fit_eggs
from engine.plan import app
from engine.planning.advance import NewBatches, advance, find_recurring_gaps
from engine.planning.planner import Request, plan
from engine.planning.vacancies import Vacancies
from engine.simulation.emission import Emitter
from engine.simulation.fish.history import simulate_batch
from engine.simulation.rows.columns import BatchRows
from engine.simulation.water.climate import Climate
from lake.columns import record_batch
from lake.errors import InputError
from lake.tables import TABLES
from tests.planning.farms import AS_OF

LATER = AS_OF + 260


@pytest.fixture(scope="module")
def old(small_farm: Farm, biology: Biology) -> Schedule:
    """Ten batches, one every 100 days; the oldest is past its end, the youngest 50 days old."""
    return plan(Request(name="old", batches=5, stagger_days=100, as_of_day=AS_OF, seed=3, rings=1), small_farm, biology)


@pytest.fixture(scope="module")
def new(old: Schedule) -> Schedule:
    return advance(old, LATER, name="new")


def test_a_move_that_was_under_way_is_made_on_its_day_and_nothing_else_was_otherwise(
    small_schedule: Schedule,
) -> None:
    """What is dated before the eve is the same, and on it all but the containers that were emptied then."""
    batch = small_schedule.batches[3]  # in Parr
    as_of = batch.stays[2].end_day
    moved = replace(batch, id=1, move_under_way=1)
    begun = replace(small_schedule, as_of_day=as_of, batches=(moved,), partitions=(range(1, 2),))
    later = advance(begun, as_of + 30, NewBatches(batches=0, stagger_days=100))
    assert later.batches[0].move_under_way == 0
    climate = Climate(
        farm=begun.farm, biology=begun.biology, seed=begun.seed, days=as_of + 30, first_day=batch.start_day
    )
    was, now = simulate_batch(begun, climate, begun.batches[0]), simulate_batch(later, climate, later.batches[0])
    assert [(len(h.stages), len(h.moves)) for h in (was, now)] == [(4, 3), (4, 3)]
    for before, after in zip(was.stages[:2], now.stages[:2], strict=True):
        assert before.population.tobytes() == after.population.tobytes()
    parr, all_parr = was.stages[2], now.stages[2]
    for name in ("population", "weight_cg", "ration", "dead"):
        mine, theirs = getattr(parr, name), getattr(all_parr, name)
        assert (mine[:, :-1] == theirs[:, :-1]).all()
        assert (mine[1:, -1] == theirs[1:, -1]).all()
    assert parr.days_lived.tolist() == [89, 90]
    assert (was.moves[2].day, now.moves[2].day) == (as_of - 1, as_of)
    assert was.moves[2].before[0] == all_parr.population[0, -2]


def test_old_batches_keep_all_that_was_planned_and_their_partitions(old: Schedule, new: Schedule) -> None:
    assert new.batches[: len(old.batches)] == old.batches
    assert new.partitions[: len(old.partitions)] == old.partitions
    assert (new.seed, new.stage_days, new.farm, new.biology) == (old.seed, old.stage_days, old.farm, old.biology)
    assert (new.name, new.as_of_day) == ("new", LATER)
    assert any(f"continues old as of {to_date(AS_OF)}" in note for note in new.notes)


def test_new_batches_go_on_in_the_old_pattern_from_the_old_as_of_date(old: Schedule, new: Schedule) -> None:
    added = new.batches[len(old.batches) :]
    everything = [b.start_day for b in old.batches] + [b.start_day for b in added]
    assert {b - a for a, b in pairwise(everything)} == {100}
    assert added[0].start_day == AS_OF + 50
    assert AS_OF <= added[0].start_day <= added[-1].start_day <= LATER - 50
    assert [b.number for b in added] == ["FAR-2026-006", "SCO-2026-006"]
    assert [b.id for b in added] == [11, 12]
    for batch in added:
        fit = fit_eggs(batch.stays, new.farm.geography_of(batch).name, new.biology, new.farm)
        assert 0.92 * fit - 1000 <= batch.eggs <= fit
        assert [len(s.container_ids) for s in batch.stays] == [2] * 5 + [1]


def test_nothing_conflicts_and_the_file_reads_back(new: Schedule) -> None:
    assert conflict_count(new) == 0
    assert parse_schedule(new.text, "x", new.farm, new.biology) == new


def _tables(schedule: Schedule, count: int, until: int = AS_OF) -> dict[str, pa.Table]:
    """Daily states, readings, deaths and meals of the first `count` batches before a day, as a run writes them."""
    wanted = {"daily_state": "date", "environmental_reading": "reading_time", "mortality_event": "event_date"}
    climate = Climate(
        farm=schedule.farm,
        biology=schedule.biology,
        seed=schedule.seed,
        days=schedule.as_of_day,
        first_day=schedule.batches[0].start_day,
    )
    ids = [b.id for b in schedule.batches]
    emitter = Emitter(schedule, climate, frozenset(), dict.fromkeys(ids, "UNDECIDED"))
    found: dict[str, list[pa.Table]] = {name: [] for name in wanted}
    limit = datetime.combine(to_date(until), datetime.min.time(), UTC)

    def keep(table: str, made: BatchRows) -> None:
        if table in wanted:
            rows = pa.Table.from_batches([record_batch(TABLES[table], made.columns)])
            when = pc.cast(rows[wanted[table]], pa.timestamp("us", "UTC"))
            found[table].append(rows.filter(pc.less(when, pa.scalar(limit, pa.timestamp("us", "UTC")))))

    for batch in schedule.batches[:count]:
        emitter.emit([simulate_batch(schedule, climate, batch)], keep)
    return {name: pa.concat_tables(tables) for name, tables in found.items()}


def test_every_old_batch_lives_the_same_days_up_to_the_old_as_of_date(old: Schedule, new: Schedule) -> None:
    before, after = _tables(old, len(old.batches)), _tables(new, len(old.batches))
    for name, rows in before.items():
        assert rows.num_rows > 1_000
        assert rows.equals(after[name]), name


def test_a_batch_whose_plan_lacks_its_later_stages_gets_them(old: Schedule) -> None:
    last = old.batches[-1]
    short = replace(old, batches=(*old.batches[:-1], replace(last, stays=last.stays[:1])))
    short = replace(short, text=format_schedule(short))
    longer = advance(short, LATER)
    lived_on = longer.batches[len(old.batches) - 1]
    assert lived_on.stays[0] == last.stays[0]
    assert [s.stage for s in lived_on.stays] == [1, 2, 3, 4, 5, 6]
    assert lived_on.number == last.number


def test_a_planned_batch_comes_to_life_as_it_was_planned(old: Schedule) -> None:
    early = replace(old, as_of_day=old.batches[-1].start_day)
    early = replace(early, text=format_schedule(early))
    assert [b.planned_status(early.as_of_day) for b in early.batches] == [""] * 9 + ["PLANNED"]
    longer = advance(early, AS_OF, NewBatches(batches=0))
    assert longer.batches == early.batches
    before, after = _tables(early, 9, early.as_of_day), _tables(longer, 9, early.as_of_day)
    for name, rows in before.items():
        assert rows.equals(after[name]), name
    assert longer.batches[-1].planned_status(AS_OF) == ""


def test_a_batch_whose_eggs_are_under_way_has_them_all_later_and_nothing_else_changes(old: Schedule) -> None:
    last = old.batches[-1]
    early = replace(old, as_of_day=last.start_day + 1, batches=(*old.batches[:-1], replace(last, trays_received=1)))
    early = replace(early, text=format_schedule(early))
    assert parse_schedule(early.text, "x", early.farm, early.biology) == early
    longer = advance(early, AS_OF, NewBatches(batches=0))
    assert longer.batches == old.batches
    before, after = _tables(early, 9, early.as_of_day), _tables(longer, 9, early.as_of_day)
    for name, rows in before.items():
        assert rows.equals(after[name]), name


def test_what_is_lost_or_cancelled_stays_so_and_holds_nothing_later(old: Schedule) -> None:
    last, other = old.batches[-1], old.batches[-2]
    loss = TotalLoss(day=AS_OF - 9, cause="WATER_QUALITY")
    cancelled = Cancellation(day=other.start_day - 1, reason="Nobody sells any.")
    ended = (replace(other, stays=other.stays[:2], cancelled=cancelled), replace(last, stays=last.stays[:2], lost=loss))
    early = replace(old, batches=(*old.batches[:-2], *ended))
    early = replace(early, text=format_schedule(early))
    longer = advance(early, LATER, NewBatches(batches=1))
    assert longer.batches[8:10] == ended
    assert conflict_count(longer) == 0


def test_batches_and_stagger_may_be_given(old: Schedule) -> None:
    added = advance(old, LATER, NewBatches(batches=1, stagger_days=130)).batches[10:]
    last = old.batches[-1].start_day
    assert [(b.geography_id, b.start_day) for b in added] == [(1, last + 130), (2, last + 260)]
    assert advance(old, LATER, NewBatches(batches=0)).batches == old.batches


def test_twice_is_as_good_as_once_for_old_batches(old: Schedule, new: Schedule) -> None:
    again = advance(new, LATER + 400, name="again")
    assert again.batches[: len(new.batches)] == new.batches
    assert again.partitions[: len(new.partitions)] == new.partitions
    assert len(again.batches) > len(new.batches)
    assert conflict_count(again) == 0


def test_a_full_sea_stays_cut_as_it_was(small_farm: Farm, biology: Biology) -> None:
    """Three places of two rings in two areas of three: none is left over, at any time."""
    full = plan(
        Request(name="full", batches=6, stagger_days=75, as_of_day=AS_OF, rings=2, areas_per_batch=2),
        small_farm,
        biology,
    )
    longer = advance(full, AS_OF + 1000)
    places = {batch.stays[-1].container_ids for batch in full.batches}
    assert {len(p) for p in places} == {2}
    assert {batch.stays[-1].container_ids for batch in longer.batches[12:]} == places
    assert len(longer.batches) == 12 + (1000 - 50 - 25) // 75 + 1
    assert longer.areas_per_batch == 2


Ask = Callable[[Schedule], Schedule]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: advance(s, AS_OF), "--advance: 2025-11-19 is not after"),
        (lambda s: advance(s, LATER, NewBatches(batches=-1)), "--batches: -1"),
        (lambda s: advance(s, LATER, NewBatches(stagger_days=0)), "--stagger: 0"),
        (lambda s: advance(s, LATER, NewBatches(batches=9)), "--batches: the last of 9 new batches"),
        (
            lambda s: advance(s, LATER, NewBatches(stagger_days=20)),
            "no room for batch FAR-2026-0.* Egg&Alevin is taken",
        ),
        (lambda s: advance(replace(s, batches=s.batches[:1]), LATER), "give --stagger"),
    ],
)
def test_what_can_not_be_is_refused(old: Schedule, ask: Ask, words: str) -> None:
    with pytest.raises(InputError, match=words):
        ask(old)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(2, 5), st.integers(0, 5))
def test_a_recurring_pattern_is_found_and_goes_on_where_it_stopped(pattern: list[int], times: int, more: int) -> None:
    pattern = [*pattern, 7]
    gaps = [*pattern * times, *pattern[: more % len(pattern)]]
    found = find_recurring_gaps(gaps)
    assert len(found) <= len(pattern)
    whole = pattern * (times + 2)
    assert [found[i % len(found)] for i in range(len(pattern))] == whole[len(gaps) : len(gaps) + len(pattern)]


def test_without_a_pattern_the_middle_gap_goes_on() -> None:
    assert find_recurring_gaps([3, 9, 5, 8]) == (5,)
    assert find_recurring_gaps([0, 0]) == (1,)


@given(st.data())
def test_vacancies_never_give_what_is_held(small_farm: Farm, data: st.DataObject) -> None:
    vacancies = Vacancies(small_farm)
    held: list[Stay] = []
    for _ in range(data.draw(st.integers(1, 25))):
        stage, geography = data.draw(st.sampled_from([2, 6])), data.draw(st.integers(1, 2))
        start = data.draw(st.integers(0, 300))
        end = start + data.draw(st.integers(1, 200))
        if stage == 6:
            ids = vacancies.rings(
                geography,
                start,
                end,
                count=data.draw(st.integers(1, 3)),
                areas_per_batch=data.draw(st.integers(1, 2)),
            )
        else:
            hall = vacancies.hall(stage, geography, start, end)
            ids = tuple(hall.container_ids) if hall else ()
            free = [
                h
                for h in small_farm.halls
                if (h.stage, h.geography_id) == (stage, geography)
                and not any(
                    set(h.container_ids) & set(s.container_ids) and s.start_day < end and start < s.end_day
                    for s in held
                )
            ]
            assert bool(ids) == bool(free)
        assert all(small_farm.container(c).geography_id == geography for c in ids)
        if ids:
            held.append(Stay(stage=stage, container_ids=ids, start_day=start, end_day=end))
            vacancies.take(held[-1])
    lone = tuple(Batch(id=i, number=str(i), geography_id=1, eggs=1000, stays=(stay,)) for i, stay in enumerate(held, 1))
    schedule = Schedule(
        name="x",
        seed=1,
        as_of_day=1000,
        farm=small_farm,
        biology=None,  # type: ignore[arg-type]
        batches=lone,
        partitions=(),
        text="",
    )
    assert conflict_count(schedule) == 0


def test_the_command_extends_a_file_and_finds_its_farm_again(
    old: Schedule, new: Schedule, write_schedule: Callable[[Path, Schedule], Path], tmp_path: Path
) -> None:
    path = write_schedule(tmp_path / "here", old)
    target = tmp_path / "there/new.yaml"
    options = ["--advance", str(to_date(LATER)), "--schedule", str(path), "--output", str(target)]
    result = CliRunner().invoke(app, [*options, "--json"])
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["batches"] == len(new.batches)
    assert "farm: {name: ../here/farms/small-farm.yaml" in target.read_text().replace('"', "")
    assert read_schedule(target).batches == new.batches


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--advance", "2026-08-01", "--output", "x.yaml"], "--schedule and --output are needed"),
        (["--advance", "2026-08-01", "--schedule", "x.yaml"], "--schedule and --output are needed"),
        (["--advance", "tomorrow", "--schedule", "schedules/demo.yaml", "--dry-run"], "--advance: 'tomorrow'"),
        (["--advance", "2026-08-01", "--schedule", "x.yaml", "--dry-run"], "no such file"),
        (["--advance", "2026-08-01", "--schedule", "x.yaml", "--dry-run", "--seed", "1"], "--seed: has no part"),
        (["--schedule", "x.yaml", "--dry-run"], "give --advance"),
    ],
)
def test_wrong_usage_of_the_command_is_exit_2(options: list[str], words: str) -> None:
    result = CliRunner().invoke(app, options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
