"""Hands every table's rows of a batch to whoever writes them."""

from __future__ import annotations

from collections.abc import Callable

from engine.farm.schedule import Schedule
from engine.simulation.record import BatchHistory
from engine.simulation.rows.feed import feed_tables
from engine.simulation.rows.finance import finance_tables
from engine.simulation.rows.fish import fish_tables
from engine.simulation.rows.harvest import harvest_tables
from engine.simulation.rows.health import health_tables
from engine.simulation.rows.journal import journal_tables
from engine.simulation.rows.lice import lice_tables
from engine.simulation.rows.origin import origin_tables
from engine.simulation.rows.outlook import outlook_tables
from engine.simulation.rows.readings import Sensors
from engine.simulation.rows.shared import Columns, Subject, Tables
from engine.simulation.rows.states import state_tables
from engine.simulation.rows.stays import stay_tables
from engine.simulation.rows.summaries import summary_tables
from engine.simulation.water.climate import Climate

Emit = Callable[[str, Columns], None]
FAMILIES: tuple[Callable[[Subject], Tables], ...] = (
    stay_tables,
    origin_tables,
    feed_tables,
    summary_tables,
    fish_tables,
    state_tables,
    lice_tables,
    health_tables,
    journal_tables,
    harvest_tables,
    finance_tables,
    outlook_tables,
)


class Emitter:
    """One worker's way from histories to rows; the readings' buffers are reused from batch to batch."""

    def __init__(
        self, schedule: Schedule, climate: Climate, flagged: frozenset[int], forecasts: dict[int, str]
    ) -> None:
        self._schedule, self._climate = schedule, climate
        self._flagged, self._forecasts = flagged, forecasts
        self._sensors = Sensors()

    def emit(self, history: BatchHistory, emit: Emit) -> None:
        """Give `emit` each table's columns; they are valid only until it returns."""
        batch_id = history.batch.id
        subject = Subject(self._schedule, history, self._climate, batch_id in self._flagged, self._forecasts[batch_id])
        for family in (*FAMILIES, self._sensors.tables):
            for table, columns in family(subject).items():
                emit(table, columns)
