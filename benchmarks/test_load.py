"""Readings into PostgreSQL: decode, map, encode and COPY, beside a COPY of the same bytes encoded beforehand.

Both go into the UAT's table with its primary key and no other index, as a load finds it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from lake.tables import TABLES
from lake.writer import parquet_options
from warehouse.copying import copy_table, lake_batches
from warehouse.embedded import embedded_dsn
from warehouse.encode import Context, encoder, project
from warehouse.load_log import Connection
from warehouse.mapping import EVENT_MAPPINGS
from warehouse.target import connect
from warehouse.uat_schema import UAT_TABLES, create_table

ROWS = 200_000 if os.environ.get("SMOLTWORKS_BENCH") == "smoke" else 1_500_000
READINGS = EVENT_MAPPINGS["environmental_reading"]
SENSORS = 7


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
    options = parquet_options(TABLES["environmental_reading"])
    pq.write_table(readings(), path, row_group_size=1 << 18, **options)
    return path


@pytest.fixture(scope="module")
def context() -> Context:
    ids = pa.array(np.arange(ROWS // 100 + 10)[::-1].copy())  # any ids but the lake's own
    names = ("container", "sensor", "environmental_parameter")
    offsets = {"batch": 10, "container_assignment": 1_000, "environmental_reading": 0}
    return Context(datetime(2025, 1, 1, tzinfo=UTC), 1, {}, dict.fromkeys(names, ids), offsets)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with embedded_dsn(tmp_path_factory.mktemp("server")) as dsn, connect(dsn) as opened:
        opened.execute(create_table(UAT_TABLES[READINGS.uat]))
        yield opened


def emptied(connection: Connection) -> None:
    connection.execute(f"TRUNCATE {READINGS.uat}")
    connection.execute("CHECKPOINT")


def note(benchmark: BenchmarkFixture) -> None:
    benchmark.extra_info["million rows/s"] = round(ROWS / benchmark.stats.stats.min / 1e6, 3)


@pytest.mark.benchmark(group="readings into PostgreSQL")
def test_load_readings(benchmark: BenchmarkFixture, connection: Connection, part: Path, context: Context) -> None:
    def load() -> int:
        with connection.transaction():
            return copy_table(connection, READINGS, part, context, 0)

    assert benchmark.pedantic(load, setup=lambda: emptied(connection), rounds=3) == ROWS
    note(benchmark)


@pytest.mark.benchmark(group="readings into PostgreSQL")
def test_ceiling_encoded_beforehand(
    benchmark: BenchmarkFixture, connection: Connection, part: Path, context: Context
) -> None:
    encode = encoder(READINGS)
    chunks = [encode.write_header()]
    sent = 0
    for rows in lake_batches(part, READINGS):
        chunks.append(encode.write_batch(project(rows, READINGS, context, sent)))
        sent += rows.num_rows
    chunks.append(encode.finish())
    names = psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, READINGS.columns))
    query = psycopg.sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        psycopg.sql.Identifier(READINGS.uat), names
    )

    def load() -> int:
        with connection.transaction(), connection.cursor() as cursor:
            with cursor.copy(query) as copy:
                for chunk in chunks:
                    copy.write(chunk)
            return cursor.rowcount

    assert benchmark.pedantic(load, setup=lambda: emptied(connection), rounds=3) == ROWS
    note(benchmark)
