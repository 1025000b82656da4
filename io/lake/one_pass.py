"""What checks need of every value of a run, in one pass over its Parquet.

Each part is decoded once, a row group at a time, parts side by side, for

    lake_fingerprint   the fingerprint of each batch and table, computed anew (there is no other way to it)
    batch_rows         the rows of each batch in each table
    repeated_key       keys that occur more than once: none where each row's key is greater than the row's before
    reading_span, reading_day   see reading_runs

All but the first have SQL that makes the same of any relation (declared_sql, invariants/shared): it is run where a
table is no view of the run's files, where rows lack that order, and for keys of text.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from lake.declared_sql import READINGS, batch_column, repeated_keys
from lake.fingerprint import batch_runs, empty_fingerprint, part_batches, part_fingerprints
from lake.manifest import PartitionRecord, read_complete
from lake.reading_runs import COLUMNS, READING_TABLES, ReadingRuns, Wanted, make_reading_tables
from lake.rows_in_order import climbs, plain
from lake.tables import EVENT_TABLES, TABLES
from lake.tables.declaration import Table
from lake.views import register_found

Connection = duckdb.DuckDBPyConnection

FINGERPRINTS = "lake_fingerprint"
THREADS = 4  # each holds a row group
MADE_HERE = frozenset({FINGERPRINTS, "batch_rows", "repeated_key", *READING_TABLES})
NEEDS_VALUES = MADE_HERE - {"batch_rows"}


def make_in_one_pass(connection: Connection, run_dir: Path, now: Collection[str], soon: Collection[str]) -> None:
    """Make those of MADE_HERE that are wanted `now`, and with them those wanted `soon`, unless SQL has to.

    ValueError when lake_fingerprint is wanted now and a part can't be decoded, or has a batch in two places.
    """
    wanted = MADE_HERE & {*now, *soon}
    if not _reads_the_files(connection):
        if READING_TABLES & set(now):
            make_reading_tables(connection, run_dir, READING_TABLES & wanted)
        wanted &= {FINGERPRINTS} & set(now)
    elif not NEEDS_VALUES & set(now):
        return  # rows alone: their batches' column tells
    if wanted:
        with OnePass(connection, run_dir, wanted) as begun:
            begun.make_tables(connection, now)


@contextmanager
def one_pass_begun(connection: Connection, run_dir: Path, wanted: Collection[str]) -> Iterator[OnePass | None]:
    """A pass under way for those of MADE_HERE that are wanted; None where there is no need of one, or SQL has to."""
    if not NEEDS_VALUES & set(wanted) or not _reads_the_files(connection):
        yield None
        return
    with OnePass(connection, run_dir, MADE_HERE & set(wanted)) as begun:
        yield begun


def _reads_the_files(connection: Connection) -> bool:
    views = {name for (name,) in connection.sql("SELECT view_name FROM duckdb_views()").fetchall()}
    return views.issuperset(TABLES)


class OnePass:
    """A pass over a run's files, under way beside whatever else is done; in a `with`, and ended with it.

    Nothing of it touches the connection but what its caller does.
    """

    def __init__(self, connection: Connection, run_dir: Path, wanted: Collection[str]) -> None:
        self._run_dir, self._wanted = run_dir, wanted
        self._readings = Wanted.of(connection) if READING_TABLES & set(wanted) else None
        self._parts = [(p, name) for p in read_complete(run_dir).partitions for name in p.tables]
        self._threads = ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1))
        self._read = self._threads.map(self._read_part, self._parts)

    def __enter__(self) -> OnePass:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Read no more; whoever waits for the tables gets a CancelledError."""
        self._threads.shutdown(cancel_futures=True)

    def make_tables(self, connection: Connection, now: Collection[str]) -> None:
        """Wait until all is read, and make what is wanted; once. ValueError as of `make_in_one_pass`."""
        rows: list[dict[str, object]] = []
        seen = _Seen(self._wanted, self._readings)
        try:
            for (p, name), (found, of_part) in zip(self._parts, self._read, strict=True):
                seen.follow(of_part)
                rows += [
                    # a batch without rows in a table has the fingerprint of none
                    {"batch_id": b, "table_name": name, "fingerprint": found.get(b) or empty_fingerprint(name)}
                    for b in sorted({*p.batches, *found})
                ]
        except ValueError:
            if FINGERPRINTS in now:
                raise
            return
        if FINGERPRINTS in self._wanted:
            register_found(connection, FINGERPRINTS, rows)
        seen.make_tables(connection, self._run_dir)

    def _read_part(self, part: tuple[PartitionRecord, str]) -> tuple[dict[int, str], _Seen]:
        """The fingerprints of a part's batches, if wanted, and its rows, seen."""
        p, name = part
        table, seen = TABLES[name], _Seen(self._wanted, self._readings)
        file = self._run_dir / p.tables[name].file
        if FINGERPRINTS in self._wanted:
            return part_fingerprints(file, name, see=partial(seen.add, table)), seen
        columns = seen.columns(table)
        for batch in part_batches(file, table, columns) if columns else ():
            seen.add(table, batch)
        return {}, seen


