"""A plan and its capacity report as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from engine.farm.schedule import Schedule, to_date
from engine.forecast.cutoff import Cutoff
from engine.forecast.growth import SeaPlan
from engine.planning.capacity import CapacityReport, Excess
from engine.planning.ladder import Ladder
from engine.planning.makespan import Makespan
from engine.planning.planned import PlanReport
from engine.planning.schedules import Planned
from engine.report.console import say
from lake.codes import SEA


def print_found(screen: Console, planned: Planned, is_solved: bool) -> None:
    """What the planner found: batches and stagger if they were left open, and the stays at sea by harvest weight."""
    if planned.request is not None and is_solved:
        stagger = planned.request.stagger.text
        say(screen, f"found: --batches {planned.request.batches} --stagger '{stagger}'")
    if planned.sea_plan is not None:
        say(screen, sea_plan_line(planned.sea_plan))


def print_plan(screen: Console, planned: Planned, report: PlanReport) -> None:
    """The plan and its figures: loads, saturation, excesses, cutoff, makespans and, of a ladder, its rungs."""
    print_capacity(screen, planned.schedule, report.capacity)
    lines = [*sea_lines(planned.schedule), *cutoff_lines(report.cutoff), *makespan_lines(report.makespans)]
    if planned.ladder is not None:
        lines += ladder_lines(planned.ladder)
    say(screen, *lines)


def print_capacity(screen: Console, schedule: Schedule, report: CapacityReport) -> None:
    """The plan in a sentence, each pool's load, the saturation and what outgrows its container."""
    first, last = schedule.batches[0], schedule.batches[-1]
    span = "the steady state" if report.steady else "the whole span, for want of a steady state"
    neck = report.bottleneck
    say(
        screen,
        f"{schedule.name}: {len(schedule.batches)} batches without a conflict, "
        f"in {len(schedule.partitions)} partitions, as of {to_date(schedule.as_of_day)}",
        f"{first.number} starts on {to_date(first.start_day)}, {last.number} on {to_date(last.start_day)}",
    )
    screen.print(_table(report))
    say(
        screen,
        f"planned saturation: freshwater {report.freshwater:.1%}, sea {report.sea:.1%}, total {report.total:.1%}",
        f"over {span}: {to_date(report.first_day)} to {to_date(report.last_day)}",
        f"bottleneck (<): {neck.name}, at its peak {neck.peak_share:.0%} of what is usable",
        *_bound_lines(report),
    )
    if report.excesses:
        say(screen, *_excess_lines(report.excesses))


def _table(report: CapacityReport) -> Table:
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


def _bound_lines(report: CapacityReport) -> tuple[str, ...]:
    rings = ", ".join(f"{count:,} of {rings}" for rings, count in report.rings.items())
    pace = ", ".join(f"{float(p.days):.4g} days in {p.geography}" for p in report.bound.paces)
    return (
        f"bound on any plan of this kind: total {report.bound.total:.1%}, a start every {pace}, "
        f"{report.max_batches:,} batches in this span; gap {report.bound.total - report.total:.1%}, "
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


def sea_lines(schedule: Schedule) -> tuple[str, ...]:
    """What to know where no batch is at sea before the as-of date; nothing where one is."""
    first = min((s.start_day for b in schedule.batches for s in b.held_stays if s.stage == SEA), default=None)
    if first is not None and first < schedule.as_of_day:
        return ()
    when = "no batch ever goes there" if first is None else f"the first goes there on {to_date(first)}"
    return (
        f"note: nothing will have reached the sea by {to_date(schedule.as_of_day)}: {when}. For lice, "
        "treatments and harvest begin earlier: more --batches, a longer --stagger, or --start",
    )


def cutoff_lines(cutoff: Cutoff) -> tuple[str, ...]:
    """The cutoff in words."""
    first = (
        f"batches as of {to_date(cutoff.as_of_day)}: {len(cutoff.completed)} certainly completed, "
        f"{len(cutoff.active)} certainly active, {len(cutoff.undecided)} undecided"
        + "".join(f", {len(numbers)} {state.lower()}" for state, numbers in cutoff.others.items())
    )
    if not cutoff.undecided:
        return (first,)
    shown = ", ".join(f"{number} ({min(max(chance, 0.01), 0.99):.0%})" for number, chance in cutoff.undecided[:6])
    more = len(cutoff.undecided) - 6
    return (
        first + f"; completed, with 95 % confidence: {cutoff.low} to {cutoff.high}",
        f"undecided: {shown}" + (f" and {more} more" if more > 0 else ""),
    )


def makespan_lines(found: Sequence[Makespan]) -> list[str]:
    """The makespans in a line for the screen, and a line for each that other partitions would mend."""
    shown = ", ".join(
        f"{each.events / 1e6:,.1f} M with {each.workers} worker{'s' if each.workers > 1 else ''} ({each.ratio:.2f})"
        for each in found
    )
    lines = [f"events of the busiest worker (over the ideal): {shown}"]
    lines += [
        f"for {each.workers} workers --partitions {each.better_partitions} comes within 5 % of the ideal"
        for each in found
        if each.better_partitions
    ]
    return lines


def ladder_lines(ladder: Ladder) -> list[str]:
    """The ladder in lines for the screen: how many stand where, and when the next are harvested."""
    counts: dict[str, int] = {}
    for rung in ladder.rungs:
        counts[rung.kind] = counts.get(rung.kind, 0) + 1
    near = sorted((rung.next_day, rung.number) for rung in ladder.rungs if rung.kind == "near harvest")
    return [
        "ladder: " + ", ".join(f"{n} {kind}" for kind, n in counts.items()),
        "next harvests as simulated: " + ", ".join(f"{number} {to_date(day - 1)}" for day, number in near),
    ]


def sea_plan_line(plan: SeaPlan) -> str:
    """The sea plan in words."""
    days, reached = plan.days.values(), plan.reached.values()
    mean = sum(reached) / len(plan.reached)
    line = f"stays at sea of {min(days)} to {max(days)} days: {mean:.0%} of batches reach their harvest weight within"
    short = sum(share < plan.confidence for share in reached)
    if short:
        line += f"; --adult-days keeps {short} of {len(plan.reached)} (geography, month) below {plan.confidence:.0%}"
    return line
