"""Iceberg tables over a run's files: read back by pyiceberg and by Polars, they hold what the Parquet holds."""

from __future__ import annotations

import builtins
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyiceberg.table import StaticTable

from lake.errors import InputError
from lake.iceberg import HINT, IcebergTables, write_iceberg
from lake.manifest import read_complete
from lake.tables import TABLES

SUMMED = {"daily_state": "biomass_kg", "environmental_reading": "value", "feeding_event": "feed_cost"}


@pytest.fixture(scope="module")
def described(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> IcebergTables:
    return write_iceberg(tiny_run, tmp_path_factory.mktemp("described") / "tables")


def test_every_table_is_there_with_its_rows_types_and_meanings(described: IcebergTables, tiny_run: Path) -> None:
    manifest = read_complete(tiny_run)
    assert set(described.rows) == set(TABLES)
    for name, table in TABLES.items():
        found = StaticTable.from_metadata(str(described.metadata(name)))
        assert [f.name for f in found.schema().fields] == [c.name for c in table.columns]
        assert all(c.description in (f.doc or "") for c, f in zip(table.columns, found.schema().fields, strict=True))
        assert [f.required for f in found.schema().fields] == [not c.nullable for c in table.columns]
        tasks = list(found.scan().plan_files())
        filled = [file for file in manifest.files[name] if pq.read_metadata(tiny_run / file).num_rows]
        assert sorted(os.path.relpath(t.file.file_path, tiny_run.resolve()) for t in tasks) == sorted(filled)
        assert sum(t.file.record_count for t in tasks) == described.rows[name]
        assert (described.metadata(name).parent.parent / HINT).read_text() == "1"


@pytest.mark.parametrize("name", SUMMED)
def test_rows_and_sums_are_those_of_the_parquet(name: str, described: IcebergTables, tiny_run: Path) -> None:
    column = SUMMED[name]
    parquet = pl.scan_parquet(tiny_run / "lake" / name / "*.parquet").select(column).collect()[column]
    rows = StaticTable.from_metadata(str(described.metadata(name))).scan(selected_fields=(column,)).to_arrow()
    found: Any = pl.from_arrow(rows)
    assert (len(found), found[column].sum()) == (len(parquet), parquet.sum())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that its own planner would be faster
        seen = pl.scan_iceberg(str(described.metadata(name))).select(pl.len(), pl.col(column).sum()).collect()
    assert seen.row(0) == (len(parquet), parquet.sum())


def test_a_filter_leaves_only_the_files_that_may_hold_a_row(described: IcebergTables) -> None:
    found = StaticTable.from_metadata(str(described.metadata("daily_state")))
    assert len(list(found.scan().plan_files())) == 2
    (task,) = found.scan(row_filter="batch_id = 2").plan_files()
    assert "part-0001" in task.file.file_path
    assert found.scan(row_filter="batch_id = 2 and weight_source = 'measured'").to_arrow().num_rows > 0


def test_codes_are_texts(described: IcebergTables) -> None:
    found = StaticTable.from_metadata(str(described.metadata("batch"))).scan().to_arrow()
    assert set(found["status"].cast(pa.string()).to_pylist()) <= {"ACTIVE", "COMPLETED"}


def test_a_moved_run_is_described_anew_and_nothing_else_is_replaced(
    described: IcebergTables, tiny_run: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(tiny_run, moved)
    shutil.copytree(described.path, moved / "iceberg")
    tables = write_iceberg(moved)
    assert tables.path == moved / "iceberg"
    (task, _) = StaticTable.from_metadata(str(tables.metadata("batch"))).scan().plan_files()
    assert task.file.file_path.startswith(str(moved))
    with pytest.raises(InputError, match="something else"):
        write_iceberg(moved, moved / "lake")
    (moved / "lake/batch/part-0000.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="batch"):
        write_iceberg(moved)


def test_without_pyiceberg_the_cure_is_named(tiny_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("pyiceberg"):
            raise ImportError(name)
        return imported(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InputError, match=r"smoltworks\[iceberg\]"):
        write_iceberg(tiny_run)
