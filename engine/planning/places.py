"""Where batches find room at sea: cuts a geography's areas into places, each a batch's rings.

A request fits if and only if no day has more batches at sea than there are places of the fewest rings that a
batch may take, since stays are intervals (see allocation.py) and no batch can use less. So the count of
places is the exact limit:

- rings of one area, areas shared: an area of n rings takes n // min_rings batches;
- rings of two neighbouring areas: rings are numbered through the geography and cut into runs, which span two
  areas at most because no batch takes more rings than an area has: all rings // min_rings batches;
- one batch an area: as many batches as areas (a batch never needs a second one).

With more rings than that to spare, places grow: each batch gets as many rings as fill the sea, in equal
parts. What an area's m batches fill, min(rings, m x max_rings), is concave in m, so no other spread of the same
number of batches over areas fills more.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

Rings = tuple[int, ...]
NEVER = -(2**62)
USUAL_RINGS = 8
"""Rings a batch at sea unless told otherwise."""


@dataclass(frozen=True)
class Rules:
    """How batches may use containers.

    min_rings, max_rings: rings a batch at sea. areas_per_batch: 1, or 2 neighbours in the farm's order.
    shared_areas: whether an area may hold several batches at once. fallow_days: a container stays empty for
    so many days between two batches.
    """

    min_rings: int = USUAL_RINGS
    max_rings: int = USUAL_RINGS
    areas_per_batch: int = 1
    shared_areas: bool = True
    fallow_days: int = 0


def max_places(areas: Sequence[int], rules: Rules) -> int:
    """Batches that can be at sea at once in areas of so many rings: no arrangement holds more."""
    enough = [n for n in areas if n >= rules.min_rings]
    if not rules.shared_areas:
        return len(enough)
    if rules.areas_per_batch == 2:
        return sum(areas) // rules.min_rings if enough else 0
    return sum(n // rules.min_rings for n in enough)


def max_usable_rings(areas: Sequence[int], rules: Rules) -> int:
    """Rings that can be taken at once, at the most."""
    if rules.areas_per_batch == 2 and rules.shared_areas:
        return min(sum(areas), max_places(areas, rules) * rules.max_rings)
    batches = 10**9 if rules.shared_areas else 1
    return sum(min(n, rules.max_rings * min(batches, n // rules.min_rings)) for n in areas)


def sea_places(areas: Sequence[range], rules: Rules, batches: int) -> list[Rings]:
    """Places for `batches` at once (1 to most_places), together taking as many rings as any can.

    Neighbours in the list lie apart, so that batches of one age do not crowd an area.
    """
    if rules.areas_per_batch == 2 and rules.shared_areas:
        places = _runs([ring for area in areas for ring in area], rules, batches)
        return places[::2] + places[1::2]
    shares = _shares([len(area) for area in areas], rules, batches)
    cut = [_runs(list(area), rules, m) for area, m in zip(areas, shares, strict=True) if m]
    return [places[turn] for turn in range(max(shares)) for places in cut if turn < len(places)]


def _runs(rings: Sequence[int], rules: Rules, batches: int) -> list[Rings]:
    """Consecutive runs, equal but for one ring and at most max_rings long."""
    size, longer = divmod(len(rings), batches)
    found, at = [], 0
    for i in range(batches):
        length = min(rules.max_rings, size + (i < longer))
        found.append(tuple(rings[at : at + length]))
        at += length
    return found


def _shares(areas: Sequence[int], rules: Rules, batches: int) -> list[int]:
    """Batches for each area, as even as their rings allow."""
    room = [n // rules.min_rings if rules.shared_areas else int(n >= rules.min_rings) for n in areas]
    shares = [0] * len(areas)
    open_areas = [(0, i) for i in range(len(areas)) if room[i]]
    for _ in range(batches):
        taken, i = heapq.heappop(open_areas)
        shares[i] = taken + 1
        if shares[i] < room[i]:
            heapq.heappush(open_areas, (taken + 1, i))
    return shares


class Places:
    """Places by whom they are taken until when; the longest idle that is large enough is given first."""

    def __init__(self, places: Sequence[Rings]) -> None:
        self.places = places
        self.idle: dict[int, list[tuple[int, int]]] = {}
        self.busy: list[tuple[int, int]] = []
        for i in range(len(places)):
            self._release(NEVER, i)

    def _release(self, day: int, place: int) -> None:
        heapq.heappush(self.idle.setdefault(len(self.places[place]), []), (day, place))

    def take(self, start_day: int, free_day: int, wanted: int) -> Rings | None:
        """A place for [start_day, free_day), of `wanted` rings or else the largest; None if all are taken.

        Calls come in order of start_day.
        """
        while self.busy and self.busy[0][0] <= start_day:
            self._release(*heapq.heappop(self.busy))
        idle = [size for size, heap in self.idle.items() if heap]
        if not idle:
            return None
        enough = [size for size in idle if size >= wanted] or [max(idle)]
        size = min(enough, key=lambda each: self.idle[each][0])
        _, place = heapq.heappop(self.idle[size])
        heapq.heappush(self.busy, (free_day, place))
        return self.places[place]
