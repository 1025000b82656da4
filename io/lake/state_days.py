"""The farm's estimate of each stay's days beside the truth of them, as a run writes both: by stay, day after day.

They are read piece by piece, no stay ever cut, so that running figures of a stay are those of a piece. LacksOrder where
rows lie otherwise, a value is missing, or integers can't hold what they come to: SQL takes rows as they come.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from lake.fingerprint import as_declared, fixed_width, part_batches
from lake.rows_in_order import Columns, climbs
from lake.tables import TABLES
from lake.tables.declaration import Column, Table

Connection = duckdb.DuckDBPyConnection

STATES, TRUTHS = "daily_state", "daily_truth"
KEY = ("assignment_id", "date")
ROWS_AT_ONCE = 65_536  # so that a piece's columns stay near the processor


class LacksOrder(Exception):
    """Rows are not as a run writes them."""


@dataclass(frozen=True)
class MadeOfDays:
    """A table made of days: relations to register, and the SELECT that makes it of them."""

    relations: Mapping[str, pa.Table]
    select: str


@dataclass(frozen=True)
class Days:
    """Whole stays' days: states and truths row by row, as integers of their declared scale, and where stays begin."""

    state: pa.RecordBatch
    truth: pa.RecordBatch
    start: np.ndarray

    def of_state(self, name: str) -> np.ndarray:
        """A column of what the farm reckons."""
        return fixed_width(self.state.column(name))

    def of_truth(self, name: str) -> np.ndarray:
        """A column of the truth."""
        return fixed_width(self.truth.column(name))

    @cached_property
    def count(self) -> np.ndarray:
        """Days of each stay."""
        return np.diff(self.start, append=self.state.num_rows)

    @cached_property
    def stay(self) -> np.ndarray:
        """The stays, one after the other."""
        stay: np.ndarray = self.of_state("assignment_id")[self.start]
        return stay

    def by_row(self, of_stay: np.ndarray) -> np.ndarray:
        """What stays have, on each of their days."""
        return np.repeat(of_stay, self.count)

    def before(self, values: np.ndarray, first: np.ndarray | float) -> np.ndarray:
        """The day before's values; on a stay's first day `first`."""
        shifted = np.empty(len(values), np.result_type(values, np.asarray(first)))
        shifted[1:] = values[:-1]
        shifted[self.start] = first
        return shifted

    def running_sum(self, values: np.ndarray) -> np.ndarray:
        """Of the stay until each day."""
        return self._running(np.add, values)

    def running_max(self, values: np.ndarray) -> np.ndarray:
        """Of the stay until each day."""
        return self._running(np.maximum, values)

    def _running(self, of: np.ufunc, values: np.ndarray) -> np.ndarray:
        """Stay by stay, that no stay's figures, however large, cost another's their last digits."""
        found: np.ndarray = values.copy()
        edges = [*self.start.tolist(), len(found)]
        for begin, end in itertools.pairwise(edges):
            days = found[begin:end]
            of.accumulate(days, out=days)
        return found

    def find_stays(self, known: Columns) -> tuple[np.ndarray, np.ndarray]:
        """Where each stay is in `known`, some row of it, and whether it is there."""
        ids = known["assignment_id"]
        if not len(ids):
            return np.zeros(len(self.stay), np.int64), np.zeros(len(self.stay), bool)
        at = np.minimum(ids.searchsorted(self.stay), len(ids) - 1)
        return at, ids[at] == self.stay

    def find_days(self, known: Columns) -> tuple[np.ndarray, np.ndarray]:
        """The rows of these days that `known` has days of, and where it has each of them."""
        ids = known["assignment_id"]
        first, last = ids.searchsorted(self.stay[[0, -1]] + np.array([0, 1]))
        found = np.arange(first, last)
        stay = self.stay.searchsorted(ids[found])
        day = known["date"][found].astype(np.int64) - self.of_state("date")[self.start[stay]]
        there = (ids[found] == self.stay[stay]) & (day >= 0) & (day < self.count[stay])
        return self.start[stay[there]] + day[there], found[there]


def days_in_order(
    connection: Connection, run_dir: Path, state: Collection[str], truth: Collection[str]
) -> Iterator[Days]:
    """Every stay's days, with some columns of states and truths; there is a day."""
    states = _batches(connection, run_dir, STATES, {*KEY, *state})
    truths = _batches(connection, run_dir, TRUTHS, {*KEY, *truth})
    last = -1
    for of_state, of_truth in _beside(states, truths):
        begins = _begins(of_state, of_truth)
        full = np.arange(ROWS_AT_ONCE, of_state.num_rows, ROWS_AT_ONCE)
        edges = np.unique([0, *begins[begins.searchsorted(full, "right") - 1], of_state.num_rows])
        for begin, end in zip(edges.tolist(), edges[1:].tolist(), strict=False):
            start = begins[(begins >= begin) & (begins < end)] - begin
            state_days, truth_days = (rows.slice(begin, end - begin) for rows in (of_state, of_truth))
            days = Days(state=state_days, truth=truth_days, start=start)
            if days.stay[0] <= last:
                raise LacksOrder
            last = days.stay[-1]
            yield days
    if last < 0:
        raise LacksOrder


