"""Layouts: how rows lie in files changes no value, stays as it was when a run is resumed, and lets readers skip."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from engine.execution.run import run
from engine.farm.schedule import Schedule, with_layout
from lake.errors import InputError
from lake.layout import Layout, asked_layout
from lake.manifest import read_complete
from tests.execution.run_files import Synchronous, lake_bytes, marks

FINE = Layout(row_group_rows=1, page_rows=500, batches_per_file=2)


@pytest.fixture(scope="module")
def fine_run(tiny_schedule: Schedule, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a row group a batch, and both batches in a file."""
    run_dir = tmp_path_factory.mktemp("fine") / "tiny"
    run(with_layout(tiny_schedule, FINE), run_dir, Synchronous(), 1)
    return run_dir


def test_no_value_depends_on_it(fine_run: Path, tiny_run: Path) -> None:
    fine, usual = read_complete(fine_run), read_complete(tiny_run)
    assert (fine.fingerprint, marks(fine)) == (usual.fingerprint, marks(usual))
    assert (fine.identity.layout, usual.identity.layout) == (FINE, Layout())
    assert (fine.identity.partitions, usual.identity.partitions) == (((1, 2),), ((1, 1), (2, 2)))


def test_a_resume_keeps_it_and_refuses_another(fine_run: Path, tiny_schedule: Schedule) -> None:
    before = lake_bytes(fine_run)
    (fine_run / "lake/daily_state/part-0000.parquet").unlink()
    run(tiny_schedule, fine_run, Synchronous(), 1, resume=True)
    assert lake_bytes(fine_run) == before
    with pytest.raises(InputError, match="layout"):
        run(with_layout(tiny_schedule, Layout(page_rows=7)), fine_run, Synchronous(), 1, resume=True)


def test_one_batch_touches_its_own_row_groups_alone(fine_run: Path) -> None:
    """By each reader's own way to skip: what DuckDB opened, and what the least and greatest values leave."""
    seen = 0
    with duckdb.connect() as connection:
        for name, files in read_complete(fine_run).files.items():
            with pq.ParquetFile(fine_run / files[0]) as file:
                if "batch_id" not in file.schema_arrow.names:
                    continue
                at = file.schema_arrow.names.index("batch_id")
                groups = [file.metadata.row_group(g).column(at).statistics for g in range(file.num_row_groups)]
            spans = [(found.min, found.max) for found in groups]
            assert len(set(spans)) == len(spans), name
            assert all(least == greatest for least, greatest in spans), name
            assert _row_groups_opened(connection, fine_run / files[0], "batch_id = 1") <= 1, name
            seen += len(spans) == 2
    assert seen > 10  # tables with rows of both


def test_a_container_is_found_by_its_filter_where_least_and_greatest_do_not_tell(fine_run: Path) -> None:
    file = fine_run / "lake/environmental_reading/part-0000.parquet"
    containers = set(pl.read_parquet(file, columns=["container_id"])["container_id"])
    absent = next(n for n in range(min(containers), max(containers)) if n not in containers)
    with duckdb.connect() as connection:
        assert _row_groups_opened(connection, file, f"container_id = {min(containers)}") == 1
        assert _row_groups_opened(connection, file, f"container_id = {absent}") == 0
    with pq.ParquetFile(file) as parquet:
        assert parquet.metadata.row_group(0).column(5).has_column_index


@pytest.mark.parametrize("option", ["row_group_rows", "page_rows", "batches_per_file"])
def test_nonsense_is_refused_by_the_options_name(option: str) -> None:
    with pytest.raises(InputError, match="--" + option.replace("_", "-")):
        asked_layout(**{option: 0})
    assert asked_layout(**{option: 7}) == Layout(**{option: 7})
    assert asked_layout() is None


def _row_groups_opened(connection: duckdb.DuckDBPyConnection, file: Path, where: str) -> int:
    """How many row groups DuckDB read of a file, as its profile tells."""
    told = file.with_suffix(".json")
    connection.execute(f"PRAGMA enable_profiling = 'json'; PRAGMA profiling_output = '{told}'")
    connection.sql(f"SELECT * FROM '{file}' WHERE {where}").to_arrow_table()
    connection.execute("PRAGMA disable_profiling")
    opened = int(json.loads(told.read_text())["query"]["total_row_groups_scanned"])
    told.unlink()
    return opened
