"""What a step can't take less than, measured beside it: the bare work of a library that it can't do without."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from psycopg.sql import SQL, Composed, Identifier, Literal

from benchmarks.here import one_thread
from lake.columns import from_file
from lake.files import file_hash
from lake.manifest import Manifest
from lake.tables import EVENT_TABLE_NAMES, TABLES
from lake.writer import open_writer

Rows = list[tuple[Any, ...]]


def seconds_of(work: Callable[[], Any], rounds: int = 1, clock: Callable[[], float] = time.perf_counter) -> float:
    """The fastest of some rounds, by the clock or by another measure of seconds."""
    found = []
    for _ in range(rounds):
        begun = clock()
        work()
        found.append(clock() - begun)
    return min(found)


def yaml_seconds(text: str) -> float:
    """A plan's: libyaml reads its text and writes it again."""
    return seconds_of(lambda: yaml.dump(yaml.load(text, yaml.CSafeLoader), Dumper=yaml.CSafeDumper))


def writer_seconds(run_dir: Path, out: Path) -> float:
    """A run's, on one core: its event tables written again from memory by the same writer, to be removed at once."""
    seconds = 0.0
    with one_thread():
        for name in EVENT_TABLE_NAMES:
            for file in sorted((run_dir / "lake" / name).glob("*.parquet")):
                with pq.ParquetFile(file) as source:
                    groups = [
                        from_file(source.read_row_group(g).combine_chunks()) for g in range(source.num_row_groups)
                    ]
                begun = time.perf_counter()
                target = out / f"{name}-{file.name}"
                with open_writer(target, TABLES[name]) as writer:
                    for rows in groups:
                        writer.write_table(rows.cast(TABLES[name].schema), row_group_size=max(1, rows.num_rows))
                seconds += time.perf_counter() - begun
                target.unlink()
    return seconds


def scan_seconds(run_dir: Path, manifest: Manifest, clock: Callable[[], float] = time.perf_counter) -> float:
    """A verification's: every byte hashed, and every column decoded and hashed once by DuckDB."""

    def hash_bytes() -> None:
        for files in manifest.files.values():
            for each in files:
                file_hash(run_dir / each)

    def scan() -> None:
        with duckdb.connect() as connection:
            for files in manifest.files.values():
                paths = [str(run_dir / file) for file in files]
                connection.read_parquet(paths).aggregate("bit_xor(hash(COLUMNS(*)))").fetchall()

    return seconds_of(hash_bytes, clock=clock) + seconds_of(scan, clock=clock)


_FILLED = SQL(
    "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_live_tup > 0 "
    "AND relname NOT LIKE 'smoltworks%' ORDER BY pg_total_relation_size(relid) DESC"
)


def _rows(connection: psycopg.Connection, query: SQL | Composed) -> Rows:
    return connection.execute(query).fetchall()


def reconcile_seconds(dsn: str, run_dir: Path, manifest: Manifest) -> float:
    """A reconciliation's: rows counted and every number summed once on both sides, each by its own plain SQL."""

    def database() -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            for (table,) in _rows(connection, _FILLED):
                names = _rows(connection, _NUMBERS.format(Literal(table)))
                sums = [SQL("sum({})").format(Identifier(name)) for (name,) in names]
                connection.execute(
                    SQL("SELECT {} FROM {}").format(SQL(", ").join([SQL("count(*)"), *sums]), Identifier(table))
                )

    def lake() -> None:
        with duckdb.connect() as connection:
            for name, files in manifest.files.items():
                numbers = [f.name for f in TABLES[name].file_schema if _is_number(f.type)]
                paths = [str(run_dir / file) for file in files]
                sums = ", ".join(["count(*)", *(f'sum("{each}")' for each in numbers)])
                connection.read_parquet(paths).aggregate(sums).fetchall()

    return seconds_of(database) + seconds_of(lake)


_NUMBERS = SQL(
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = {} "
    "AND data_type IN ('smallint', 'integer', 'bigint', 'numeric', 'double precision', 'real')"
)


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind))
