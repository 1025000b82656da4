"""Lives at the edge: stages of a day, batches that die out, one tank into many rings, the day of the start."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.biology.parameters import Biology, parse_biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Schedule, Stay
from engine.farm.validation import find_complaints
from engine.forecast.cutoff import predict_states
from engine.simulation.emission import Emitter
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory
from engine.simulation.rows.columns import BatchRows
from lake.columns import record_batch
from lake.tables import EVENT_TABLES, TABLES
from tests.simulation.climates import climate_for

START = 19_000


@st.composite
def edges(draw: st.DrawFn, farm: Farm, biology: Biology) -> Schedule:
    """One batch with stages of 1 to 40 days in some of the containers, cut off anywhere."""
    lengths = draw(st.lists(st.integers(1, 40), min_size=6, max_size=6))
    starts = [START, *accumulate(lengths, initial=START)][1:]
    stays = []
    for stage, (start, days) in enumerate(zip(starts[:6], lengths, strict=True), 1):
        first = next(c for c in farm.containers if c.stage == stage)
        there = [c.id for c in farm.containers if c.place == first.place]
        lived_in = tuple(there[: draw(st.integers(1, len(there)))])
        stays.append(Stay(stage=stage, container_ids=lived_in, start_day=start, end_day=start + days))
    as_of = START + draw(st.integers(1, sum(lengths) + 5))
    eggs = draw(st.sampled_from([1_000, 1_001, 40_000]))
    batch = Batch(
        id=1,
        number="FAR-2022-001",
        geography_id=1,
        eggs=eggs,
        stays=tuple(stays),
        harvest_target_g=draw(st.sampled_from([None, 100.0])),
    )
    return Schedule(
        name="edge",
        seed=draw(st.integers(0, 50)),
        as_of_day=as_of,
        farm=farm,
        biology=biology,
        batches=(batch,),
        partitions=(range(1, 2),),
        text="",
    )


def live(schedule: Schedule) -> tuple[BatchHistory, dict[str, int]]:
    """The history, and rows by table as the lake would take them."""
    climate = climate_for(schedule, START)
    history = simulate_batch(schedule, climate, schedule.batches[0])
    states = {id: state for id, (state, _) in predict_states(schedule).items()}
    rows: dict[str, int] = {}

    def keep(table: str, made: BatchRows) -> None:
        batch = record_batch(TABLES[table], made.columns)
        batch.validate(full=True)
        rows[table] = batch.num_rows

    Emitter(schedule, climate, frozenset(), states).emit([history], keep)
    return history, rows


def check(schedule: Schedule, history: BatchHistory, rows: dict[str, int]) -> None:
    assert set(rows) == {t.name for t in EVENT_TABLES}
    gone = sum(int(s.dead.sum() + s.culled.sum()) for s in history.stages)
    gone += sum(int(m.lost.sum()) for m in history.moves)
    last = history.stages[-1]
    assert gone + int(last.last(last.population).sum()) == history.batch.eggs
    assert rows["daily_state"] == rows["daily_truth"] == sum(int(s.days_lived.sum()) for s in history.stages)
    due = sum(
        len(schedule.farm.container(c).sensor_ids) * int(days) * 6
        for s in history.stages
        for c, days in zip(s.container_ids, s.days_lived, strict=True)
    )
    assert 0.9 * due <= rows["environmental_reading"] <= due  # less the dropouts
    assert history.harvested or history.stages[-1].end_day == schedule.as_of_day


@settings(max_examples=60)
@given(data=st.data())
def test_any_shape_of_life_is_lived_and_written(data: st.DataObject, small_farm: Farm, biology: Biology) -> None:
    schedule = data.draw(edges(small_farm, biology))
    ended_early = schedule.batches[0].end_day < schedule.as_of_day
    assert ended_early or not find_complaints(schedule, lambda i, place: f"{i}.{place}")
    check(schedule, *live(schedule))


@pytest.fixture(scope="module", params=[1, 3, 5])
def deadly(request: pytest.FixtureRequest, biology: Biology) -> Biology:
    """A biology in which (nearly) no fish survives the stage."""
    data = yaml.safe_load(biology.text)
    data["mortality"]["freshwater_loss"]["value"][request.param - 1] = 1.0 - 1e-12
    return parse_biology(yaml.safe_dump(data), "deadly biology")


def test_a_batch_that_dies_out_is_still_written(small_schedule: Schedule, deadly: Biology) -> None:
    batch = replace(small_schedule.batches[1], id=1)
    schedule = replace(small_schedule, biology=deadly, batches=(replace(batch, eggs=3_000),), partitions=(range(1, 2),))
    climate = climate_for(schedule)
    history = simulate_batch(schedule, climate, schedule.batches[0])
    rows: dict[str, int] = {}
    Emitter(schedule, climate, frozenset(), {1: "COMPLETED"}).emit(
        [history], lambda table, made: rows.update({table: record_batch(TABLES[table], made.columns).num_rows})
    )
    check(schedule, history, rows)
    assert history.stages[-1].population[:, -1].sum() == 0
    assert history.harvested
    assert history.harvest_reason == "PLAN_END"
    assert rows["harvest_event"] == rows["harvest_lot"] == 0
    assert rows["transfer_workflow"] == 5
    assert np.isfinite(history.stages[-1].mu).all()
