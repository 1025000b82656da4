"""The water of a schedule, for tests that change one."""

from __future__ import annotations

from engine.farm.schedule import Schedule
from engine.simulation.water.climate import Climate


def climate_for(schedule: Schedule, first_day: int | None = None) -> Climate:
    """The climate up to the as-of date, known from the first batch's start or from first_day on."""
    first = min(b.start_day for b in schedule.batches) if first_day is None else first_day
    return Climate(
        farm=schedule.farm,
        biology=schedule.biology,
        seed=schedule.seed,
        days=schedule.as_of_day,
        first_day=first,
    )
