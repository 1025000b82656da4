"""Two runs side by side, as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.execution.comparison import OUTCOMES, Comparison, Outcome
from engine.report.console import say, show

MOST = 40
"""Rows of a list on a screen; --json and --html have all."""
LONGEST = 60


def print_comparison(screen: Console, comparison: Comparison) -> None:
    """What was changed, what is the same, and what came of it."""
    say(screen, f"{comparison.first} and {comparison.second}: {comparison.batches:,} batches are in both")
    say(screen, *only_lines(comparison, most=6))
    if comparison.is_same:
        say(screen, "nothing differs: inputs, every table and every outcome are the same")
        return
    say(screen, "", "What was changed" if comparison.changes else "Nothing was changed in schedule, farm or biology")
    if comparison.changes:
        _print_rows(
            screen,
            ("of", "key", "before", "after"),
            [(c.what, c.key, value_text(c.before), value_text(c.after)) for c in comparison.changes],
        )
    say(screen, "", tables_line(comparison))
    if not comparison.outcomes:
        say(screen, "", "No outcome of a batch differs")
        return
    say(screen, "", "What came of it, by batch")
    _print_rows(screen, ("batch", "outcome", "before", "after", "difference"), outcome_rows(comparison))


def only_lines(comparison: Comparison, *, most: int | None = None) -> Iterator[str]:
    """Which batches are in one of the runs alone, so many by their names."""
    for run, only in ((comparison.first, comparison.only_first), (comparison.second, comparison.only_second)):
        if only:
            more = len(only) - len(only[:most])
            yield f"only in {run}: {', '.join(only[:most])}" + (f" and {more:,} more" if more else "")


def tables_line(comparison: Comparison) -> str:
    """How many tables are the same, and which are not."""
    differ = [
        f"{t.table} ({t.different:,} of {t.same + t.different:,})" if t.same else t.table
        for t in comparison.tables
        if t.different
    ]
    same = len(comparison.tables) - len(differ)
    if not differ:
        return f"All {same} tables are the same"
    return f"{same} tables are the same to the last digit; {len(differ)} differ, in some batches or all: " + ", ".join(
        differ
    )


def outcome_rows(comparison: Comparison) -> list[tuple[str, ...]]:
    """A row an outcome that differs: batch, outcome with its unit, before, after, difference."""
    return [
        (
            o.batch,
            outcome_name(o.outcome),
            value_text(o.before),
            value_text(o.after),
            _difference(o),
        )
        for o in comparison.outcomes
    ]


def outcome_name(outcome: str) -> str:
    """An outcome in words, with its unit."""
    unit = OUTCOMES[outcome]
    words = outcome.removesuffix(f"_{unit}").replace("_", " ").replace("fcr", "FCR")
    return f"{words} ({unit})" if unit and unit != words else words


def value_text(value: Any) -> str:
    """A value in few characters."""
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = ", ".join(value_text(each) for each in value) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _difference(outcome: Outcome) -> str:
    found = outcome.difference
    if found is None:
        return ""
    return f"{found:+,} d" if isinstance(outcome.before, date) else difference_text(found)


def difference_text(difference: float) -> str:
    """A difference with its sign, in few characters."""
    is_whole = isinstance(difference, int) or abs(difference) >= 1000
    return f"{difference:+,.0f}" if is_whole else f"{difference:+.3g}"


def _print_rows(screen: Console, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in head:
        table.add_column(
            name, justify="right" if name in ("before", "after", "difference") else "left", overflow="fold"
        )
    shown = rows[:MOST] if screen.is_terminal else rows
    for row in shown:
        table.add_row(*(escape(each) for each in row))
    show(screen, table)
    if len(rows) > len(shown):
        say(screen, f"and {len(rows) - len(shown):,} more: --json has all")
