"""What every planner does last: partitions of nearly equal work, the checks, the text."""

from __future__ import annotations

from dataclasses import replace

from engine.farm.schedule import Schedule
from engine.farm.schedule_text import format_schedule
from engine.farm.validation import find_complaints, refuse
from engine.forecast.workload import predicted_events
from engine.planning.partitions import balance_partitions


def partition_schedule(schedule: Schedule, count: int) -> Schedule:
    """The schedule in `count` partitions (1 to its batches) of nearly as many events each."""
    return replace(schedule, partitions=balance_partitions(predicted_events(schedule), count))


def finish_schedule(schedule: Schedule) -> Schedule:
    """The schedule with its text; InputError when anything in it contradicts the farm or itself."""
    refuse(f"plan {schedule.name}", find_complaints(schedule))
    return replace(schedule, text=format_schedule(schedule))
