"""What a person sees of a run's statistics: each beside its band and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.report.console import say

if TYPE_CHECKING:
    from engine.statistics.table import Statistic

MIN_SHOWN = 1e-4
LONGEST_WORD, LONGEST_SOURCE_WORD = 16, 26  # characters: words that a column does not break
ROOM_FOR_SOURCES = 110
GROUPS = {True: "statistics that must lie within their bands", False: "other published statistics"}


def print_statistics(screen: Console, statistics: list[Statistic]) -> None:
    """The two groups as aligned tables, then what lies outside.

    A terminal shows the bands' sources where there is room; a pipe also the tables that a value comes from.
    """
    for of_group, title in GROUPS.items():
        print_group(screen, [s for s in statistics if s.required == of_group], title)
    required = [s for s in statistics if s.required]
    within, unknown = sum(s.within is True for s in required), sum(s.within is None for s in required)
    left_out = f"; {unknown} not judged for want of data (--json tells how much there is)" if unknown else ""
    say(screen, f"\n{within} of {len(required)} statistics within their bands{left_out}")
    say_where_sources_are(screen)
    for s in required:
        if s.failed:
            say(screen, f"outside: {s.name} {figure(s.value)}, not {limits(s)} {s.band.unit}")


def print_group(screen: Console, group: list[Statistic], title: str) -> None:
    """Statistics as an aligned table under a title, with their sources where there is room."""
    with_source = screen.width >= ROOM_FOR_SOURCES
    table = Table(box=None, header_style="bold", title=f"\n{title}", title_justify="left", title_style="bold")
    table.add_column("statistic", min_width=LONGEST_WORD)
    for name in ("value", "band", "published"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("unit")
    table.add_column("result", no_wrap=True)
    if with_source:
        table.add_column("source", style="dim", min_width=LONGEST_SOURCE_WORD)
    for s in group:
        figures = (figure(s.value), limits(s), figure(s.band.published))
        source = escape(s.band.cited if screen.is_terminal else s.source)
        table.add_row(s.name, *figures, s.band.unit, _result(s), *([source] if with_source else []))
    screen.print(table)


def say_where_sources_are(screen: Console) -> None:
    """On a screen too narrow for the sources: where they are."""
    if screen.width < ROOM_FOR_SOURCES:
        say(screen, f"sources are shown where there is room: {ROOM_FOR_SOURCES} columns, a file, or --json")


def _result(s: Statistic) -> str:
    if s.value is None:
        return "too few" if s.note.startswith("too few") else "none"
    if s.within is None:
        return "told"
    return "within" if s.within else ("[bold red]OUTSIDE[/]" if s.required else "[yellow]outside[/]")


def limits(s: Statistic) -> str:
    """A statistic's band in words; '' for none."""
    low, high = s.band.low, s.band.high
    if low is None or high is None:
        return f"up to {figure(high)}" if high is not None else f"from {figure(low)}" if low is not None else ""
    return figure(low) if low == high else f"{figure(low)} to {figure(high)}"


def figure(x: float | None) -> str:
    """A number in four significant digits, or all of a large one's; '' for none."""
    if x is None:
        return ""
    if abs(x) < MIN_SHOWN:
        return "0"
    return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:.4g}"
