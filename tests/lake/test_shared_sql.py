"""What is made of days in order is what SQL makes of days in any order, and days that lie otherwise are seen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.execution.plan_tables import plan_tables
from engine.farm.schedule_file import read_any
from lake.manifest import read_complete
from lake.shared_sql import IN_ORDER, make_shared_table, shared_tables
from lake.shared_tables import SharedTables
from lake.state_days import LacksOrder
from lake.views import Connection, connect, register_plan

COMPARED = {  # by what rows are told apart in each stay
    "odd_state": {"FROM {}": "date"},
    "state_growth": {
        "SELECT * EXCLUDE (odd_fcr) FROM {}": "piece",
        "SELECT assignment_id, piece, unnest(odd_fcr, max_depth := 2) FROM {}": "date",
    },
}
KEYS = tuple(COMPARED)
DAYS = ("daily_state", "daily_truth")
# of every stay a few days, other ones for each fault
PLANTED = {
    "weights that fall": "daily_truth SET avg_weight_g = avg_weight_g / 2 WHERE hash(assignment_id, date) % 11 = 0",
    "estimates that fall": "daily_state SET avg_weight_g = avg_weight_g * 0.9 WHERE hash(assignment_id, date) % 7 = 0",
    "fish that are gone": "daily_state SET population = population - 3 WHERE hash(assignment_id, date) % 13 = 0",
    "no fish": "daily_state SET population = 0 WHERE hash(assignment_id, date) % 5 = 0",
    "more trust": "daily_state SET weight_confidence = 0.99 WHERE hash(assignment_id, date) % 9 = 0",
    "weighed and not said": "daily_state SET weight_source = 'tgc_computed', anchor_type = NULL",
    "said and not weighed": "daily_state SET weight_source = 'measured' WHERE hash(assignment_id, date) % 6 = 0",
    "anchors": "daily_state SET anchor_type = 'transfer' WHERE hash(assignment_id, date) % 8 = 0",
    "feed": "daily_state SET feed_kg = feed_kg + 1.25 WHERE hash(assignment_id, date) % 10 = 0",
    "conversions": "daily_state SET observed_fcr = 0.5 WHERE hash(assignment_id, date) % 12 = 0",
    "no conversions": "daily_state SET observed_fcr = NULL",
    "no appetite": "daily_truth SET appetite = 0",
    "weighed a day later": "growth_sample SET sample_date = sample_date + 1",
    "weighed on the first day": "growth_sample SET sample_date = (SELECT assignment_date FROM container_assignment a "
    "WHERE a.id = growth_sample.assignment_id)",
    "begun later": "container_assignment SET assignment_date = assignment_date + 5",
    "taken for eggs": "container_assignment SET lifecycle_stage_id = 1 WHERE lifecycle_stage_id = 2",
    "all died as culls": "mortality_event SET is_cull = TRUE, biomass_kg = 3 WHERE hash(event_date) % 3 = 0",
    "culls that weigh nothing": "mortality_event SET biomass_kg = NULL",
    "weighed otherwise": "daily_state SET weight_source = 'guessed' WHERE hash(assignment_id, date) % 14 = 0",
    "more than there can be": "daily_state SET avg_weight_g = 99999999.99, population = 2000000000",
    "more in one stay than there can be": "daily_state SET avg_weight_g = 99999999.99, population = 2000000000 "
    "WHERE assignment_id = (SELECT min(assignment_id) FROM daily_state WHERE lifecycle_stage_id > 1)",
    "arrivals that nobody knows": "transfer_action SET status = 'PLANNED'",
    "small parts moved": "transfer_action SET transferred_count = 1, measured_avg_weight_g = 2 * measured_avg_weight_g",
}
LYING_OTHERWISE = {
    "in another order": "CREATE TABLE planted AS FROM {table} ORDER BY date, assignment_id",
    "a day is missing": "CREATE TABLE planted AS FROM {table} WHERE hash(assignment_id, date) % 50 > 0",
    "a day is there twice": "CREATE TABLE planted AS FROM {table} UNION ALL (FROM {table} LIMIT 1) ORDER BY 3, date",
    "the last is missing": "CREATE TABLE planted AS FROM {table} LIMIT (SELECT count(*) - 1 FROM {table})",
    "none is there": "CREATE TABLE planted AS FROM {table} LIMIT 0",
    "no weight": "CREATE TABLE planted AS SELECT * REPLACE (CASE WHEN hash(assignment_id, date) % 50 > 0 "
    "THEN avg_weight_g END AS avg_weight_g) FROM {table}",
    "no number": "CREATE TABLE planted AS SELECT * REPLACE ('nan'::DOUBLE AS avg_weight_g) FROM {table}",
}


@pytest.fixture(scope="module")
def run_opened(tiny_run: Path) -> Iterator[Connection]:
    with opened(tiny_run) as connection:
        yield connection


@pytest.fixture
def connection(run_opened: Connection) -> Iterator[Connection]:
    """The tiny run as it is, whatever a test before did to it."""
    run_opened.execute("BEGIN")
    yield run_opened
    run_opened.execute("ROLLBACK")


def opened(run_dir: Path) -> Connection:
    """A run as it is, its files not held against its manifest."""
    connection = connect(run_dir, read_complete(run_dir))
    register_plan(connection, plan_tables(read_any(run_dir / "schedule.yaml")))
    return connection


def plant(connection: Connection, table: str, made: str = "CREATE TABLE planted AS FROM {table}") -> None:
    """Put a table in the place of the view of a run's files."""
    connection.execute(made.format(table=table))
    connection.execute(f"DROP VIEW {table}; ALTER TABLE planted RENAME TO {table}")