class _Climb:
    """A key whose rows have climbed so far: its first and its last values, once there was a row."""

    def __init__(self) -> None:
        self.first: list[np.ndarray] = []
        self.last: list[np.ndarray] = []

    def follow(self, first: list[np.ndarray], last: list[np.ndarray]) -> bool:
        """Whether rows that climb from `first` to `last` go on climbing."""
        if self.last and not climbs([np.append(x, y) for x, y in zip(self.last, first, strict=True)]):
            return False
        self.first, self.last = self.first or first, last
        return True


class _Seen:
    """What the rows that were shown come to."""

    def __init__(self, wanted: Collection[str], readings: Wanted | None) -> None:
        self._wanted = wanted
        self._rows: Counter[tuple[str, int]] = Counter()
        self._readings = ReadingRuns(readings) if readings else None
        self._climbing = {key: _Climb() for key in _plain_keys()} if "repeated_key" in wanted else {}

    def columns(self, table: Table) -> list[str]:
        """The columns of a table that have to be shown."""
        needed = {c for name, key in self._climbing if name == table.name for c in key}
        if "batch_rows" in self._wanted:
            needed.add(batch_column(table))
        if self._readings is not None and table.name == READINGS:
            needed.update(COLUMNS)
        return [c.name for c in table.columns if c.name in needed]

    def add(self, table: Table, batch: pa.RecordBatch) -> None:
        """Take rows as they lie in the lake."""
        if "batch_rows" in self._wanted:
            for of, rows in zip(*batch_runs(plain(batch.column(batch_column(table)))), strict=True):
                self._rows[table.name, of] += rows
        if self._readings is not None and table.name == READINGS:
            self._readings.add(batch)
        for key in table.keys:
            if (climb := self._climbing.get((table.name, key))) is not None:
                columns = [batch.column(c) for c in key]
                values = [plain(column) for column in columns]
                first, last = [v[:1].copy() for v in values], [v[-1:].copy() for v in values]
                if any(c.null_count for c in columns) or not (climb.follow(first, last) and climbs(values)):
                    del self._climbing[table.name, key]

    def follow(self, other: _Seen) -> None:
        """Take what was seen of rows that lie behind these; it is given away."""
        self._rows.update(other._rows)  # += looks at every count there is
        if self._readings is not None and other._readings is not None:
            self._readings.follow(other._readings)
        for key, climb in tuple(self._climbing.items()):
            behind = other._climbing.get(key)
            if behind is None or (behind.last and not climb.follow(behind.first, behind.last)):
                del self._climbing[key]

    def make_tables(self, connection: Connection, run_dir: Path) -> None:
        """Make what is wanted of batch_rows, repeated_key and the readings' tables."""
        if "batch_rows" in self._wanted:
            of = [{"table_name": t, "batch_id": b, "rows": n} for (t, b), n in self._rows.items()]
            register_found(connection, "batch_rows", of)
        if "repeated_key" in self._wanted:
            made = repeated_keys(besides=self._climbing.keys())
            connection.execute(f"CREATE TABLE repeated_key AS {made}")
        if self._readings is not None:
            self._readings.make_tables(connection, run_dir, READING_TABLES & set(self._wanted))


@cache
def _plain_keys() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The tables and keys whose order is that of numbers, but readings'."""
    keys = ((t, key) for t in EVENT_TABLES if t.name != READINGS for key in t.keys)
    return tuple(
        (t.name, key) for t, key in keys if all(not c.codes and c.type != pa.string() for c in map(t.column, key))
    )
