"""What a step can't take less than, measured beside it: the bare work of a library that it can't do without."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import yaml
from psycopg.sql import SQL, Composed, Identifier, Literal

from benchmarks.test_run import rewrite
from lake.files import file_hash
from lake.manifest import Manifest
from lake.tables import TABLES

Rows = list[tuple[Any, ...]]


def seconds_of(work: Callable[[], Any], rounds: int = 1) -> float:
    """The fastest of some rounds."""
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


def yaml_seconds(text: str) -> float:
    """A plan's: libyaml reads its text and writes it again."""
    return seconds_of(lambda: yaml.dump(yaml.load(text, yaml.CSafeLoader), Dumper=yaml.CSafeDumper))


def writer_seconds(run_dir: Path, out: Path) -> float:
    """A run's, on one core: its event tables written again from memory by the same writer."""
    before = pa.cpu_count()
    pa.set_cpu_count(1)
    try:
        return rewrite(run_dir, out)
    finally:
        pa.set_cpu_count(before)


def scan_seconds(run_dir: Path, manifest: Manifest) -> float:
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

    return seconds_of(hash_bytes) + seconds_of(scan)


def load_seconds(dsn: str, folder: Path) -> dict[str, float]:
    """A load's, on its own server: rows copied out as PostgreSQL's own binary, and from there into tables made anew.

    copy: COPY of bytes that are ready; indexes: CREATE INDEX; keys: every foreign key checked by the join that
    PostgreSQL checks it with; analyze. Two connections, the largest table first; each table is dropped at once.
    A table that no key points at is emptied when it is copied out: 550 batches twice fill a disk. So the database
    is spent afterwards.
    """
    with psycopg.connect(dsn, autocommit=True) as connection:
        tables = [name for (name,) in _rows(connection, _FILLED)]
    spent: dict[str, float] = dict.fromkeys(("copy", "indexes", "keys", "analyze"), 0.0)

    def one(table: str) -> dict[str, float]:
        with psycopg.connect(dsn, autocommit=True) as connection, tempfile.TemporaryDirectory(dir=folder) as place:
            return _loaded_again(connection, table, Path(place) / "rows")

    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(one, tables):
            for step, seconds in found.items():
                spent[step] += seconds / 2  # two at a time
    return spent


_FILLED = SQL(
    "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_live_tup > 0 "
    "AND relname NOT LIKE 'smoltworks%' ORDER BY pg_total_relation_size(relid) DESC"
)
_IS_POINTED_AT = SQL("SELECT 1 FROM pg_constraint WHERE contype = 'f' AND confrelid = {}::regclass LIMIT 1")
_INDEXES = SQL("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename = {}")
_KEYS = SQL(
    "SELECT a.attname, c.confrelid::regclass::text, f.attname FROM pg_constraint c "
    "JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] "
    "JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1] "
    "WHERE c.contype = 'f' AND c.conrelid = {}::regclass"
)


def _rows(connection: psycopg.Connection, query: SQL | Composed) -> Rows:
    return connection.execute(query).fetchall()


def _loaded_again(connection: psycopg.Connection, table: str, file: Path) -> dict[str, float]:
    copy, source = Identifier(f"ceiling_{table}"[:60]), Identifier(table)
    copied_out = SQL("COPY {} TO STDOUT (FORMAT binary)").format(source)
    with file.open("wb") as out, connection.cursor() as cursor, cursor.copy(copied_out) as rows:
        for chunk in rows:
            out.write(chunk)
    if not _rows(connection, _IS_POINTED_AT.format(Literal(table))):
        connection.execute(SQL("TRUNCATE {}").format(source))
    spent = {}
    try:
        connection.execute(SQL("CREATE TABLE {} (LIKE {})").format(copy, source))
        begun = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(SQL("COPY {} FROM STDIN (FORMAT binary)").format(copy)) as sink:
            for data in _chunks(file):
                sink.write(data)
        spent["copy"] = time.perf_counter() - begun
        begun = time.perf_counter()
        for (definition,) in _rows(connection, _INDEXES.format(Literal(table))):
            unique, rest = definition.startswith("CREATE UNIQUE"), definition.split(" USING ", 1)[1]
            made = SQL("CREATE UNIQUE INDEX ON {} USING " if unique else "CREATE INDEX ON {} USING ").format(copy)
            connection.execute(made + SQL(rest))
        spent["indexes"] = time.perf_counter() - begun
        begun = time.perf_counter()
        for column, other, key in _rows(connection, _KEYS.format(Literal(table))):
            wanted = SQL(
                "SELECT count(*) FROM {} x LEFT JOIN {} y ON x.{} = y.{} WHERE y.{} IS NULL AND x.{} IS NOT NULL"
            )
            own, theirs = Identifier(column), Identifier(key)
            query = wanted.format(copy, Identifier(other.strip('"')), own, theirs, theirs, own)
            assert _rows(connection, query) == [(0,)]
        spent["keys"] = time.perf_counter() - begun
        begun = time.perf_counter()
        connection.execute(SQL("ANALYZE {}").format(copy))
        spent["analyze"] = time.perf_counter() - begun
    finally:
        connection.execute(SQL("DROP TABLE IF EXISTS {}").format(copy))
    return spent


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while data := source.read(1 << 20):
            yield data


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