def made_of(connection: Connection, run_dir: Path, table: str) -> bool:
    """Make what a table is made of; whether its days lie in order."""
    SharedTables(run_dir).make(connection, shared_tables()[table])
    try:
        IN_ORDER[table](connection, run_dir)
    except LacksOrder:
        return False
    return True


def differing(connection: Connection, run_dir: Path, table: str) -> list[tuple[object, ...]]:
    """Columns, or else keys of rows, that the table made has otherwise than its SQL; sums come to nearly the same."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE by_sql AS {shared_tables()[table]}")
    connection.execute(f"DROP TABLE IF EXISTS {table}")
    make_shared_table(connection, run_dir, table)
    described = [connection.sql(f"DESCRIBE {name}").fetchall() for name in (table, "by_sql")]
    if described[0] != described[1]:
        return [*described[0], *described[1]]
    return [row for select, key in COMPARED[table].items() for row in unlike(connection, table, (select, key))]


def unlike(connection: Connection, table: str, compared: tuple[str, str]) -> list[tuple[object, ...]]:
    select, key = compared
    kinds = connection.sql(f"DESCRIBE {select.format(table)}").fetchall()
    same = " AND ".join(
        f"(a.{column} IS NOT DISTINCT FROM b.{column}"
        f" OR {f'abs(a.{column} - b.{column}) < 0.00001' if kind == 'DOUBLE' else 'FALSE'})"
        for column, kind, *_ in kinds
    )
    both = f"({select.format(table)}) a FULL JOIN ({select.format('by_sql')}) b USING (assignment_id, {key})"
    return connection.sql(f"SELECT assignment_id, {key} FROM {both} WHERE ({same}) IS NOT TRUE").fetchall()


@pytest.mark.parametrize("rows_at_once", [50, 65_536])
@pytest.mark.parametrize("table", KEYS)
def test_days_in_order_make_what_days_in_any_order_make(
    tiny_run: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch, table: str, rows_at_once: int
) -> None:
    """However the pieces are cut in which they are read."""
    monkeypatch.setattr("lake.state_days.ROWS_AT_ONCE", rows_at_once)
    assert made_of(connection, tiny_run, table)
    assert differing(connection, tiny_run, table) == []
    assert connection.sql(f"SELECT count(*) > 9 FROM {table}").fetchall() == [(True,)]


@pytest.mark.parametrize("fault", PLANTED)
def test_faults_in_days_in_order_are_what_the_sql_finds(tiny_run: Path, connection: Connection, fault: str) -> None:
    for table in (*DAYS, "growth_sample", "mortality_event", "transfer_action", "container_assignment"):
        plant(connection, table)
    assert connection.execute(f"UPDATE {PLANTED[fault]}").fetchall() > [(0,)]
    assert all(made_of(connection, tiny_run, table) for table in KEYS)
    assert {table: differing(connection, tiny_run, table) for table in KEYS} == {"odd_state": [], "state_growth": []}


@pytest.mark.parametrize("moved", DAYS)
@pytest.mark.parametrize("how", LYING_OTHERWISE)
def test_days_that_lie_otherwise_are_seen(tiny_run: Path, connection: Connection, how: str, moved: str) -> None:
    plant(connection, moved, LYING_OTHERWISE[how])
    for table in KEYS:
        assert not made_of(connection, tiny_run, table)
        make_shared_table(connection, tiny_run, table)
        rows = connection.sql(f"SELECT count(*) FROM {table}").fetchall()
        assert rows > [(9,)] or (rows, how, moved) == ([(0,)], "none is there", "daily_state")


def test_days_that_both_tables_lack_are_seen(tiny_run: Path, connection: Connection) -> None:
    for table in DAYS:
        plant(connection, table, LYING_OTHERWISE["a day is missing"])
    assert not any(made_of(connection, tiny_run, table) for table in KEYS)
    assert {table: differing(connection, tiny_run, table) for table in KEYS} == {"odd_state": [], "state_growth": []}


@pytest.mark.parametrize(("tables", "step", "group"), [(DAYS[1:], -1, 100_000), (DAYS, 1, 50)])
def test_parts_whose_days_lie_otherwise_are_left_to_the_sql(
    tiny_run: Path, tmp_path: Path, tables: tuple[str, ...], step: int, group: int
) -> None:
    """The last day first, or stays that groups of rows cut."""
    spoilt = shutil.copytree(tiny_run, tmp_path / "run")
    for table in tables:
        part = spoilt / "lake" / table / "part-0000.parquet"
        rows = pq.read_table(part)
        turned = rows.take(pa.array(range(len(rows))[::step]))
        pq.write_table(turned, part, row_group_size=group, store_decimal_as_integer=True)
    with opened(spoilt) as connection:
        assert not any(made_of(connection, spoilt, table) for table in KEYS)
        assert {table: differing(connection, spoilt, table) for table in KEYS} == {"odd_state": [], "state_growth": []}


@pytest.mark.parametrize(
    "what",
    [
        "UPDATE container_assignment SET initial_count = NULL",
        "DELETE FROM container_assignment WHERE lifecycle_stage_id > 1",
        "INSERT INTO container_assignment FROM container_assignment",
        "UPDATE parameter SET value = NULL",
        "UPDATE daily_state SET batch_id = date - DATE '2000-01-01'",
    ],
)
def test_stays_that_are_not_as_a_run_writes_them_are_left_to_the_sql(
    tiny_run: Path, connection: Connection, what: str
) -> None:
    for table in ("daily_state", "container_assignment"):
        plant(connection, table)
    connection.execute(what)
    assert not made_of(connection, tiny_run, "state_growth")
    make_shared_table(connection, tiny_run, "state_growth")
    assert connection.sql("SELECT count(*) > 9 FROM state_growth").fetchall() == [(True,)]
