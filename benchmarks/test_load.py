"""Readings into PostgreSQL: decode, map, encode and COPY, beside the ceiling and other ways to bring the same rows in.

The ceiling is a COPY of the same bytes encoded beforehand; the others begin with the Parquet file and the mapping, as
the load does. All go into the UAT's table with its primary key and no other index, as a load finds it.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import psycopg
import pyarrow as pa
import pytest
from adbc_driver_postgresql import dbapi
from pytest_benchmark.fixture import BenchmarkFixture

from lake.tables import TABLES
from lake.writer import open_writer
from warehouse.copying import copy_table, lake_batches
from warehouse.database import Connection, connect
from warehouse.embedded import binaries, embedded_dsn
from warehouse.encoding import Context, encoder, project, target_schema
from warehouse.uat.ddl import create_table
from warehouse.uat.mapping import EVENT_MAPPINGS
from warehouse.uat.tables import UAT_TABLES

ROWS = 200_000 if os.environ.get("SMOLTWORKS_BENCH") == "smoke" else 1_500_000
READINGS = EVENT_MAPPINGS["environmental_reading"]
SENSORS = 7
OURS: list[float] = []  # seconds


def readings() -> pa.Table:
    """A few batches' readings, as the simulator orders them: sensor after sensor, each in order of time."""
    row = np.arange(ROWS)
    per_sensor = 540
    sensor = row // per_sensor
    step = np.timedelta64(4, "h").astype("timedelta64[us]")
    time = np.datetime64("2020-01-01", "us") + (row % per_sensor) * step
    value = np.round(80_000 + 20_000 * np.sin(row / 300)).astype(np.int64)
    columns = {
        "batch_id": row // 400_000 + 1,
        "container_id": sensor // SENSORS + 1,
        "batch_container_assignment_id": sensor // SENSORS + 1024,
        "sensor_id": sensor + 1,
        "parameter_id": sensor % SENSORS + 1,
        "reading_time": time,
    }
    schema = TABLES["environmental_reading"].schema
    arrays = {name: pa.array(values).cast(schema.field(name).type) for name, values in columns.items()}
    decimals = schema.field("value").type
    arrays["value"] = pa.Array.from_buffers(decimals, ROWS, [None, pa.py_buffer(value)])
    return pa.Table.from_arrays([arrays[name] for name in schema.names], schema=schema)


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench") / "readings.parquet"
    with open_writer(path, TABLES["environmental_reading"]) as writer:
        writer.write_table(readings(), row_group_size=1 << 18)
    return path


