"""Runs the invariants: invariants/NN_word.sql, each one SELECT of the rows that offend it, none when it holds.

A check may use the tables of lake.views, those of lake.shared_sql (see lake.shared_tables) and lake_fingerprint.
invariants/NAME.report.sql is told, not judged.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import duckdb

from lake.errors import InputError
from lake.interrupting import interruptible
from lake.one_pass import MADE_HERE
from lake.shared_sql import texts
from lake.shared_tables import SharedTables, shared_by
from lake.views import Connection

ROWS_SHOWN = 20
REPORT = ".report"
CHECKERS = 2  # much of a check is done by one thread, and each holds its own tables
INTERRUPTED_AGAIN = 0.05  # seconds

# a part's footer is read by some hundred SELECTs; what doesn't fit is kept in temporary files
SETTINGS = ("SET TimeZone = 'UTC'", "SET parquet_metadata_cache = true", "SET memory_limit = '1000MB'")

Row = dict[str, Any]


@dataclass(frozen=True)
class CheckResult:
    """How a check went: the number of offending rows, and the first of them as columns and values."""

    name: str
    violations: int
    rows: tuple[Row, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether no row offends."""
        return self.violations == 0


@dataclass(frozen=True)
class Report:
    """What is told beside the checks; `rows` are all its rows."""

    name: str
    rows: tuple[Row, ...]


def check_names() -> tuple[str, ...]:
    """Every check, in order."""
    return tuple(name for name in texts("invariants") if not name.endswith(REPORT))


def check_meaning(name: str) -> str:
    """What a check holds a run to: the first sentence of its SQL's comment."""
    lines = itertools.takewhile(lambda line: line.startswith("--"), texts("invariants")[name].splitlines())
    first, stop, _ = " ".join(line.removeprefix("--").strip() for line in lines).partition(". ")
    return first + stop.strip()


def report_names() -> tuple[str, ...]:
    """Every report, in order."""
    return tuple(name.removesuffix(REPORT) for name in texts("invariants") if name.endswith(REPORT))


def require_check_names(names: tuple[str, ...]) -> None:
    """InputError when a name is no check."""
    unknown = [name for name in names if name not in check_names()]
    if unknown:
        raise InputError(
            "--only", f"no check is called {', '.join(unknown)}", f"the checks: {', '.join(check_names())}"
        )


def run_checks(connection: Connection, run_dir: Path, only: tuple[str, ...] = ()) -> Generator[CheckResult, None, None]:
    """Run the checks, all unless `only` names some, and yield each result as it comes, in whatever order.

    `connection` is lake.views.connect's, with the plan registered; several checks are run side by side, by cursors of
    it, which see nothing of a transaction that is open. A check that DuckDB cannot run on the data has failed: its one
    row says why. A shared table is kept no longer than a check to come names it.
    """
    require_check_names(only)
    names = sorted(only or check_names(), key=_needs_the_pass)
    shared = SharedTables(run_dir, {name: texts("invariants")[name] for name in names})
    # where all wait for it, the first one begins it
    beside = names if _needs_the_pass(names[-1]) > _needs_the_pass(names[0]) else []
    wanted = frozenset().union(*(shared_by(texts("invariants")[name]) for name in beside))
    _set_up(connection)
    with shared.pass_begun(connection, wanted):
        if len(names) == 1:
            yield _result(connection, shared, names[0])
        else:
            yield from _side_by_side(connection, shared, names)


def _side_by_side(connection: Connection, shared: SharedTables, names: list[str]) -> Iterator[CheckResult]:
    """The results of several checks, as they come."""
    to_do, found = deque(names), SimpleQueue[CheckResult | BaseException]()

    def work(cursor: Connection) -> None:
        try:
            _set_up(cursor)
            with suppress(IndexError):
                while True:
                    found.put(_result(cursor, shared, to_do.popleft()))
        except BaseException as error:  # raised where the results are waited for
            found.put(error)

    cursors = [interruptible(connection.cursor()) for _ in range(CHECKERS)]
    threads = [threading.Thread(target=work, args=(cursor,), daemon=True) for cursor in cursors]
    for thread in threads:
        thread.start()
    try:
        for _ in names:
            if isinstance(result := found.get(), BaseException):
                raise result
            yield result
    finally:
        to_do.clear()
        shared.stop()
        for thread, cursor in zip(threads, cursors, strict=True):
            while thread.is_alive():  # at a statement no longer wanted, or between two
                cursor.interrupt()
                thread.join(INTERRUPTED_AGAIN)
            cursor.close()


def _set_up(connection: Connection) -> None:
    for setting in SETTINGS:
        connection.execute(setting)


def _result(connection: Connection, shared: SharedTables, name: str) -> CheckResult:
    started, text = time.perf_counter(), texts("invariants")[name]
    try:
        shared.make(connection, text)
        connection.execute(f"CREATE OR REPLACE TEMP TABLE offender AS {text}")
        ((violations,),) = connection.sql("SELECT count(*) FROM offender").fetchall()
        rows = _rows(connection.sql(f"FROM offender LIMIT {ROWS_SHOWN}")) if violations else ()
    except (duckdb.Error, ValueError) as error:
        violations, rows = 1, ({"what": "the check could not be run", "found": str(error)},)
    shared.over(connection, name)
    return CheckResult(name=name, violations=violations, rows=rows, seconds=time.perf_counter() - started)


def _needs_the_pass(name: str) -> bool:
    """Whether a check asks for what the one pass makes, and so waits while others are run beside it."""
    return bool(shared_by(texts("invariants")[name]) & MADE_HERE)


def run_reports(connection: Connection, run_dir: Path) -> list[Report]:
    """Every report that has something to tell."""
    reports, shared = [], SharedTables(run_dir)
    for name in report_names():
        text = texts("invariants")[name + REPORT]
        shared.make(connection, text)
        rows = _rows(connection.sql(text))
        if rows:
            reports.append(Report(name, rows))
    return reports


def _rows(relation: duckdb.DuckDBPyRelation) -> tuple[Row, ...]:
    return tuple(
        {name: plain_value(value) for name, value in zip(relation.columns, row, strict=True)}
        for row in relation.fetchall()
    )


def plain_value(value: Any) -> Any:
    """A value as JSON has it: dates as ISO text, decimals as numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value