def known(connection: Connection, select: str) -> Columns:
    """What a small table has, a row of each stay, or of each of its days, in order; numbers that are missing as NaN."""
    rows = connection.sql(select).to_arrow_table()
    found = {}
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        array = pa.concat_arrays(column.chunks) if column.num_chunks else pa.nulls(0, column.type)
        values = flags(array) if pa.types.is_boolean(array.type) else fixed_width(array)
        if pa.types.is_floating(array.type):
            there, values = flags(array.is_valid()), values.view(np.float64)
            if not np.isfinite(values[there]).all():
                raise LacksOrder
            values = np.where(there, values, np.nan)
        elif array.null_count:
            raise LacksOrder
        found[name] = values
    key = [found[name] for name in KEY if name in found]
    if not climbs(key):
        raise LacksOrder
    return found


def says(words: pa.DictionaryArray, word: str) -> np.ndarray:
    """Where a column says `word`."""
    codes = words.dictionary.to_pylist()
    if word not in codes:
        return np.zeros(len(words), bool)
    there: np.ndarray = fixed_width(words.indices) == codes.index(word)
    return there


def flags(column: pa.Array) -> np.ndarray:
    """A column of true and false."""
    return fixed_width(column.cast(pa.uint8())).astype(bool)


def parameter(connection: Connection, name: str) -> float:
    """One of the plan's parameters."""
    found = connection.execute("SELECT value FROM parameter WHERE name = ?", [name]).fetchall()
    if len(found) != 1 or found[0][0] is None:
        raise LacksOrder
    return float(found[0][0])


def _begins(state: pa.RecordBatch, truth: pa.RecordBatch) -> np.ndarray:
    """Where stays begin; each is followed by a higher one, and its days by one another, in both."""
    stay, day = (fixed_width(state.column(name)) for name in KEY)
    later = stay[1:] > stay[:-1]
    in_order = (later | ((stay[1:] == stay[:-1]) & (day[1:] == day[:-1] + 1))).all()
    if not in_order or any((fixed_width(state.column(n)) != fixed_width(truth.column(n))).any() for n in KEY):
        raise LacksOrder
    return np.append(0, np.flatnonzero(later) + 1)


def _beside(
    states: Iterator[pa.RecordBatch], truths: Iterator[pa.RecordBatch]
) -> Iterator[tuple[pa.RecordBatch, pa.RecordBatch]]:
    """As many rows of the one as of the other. What was written by row group ends with a stay in both."""
    state = truth = None
    while True:
        state, truth = state or next(states, None), truth or next(truths, None)
        if state is None or truth is None:
            if state is not truth:
                raise LacksOrder
            return
        rows = min(state.num_rows, truth.num_rows)
        yield state.slice(0, rows), truth.slice(0, rows)
        state, truth = (batch.slice(rows) if batch.num_rows > rows else None for batch in (state, truth))


def _batches(connection: Connection, run_dir: Path, name: str, columns: Collection[str]) -> Iterator[pa.RecordBatch]:
    """A table's rows as declared, some columns of them: decoded from the run's files if it is a view of these."""
    table = TABLES[name]
    declared = [c for c in table.columns if c.name in columns]
    views = connection.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = ?", [name]).fetchall()
    of_files = "SELECT file FROM manifest_part WHERE table_name = ? ORDER BY partition"
    files = [run_dir / f for (f,) in connection.execute(of_files, [name]).fetchall()] if views[0][0] else None
    found = _planted(connection, table, declared) if files is None else _decoded(files, table, declared)
    try:
        for batch in found:
            if any(batch.column(c.name).null_count and not c.nullable for c in declared):
                raise LacksOrder
            if batch.num_rows:
                yield batch
    except (pa.ArrowException, OSError, KeyError) as error:
        raise LacksOrder from error  # DuckDB says what is wrong with it


def _decoded(files: list[Path], table: Table, declared: list[Column]) -> Iterator[pa.RecordBatch]:
    for file in files:
        yield from part_batches(file, table, [c.name for c in declared])


def _planted(connection: Connection, table: Table, declared: list[Column]) -> Iterator[pa.RecordBatch]:
    names = [c.name for c in declared]
    rows = connection.sql(f"SELECT {', '.join(names)} FROM {table.name}").to_arrow_table().combine_chunks()
    for batch in rows.to_batches():
        arrays = [as_declared(c, batch.column(c.name)) for c in declared]
        yield pa.RecordBatch.from_arrays(arrays, names)
