"""Where places lie, and whose days in a sea area are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

import numpy as np

from engine.farm.infrastructure import Farm
from engine.farm.schedule import AreaDays, Batch, Schedule, Span
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


def planned_days(farm: Farm, batch: Batch) -> dict[int, Span]:
    """The days [first, end) on which each sea area is planned to hold some of the batch, by the area's id."""
    return {
        area: (stay.start_day, stay.end_day)
        for stay in batch.held_stays
        if stay.stage == SEA
        for area in sorted({farm.container(c).area.id for c in stay.container_ids})
    }


def own_area_days(schedule: Schedule) -> AreaDays:
    """By batch and sea area, the days that fall to the batch: planned for it and for none of lower id.

    What concerns an area and not its fish is written with one batch alone, whatever batches share the area. A part of a
    schedule bears what the whole one told.
    """
    if schedule.area_days is not None:
        return schedule.area_days
    told: dict[int, list[Span]] = {}  # by area, in order of days
    own: dict[int, dict[int, tuple[Span, ...]]] = {}
    for batch in sorted(schedule.batches, key=lambda batch: batch.id):
        own[batch.id] = {}
        for area, span in planned_days(schedule.farm, batch).items():
            before = told.setdefault(area, [])
            own[batch.id][area] = _not_in(span, before)
            before[:] = _joined([*before, span])
    return own


def own_days(schedule: Schedule, batch: Batch) -> dict[int, np.ndarray]:
    """`own_area_days` of one batch, before the as-of date."""
    return {
        area: np.concatenate([np.arange(0), *(np.arange(first, min(end, schedule.as_of_day)) for first, end in spans)])
        for area, spans in own_area_days(schedule)[batch.id].items()
    }


def _not_in(span: Span, told: Sequence[Span]) -> tuple[Span, ...]:
    """What of a span lies in none of others, which are in order and apart."""
    (first, end), left = span, []
    for start, stop in told:
        if start > first:
            left.append((first, min(start, end)))
        first = max(first, stop)
        if first >= end:
            break
    return tuple(gap for gap in [*left, (first, end)] if gap[0] < gap[1])


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that meet as one."""
    out: list[Span] = []
    for first, end in sorted(spans):
        if out and first <= out[-1][1]:
            out[-1] = out[-1][0], max(out[-1][1], end)
        else:
            out.append((first, end))
    return out
