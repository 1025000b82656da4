"""No file of a run has what an old reader lacks; make readers lets the readers themselves open one."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lake.tables import TABLES
from lake.writer import MEANINGS, open_writer
from tests.readers.structure import delta_bits, lacks

GOOD: dict[str, Any] = {"compression": "zstd", "store_decimal_as_integer": True}


def test_no_file_of_a_run_has_what_an_old_reader_lacks(small_run: Path) -> None:
    files = sorted(small_run.glob("lake/*/*.parquet"))
    assert {file.parent.name for file in files} == set(TABLES)
    assert {file: found for file in files if (found := lacks(file))} == {}


def test_every_file_tells_meanings_and_units(small_run: Path) -> None:
    for name, table in TABLES.items():
        file = next(small_run.glob(f"lake/{name}/*.parquet"))
        assert pq.read_schema(file).equals(table.file_schema, check_metadata=False), name
        for column in table.columns:
            told = pq.read_schema(file).field(column.name).metadata
            assert told[b"description"].decode() == column.description
            assert told.get(b"unit", b"").decode() == column.unit
        words = json.loads(pq.read_metadata(file).metadata[MEANINGS.encode()])
        assert (words["table"], words["description"], list(words["columns"])) == (
            name,
            table.description,
            [c.name for c in table.columns],
        )


PLANTED: dict[str, tuple[pa.Table, dict[str, Any], str]] = {
    "decimal64": (
        pa.table({"kg": pa.array([1, 2], pa.int32()).cast(pa.decimal64(12, 2))}),
        {},
        "kg: the Arrow schema says decimal64(12, 2)",
    ),
    "decimal32": (
        pa.table({"kg": pa.array([1, 2], pa.int8()).cast(pa.decimal32(5, 2))}),
        {},
        "kg: the Arrow schema says decimal32(5, 2)",
    ),
    "TIME": (pa.table({"at": pa.array([1], pa.time64("us"))}), {}, "at: INT64 as Time("),
    "no zone": (
        pa.table({"at": pa.array([1], pa.timestamp("us"))}),
        {},
        "at: INT64 as Timestamp(isAdjustedToUTC=false",
    ),
    "nanoseconds": (pa.table({"at": pa.array([1], pa.timestamp("ns", "UTC"))}), {}, "at: the Arrow schema says"),
    "INT96": (
        pa.table({"at": pa.array([1], pa.timestamp("us", "UTC"))}),
        {"use_deprecated_int96_timestamps": True},
        "at: INT96 as None",
    ),
    "unsigned": (pa.table({"n": pa.array([1], pa.uint8())}), {}, "n: the Arrow schema says uint8"),
    "large text": (
        pa.table({"name": pa.array(["a"], pa.large_string())}),
        {},
        "name: the Arrow schema says large_string",
    ),
    "doubles": (pa.table({"x": pa.array([1.5])}), {}, "x: DOUBLE as None"),
    "bytes of a decimal": (
        pa.table({"kg": pa.array([1], pa.int32()).cast(pa.decimal128(12, 2))}),
        {"store_decimal_as_integer": False},
        "kg: FIXED_LEN_BYTE_ARRAY as Decimal",
    ),
    "an encoding": (
        pa.table({"n": pa.array([1, 2], pa.int32())}),
        {"use_dictionary": False, "column_encoding": {"n": "BYTE_STREAM_SPLIT"}},
        "n: encoded by BYTE_STREAM_SPLIT",
    ),
    "wide deltas": (
        pa.table({"n": pa.array([0, 1, 1 << 40, 5], pa.int64())}),
        {"use_dictionary": False, "column_encoding": {"n": "DELTA_BINARY_PACKED"}},
        "n: differences of 41 bits",
    ),
    "compression": (pa.table({"n": pa.array([1], pa.int32())}), {"compression": "lz4"}, "n: compressed by LZ4"),
    "no schema": (pa.table({"n": pa.array([1], pa.int32())}), {"store_schema": False}, "no Arrow schema"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_an_old_reader_lacks_is_seen(name: str, tmp_path: Path) -> None:
    table, options, told = PLANTED[name]
    file = tmp_path / "planted.parquet"
    pq.write_table(table, file, **(GOOD | options))
    assert any(line.startswith(told) for line in lacks(file)), lacks(file)


def test_a_file_that_all_can_read_has_no_fault(tmp_path: Path) -> None:
    good = pa.table(
        {"n": pa.array([1, None], pa.int16()), "kg": pa.array([1, 2], pa.int32()).cast(pa.decimal128(12, 2))}
    )
    file = tmp_path / "good.parquet"
    pq.write_table(good, file, **GOOD)
    assert lacks(file) == []


def test_the_bits_of_deltas() -> None:
    assert delta_bits(np.array([5], np.int64)) == 0
    assert delta_bits(np.array([0, 7, 14], np.int64)) == 0
    assert delta_bits(np.array([0, 1 << 28, 0], np.int64)) == 30


def test_the_writer_tells_of_decimals_what_every_reader_knows() -> None:
    table = TABLES["feeding_event"]
    sink = io.BytesIO()
    with open_writer(sink, table) as writer:
        writer.write_table(table.schema.empty_table())
    with pq.ParquetFile(sink) as file:
        assert {str(f.type) for f in file.schema_arrow if "decimal" in str(f.type)} == {
            "decimal128(10, 4)",
            "decimal128(10, 2)",
            "decimal128(8, 6)",
        }
        assert file.schema.column(table.schema.get_field_index("amount_kg")).physical_type == "INT64"
