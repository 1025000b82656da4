"""The shipped stress scenarios: each shows its stress, and shares with the published set all that it does not touch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from engine.biology.parameters import Biology, read_biology
from engine.farm.infrastructure import read_farm
from engine.farm.schedule import Schedule
from engine.planning.planner import Request, plan
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory, HealthEvent, StageHistory
from engine.simulation.water.climate import Climate
from lake.codes import SEA
from lake.tables import TABLES
from tests.simulation.climates import climate_for
from tests.simulation.emitted import tables_of

AS_OF_DAY = 20_400  # 2025-11-08
AT_SEA_ALONE = ("heat-wave", "pd-outbreak", "algal-bloom", "lice-resistance")


@dataclass(frozen=True)
class World:
    """The small schedule under a biology: its water, its batches' lives and their rows."""

    schedule: Schedule

    @cached_property
    def climate(self) -> Climate:
        return climate_for(self.schedule)

    @cached_property
    def histories(self) -> tuple[BatchHistory, ...]:
        return tuple(simulate_batch(self.schedule, self.climate, batch) for batch in self.schedule.batches)

    @cached_property
    def tables(self) -> dict[str, pa.Table]:
        return tables_of(self.schedule, self.climate, self.histories)


InWorld = Callable[[str], World]


def worlds(schedule: Schedule) -> InWorld:
    made: dict[str, World] = {}

    def under(name: str) -> World:
        if name not in made:
            made[name] = World(replace(schedule, biology=read_biology(name)))
        return made[name]

    return under


@pytest.fixture(scope="module")
def world(small_schedule: Schedule) -> InWorld:
    return worlds(small_schedule)


@pytest.fixture(scope="module")
def many(biology: Biology) -> InWorld:
    """Twenty-four batches, most of which have been at sea for long."""
    request = Request(name="many", batches=12, stagger_days=75, as_of_day=AS_OF_DAY, seed=7, rings=4)
    return worlds(plan(request, read_farm("faroe-scotland"), biology))


def same(one: StageHistory, other: StageHistory, days: int | None = None) -> None:
    """Equal in every array, or over the first `days`."""
    for field in fields(StageHistory):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if days is not None and isinstance(mine, np.ndarray) and mine.ndim == 2:
            mine, theirs = mine[:, :days], theirs[:, :days]
        elif days is not None and field.name in ("lice", "days_lived", "emptied"):
            continue
        np.testing.assert_array_equal(mine, theirs, err_msg=field.name, strict=isinstance(mine, np.ndarray))


def of_stays(table: pa.Table, name: str, stays: pa.Array) -> pa.Table:
    """The table's rows of some stays, by the columns that refer to them; all its rows when none does."""
    columns = [c.name for c in TABLES[name].columns if c.references == "container_assignment"]
    for column in ["id"] if name == "container_assignment" else columns:
        table = table.filter(pc.is_in(table[column], value_set=stays))
    return table


@pytest.mark.parametrize("name", AT_SEA_ALONE)
def test_a_stress_at_sea_leaves_fresh_water_as_it_was_to_the_last_row(name: str, world: InWorld) -> None:
    calm, stressed = world("published"), world(name)
    for mine, theirs in zip(calm.histories, stressed.histories, strict=True):
        assert len(mine.stages) == len(theirs.stages)
        for one, other in zip(mine.stages[:5], theirs.stages[:5], strict=True):
            if one.stage < SEA:
                same(one, other)
        for move, same_move in zip(mine.moves, theirs.moves, strict=True):
            np.testing.assert_array_equal(move.arrived, same_move.arrived)
    stays = calm.tables["container_assignment"]
    ashore = stays.filter(pc.less(stays["lifecycle_stage_id"], SEA))["id"].combine_chunks()
    young = {b.id for b in calm.schedule.batches if len(calm.histories[b.id - 1].stages) < SEA}
    compared = 0
    for table, rows in calm.tables.items():
        other = stressed.tables[table]
        if table == "container_assignment" or any(
            c.references == "container_assignment" for c in TABLES[table].columns
        ):
            mine, theirs = of_stays(rows, table, ashore), of_stays(other, table, ashore)
        elif "batch_id" in rows.column_names:
            mine, theirs = (t.filter(pc.is_in(t["batch_id"], pa.array(sorted(young)))) for t in (rows, other))
        else:
            continue
        assert mine.equals(theirs), table
        compared += mine.num_rows
    assert compared > 50_000


def met(history: BatchHistory, other: BatchHistory, but: str = "") -> list[HealthEvent]:
    """A batch's events, but for a kind, that begin while it lives in both worlds."""
    end = min(history.stages[-1].end_day, other.stages[-1].end_day)
    return [e for e in history.events if e.kind != but and e.start_day < end]


@pytest.mark.parametrize(("name", "kind"), [("pd-outbreak", "PANCREAS_DISEASE"), ("algal-bloom", "ALGAL_BLOOM")])
def test_an_outbreak_changes_nothing_before_it_begins_and_no_water(name: str, kind: str, world: InWorld) -> None:
    calm, stressed = world("published"), world(name)
    for mine, theirs in zip(calm.histories, stressed.histories, strict=True):
        assert met(mine, theirs, kind) == met(theirs, mine, kind)
        if mine.stages[-1].stage < SEA:
            continue
        sea, other = mine.stages[-1], theirs.stages[-1]
        both = min(sea.days, other.days)
        touched = [e.start_day - sea.start_day for e in (*mine.events, *theirs.events) if e.kind == kind]
        days = min([*touched, both])
        assert days > 0
        same(sea, other, days)
        np.testing.assert_array_equal(sea.temp_c[:, :both], other.temp_c[:, :both])


