"""What to expect of a run: rows by table and batch, harvest days, and what is certain at the as-of date."""

from __future__ import annotations

from dataclasses import dataclass

from engine.farm.schedule import Schedule
from engine.forecast.cutoff import state_by_growth
from engine.forecast.expected import expected_rows
from engine.forecast.representatives import simulate_representatives
from engine.simulation.water.climate import Climate
from lake.tables import EVENT_TABLE_NAMES


@dataclass(frozen=True)
class Forecast:
    """The plan's expectations: rows by table and by batch, and the state at the as-of date."""

    rows: dict[str, int]
    batch_rows: dict[int, int]
    cutoff: dict[int, str]  # COMPLETED, ACTIVE or UNDECIDED
    harvest_day: dict[int, int]

    @property
    def events(self) -> int:
        return sum(self.rows.values())


def forecast_run(schedule: Schedule, climate: Climate | None = None) -> Forecast:
    """Forecast every batch; a pure function of the schedule. climate: the schedule's, up to every batch's end."""
    rows = dict.fromkeys(EVENT_TABLE_NAMES, 0)
    batch_rows: dict[int, int] = {}
    cutoff: dict[int, str] = {}
    harvest: dict[int, int] = {}
    for batch, history in simulate_representatives(schedule, schedule.batches, climate):
        harvest[batch.id] = history.stages[-1].end_day - 1
        cutoff[batch.id] = state_by_growth(batch, history, schedule.as_of_day)[0]
        counted = expected_rows(schedule, batch, history)
        batch_rows[batch.id] = sum(counted.values())
        for table, count in counted.items():
            rows[table] += count
    return Forecast(rows=rows, batch_rows=batch_rows, cutoff=cutoff, harvest_day=harvest)
