"""What one pass over the Parquet makes is what its SQL makes, and where rows lack order it leaves them to the SQL."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.execution.plan_tables import plan_tables
from engine.farm.schedule_file import read_any
from lake.checks import run_checks
from lake.manifest import read_complete
from lake.one_pass import FINGERPRINTS, MADE_HERE, make_in_one_pass
from lake.reading_runs import READING_TABLES, make_reading_tables
from lake.shared_sql import shared_tables
from lake.views import Connection, connect, register_plan

IN_SQL = sorted(MADE_HERE - {FINGERPRINTS})
ROUNDED = {"reading_day": "SELECT * REPLACE (round(mean, 6) AS mean) FROM"}  # sums of whole numbers, or of doubles


def opened(run_dir: Path) -> Connection:
    connection = connect(run_dir)
    register_plan(connection, plan_tables(read_any(run_dir / "schedule.yaml")))
    return connection


def opened_as_is(run_dir: Path) -> Connection:
    """The run, though its files are no longer those of its manifest."""
    connection = connect(run_dir, read_complete(run_dir))
    register_plan(connection, plan_tables(read_any(run_dir / "schedule.yaml")))
    return connection


def made(connection: Connection) -> set[str]:
    return {name for (name,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()} & MADE_HERE


def same_as_sql(connection: Connection, name: str) -> bool:
    """Whether a table that was made has the columns, types and rows, as often, that its SQL gives."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE by_sql AS {shared_tables()[name]}")
    columns = [connection.sql(f"DESCRIBE {table}").fetchall() for table in (name, "by_sql")]
    of = ROUNDED.get(name, "FROM")
    differ = f"({of} {name} EXCEPT ALL {of} by_sql) UNION ALL ({of} by_sql EXCEPT ALL {of} {name})"
    return columns[0] == columns[1] and not connection.sql(differ).fetchall()


@pytest.fixture
def spoilt(tiny_run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_run, tmp_path / "run")


def disturb(run_dir: Path, table: str, *, repeat: bool = False) -> None:
    """Turn the rows of a table's first part round; or have its last row twice."""
    path = run_dir / "lake" / table / "part-0000.parquet"
    rows = pq.read_table(path)
    last = rows.slice(len(rows) - 1)
    turned = pa.concat_tables([rows, last]) if repeat else rows.take(pa.array(range(len(rows) - 1, -1, -1)))
    pq.write_table(turned, path, store_decimal_as_integer=True)


def test_one_pass_makes_what_the_sql_makes(tiny_run: Path) -> None:
    with opened(tiny_run) as connection:
        make_in_one_pass(connection, tiny_run, MADE_HERE, ())
        assert made(connection) == MADE_HERE
        assert connection.sql("SELECT count(*) > 100 FROM reading_day").fetchall() == [(True,)]
        for name in IN_SQL:
            assert same_as_sql(connection, name), name
        both = f"FROM {FINGERPRINTS} EXCEPT FROM manifest_fingerprint"
        assert connection.sql(both).fetchall() == []


def test_rows_in_another_order_are_left_to_the_sql(spoilt: Path) -> None:
    disturb(spoilt, "environmental_reading")
    disturb(spoilt, "daily_truth")
    with opened_as_is(spoilt) as connection:
        make_in_one_pass(connection, spoilt, MADE_HERE - {FINGERPRINTS}, ())
        assert made(connection) == {"batch_rows", "repeated_key"}
        assert same_as_sql(connection, "batch_rows")
        assert connection.sql("FROM repeated_key").fetchall() == []


def test_a_row_that_is_there_twice_is_seen(spoilt: Path) -> None:
    for table in ("environmental_reading", "daily_truth"):
        disturb(spoilt, table, repeat=True)
    with opened_as_is(spoilt) as connection:
        make_in_one_pass(connection, spoilt, MADE_HERE - {FINGERPRINTS}, ())
        assert made(connection) == MADE_HERE - {FINGERPRINTS}
        for name in IN_SQL:
            assert same_as_sql(connection, name), name
        assert connection.sql("SELECT DISTINCT table_name, rows FROM repeated_key").fetchall() == [("daily_truth", 2)]
        assert connection.sql("SELECT count(*) FROM reading_span WHERE readings = 1").fetchall() == [(1,)]


def test_tables_that_are_no_views_of_the_files_are_read_where_they_are(tiny_run: Path) -> None:
    with opened(tiny_run) as connection:
        connection.execute(
            "CREATE TABLE copied AS FROM environmental_reading;"
            "DROP VIEW environmental_reading; ALTER TABLE copied RENAME TO environmental_reading"
        )
        make_in_one_pass(connection, tiny_run, IN_SQL, ())
        assert made(connection) == READING_TABLES
        assert all(same_as_sql(connection, name) for name in READING_TABLES)
        connection.execute(
            "DROP TABLE reading_span; INSERT INTO environmental_reading FROM environmental_reading LIMIT 1"
        )
        assert not make_reading_tables(connection, tiny_run, {"reading_span"})
        connection.execute("DELETE FROM environmental_reading")
        assert not make_reading_tables(connection, tiny_run, {"reading_span"})
        assert made(connection) == {"reading_day"}


def test_a_part_that_cannot_be_decoded_is_what_the_fingerprints_check_says(spoilt: Path) -> None:
    disturb(spoilt, "daily_state", repeat=True)
    path = spoilt / "lake" / "journal_entry" / "part-0000.parquet"
    rows = pq.read_table(path)
    pq.write_table(pa.concat_tables([rows, rows]), path, store_decimal_as_integer=True, row_group_size=len(rows))
    with opened_as_is(spoilt) as connection:
        found = {r.name: r for r in run_checks(connection, spoilt, ("04_double_booking", "19_determinism"))}
    assert found["04_double_booking"].passed
    assert "not contiguous" in found["19_determinism"].rows[0]["found"]


@pytest.mark.parametrize("rows_at_once", [5, 1000])
def test_readings_off_their_times_repeated_and_left_out_come_to_what_the_sql_makes(
    tiny_run: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    """However the pieces are cut in which they are seen."""
    monkeypatch.setattr("lake.reading_runs.ROWS_AT_ONCE", rows_at_once)
    with opened(tiny_run) as connection:
        connection.execute(
            """
            CREATE TABLE copied AS
            SELECT * EXCLUDE (n)
                REPLACE (reading_time + to_minutes(CASE WHEN n % 17 < 3 THEN 45 ELSE 0 END) AS reading_time)
            FROM (
                SELECT *, hash(sensor_id, reading_time) AS n FROM environmental_reading
                WHERE batch_id = 1 AND batch_container_assignment_id % 4 = 0
            ), generate_series(0, (n % 31 = 0)::INTEGER) WHERE n % 13 > 0
            ORDER BY batch_container_assignment_id, sensor_id, reading_time
            """
        )
        connection.execute("DROP VIEW environmental_reading; ALTER TABLE copied RENAME TO environmental_reading")
        assert make_reading_tables(connection, tiny_run, READING_TABLES)
        assert connection.sql("SELECT count(*) > 100 FROM reading_span WHERE readings > 1").fetchall() == [(True,)]
        assert all(same_as_sql(connection, name) for name in READING_TABLES)
