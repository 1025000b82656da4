"""When a plant takes the rings of a batch: on its days of work."""

from __future__ import annotations

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.fish.rings import Harvesting
from engine.simulation.numerics.calendar import WEEK_DAYS, weekday
from engine.simulation.numerics.series import uniforms
from engine.simulation.numerics.streams import Stream, later, stream_key
from engine.simulation.numerics.working_days import WEEKEND, WORK
from engine.simulation.setting import days_of_rest

SUNDAY = WEEK_DAYS - 1


def plan_slaughter(
    schedule: Schedule, geography: str, span: tuple[int, int], *, rings: int, target_cg: int
) -> Harvesting:
    """When `rings` are emptied that are planned to stay over a span of days [first, end) since 1970."""
    model = schedule.biology.model
    works = _open_days(schedule, geography, span)
    a_day = model.harvest.rings_a_day
    wanted = -(-rings // a_day)
    from_end = np.flatnonzero(works)[::-1]
    last_start = int(from_end[wanted - 1]) if len(from_end) >= wanted else max(0, len(works) - wanted)
    return Harvesting(
        target_cg=target_cg,
        planned_days=len(works),
        rings=rings,
        rings_a_day=a_day,
        fasting_days=model.feed.fasting_days_before_harvest,
        open=works,
        last_start=last_start,
    )


def _open_days(schedule: Schedule, geography: str, span: tuple[int, int]) -> np.ndarray:
    """Whether a geography's plants work on each day of a span, (days,): from Monday to Friday and on some Saturdays."""
    first, end = span
    day = np.arange(first, end)
    kind = days_of_rest(schedule.biology.region(geography))[day]
    key = stream_key(schedule.seed, Stream.WORK, geography, "slaughter")
    extra = uniforms(later(key, first), len(day)) < schedule.biology.model.work.slaughter_share
    saturday = (kind == WEEKEND) & (weekday(day) < SUNDAY)
    works: np.ndarray = (kind == WORK) | (saturday & extra)
    return works
