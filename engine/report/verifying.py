"""What a person sees of a verification: a bar while it goes, the checks' table, the rows that offend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from engine.report.console import progress

if TYPE_CHECKING:
    from lake.checks import CheckResult, Report, Row

REPORT_ROWS_SHOWN = 5
REPORT_TITLES = {
    "14_capacity": "batches over a container's limit, as the plan said they would be",
    "14_licence": "areas over their licensed biomass (reported, not enforced)",
    "21_cutoff": "the plan's word on the as-of date, and what came",
}


def watch(results: Iterable[CheckResult], count: int, screen: Console) -> list[CheckResult]:
    """Take the results as they come, with a bar on a terminal."""
    taken = []
    with progress(screen) as bar:
        task = bar.add_task("checking", total=count)
        for result in results:
            taken.append(result)
            bar.update(task, advance=1, description=result.name)
    return taken


def print_results(
    screen: Console, results: list[CheckResult], reports: list[Report], database: str, *, asked_all: bool
) -> None:
    """The table of checks, then what offends, then the notes."""
    table = Table(box=None, header_style="bold")
    table.add_column("check")
    table.add_column("result")
    table.add_column("violations", justify="right")
    table.add_column("seconds", justify="right")
    for result in results:
        verdict = "passed" if result.passed else "[bold red]FAILED[/]"
        table.add_row(result.name, verdict, f"{result.violations:,}", f"{result.seconds:.2f}")
    screen.print(table)
    failed = [result for result in results if not result.passed]
    for result in failed:
        screen.print(f"\n{result.name}: {_some(result.rows, result.violations)}", style="bold", markup=False)
        screen.print(rows_table(result.rows), soft_wrap=True)
    for report in reports:
        shown = report.rows[:REPORT_ROWS_SHOWN]
        title = REPORT_TITLES.get(report.name, "")
        note = f" ({_some(shown, len(report.rows))})" if len(shown) < len(report.rows) else ""
        screen.print(f"\nnote {report.name}: {title}{note}", markup=False, soft_wrap=True)
        screen.print(rows_table(shown), soft_wrap=True)
    if asked_all:
        screen.print(f"\nPostgreSQL: {database or 'not loaded: PostgreSQL not checked'}", markup=False, soft_wrap=True)
    passed, seconds = len(results) - len(failed), sum(result.seconds for result in results)
    screen.print(f"{passed} of {len(results)} checks passed in {seconds:.1f} s")
    if failed:
        screen.print(f"failed: {', '.join(result.name for result in failed)}", markup=False, soft_wrap=True)


def _some(rows: tuple[Row, ...], count: int) -> str:
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
