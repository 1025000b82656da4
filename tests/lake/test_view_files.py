"""RUN/lake.sql and RUN/lake.duckdb: opened by DuckDB alone, wherever the run lies, and made anew when broken."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb
import pytest

from lake.dictionary import dictionary
from lake.manifest import read_complete
from lake.query import answer
from lake.view_files import DATABASE_FILE, LOG_FILE, SQL_FILE, renew_view_files, write_view_files
from lake.view_sql import lake_sql

STAYS = ("environmental_reading", "feeding_event", "treatment", "health_lab_sample", "container_feeding_summary")


@pytest.fixture
def moved(small_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small run in another place, which is where DuckDB begins."""
    there = shutil.copytree(small_run, tmp_path / "elsewhere" / "it's mine")
    monkeypatch.chdir(there)
    return there


def rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    counts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in dictionary())
    return dict(connection.execute(counts).fetchall())


def test_a_moved_run_opens_by_both(moved: Path) -> None:
    manifest = read_complete(moved)
    expected = {name: part.rows for name, part in manifest.dimensions.items()} | manifest.tables
    with duckdb.connect(str(moved / DATABASE_FILE), read_only=True) as database:
        assert rows(database) == expected
        told = dict(
            database.execute(
                "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'lice_count'"
            ).fetchall()
        )
        assert told == {column.name: column.comment for column in dictionary()["lice_count"].columns}
    with duckdb.connect() as fresh:
        fresh.execute((moved / SQL_FILE).read_text("utf-8"))
        assert rows(fresh) == expected
        os.chdir("/")
        with pytest.raises(duckdb.IOException, match="No files found"):
            fresh.execute("FROM batch")
        fresh.execute("SET file_search_path = '" + str(moved).replace("'", "''") + "'")
        assert rows(fresh) == expected


def test_a_stay_has_one_name_in_every_view(small_run: Path) -> None:
    for name in STAYS:
        own = next(c.name for c in dictionary()[name].columns if c.view_name == "assignment_id")
        query = f"SELECT count(*) FILTER (assignment_id = {own}) = count(*), count(*) > 0 FROM {name}"
        with answer(small_run, query) as found:
            assert found.fetchall()[0][0]
    roles = {"source_assignment_id", "dest_assignment_id", "assignment_id"}
    views = {c.view_name for e in dictionary().values() for c in e.columns if c.joins == "container_assignment.id"}
    assert views == roles


def test_sql_tells_what_columns_mean(small_run: Path) -> None:
    with answer(small_run, "describe lice_count;") as found:
        told = {row[0]: row for row in found.fetchall()}
    assert list(told) == [column.name for column in dictionary()["lice_count"].columns]
    assert told["count_value"][1:7] == ("INTEGER", "NO", None, "lice", None, "lice on all fish sampled")
    with answer(
        small_run, "select comment from duckdb_columns() where table_name = 'batch' and column_name = 'id'"
    ) as found:
        assert found.fetchall() == [("ordinal of the batch in the schedule, from 1; key",)]


def test_broken_ones_are_made_anew_and_whole_ones_left(moved: Path, tmp_path: Path) -> None:
    database, text = moved / DATABASE_FILE, moved / SQL_FILE
    before = database.stat().st_mtime_ns, text.stat().st_mtime_ns
    renew_view_files(moved)
    assert (database.stat().st_mtime_ns, text.stat().st_mtime_ns) == before
    database.write_bytes(database.read_bytes()[:5000])
    (moved / LOG_FILE).write_bytes(b"of another database")
    text.unlink()
    renew_view_files(moved)
    assert text.read_text("utf-8") == lake_sql()
    with duckdb.connect(str(database), read_only=True) as found:
        assert found.execute("SELECT count(*) > 0 FROM batch").fetchall() == [(True,)]


def test_a_kept_database_that_was_changed_is_not_believed(tmp_path: Path) -> None:
    kept, run = tmp_path / "kept", tmp_path / "run"
    kept.mkdir()
    run.mkdir()
    write_view_files(run, str(kept))
    (found,) = kept.iterdir()
    found.write_bytes(b"nothing" + found.read_bytes())
    write_view_files(run, str(kept))
    with duckdb.connect(str(run / DATABASE_FILE), read_only=True) as opened:
        views = opened.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall()
    assert views == [(len(dictionary()),)]
