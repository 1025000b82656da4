"""What to expect of a run: rows by table and batch, and what is certain at the as-of date."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.farm.schedule import Schedule
from engine.farm.sites import own_area_days
from engine.forecast.cutoff import state_by_growth
from engine.forecast.expected import expected_rows
from engine.forecast.representatives import simulate_representatives
from engine.simulation.rows.expected_life import RowCounts
from engine.simulation.rows.undelivered import expected_undelivered
from engine.simulation.water.climate import Climate
from lake.tables import EVENT_TABLE_NAMES


@dataclass(frozen=True)
class Forecast:
    """The plan's expectations: rows by table and by batch, and the state at the as-of date."""

    rows: dict[str, int]
    batch_rows: dict[int, int]
    cutoff: dict[int, str]  # a status that is certain, or UNDECIDED

    @property
    def events(self) -> int:
        return sum(self.rows.values())


def forecast_run(schedule: Schedule, climate: Climate | None = None) -> Forecast:
    """Forecast every batch; a pure function of the schedule. climate: the schedule's, up to every batch's end."""
    schedule, as_of = replace(schedule, area_days=own_area_days(schedule)), schedule.as_of_day
    delivered = [batch for batch in schedule.batches if batch.is_delivered(as_of)]
    by_batch: dict[int, RowCounts] = {}
    cutoff: dict[int, str] = {}
    for batch, history in simulate_representatives(schedule, delivered, climate):
        cutoff[batch.id] = state_by_growth(batch, history, as_of)[0]
        by_batch[batch.id] = expected_rows(schedule, batch, history)
    for batch in schedule.batches:
        if batch.id not in by_batch:
            cutoff[batch.id] = batch.planned_status(as_of)
            by_batch[batch.id] = expected_undelivered(schedule, batch)
    return Forecast(
        rows={table: sum(counted[table] for counted in by_batch.values()) for table in EVENT_TABLE_NAMES},
        batch_rows={batch.id: sum(by_batch[batch.id].values()) for batch in schedule.batches},
        cutoff=cutoff,
    )
