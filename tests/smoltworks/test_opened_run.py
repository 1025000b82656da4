"""A run's tables, queries, checks, statistics and database, as a Run gives them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import polars as pl
import psycopg
import pyarrow.parquet as pq
import pytest

import smoltworks
from lake.checks import check_names
from lake.errors import InputError
from lake.manifest import write_manifest
from lake.tables import TABLES
from tests.warehouse import small_lake


def test_a_table_holds_exactly_what_the_manifest_names(run: smoltworks.Run, tmp_path: Path) -> None:
    copied = smoltworks.open_run(shutil.copytree(run.path, tmp_path / "run"))
    frame = copied.table("lice_count")
    assert isinstance(frame, pl.LazyFrame)
    files = [copied.path / p.tables["lice_count"].file for p in copied.manifest.partitions]
    rows = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
    assert rows
    assert frame.collect().to_dicts() == rows
    assert copied.arrow("lice_count").to_pylist() == rows
    count = "select count(*) as n from lice_count"
    assert copied.sql(count)["n"].to_list() == [len(rows)]
    stray = copied.path / "lake" / "lice_count" / "part-9999.parquet"
    shutil.copy(copied.path / "lake" / "lice_count" / "part-0000.parquet", stray)
    readers: tuple[Callable[[], object], ...] = (
        lambda: copied.table("lice_count"),
        lambda: copied.arrow("lice_count"),
        lambda: copied.sql(count),
    )
    for read in readers:
        with pytest.raises(InputError, match=r"part-9999.* is no part of this run"):
            read()


def test_every_table_can_be_read_and_says_what_its_columns_mean(run: smoltworks.Run) -> None:
    assert set(run.tables) == set(run.rows) == set(TABLES)
    for name, columns in run.tables.items():
        arrow = run.arrow(name)
        assert arrow.num_rows == run.rows[name]
        assert run.table(name).collect().height == run.rows[name]
        assert arrow.column_names == list(columns)
        for field in arrow.schema:
            told = {k.decode(): v.decode() for k, v in field.metadata.items()}
            column = columns[field.name]
            assert (told["description"], told.get("unit", "")) == (column.description, column.unit)


def test_sql_gives_a_frame_and_refuses_what_does_not_read(run: smoltworks.Run) -> None:
    frame = run.sql("select batch_number, harvest_target_g from batch order by id limit 2")
    assert isinstance(frame, pl.DataFrame)
    assert frame["batch_number"].to_list() == ["FAR-2023-001", "SCO-2023-001"]
    assert float(frame["harvest_target_g"][0]) == 4000.0
    for query, words in (("drop view batch", "one SELECT is wanted"), ("select nothing from batch", "nothing")):
        with pytest.raises(InputError, match=words):
            run.sql(query)


def test_a_table_that_is_not_there_is_named_with_a_near_one(run: smoltworks.Run) -> None:
    for read in (run.table, run.arrow):
        with pytest.raises(InputError, match="did you mean 'lice_count'"):
            read("lice_counts")


def test_a_run_is_verified_measured_and_summed_up(run: smoltworks.Run, capfd: pytest.CaptureFixture[str]) -> None:
    steps: list[tuple[str, int, int]] = []

    def heard(what: str, done: int, of: int) -> None:
        steps.append((what, done, of))

    found = run.verify(on_step=heard)
    assert found.passed
    assert [check.name for check in found.checks] == list(check_names())
    hashed = [step for step in steps if step[0] == "hashing"]
    assert hashed[-1][1] == hashed[-1][2] == sum(map(len, run.manifest.files.values()))
    assert steps[len(hashed)] == ("checking", 0, len(check_names()))
    assert steps[-1][1:] == (len(check_names()), len(check_names()))
    assert {name for name, _, _ in steps[len(hashed) + 1 :]} == set(check_names())  # as they are ready
    assert found.statistics == ()
    figures = run.statistics()
    assert {figure.name for figure in figures if figure.required}
    summary = run.report()
    assert summary.checks is not None
    assert (summary.checks.passed, summary.checks.failed) == (len(check_names()), 0)
    state = run.status()
    assert (state.state, state.events) == ("complete", run.manifest.events)
    assert capfd.readouterr() == ("", "")
    with pytest.raises(InputError, match="no check is called 22_luck"):
        run.verify(only=["22_luck"])


def test_a_spoilt_table_fails_its_check(run: smoltworks.Run, tmp_path: Path) -> None:
    copied = smoltworks.open_run(shutil.copytree(run.path, tmp_path / "run"))
    manifest = copied.manifest
    more = replace(manifest.identity, batch_count=manifest.identity.batch_count + 1)
    write_manifest(copied.path, replace(manifest, identity=more))
    found = copied.verify()
    assert not found.passed
    assert found.to_json()["failed"] == sum(not check.passed for check in found.checks) > 0


def test_a_run_goes_into_its_own_database_and_out_again(tmp_path: Path) -> None:
    small_lake.build(tmp_path)
    small = smoltworks.open_run(tmp_path)
    with pytest.raises(InputError, match="no database of its own"), small.database():
        pass
    part = small.load(batches=["*-002"], tables=["daily_state"])
    assert part.rows["daily_state"] > 0
    with small.database() as dsn, psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT count(*) FROM batch_batch").fetchone()
    assert found == (1,)
    with pytest.raises(InputError, match="another part of it"):
        small.load()
    assert small.restore() == 0
    refused: list[int] = []

    def refuse(rows: dict[str, int]) -> bool:
        refused.append(sum(rows.values()))
        return False

    assert small.wipe(confirm=refuse) is None
    assert refused == [part.total_rows]
    removed = small.wipe()
    assert removed is not None
    assert sum(removed.rows.values()) == part.total_rows
    with pytest.raises(InputError, match="holds no load of the run"):
        small.wipe()
    with pytest.raises(InputError, match="connections"):
        small.load(connections=0)
