"""When each batch starts, where, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass

from engine.farm.infrastructure import Farm
from engine.farm.schedule import to_date

YOUNGEST_DAYS = 50
"""The last batch starts this many days before the as-of date."""


@dataclass(frozen=True)
class Start:
    """A batch before it has containers and eggs."""

    number: str
    geography_id: int
    start_day: int


def alternating_starts(farm: Farm, batches: int, stagger_days: int, as_of_day: int) -> list[Start]:
    """`batches` starts in each geography, taking turns in the farm's order, one every `stagger_days`.

    The last falls on as-of - 50, so the first of two geographies on as-of - ((2 batches - 1) stagger + 50). A
    number is the geography's prefix, the start's year and the batch's ordinal there: FAR-2016-001.
    """
    geographies = farm.model.geographies
    count = batches * len(geographies)
    first = as_of_day - ((count - 1) * stagger_days + YOUNGEST_DAYS)
    starts = []
    for i in range(count):
        turn, g = divmod(i, len(geographies))
        day = first + i * stagger_days
        number = f"{geographies[g].batch_prefix}-{to_date(day).year}-{turn + 1:03d}"
        starts.append(Start(number, g + 1, day))
    return starts
