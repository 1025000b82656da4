"""What a plan comes to: how full the farm gets, what is certain at the as-of date, how long its partitions take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.farm.validation import conflict_count
from engine.forecast.cutoff import Cutoff, cutoff_data, predict_cutoff
from engine.forecast.growth import sea_plan_data
from engine.planning.capacity import CapacityReport, capacity_report, report_data
from engine.planning.ladder import ladder_data
from engine.planning.makespan import Makespan, makespan_data, makespans
from engine.planning.schedules import Planned


@dataclass(frozen=True)
class PlanReport:
    """The figures of a planned schedule."""

    capacity: CapacityReport
    makespans: tuple[Makespan, ...]
    cutoff: Cutoff


def report_plan(planned: Planned, workers: Sequence[int] = ()) -> PlanReport:
    """The figures of a plan, bounds by its request's rules where it has one; workers: of the makespans."""
    schedule = planned.schedule
    rules = planned.request.rules if planned.request is not None else None
    return PlanReport(
        capacity=capacity_report(schedule, rules),
        makespans=makespans(schedule, workers),
        cutoff=predict_cutoff(schedule),
    )


def plan_data(planned: Planned, report: PlanReport, output: Path | None, picture: Path | None = None) -> dict[str, Any]:
    """The plan and its figures as plain values, for --json. output, picture: the files written, None for none."""
    schedule, request = planned.schedule, planned.request
    data: dict[str, Any] = {
        "batches": len(schedule.batches),
        "conflicts": conflict_count(schedule),
        **report_data(report.capacity),
        "partitions": [f"{p.start}-{p.stop - 1}" for p in schedule.partitions],
        "makespan": makespan_data(report.makespans),
        "output": str(output) if output else None,
        "cutoff": cutoff_data(report.cutoff),
    }
    if request is not None:
        data["request"] = {"batches": request.batches, "stagger": request.stagger.text}
    if planned.sea_plan is not None:
        data["sea_days"] = sea_plan_data(planned.sea_plan, schedule.farm)
    if picture is not None:
        data["picture"] = str(picture)
    if planned.ladder is not None:
        data["ladder"] = ladder_data(planned.ladder)
    return data
