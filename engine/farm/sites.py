"""Where places lie, and whose days in a sea area are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

import numpy as np

from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Schedule
from lake.codes import SEA


class _Place(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def geography_id(self) -> int: ...


class Coordinates(NamedTuple):
    """Degrees north and east, to six decimals."""

    latitude: Decimal
    longitude: Decimal


def coordinates(farm: Farm, places: Iterable[_Place], series: str) -> dict[int, Coordinates]:
    """Where each of the places of a geography's `series` (stations or areas) lies, by id: evenly over its bounds."""

    def along(bounds: tuple[float, float], number: int, count: int) -> Decimal:
        low, high = bounds
        return Decimal(f"{low + (high - low) * (number - 0.5) / count:.6f}")

    found = {}
    number: dict[int, int] = {}
    for place in places:
        g = farm.model.geographies[place.geography_id - 1]
        number[place.geography_id] = n = number.get(place.geography_id, 0) + 1
        count = getattr(g, series).count
        found[place.id] = Coordinates(along(g.latitude, n, count), along(g.longitude, n, count))
    return found


def planned_days(farm: Farm, batch: Batch) -> dict[int, tuple[int, int]]:
    """The days [first, end) on which each sea area is planned to hold some of the batch, by the area's id."""
    return {
        area: (stay.start_day, stay.end_day)
        for stay in batch.stays
        if stay.stage == SEA
        for area in sorted({farm.container(c).area.id for c in stay.container_ids})
    }


def own_days(schedule: Schedule, batch: Batch) -> dict[int, np.ndarray]:
    """By sea area, the days before the as-of date that fall to this batch: planned for it and for none of lower id.

    What concerns an area and not its fish is written with one batch alone, whatever batches share the area.
    """
    return {
        area: _not_before(_days(span, schedule.as_of_day), area, _earlier(schedule, batch))
        for area, span in planned_days(schedule.farm, batch).items()
    }


def _earlier(schedule: Schedule, batch: Batch) -> Sequence[dict[int, tuple[int, int]]]:
    """Where the batches of lower id are planned, of those at sea in the batch's time."""
    others = (
        other
        for other in schedule.batches
        if other.id < batch.id
        and other.geography_id == batch.geography_id
        and other.end_day > batch.stays[-1].start_day
        and other.stays[-1].start_day < batch.end_day
    )
    return [planned_days(schedule.farm, other) for other in others]


def _days(span: tuple[int, int], as_of_day: int) -> np.ndarray:
    return np.arange(span[0], max(span[0], min(span[1], as_of_day)))


def _not_before(days: np.ndarray, area: int, others: Sequence[dict[int, tuple[int, int]]]) -> np.ndarray:
    for other in others:
        if area in other:
            first, end = other[area]
            days = days[(days < first) | (days >= end)]
    return days
