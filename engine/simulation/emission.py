"""The families of rows: each gives its tables' rows of a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from engine.farm.schedule import Batch, Schedule
from engine.simulation.record import BatchHistory
from engine.simulation.rows.buffers import ReadingBuffers
from engine.simulation.rows.columns import BatchRows, Tables, join_batches
from engine.simulation.rows.deaths import death_tables
from engine.simulation.rows.feed import feed_tables
from engine.simulation.rows.finance import finance_tables
from engine.simulation.rows.fish import fish_tables
from engine.simulation.rows.harvest import harvest_tables
from engine.simulation.rows.health import health_tables
from engine.simulation.rows.journal import journal_tables
from engine.simulation.rows.lice import lice_tables
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.lives import Lives
from engine.simulation.rows.moves import move_tables
from engine.simulation.rows.origin import origin_tables
from engine.simulation.rows.outlook import outlook_tables
from engine.simulation.rows.readings import reading_tables
from engine.simulation.rows.states import state_tables
from engine.simulation.rows.stays import stay_tables
from engine.simulation.rows.summaries import summary_tables
from engine.simulation.rows.surroundings import surroundings_tables
from engine.simulation.rows.undelivered import undelivered_tables
from engine.simulation.water.climate import Climate

Emit = Callable[[str, BatchRows], None]


class Family(NamedTuple):
    """Tables that are made together."""

    tables: Callable[[BatchLife], Tables]


class LentFamily(NamedTuple):
    """A family whose rows stand in the life's buffers, which the next batch's rows overwrite."""

    tables: Callable[[BatchLife], Tables]


class GroupFamily(NamedTuple):
    """A family that makes the rows of several batches at once, faster than of one after the other."""

    of_batches: Callable[[Lives], dict[str, BatchRows]]

    def tables(self, life: BatchLife) -> Tables:
        """The rows of one batch."""
        return {table: rows.columns for table, rows in self.of_batches(Lives([life])).items()}


AnyFamily = Family | LentFamily | GroupFamily
FAMILIES: tuple[AnyFamily, ...] = (
    GroupFamily(stay_tables),
    GroupFamily(move_tables),
    Family(origin_tables),
    GroupFamily(feed_tables),
    GroupFamily(summary_tables),
    GroupFamily(fish_tables),
    GroupFamily(death_tables),
    GroupFamily(state_tables),
    GroupFamily(lice_tables),
    Family(health_tables),
    GroupFamily(journal_tables),
    GroupFamily(harvest_tables),
    Family(finance_tables),
    GroupFamily(outlook_tables),
    GroupFamily(surroundings_tables),
    LentFamily(reading_tables),
)


class Emitter:
    """One worker's way from histories to rows; the readings' buffers are reused from batch to batch.

    at_work: the number of the batch whose rows are being made, "" when they are made of several at once.
    """

    def __init__(
        self, schedule: Schedule, climate: Climate, flagged: frozenset[int], forecasts: dict[int, str]
    ) -> None:
        self._schedule, self._climate = schedule, climate
        self._flagged, self._forecasts = flagged, forecasts
        self._buffers = ReadingBuffers()
        self.at_work = ""

    def emit(self, histories: Sequence[BatchHistory], emit: Emit) -> None:
        """Give `emit` each table's rows of all batches; the columns that are lent are valid only until it returns.

        Tables of many rows come batch by batch, after all others.
        """
        lives = Lives(self._life(history) for history in histories)
        for family in FAMILIES:
            for table, rows in self._rows(family, lives):
                emit(table, rows)

    def emit_undelivered(self, batches: Sequence[Batch], emit: Emit) -> None:
        """The same of batches whose eggs have yet to come."""
        parts: dict[int, Tables] = {}
        for batch in batches:
            self.at_work, flagged = batch.number, batch.id in self._flagged
            parts[batch.id] = undelivered_tables(self._schedule, batch, over_capacity_planned=flagged)
        self.at_work = ""
        for table, rows in _by_table(parts):
            emit(table, rows)

    def _life(self, history: BatchHistory) -> BatchLife:
        return BatchLife(
            schedule=self._schedule,
            history=history,
            climate=self._climate,
            over_capacity_planned=history.batch.id in self._flagged,
            cutoff_forecast=self._forecasts[history.batch.id],
            buffers=self._buffers,
        )

    def _rows(self, family: AnyFamily, lives: Lives) -> Iterator[tuple[str, BatchRows]]:
        """Each table of a family with its rows of all lives; of one life at a time where they are lent."""
        if isinstance(family, GroupFamily):
            yield from self._of_batches(family, lives).items()
            return
        parts: dict[int, Tables] = {}
        for life in lives:
            self.at_work = life.history.batch.number
            parts[life.batch_id] = family.tables(life)
            if isinstance(family, LentFamily):
                for table, rows in _by_table(parts):
                    yield table, replace(rows, lent=True)
                parts = {}
        self.at_work = ""
        if parts:
            yield from _by_table(parts)

    def _of_batches(self, family: GroupFamily, lives: Lives) -> dict[str, BatchRows]:
        """A family's rows of all lives; an error is raised while `at_work` names the batch that it comes from."""
        try:
            return family.of_batches(lives)
        except Exception:
            for life in lives:
                self.at_work = life.history.batch.number
                family.of_batches(Lives([life]))
            self.at_work = ""
            raise


def _by_table(parts: dict[int, Tables]) -> Iterator[tuple[str, BatchRows]]:
    """The rows of every table, joined, from each batch's tables by its id."""
    for table in next(iter(parts.values())):
        yield table, join_batches(table, {batch_id: tables[table] for batch_id, tables in parts.items()})
