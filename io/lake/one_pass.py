"""What checks need of every value of a run, in one pass over its Parquet.

Each part is decoded once, a row group at a time, for

    lake_fingerprint   the fingerprint of each batch and table, computed anew (there is no other way to it)
    batch_rows         the rows of each batch in each table
    repeated_key       keys that occur more than once: none where each row's key is greater than the row's before
    reading_block, reading_day   see reading_runs

All but the first have SQL that makes the same of any relation (declared_sql, invariants/shared): it is run where a
table is no view of the run's files, where rows lack that order, and for keys of text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from lake.declared_sql import READINGS, batch_column, repeated_keys
from lake.fingerprint import empty_fingerprint, part_batches, part_fingerprints
from lake.manifest import read_complete
from lake.reading_runs import READING_TABLES, ReadingRuns, climbs, make_reading_tables, plain, run_starts
from lake.tables import EVENT_TABLES, TABLES
from lake.tables.declaration import Table
from lake.views import register_found

Connection = duckdb.DuckDBPyConnection

FINGERPRINTS = "lake_fingerprint"
MADE_HERE = frozenset({FINGERPRINTS, "batch_rows", "repeated_key", *READING_TABLES})


def make_in_one_pass(connection: Connection, run_dir: Path, now: Collection[str], soon: Collection[str]) -> None:
    """Make those of MADE_HERE that are wanted `now`, and with them those wanted `soon`, unless SQL has to.

    ValueError when lake_fingerprint is wanted now and a part can't be decoded, or has a batch in two places.
    """
    wanted = MADE_HERE & {*now, *soon}
    if not _reads_the_files(connection):
        if READING_TABLES & set(now):
            make_reading_tables(connection, READING_TABLES & wanted)
        wanted &= {FINGERPRINTS} & set(now)
    elif not {FINGERPRINTS, "repeated_key", *READING_TABLES} & set(now):
        return  # rows alone: their batches' column tells
    if not wanted:
        return
    seen = _Seen(connection, wanted)
    try:
        fingerprints = _read(run_dir, seen, with_fingerprints=FINGERPRINTS in wanted)
    except ValueError:
        if FINGERPRINTS in now:
            raise
        return
    if FINGERPRINTS in wanted:
        register_found(connection, FINGERPRINTS, fingerprints)
    seen.make_tables(connection)


def _reads_the_files(connection: Connection) -> bool:
    views = {name for (name,) in connection.sql("SELECT view_name FROM duckdb_views()").fetchall()}
    return views.issuperset(TABLES)


def _read(run_dir: Path, seen: _Seen, *, with_fingerprints: bool) -> list[dict[str, object]]:
    """Show every part to `seen`; the fingerprints, if wanted: a batch without rows in a table has that of none."""
    rows: list[dict[str, object]] = []
    for p in read_complete(run_dir).partitions:
        for name, part in p.tables.items():
            file, table = run_dir / part.file, TABLES[name]
            if not with_fingerprints:
                columns = seen.columns(table)
                for batch in part_batches(file, table, columns) if columns else ():
                    seen.add(table, batch)
                continue
            found = part_fingerprints(file, name, see=partial(seen.add, table))
            rows += [
                {"batch_id": b, "table_name": name, "fingerprint": found.get(b) or empty_fingerprint(name)}
                for b in sorted({*p.batches, *found})
            ]
    return rows


class _Seen:
    """What the rows that were shown come to."""

    def __init__(self, connection: Connection, wanted: Collection[str]) -> None:
        self._wanted = wanted
        self._rows: Counter[tuple[str, int]] = Counter()
        self._readings = ReadingRuns(connection) if READING_TABLES & set(wanted) else None
        # the last row of each key that climbs, once there was one
        self._climbing: dict[tuple[str, tuple[str, ...]], list[np.ndarray]] = {
            (t.name, key): [] for t in EVENT_TABLES if t.name != READINGS for key in t.keys if _is_plain(t, key)
        }

    def columns(self, table: Table) -> list[str]:
        """The columns of a table that have to be shown."""
        needed: set[str] = set()
        if "batch_rows" in self._wanted:
            needed.add(batch_column(table))
        if "repeated_key" in self._wanted:
            needed.update(c for name, key in self._climbing if name == table.name for c in key)
        if self._readings is not None and table.name == READINGS:
            needed.update(self._readings.columns)
        return [c.name for c in table.columns if c.name in needed]

    def add(self, table: Table, batch: pa.RecordBatch) -> None:
        """Take rows as they lie in the lake."""
        if "batch_rows" in self._wanted:
            ids = plain(batch.column(batch_column(table)))
            starts = run_starts([ids])
            for of, rows in zip(ids[starts].tolist(), np.diff(starts, append=len(ids)).tolist(), strict=True):
                self._rows[table.name, of] += rows
        if self._readings is not None and table.name == READINGS:
            self._readings.add(batch)
        if "repeated_key" in self._wanted:
            for key in table.keys:
                if (last := self._climbing.get((table.name, key))) is not None:
                    self._climb(table.name, key, last, [batch.column(c) for c in key])

    def _climb(self, table: str, key: tuple[str, ...], last: list[np.ndarray], columns: list[pa.Array]) -> None:
        if not any(column.null_count for column in columns):
            values = [plain(column) for column in columns]
            follows = not last or climbs([np.append(x, v[:1]) for x, v in zip(last, values, strict=True)])
            if follows and climbs(values):
                self._climbing[table, key] = [v[-1:].copy() for v in values]
                return
        del self._climbing[table, key]

    def make_tables(self, connection: Connection) -> None:
        """Make what is wanted of batch_rows, repeated_key and the readings' tables."""
        if "batch_rows" in self._wanted:
            of = [{"table_name": t, "batch_id": b, "rows": n} for (t, b), n in self._rows.items()]
            register_found(connection, "batch_rows", of)
        if "repeated_key" in self._wanted:
            made = repeated_keys(besides=self._climbing.keys())
            connection.execute(f"CREATE TEMP TABLE repeated_key AS {made}")
        if self._readings is not None and self._readings.can_be_made:
            self._readings.make_tables(connection, READING_TABLES & set(self._wanted))


def _is_plain(table: Table, key: tuple[str, ...]) -> bool:
    """Whether a key's order is that of numbers."""
    return all(not c.codes and c.type != pa.string() for c in map(table.column, key))
