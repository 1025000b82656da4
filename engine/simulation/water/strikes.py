"""What comes over sea areas as a field: storms, blooms and jellyfish at a place and at those near it, whoever is there.

A strike belongs to the area at its centre and reaches others by their distance, so that an area that a farm adds brings
strikes of its own and moves no other's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from engine.biology.events import PlaceEvent
from engine.farm.infrastructure import Area
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.occurrences import draw_days, weight_of
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.water.bad_years import rate_at_sea, year_days, year_of
from engine.simulation.water.climate import Climate
from engine.simulation.water.distances import distances_km


class Strike(NamedTuple):
    """A kind of event that comes over an area on a day since 1970.

    weight: how grave it is wherever it comes, a standard normal deviate. harms: the fish there are struck; otherwise
    it is seen and passes.
    """

    day: int
    kind: str
    weight: float
    harms: bool


class _Reach(NamedTuple):
    """A geography's areas, how far they are apart, km, and how likely a strike at one (the column) reaches another and
    harms it, (areas, areas)."""

    areas: list[Area]
    apart: np.ndarray
    near: np.ndarray
    struck: np.ndarray


_reached: WeakKeyDictionary[Climate, dict[tuple[int, str], _Reach]] = WeakKeyDictionary()
_found: WeakKeyDictionary[Climate, dict[tuple[int, int], dict[int, list[Strike]]]] = WeakKeyDictionary()


def strikes(climate: Climate, area: Area, days: tuple[int, int]) -> list[Strike]:
    """What begins to come over an area on days [first, end), in order of day and kind."""
    first, end = days
    # what drifts from another area may have begun there in the year before
    return sorted(
        strike
        for year in range(year_of(first) - 1, year_of(end - 1) + 1)
        for strike in _strikes_of(climate, area.geography_id, year).get(area.id, ())
        if first <= strike.day < end
    )


def _strikes_of(climate: Climate, geography_id: int, year: int) -> dict[int, list[Strike]]:
    """All strikes that begin in a geography's year, by area, in order; made once."""
    found = _found.setdefault(climate, {})
    key = geography_id, year
    if key not in found:
        by_area: dict[int, list[Strike]] = {}
        for kind, place in sorted(climate.biology.model.events.places.items()):
            for area_id, strike in _begun(climate, geography_id, kind, place, year=year):
                by_area.setdefault(area_id, []).append(strike)
        found[key] = {area_id: sorted(each) for area_id, each in by_area.items()}
    return found[key]


def _begun(
    climate: Climate, geography_id: int, kind: str, place: PlaceEvent, *, year: int
) -> Iterator[tuple[int, Strike]]:
    """The strikes of a kind that begin in a geography's year, one by one: the area's id, and what comes over it."""
    areas, apart, near, struck = _reach(climate, geography_id, kind, place)
    first, end = year_days(year)
    # an area is struck as often as the kind befalls a farm, by its own strikes and its neighbours' together
    rate = rate_at_sea(climate, geography_id, kind, (first, end)) * (len(areas) / float(sum(struck.ravel().tolist())))
    limit = climate.biology.model.events.limit
    for c, centre in enumerate(areas):
        key = stream_key(climate.seed, Stream.STRIKE, "place", kind, centre.name, year)
        for e, begun in enumerate(draw_days(key, rate, limit).tolist()):
            for a, area in enumerate(areas):
                u = am.uniform(stream_key(climate.seed, Stream.STRIKE, kind, centre.name, year, area.name), e)
                if a != c and u >= near[a, c]:
                    continue
                day = first + begun + int(apart[a, c] / place.km_a_day)
                yield area.id, Strike(day=day, kind=kind, weight=weight_of(key, e), harms=a == c or u < struck[a, c])


def _reach(climate: Climate, geography_id: int, kind: str, place: PlaceEvent) -> _Reach:
    """How far a kind reaches in a geography, found once."""
    found = _reached.setdefault(climate, {})
    key = geography_id, kind
    if key not in found:
        areas = [area for area in climate.farm.areas if area.geography_id == geography_id]
        here = np.array([area.id - 1 for area in areas])
        apart = distances_km(climate)[np.ix_(here, here)]
        near = np.array([[am.exp(-km / place.reach_km) for km in row] for row in apart.tolist()])
        struck = np.where(np.eye(len(areas), dtype=bool), 1.0, place.exposed * near)
        found[key] = _Reach(areas=areas, apart=apart, near=near, struck=struck)
    return found[key]
