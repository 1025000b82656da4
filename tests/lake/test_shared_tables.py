"""What checks share is made once, however many ask for it at once, and dropped after the last that names it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.execution.plan_tables import plan_tables
from engine.farm.schedule_file import read_any
from lake import checks, shared_tables
from lake.checks import check_names, run_checks
from lake.one_pass import MADE_HERE
from lake.shared_sql import make_shared_table, texts
from lake.shared_tables import SharedTables
from lake.views import Connection, connect, register_plan

CHECKS = {name: texts("invariants")[name] for name in check_names()}


@pytest.fixture
def connection(tiny_run: Path) -> Iterator[Connection]:
    with connect(tiny_run) as connection:
        register_plan(connection, plan_tables(read_any(tiny_run / "schedule.yaml")))
        yield connection


def there(connection: Connection, *names: str) -> set[str]:
    found = {name for (name,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    return found & set(names)


def test_no_shared_table_outlives_the_checks_that_name_it(tiny_run: Path, connection: Connection) -> None:
    shared = SharedTables(tiny_run, CHECKS)
    left = {}
    for name in CHECKS:
        shared.make(connection, CHECKS[name])
        shared.over(connection, name)
        left[name] = there(connection, "stay", "odd_state", "row_reference", *MADE_HERE)
    assert left["12_feed_growth"] >= {"stay"}
    assert left["13_weights"] >= {"stay", "odd_state"}
    assert "odd_state" not in left["16_daily_states"]
    assert left[list(left)[-1]] == set()


def test_the_first_check_that_wants_the_pass_makes_what_later_ones_want(tiny_run: Path, connection: Connection) -> None:
    shared = SharedTables(tiny_run, CHECKS)
    with shared.pass_begun(connection, MADE_HERE):
        shared.make(connection, CHECKS["01_batch_conservation"])
        assert not there(connection, *MADE_HERE)
        shared.make(connection, CHECKS["04_double_booking"])
        assert there(connection, *MADE_HERE) == MADE_HERE


def test_rows_alone_are_made_by_sql(tiny_run: Path, connection: Connection) -> None:
    shared = SharedTables(tiny_run, {"20_counts": CHECKS["20_counts"]})
    shared.make(connection, CHECKS["20_counts"])
    assert there(connection, *MADE_HERE) == {"batch_rows"}


def test_a_table_that_many_ask_for_at_once_is_made_once(
    tiny_run: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: Counter[str] = Counter()

    def counted(make: Callable[[Connection, Path, str], None]) -> Callable[[Connection, Path, str], None]:
        def make_counted(connection: Connection, run_dir: Path, name: str) -> None:
            made[name] += 1
            make(connection, run_dir, name)

        return make_counted

    monkeypatch.setattr(shared_tables, "make_shared_table", counted(make_shared_table))
    shared, together = SharedTables(tiny_run), threading.Barrier(4)

    def ask(cursor: Connection) -> None:
        together.wait()
        shared.make(cursor, CHECKS["12_feed_growth"] + CHECKS["07_foreign_keys"])

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ask, [connection.cursor() for _ in range(4)]))
    assert {"stay", "state_growth", "row_reference"} <= made.keys()
    assert set(made.values()) == {1}


def test_what_cannot_be_gone_on_with_is_raised_where_results_are_waited_for(
    tiny_run: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(checks, "_rows", fail)
    connection.execute("CREATE TABLE none AS FROM batch LIMIT 0; DROP VIEW batch; ALTER TABLE none RENAME TO batch")
    with pytest.raises(MemoryError):
        list(run_checks(connection, tiny_run))


def test_checks_given_up_leave_no_thread_behind(tiny_run: Path, connection: Connection) -> None:
    before = threading.active_count()
    found = run_checks(connection, tiny_run)
    next(found)
    assert threading.active_count() > before
    found.close()
    assert threading.active_count() == before
