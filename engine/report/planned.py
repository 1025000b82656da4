"""A plan and its capacity report as a person reads them."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from engine.farm.schedule import Schedule, to_date
from engine.planning.capacity import Excess, Report


def show(schedule: Schedule, report: Report, screen: Console) -> None:
    """Prints the plan in a sentence, each pool's load, the saturation and what outgrows its container."""
    first, last = schedule.batches[0], schedule.batches[-1]
    span = "the steady state" if report.steady else "the whole span, for want of a steady state"
    neck = report.bottleneck
    _say(
        screen,
        f"{schedule.name}: {len(schedule.batches)} batches without a conflict, "
        f"in {len(schedule.partitions)} partitions, as of {to_date(schedule.as_of_day)}",
        f"{first.number} starts on {to_date(first.start_day)}, {last.number} on {to_date(last.start_day)}",
    )
    screen.print(_table(report))
    _say(
        screen,
        f"planned saturation: freshwater {report.freshwater:.1%}, sea {report.sea:.1%}, total {report.total:.1%}",
        f"over {span}: {to_date(report.first_day)} to {to_date(report.last_day)}",
        f"bottleneck (<): {neck.name}, at its peak {neck.peak_share:.0%} of what is usable",
        *_bound_lines(report),
    )
    if report.excesses:
        _say(screen, *_excess_lines(report.excesses))


def _table(report: Report) -> Table:
    table = Table("pool", title="Load in containers", title_justify="left")
    for column in ("containers", "usable", "peak", "on", "mean"):
        table.add_column(column, justify="right")
    for pool in report.pools:
        table.add_row(
            pool.name + (" <" if pool == report.bottleneck else ""),
            f"{pool.capacity:,}",
            f"{pool.usable:,}",
            f"{pool.peak:,}",
            str(to_date(pool.peak_day)),
            f"{pool.mean:,.0f}",
        )
    return table


def _bound_lines(report: Report) -> tuple[str, ...]:
    rings = ", ".join(f"{count:,} of {rings}" for rings, count in report.rings.items())
    pace = ", ".join(f"{float(p.days):.4g} days in {p.geography}" for p in report.bound.paces)
    return (
        f"bound on any plan of this kind: total {report.bound.total:.1%}, a start every {pace}, "
        f"{report.most_batches:,} batches in this span; gap {report.bound.total - report.total:.1%}, "
        f"for these starts {report.reachable - report.total:.1%}",
        f"batches by rings: {rings}" if rings else "no batch reaches the sea",
    )


def _excess_lines(excesses: tuple[Excess, ...]) -> tuple[str, str]:
    worst = max(excesses, key=lambda e: e.peak.peak_kg / e.peak.limit_kg)
    return (
        f"biomass: {len({e.number for e in excesses})} batches may outgrow a container and are flagged",
        f"the worst, {worst.number}, may reach {worst.peak.peak_kg / 1000:,.0f} t in one of "
        f"{worst.peak.limit_kg / 1000:,.0f} t ({worst.stage})",
    )


def _say(screen: Console, *lines: str) -> None:
    for line in lines:
        screen.print(line, markup=False, soft_wrap=True)
