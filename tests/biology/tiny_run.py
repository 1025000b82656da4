"""One batch of the small farm, from egg to harvest in half a year: what reads the biology, in a quarter of a second."""

from __future__ import annotations

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Schedule, Stay
from engine.forecast.cutoff import predict_states
from engine.forecast.sizing import predict_peaks
from engine.forecast.workload import predicted_events
from engine.simulation.emission import Emitter
from engine.simulation.fish.history import simulate_batch
from engine.simulation.rows.columns import BatchRows
from lake.columns import record_batch
from lake.tables import TABLES
from tests.simulation.climates import climate_for

START = 19_000
DAYS = (8, 12, 12, 30, 30, 90)


def tiny_schedule(farm: Farm, biology: Biology) -> Schedule:
    """Two tanks or rings a stage, and 2,000 eggs."""
    stays, day = [], START
    for stage, days in enumerate(DAYS, 1):
        first = next(c for c in farm.containers if c.stage == stage)
        there = [c.id for c in farm.containers if c.place == first.place]
        stays.append(Stay(stage=stage, container_ids=tuple(there[:2]), start_day=day, end_day=day + days))
        day += days
    batch = Batch(id=1, number="FAR-2022-001", geography_id=1, eggs=2_000, stays=tuple(stays), harvest_target_g=None)
    return Schedule(
        name="tiny",
        seed=3,
        as_of_day=day + 5,
        farm=farm,
        biology=biology,
        batches=(batch,),
        partitions=(range(1, 2),),
        text="",
    )


def run(schedule: Schedule) -> dict[str, int]:
    """Size, forecast and simulate the batch; the number of rows by table, each as the lake would take it."""
    batch = schedule.batches[0]
    predict_peaks(batch, schedule.farm, schedule.biology)
    predicted_events(schedule)
    climate = climate_for(schedule, START)
    rows: dict[str, int] = {}

    def keep(table: str, made: BatchRows) -> None:
        written = record_batch(TABLES[table], made.columns)
        written.validate(full=True)
        rows[table] = written.num_rows

    states = {id: state for id, (state, _) in predict_states(schedule, climate).items()}
    history = simulate_batch(schedule, climate, batch)
    Emitter(schedule, climate, frozenset(), states).emit([history], keep)
    return rows