@pytest.fixture(scope="module")
def context() -> Context:
    ids = pa.array(np.arange(ROWS // 100 + 10)[::-1].copy())  # any ids but the lake's own
    names = ("container", "sensor", "environmental_parameter")
    offsets = {"batch": 10, "container_assignment": 1_000, "environmental_reading": 0}
    return Context(
        as_of=date(2025, 1, 1),
        run_start=date(2020, 1, 1),
        user_id=1,
        dimensions={},
        dimension_ids=dict.fromkeys(names, ids),
        offsets=offsets,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded_dsn(tmp_path_factory.mktemp("server")) as dsn:
        yield dsn


@pytest.fixture(scope="module")
def connection(server: str) -> Iterator[Connection]:
    with connect(server) as opened:
        opened.execute(create_table(UAT_TABLES[READINGS.uat]))
        yield opened


def measure(benchmark: BenchmarkFixture, connection: Connection, load: Callable[[], int], rounds: int) -> float:
    """The fastest of some rounds into an emptied table (s); noted in million rows a second."""

    def emptied() -> None:
        connection.execute(f"TRUNCATE {READINGS.uat}")
        connection.execute("CHECKPOINT")

    pedantic: Callable[..., int] = benchmark.pedantic  # untyped
    assert pedantic(load, setup=emptied, rounds=rounds) == ROWS
    assert benchmark.stats is not None
    seconds = float(benchmark.stats.stats.min)
    benchmark.extra_info["million rows/s"] = round(ROWS / seconds / 1e6, 3)
    return seconds


def compare(name: str, seconds: float) -> None:
    if OURS:
        print(f"\n{name}: {ROWS / seconds / 1e6:.2f} million rows/s, {seconds / OURS[0]:.2f} times as long as the load")


def projected(part: Path, context: Context) -> Iterator[pa.RecordBatch]:
    """The target's rows."""
    sent = 0
    for rows in lake_batches(part, READINGS):
        numbers = pa.array(np.arange(sent, sent + rows.num_rows))
        yield project(rows, READINGS, context, numbers)
        sent += rows.num_rows


def reader(part: Path, context: Context) -> pa.RecordBatchReader:
    """The target's rows with decimals of 128 bits, as the other tools want them."""
    decimal = {f.name: pa.decimal128(f.type.precision, f.type.scale) for f in target_schema(READINGS) if _decimal(f)}
    schema = pa.schema([pa.field(f.name, decimal.get(f.name, f.type)) for f in target_schema(READINGS)])
    return pa.RecordBatchReader.from_batches(schema, (rows.cast(schema) for rows in projected(part, context)))


def _decimal(field: pa.Field) -> bool:
    return bool(pa.types.is_decimal(field.type))


@pytest.mark.benchmark(group="readings into PostgreSQL")
def test_load_readings(benchmark: BenchmarkFixture, connection: Connection, part: Path, context: Context) -> None:
    def load() -> int:
        with connection.transaction():
            return copy_table(connection, READINGS, part, context)

    OURS[:] = [measure(benchmark, connection, load, rounds=3)]


@pytest.mark.benchmark(group="readings into PostgreSQL")
def test_ceiling_encoded_beforehand(
    benchmark: BenchmarkFixture, connection: Connection, part: Path, context: Context
) -> None:
    encode = encoder(READINGS)
    chunks = [encode.write_header(), *map(encode.write_batch, projected(part, context)), encode.finish()]
    query = f"COPY {READINGS.uat} ({', '.join(READINGS.columns)}) FROM STDIN (FORMAT BINARY)"

    def load() -> int:
        with connection.transaction(), connection.cursor() as cursor:
            with cursor.copy(psycopg.sql.SQL(query)) as copy:
                for chunk in chunks:
                    copy.write(chunk)
            return cursor.rowcount

    compare("a COPY of bytes encoded beforehand", measure(benchmark, connection, load, rounds=3))


@pytest.mark.benchmark(group="readings into PostgreSQL")
def test_psycopg_row_by_row(benchmark: BenchmarkFixture, connection: Connection, part: Path, context: Context) -> None:
    query = f"COPY {READINGS.uat} ({', '.join(READINGS.columns)}) FROM STDIN"

    def load() -> int:
        with connection.transaction(), connection.cursor() as cursor:
            with cursor.copy(psycopg.sql.SQL(query)) as copy:
                for rows in projected(part, context):
                    for row in zip(*(column.to_pylist() for column in rows.columns), strict=True):
                        copy.write_row(row)
            return cursor.rowcount

    compare("psycopg's write_row", measure(benchmark, connection, load, rounds=1))


@pytest.mark.benchmark(group="readings into PostgreSQL")
def test_psql_copies_a_csv_of_duckdb(
    benchmark: BenchmarkFixture, connection: Connection, server: str, part: Path, context: Context
) -> None:
    csv = part.with_suffix(".csv")
    command = f"\\copy {READINGS.uat} ({', '.join(READINGS.columns)}) FROM '{csv}' (FORMAT csv, HEADER)"

    def load() -> int:
        with duckdb.connect() as database:
            database.execute("SET TimeZone = 'UTC'")
            database.register("readings", reader(part, context))
            database.execute(f"COPY readings TO '{csv}' (HEADER)")
        told = subprocess.check_output([binaries() / "psql", server, "-X", "-c", command], text=True)
        return int(told.removeprefix("COPY "))

    compare("psql \\copy of DuckDB's CSV", measure(benchmark, connection, load, rounds=1))


@pytest.mark.benchmark(group="readings into PostgreSQL")
def test_adbc_ingests(
    benchmark: BenchmarkFixture, connection: Connection, server: str, part: Path, context: Context
) -> None:
    host, user = connection.info.host, connection.info.user

    def load() -> int:
        with dbapi.connect(f"postgresql:///postgres?host={host}&user={user}") as own, own.cursor() as cursor:
            rows = cursor.adbc_ingest(READINGS.uat, reader(part, context), mode="append")
            own.commit()
            return int(rows)

    compare("ADBC", measure(benchmark, connection, load, rounds=1))
