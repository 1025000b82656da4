"""The families of rows: each gives its tables' rows of a batch, and says beforehand how many there will be."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from engine.farm.schedule import Batch, Schedule
from engine.simulation.record import BatchHistory
from engine.simulation.rows.buffers import ReadingBuffers
from engine.simulation.rows.columns import Columns, Tables
from engine.simulation.rows.deaths import death_tables, expected_deaths
from engine.simulation.rows.expected_life import ExpectedLife, RowCounts
from engine.simulation.rows.feed import expected_feed, feed_tables
from engine.simulation.rows.finance import expected_finance, finance_tables
from engine.simulation.rows.fish import expected_fish, fish_tables
from engine.simulation.rows.harvest import expected_harvest, harvest_tables
from engine.simulation.rows.health import expected_health, health_tables
from engine.simulation.rows.journal import expected_journal, journal_tables
from engine.simulation.rows.lice import expected_lice, lice_tables
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.moves import expected_moves, move_tables
from engine.simulation.rows.origin import expected_origin, origin_tables
from engine.simulation.rows.outlook import expected_outlook, outlook_tables
from engine.simulation.rows.readings import expected_readings, reading_tables
from engine.simulation.rows.states import expected_states, state_tables
from engine.simulation.rows.stays import expected_stays, stay_tables
from engine.simulation.rows.summaries import expected_summaries, summary_tables
from engine.simulation.rows.surroundings import expected_surroundings, surroundings_tables
from engine.simulation.rows.undelivered import undelivered_tables
from engine.simulation.water.climate import Climate

Emit = Callable[[str, Columns], None]


class Family(NamedTuple):
    """Tables that are made together: their rows, and how many rows each is expected to have. Both name every table."""

    tables: Callable[[BatchLife], Tables]
    expected: Callable[[ExpectedLife], RowCounts]


FAMILIES = (
    Family(stay_tables, expected_stays),
    Family(move_tables, expected_moves),
    Family(origin_tables, expected_origin),
    Family(feed_tables, expected_feed),
    Family(summary_tables, expected_summaries),
    Family(fish_tables, expected_fish),
    Family(death_tables, expected_deaths),
    Family(state_tables, expected_states),
    Family(lice_tables, expected_lice),
    Family(health_tables, expected_health),
    Family(journal_tables, expected_journal),
    Family(harvest_tables, expected_harvest),
    Family(finance_tables, expected_finance),
    Family(outlook_tables, expected_outlook),
    Family(surroundings_tables, expected_surroundings),
    Family(reading_tables, expected_readings),
)


class Emitter:
    """One worker's way from histories to rows; the readings' buffers are reused from batch to batch."""

    def __init__(
        self, schedule: Schedule, climate: Climate, flagged: frozenset[int], forecasts: dict[int, str]
    ) -> None:
        self._schedule, self._climate = schedule, climate
        self._flagged, self._forecasts = flagged, forecasts
        self._buffers = ReadingBuffers()

    def emit(self, history: BatchHistory, emit: Emit) -> None:
        """Give `emit` each table's columns; they are valid only until it returns."""
        batch_id = history.batch.id
        life = BatchLife(
            schedule=self._schedule,
            history=history,
            climate=self._climate,
            over_capacity_planned=batch_id in self._flagged,
            cutoff_forecast=self._forecasts[batch_id],
            buffers=self._buffers,
        )
        for family in FAMILIES:
            for table, columns in family.tables(life).items():
                emit(table, columns)

    def emit_undelivered(self, batch: Batch, emit: Emit) -> None:
        """The same of a batch whose eggs have yet to come."""
        flagged = batch.id in self._flagged
        for table, columns in undelivered_tables(self._schedule, batch, over_capacity_planned=flagged).items():
            emit(table, columns)
