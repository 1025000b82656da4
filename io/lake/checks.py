"""Runs the invariants: invariants/NN_word.sql, each one SELECT of the rows that offend it, none when it holds.

A check may use the tables of lake.views, those of lake.shared_sql (made when the first check names them) and
lake_fingerprint. invariants/NAME.report.sql is told, not judged.
"""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from lake.errors import InputError
from lake.one_pass import FINGERPRINTS, MADE_HERE, make_in_one_pass, one_pass_begun
from lake.shared_sql import make_shared_table, shared_tables, texts
from lake.views import Connection

ROWS_SHOWN = 20
REPORT = ".report"

# a part's footer is read by some hundred SELECTs; what doesn't fit is kept in temporary files
SETTINGS = ("SET parquet_metadata_cache = true", "SET memory_limit = '1200MB'")

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

    `connection` is lake.views.connect's, with the plan registered. A check that DuckDB cannot run on the data
    has failed: its one row says why. A shared table is kept no longer than a check to come names it.
    """
    require_check_names(only)
    for setting in SETTINGS:
        connection.execute(setting)
    names = sorted(only or check_names(), key=_needs_the_pass)
    # where all wait for it, the first one begins it
    beside = names if _needs_the_pass(names[-1]) > _needs_the_pass(names[0]) else []
    wanted = frozenset().union(*(_shared_by(texts("invariants")[name]) for name in beside))
    with one_pass_begun(connection, run_dir, wanted) as begun:
        for done, name in enumerate(names, 1):
            started = time.perf_counter()
            soon = frozenset().union(*(_shared_by(texts("invariants")[n]) for n in names[done:]))
            try:
                if begun is not None and (now := MADE_HERE & _shared_by(texts("invariants")[name])):
                    over, begun = begun, None
                    over.make_tables(connection, now)
                violations, rows = _offenders(connection, run_dir, texts("invariants")[name], soon)
            except (duckdb.Error, ValueError) as error:
                violations, rows = 1, ({"what": "the check could not be run", "found": str(error)},)
            for table in shared_tables().keys() - soon:
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            yield CheckResult(name=name, violations=violations, rows=rows, seconds=time.perf_counter() - started)


def _needs_the_pass(name: str) -> bool:
    """Whether a check asks for what the one pass makes, and so waits while others are run beside it."""
    return bool(_shared_by(texts("invariants")[name]) & MADE_HERE)


def run_reports(connection: Connection, run_dir: Path) -> list[Report]:
    """Every report that has something to tell."""
    reports = []
    for name in report_names():
        text = texts("invariants")[name + REPORT]
        make_shared_tables(connection, run_dir, text)
        rows = _rows(connection.sql(text))
        if rows:
            reports.append(Report(name, rows))
    return reports


def _offenders(connection: Connection, run_dir: Path, text: str, soon: frozenset[str]) -> tuple[int, tuple[Row, ...]]:
    make_shared_tables(connection, run_dir, text, soon)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE offender AS {text}")
    count = connection.sql("SELECT count(*) FROM offender").fetchall()[0][0]
    return count, _rows(connection.sql(f"FROM offender LIMIT {ROWS_SHOWN}")) if count else ()


@cache
def _shared_by(text: str) -> frozenset[str]:
    """The shared tables that `text` names, and those that these are made of."""
    named = (shared_tables().keys() | {FINGERPRINTS}) & set(re.findall(r"\w+", text))
    return frozenset(named).union(*(_shared_by(shared_tables()[name]) for name in named - {FINGERPRINTS}))


def make_shared_tables(connection: Connection, run_dir: Path, text: str, soon: frozenset[str] = frozenset()) -> None:
    """Make those of the shared tables that `text` names, unless they are there.

    soon: those that other checks will name; what one pass over the rows makes with another is made with it.
    """
    words = set(re.findall(r"\w+", text))
    if now := {name for name in MADE_HERE & words if not _exists(connection, name)}:
        make_in_one_pass(connection, run_dir, now, {name for name in MADE_HERE & soon if not _exists(connection, name)})
    for name, made_by in shared_tables().items():
        if name in words and not _exists(connection, name):
            make_shared_tables(connection, run_dir, made_by, soon)
            make_shared_table(connection, name)


def _exists(connection: Connection, name: str) -> bool:
    found = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [name]).fetchall()
    return bool(found[0][0])


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
