"""What a person sees of a verification: the checks' table, the rows that offend, the notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from engine.execution.verification import Verification
from engine.report.console import say

if TYPE_CHECKING:
    from lake.checks import Row

REPORT_ROWS_SHOWN = 5
REPORT_TITLES = {
    "14_capacity": "batches over a container's limit, as the plan said they would be",
    "14_licence": "areas over their licensed biomass (reported, not enforced)",
    "21_cutoff": "the plan's word on the as-of date, and what came",
}


def print_verification(screen: Console, found: Verification, *, everything: bool) -> None:
    """The table of checks, then what offends, then the notes; of the database too where everything was checked."""
    table = Table(box=None, header_style="bold")
    table.add_column("check")
    table.add_column("result")
    table.add_column("violations", justify="right")
    table.add_column("seconds", justify="right")
    for result in found.checks:
        verdict = "passed" if result.passed else "[bold red]FAILED[/]"
        table.add_row(result.name, verdict, f"{result.violations:,}", f"{result.seconds:.2f}")
    screen.print(table)
    failed = [result for result in found.checks if not result.passed]
    for result in failed:
        say(screen, f"\n{result.name}: {_count(result.rows, result.violations)}", style="bold")
        screen.print(rows_table(result.rows))
    for report in found.reports:
        shown = report.rows[:REPORT_ROWS_SHOWN]
        title = REPORT_TITLES.get(report.name, "")
        note = f" ({_count(shown, len(report.rows))})" if len(shown) < len(report.rows) else ""
        say(screen, f"\nnote {report.name}: {title}{note}")
        screen.print(rows_table(shown))
    if everything:
        compared = found.database or "not loaded: PostgreSQL not checked"
        say(screen, f"\nPostgreSQL: {compared}")
    passed, seconds = len(found.checks) - len(failed), sum(result.seconds for result in found.checks)
    say(screen, f"{passed} of {len(found.checks)} checks passed in {seconds:.1f} s")
    if failed:
        say(screen, f"failed: {', '.join(result.name for result in failed)}")


def _count(rows: tuple[Row, ...], count: int) -> str:
    return f"{count:,} rows" if len(rows) == count else f"{len(rows)} of {count:,} rows"


def rows_table(rows: Iterable[Row]) -> Table:
    """Rows as a table: columns that are empty throughout are left out; numbers stand right."""
    rows = list(rows)
    table = Table(box=None, header_style="dim", pad_edge=False)
    names = [n for n in (rows[0] if rows else {}) if any(row.get(n) is not None for row in rows)]
    for name in names:
        numbers = all(isinstance(row.get(name), int | float | None) for row in rows)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_text(row.get(name)) for name in names))
    return table


def _text(value: object) -> str:
    from rich.markup import escape

    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else escape(str(value))
