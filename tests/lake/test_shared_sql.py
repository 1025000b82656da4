"""What is made of rows in order is what is made of rows in any order, and rows that lie otherwise are seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.execution.plan_tables import plan_tables
from engine.farm.schedule_file import read_any
from lake.shared_sql import ORDERED, ROWS, make_shared_table, shared_tables, texts
from lake.shared_tables import SharedTables
from lake.views import Connection, connect, register_plan

KEYS = {"odd_state": "date", "state_growth": "piece"}
OF_ROWS = tuple(KEYS)


@pytest.fixture
def connection(tiny_run: Path) -> Iterator[Connection]:
    with connect(tiny_run) as connection:
        register_plan(connection, plan_tables(read_any(tiny_run / "schedule.yaml")))
        yield connection


def made(connection: Connection, run_dir: Path, table: str) -> Connection:
    """A table made anew, and `by_sql` by its SQL for rows in any order."""
    SharedTables(run_dir).make(connection, shared_tables()[table])
    connection.execute(f"CREATE OR REPLACE TEMP TABLE by_sql AS {shared_tables()[table]}")
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    make_shared_table(connection, table)
    return connection


def differing(connection: Connection, table: str) -> list[tuple[object, ...]]:
    """Keys of rows that one of the two lacks or has otherwise; sums in another order come to nearly the same."""
    kinds = connection.sql(f"SELECT column_name, column_type FROM (DESCRIBE {table})").fetchall()
    same = [
        f"(abs(a.{c} - b.{c}) < 0.00001 OR a.{c} IS NULL AND b.{c} IS NULL)"
        if kind == "DOUBLE"
        else f"a.{c} IS NOT DISTINCT FROM b.{c}"
        for c, kind in kinds
        if not kind.endswith("[]")
    ]
    key = f"assignment_id, {KEYS[table]}"
    joined = f"FROM {table} a FULL JOIN by_sql b USING ({key}) WHERE ({' AND '.join(same)}) IS NOT TRUE"
    return connection.sql(f"SELECT {key} {joined}").fetchall()


@pytest.mark.parametrize("table", OF_ROWS)
def test_rows_in_order_make_what_rows_in_any_order_make(tiny_run: Path, connection: Connection, table: str) -> None:
    made(connection, tiny_run, table)
    columns = [connection.sql(f"DESCRIBE {name}").fetchall() for name in (table, "by_sql")]
    assert columns[0] == columns[1]
    assert connection.sql(f"SELECT count(*) > 9 FROM {table}").fetchall() == [(True,)]
    assert differing(connection, table) == []


@pytest.mark.parametrize("table", OF_ROWS)
@pytest.mark.parametrize("moved", ["daily_state", "daily_truth"])
def test_rows_in_another_order_are_seen(tiny_run: Path, connection: Connection, table: str, moved: str) -> None:
    connection.execute(f"CREATE TABLE copied AS FROM {moved} ORDER BY date, assignment_id")
    connection.execute(f"DROP VIEW {moved}; ALTER TABLE copied RENAME TO {moved}")
    SharedTables(tiny_run).make(connection, shared_tables()[table])
    assert differing(made(connection, tiny_run, table), table) == []


def test_values_beyond_what_running_sums_hold_are_left_to_the_sql_of_any_order(
    tiny_run: Path, connection: Connection
) -> None:
    connection.execute("CREATE TABLE copied AS FROM daily_state; DROP VIEW daily_state")
    connection.execute("ALTER TABLE copied RENAME TO daily_state")
    connection.execute(
        "UPDATE daily_state SET avg_weight_g = 99999999.99, population = 2000000000 WHERE date > '2000-01-01'"
    )
    made(connection, tiny_run, "state_growth")
    assert connection.sql("SELECT count(*) > 9 FROM state_growth").fetchall() == [(True,)]


def test_all_rows_have_both_forms() -> None:
    names = set(texts(ROWS))
    assert names == {f"{name}{order}" for name in ("growth_day", "state_day") for order in ("", ORDERED)}