def test_a_heat_wave_warms_the_summer_sea_alone(world: InWorld) -> None:
    calm, hot = world("published"), world("heat-wave")
    for hall in calm.schedule.farm.halls:
        np.testing.assert_array_equal(calm.climate.hall(hall), hot.climate.hall(hall))
    first = np.datetime64("1970-01-01") + calm.climate.first_day
    for area in calm.schedule.farm.areas:
        warmer = hot.climate.sea(area)[0] - calm.climate.sea(area)[0]
        months = (first + np.arange(warmer.size)).astype("datetime64[M]").astype(int) % 12 + 1
        assert warmer.min() >= -1e-9
        assert abs(warmer[(months <= 3) | (months == 12)]).max() < 0.1
        assert 1.0 < warmer[(months >= 7) & (months <= 9)].mean() < 4.0
    for mine, theirs in zip(calm.histories, hot.histories, strict=True):
        assert met(mine, theirs) == met(theirs, mine)


def test_resistant_lice_change_nothing_before_the_first_treatment(world: InWorld) -> None:
    calm, stressed = world("published"), world("lice-resistance")
    for mine, theirs in zip(calm.histories, stressed.histories, strict=True):
        assert met(mine, theirs) == met(theirs, mine)
        if not theirs.treatments:
            continue
        sea, other = mine.stages[-1], theirs.stages[-1]
        assert sea.lice is not None
        assert other.lice is not None
        both = min(len(sea.lice.day), len(other.lice.day))
        ratio = other.lice.pressure[:, :both] / sea.lice.pressure[:, :both]
        np.testing.assert_allclose(ratio, 2.0, rtol=1e-12)
        first = min(t.day for t in (*mine.treatments, *theirs.treatments))
        fasted = 4  # a treatment shows before its day, in the ration
        same(sea, other, first - sea.start_day - fasted)


def test_a_hall_without_power_lacks_oxygen_and_nothing_else_changes_before(world: InWorld) -> None:
    calm, dark = world("published"), world("power-failure")
    for hall in calm.schedule.farm.halls:
        np.testing.assert_array_equal(calm.climate.hall(hall)[0], dark.climate.hall(hall)[0])
    for area in calm.schedule.farm.areas:
        np.testing.assert_array_equal(calm.climate.sea(area), dark.climate.sea(area))
    lowest, failures = [], 0
    for mine, theirs in zip(calm.histories, dark.histories, strict=True):
        assert met(mine, theirs) == met(theirs, mine)
        for one, other in zip(mine.stages, theirs.stages, strict=True):
            both = min(one.days, other.days)
            np.testing.assert_array_equal(one.temp_c[:, :both], other.temp_c[:, :both])
            struck = np.flatnonzero((other.oxygen_min[:, :both] < one.oxygen_min[:, :both] - 5.0).any(axis=0))
            if one.stage == SEA:
                assert not struck.size
                continue
            assert struck.size <= 2  # a night: once a year at the most
            failures += struck.size > 0
            lowest += [float(other.oxygen_min[:, d].min()) for d in struck]
            if one.stage == 1:
                same(one, other, int(min([*struck, both])))
    assert failures > 5
    assert 1.0 <= min(lowest) < 30.0


def in_all(many: World, of: Callable[[BatchHistory], float]) -> float:
    return sum(map(of, many.histories))


def dead_in_fresh_water(history: BatchHistory) -> float:
    """Share of the eggs."""
    return sum(float(stage.dead.sum()) for stage in history.stages[:5]) / history.batch.eggs


def test_the_failures_show_in_the_deaths_in_fresh_water(many: InWorld) -> None:
    assert in_all(many("power-failure"), dead_in_fresh_water) > 1.03 * in_all(many("published"), dead_in_fresh_water)


def dead_at_sea(history: BatchHistory) -> float:
    """Share of the fish that went to sea."""
    seas = [stage for stage in history.stages if stage.stage == SEA]
    return sum(float(sea.dead.sum() / sea.fish.sum()) for sea in seas)


@pytest.mark.parametrize(
    ("name", "least"), [("heat-wave", 1.0), ("pd-outbreak", 1.2), ("algal-bloom", 1.3), ("lice-resistance", 1.0)]
)
def test_the_stress_shows_in_the_deaths_of_many_batches(name: str, least: float, many: InWorld) -> None:
    assert in_all(many(name), dead_at_sea) > least * in_all(many("published"), dead_at_sea)


@pytest.mark.parametrize(("name", "least"), [("heat-wave", 1.05), ("lice-resistance", 1.1)])
def test_the_stress_calls_for_more_treatments(name: str, least: float, many: InWorld) -> None:
    def treatments(history: BatchHistory) -> float:
        return len(history.treatments)

    assert in_all(many(name), treatments) > least * in_all(many("published"), treatments) > 0


def test_resistant_lice_survive_more_of_their_first_treatment(many: InWorld) -> None:
    def of_first(world: World) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for history in world.histories:
            if history.treatments:
                first = history.treatments[0]
                found.setdefault(first.method, []).append(first.efficacy)
        return found

    calm, stressed = of_first(many("published")), of_first(many("lice-resistance"))
    assert len(calm) > 2
    both = sorted(set(calm) & set(stressed))
    assert sum(np.mean(stressed[method]) for method in both) < sum(np.mean(calm[method]) for method in both)
