"""Parts: what goes in comes back, a batch is never split, and no file bears a final name before it is whole."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.simulation.rows.columns import join_batches
from lake.columns import Nullable, record_batch
from lake.disk import Bytes, Disk, using
from lake.fingerprint import part_fingerprints
from lake.layout import Layout
from lake.tables import EVENT_TABLE_NAMES, EVENT_TABLES, TABLES
from lake.tables.declaration import Table
from lake.writer import PartitionWriter, part_path, write_dimensions
from tests.lake.declared_rows import columns_of, of_batch

GROUP_ROWS = 8
SMALL = Layout(row_group_rows=GROUP_ROWS)
NAMES = ("daily_state", "harvest_lot")


def overwrite(columns: dict[str, Any]) -> None:
    """What a worker does after it has handed over a batch: it uses the arrays for the next one."""
    for values in columns.values():
        if isinstance(values, Nullable):
            values.values[:], values.valid[:] = 1, True
        elif isinstance(values, np.ndarray):
            values[:] = 1


def files_in(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), table=st.sampled_from(EVENT_TABLES))
def test_a_part_holds_what_was_added_and_splits_no_batch(
    data: st.DataObject, table: Table, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run_dir = tmp_path_factory.mktemp("run")
    sizes = data.draw(st.lists(st.integers(0, 2 * GROUP_ROWS), max_size=5))
    expected, marks = [], {}
    with PartitionWriter(run_dir, 3, (table.name,), SMALL) as partition:
        for number, size in enumerate(sizes, 1):
            columns = of_batch(table, data.draw(columns_of(table, size, size)), number)
            rows = record_batch(table, columns)
            expected += rows.to_pylist()
            marks[number] = partition.add(table.name, columns)
            assert partition.rows == len(expected)
            overwrite(columns)
        records = partition.finish()
    record = records[table.name]
    file = run_dir / record.file
    assert record.file == part_path(table.name, 3) == f"lake/{table.name}/part-0003.parquet"
    assert (record.rows, record.bytes) == (len(expected), file.stat().st_size)
    found = pq.read_table(file)
    assert found.to_pylist() == expected
    assert found.schema.equals(table.file_schema, check_metadata=True)
    assert part_fingerprints(file, table.name) == {b: m for b, m in marks.items() if sizes[b - 1]}
    with pq.ParquetFile(file) as parquet:
        groups = [parquet.metadata.row_group(i).num_rows for i in range(parquet.num_row_groups)]
    edges = set(np.cumsum([0, *sizes]).tolist())
    assert set(np.cumsum([0, *groups]).tolist()) <= edges
    assert all(rows >= GROUP_ROWS // 2 for rows in groups[:-1])


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), table=st.sampled_from(EVENT_TABLES), lent=st.booleans())
def test_batches_added_together_are_those_added_one_by_one(
    data: st.DataObject, table: Table, lent: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run_dir = tmp_path_factory.mktemp("run")
    sizes = data.draw(st.lists(st.integers(0, 2 * GROUP_ROWS), min_size=1, max_size=6))
    batches = {
        number: of_batch(table, data.draw(columns_of(table, size, size)), number)
        for number, size in enumerate(sizes, 1)
    }
    whole = join_batches(table.name, batches)
    assert list(whole.counts.values()) == sizes
    with PartitionWriter(run_dir, 1, (table.name,), SMALL) as partition:
        together = partition.add_batches(table.name, whole.columns, sizes, lent=lent)
        if lent and len(sizes) > 1:
            overwrite(whole.columns)
        partition.finish()
    with PartitionWriter(run_dir, 2, (table.name,), SMALL) as partition:
        assert together == [partition.add(table.name, columns) for columns in batches.values()]
        partition.finish()
    one, two = (run_dir / part_path(table.name, part) for part in (1, 2))
    assert one.read_bytes() == two.read_bytes()


def test_rows_of_no_batch_are_refused(tmp_path: Path) -> None:
    with PartitionWriter(tmp_path, 0, NAMES) as partition:
        with pytest.raises(ValueError, match="3 rows, of batches with 2"):
            partition.add_batches(NAMES[0], some(NAMES[0]), [1, 1])
        assert partition.finish()[NAMES[0]].rows == 0


def some(table: str, rows: int = 3, batch: int = 1) -> dict[str, Any]:
    columns: dict[str, Any] = {
        c.name: Nullable(np.zeros(rows, dtype=int), np.ones(rows, dtype=bool))
        if c.nullable
        else np.zeros(rows, dtype=int)
        for c in TABLES[table].columns
    }
    return of_batch(TABLES[table], columns, batch)


@pytest.mark.parametrize("rows", [3, 3 * GROUP_ROWS])
def test_a_partition_left_by_an_error_leaves_no_file(tmp_path: Path, rows: int) -> None:
    def work() -> None:
        with PartitionWriter(tmp_path, 0, NAMES, SMALL) as partition:
            for name in NAMES:
                partition.add(name, some(name, rows))
            raise RuntimeError("batch 7")

    with pytest.raises(RuntimeError, match="batch 7"):
        work()
    assert files_in(tmp_path) == set()


def test_a_partition_left_without_finishing_leaves_no_file(tmp_path: Path) -> None:
    with PartitionWriter(tmp_path, 0, NAMES, SMALL) as partition:
        partition.add(NAMES[0], some(NAMES[0]))
    assert files_in(tmp_path) == set()


def test_nothing_bears_a_final_name_before_the_end(tmp_path: Path) -> None:
    final = {part_path(name, 0) for name in NAMES}
    with PartitionWriter(tmp_path, 0, NAMES, SMALL) as partition:
        for name in NAMES:
            partition.add(name, some(name, 3 * GROUP_ROWS))
        assert not final & files_in(tmp_path)
        assert not list(tmp_path.glob("lake/*/*.parquet"))
        partition.finish()
    assert files_in(tmp_path) == final


def test_when_one_part_can_not_be_finished_none_is(tmp_path: Path) -> None:
    blocked = tmp_path / part_path(NAMES[-1], 0)
    blocked.mkdir(parents=True)

    def work() -> None:
        with PartitionWriter(tmp_path, 0, NAMES, SMALL) as partition:
            for name in NAMES:
                partition.add(name, some(name))
            partition.finish()

    with pytest.raises(OSError, match="part-0000"):
        work()
    assert files_in(tmp_path) == set()


def test_a_refused_batch_leaves_the_ones_before_it(tmp_path: Path) -> None:
    with PartitionWriter(tmp_path, 0, NAMES, SMALL) as partition:
        partition.add(NAMES[0], some(NAMES[0]))
        with pytest.raises(ValueError, match="columns differ"):
            partition.add(NAMES[0], {"population": np.zeros(1)})
        assert partition.finish()[NAMES[0]].rows == 3


def test_a_partition_without_a_row_has_every_tables_empty_part(tmp_path: Path) -> None:
    with PartitionWriter(tmp_path, 12, EVENT_TABLE_NAMES, SMALL) as partition:
        records = partition.finish()
    for name, record in records.items():
        assert record.rows == 0
        assert pq.read_table(tmp_path / record.file).schema == TABLES[name].file_schema


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for run in ("one", "two"):
        with PartitionWriter(tmp_path / run, 0, NAMES, SMALL) as partition:
            for number in range(1, 6):
                for name in NAMES:
                    partition.add(name, some(name, 5 * number, number))
            partition.finish()
    for name in NAMES:
        one, two = (tmp_path / run / part_path(name, 0) for run in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_decimals_are_whole_numbers_in_the_file(tmp_path: Path) -> None:
    with PartitionWriter(tmp_path, 0, EVENT_TABLE_NAMES, SMALL) as partition:
        records = partition.finish()
    for name, record in records.items():
        schema = pq.read_schema(tmp_path / record.file)
        physical = pq.ParquetFile(tmp_path / record.file).schema
        for i, field in enumerate(schema):
            if pa.types.is_decimal(field.type):
                assert physical.column(i).physical_type in {"INT32", "INT64"}, f"{name}.{field.name}"


def test_a_dimension_is_one_part(tmp_path: Path) -> None:
    rows = pa.Table.from_pylist([{"id": 1, "name": "Here"}, {"id": 2, "name": "There"}], TABLES["geography"].schema)
    record = write_dimensions(tmp_path, {"geography": rows})["geography"]
    assert (record.file, record.rows) == ("lake/geography/part-0000.parquet", 2)
    assert pq.read_table(tmp_path / record.file).equals(rows)


def test_a_full_disk_is_told_as_such_and_nothing_is_left(tmp_path: Path) -> None:
    class Full(Disk):
        def write(self, path: Path, data: Bytes, *, append: bool = False, sync: bool = False) -> None:
            view = memoryview(data)
            super().write(path, view[:10], append=append)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    with (
        using(Full()),
        pytest.raises(OSError, match="No space left"),
        PartitionWriter(tmp_path, 0, ("batch",), SMALL) as writer,
    ):
        writer.finish()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_no_part_gets_its_name_before_all_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    with (
        pytest.raises(OSError, match=r"\.part-0000\.parquet\.tmp"),
        PartitionWriter(tmp_path, 0, ("batch", "container_assignment", "transfer_action"), SMALL) as writer,
    ):
        writer.finish()
    assert len(synced) >= 2
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_times_that_come_again_with_every_sensor_are_found_again(tmp_path: Path) -> None:
    sensors, readings = 100, 540
    columns = some("environmental_reading", sensors * readings)
    four_hours = np.arange(readings) * 4 * 3_600_000_000
    columns["reading_time"] = np.tile(four_hours, sensors)
    with PartitionWriter(tmp_path, 0, ("environmental_reading",), SMALL) as partition:
        partition.add("environmental_reading", columns)
        record = partition.finish()["environmental_reading"]
    with pq.ParquetFile(tmp_path / record.file) as parquet:
        times = parquet.metadata.row_group(0).column(parquet.schema.names.index("reading_time"))
    # a page of Arrow's own 20,000 rows tells them anew: 6,273 bytes
    assert times.total_compressed_size < 3_000 < times.total_uncompressed_size
