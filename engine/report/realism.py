"""What a person sees of a run's tell-tales: each beside its bound, the constant columns, the classifier's word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.report.console import say
from engine.report.statistics import print_group, say_where_sources_are

if TYPE_CHECKING:
    from engine.execution.realism import Realism
    from engine.statistics.telltales.cages import Told
    from engine.statistics.telltales.constants import Constant

TITLE = "tell-tales, told and not judged"


def print_realism(screen: Console, found: Realism) -> None:
    """The tell-tales' table and how many are inside, the columns that never change, and what the classifier says."""
    print_group(screen, list(found.telltales), TITLE)
    _print_constants(screen, found.constants)
    inside = sum(figure.within is True for figure in found.telltales)
    unknown = len(found.telltales) - inside - len(found.outside)
    few = f"; {unknown} for want of data not held (--json tells how much there is)" if unknown else ""
    say(
        screen,
        f"\n{inside} of {len(found.telltales)} tell-tales inside their bounds, {len(found.outside)} outside{few}",
    )
    say(screen, classified(found.told))
    say_where_sources_are(screen)


def _print_constants(screen: Console, constants: tuple[Constant, ...]) -> None:
    table = Table(box=None, header_style="bold", title="\nconstant columns", title_justify="left", title_style="bold")
    table.add_column("column", no_wrap=True)
    table.add_column("rows", justify="right", no_wrap=True)
    table.add_column("always")
    table.add_column("reason")
    for constant in sorted(constants, key=lambda c: bool(c.reason)):
        always = "empty" if constant.value in (None, "") else escape(str(constant.value))
        table.add_row(constant.column, f"{constant.rows:,}", always, escape(constant.reason) or "[yellow]none known[/]")
    if constants:
        screen.print(table)


def classified(told: Told) -> str:
    """What the classifier says, in a line."""
    if told.auc is None:
        return f"classifier: {told.note}"
    return (
        f"classifier: real cages and ours are told apart at AUC {told.auc:.2f} (.5 chance, 1 always; "
        f"{told.lowest:.2f} to {told.highest:.2f} by fold, {told.real:,} windows of real cages, "
        f"{told.ours:,} of ours); {told.logistic:.2f} by a logistic regression"
    )
