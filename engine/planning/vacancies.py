"""Room beside batches that are there already: the containers that stay free over a span of days.

A plan of one's own making is allocated by allocation.py, which serves stays in order of their first day. Here what
is held is given, whatever made it; every container's days are known, so that nothing is ever held twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from engine.farm.infrastructure import Farm, Hall
from engine.farm.schedule import Batch, Stay
from engine.planning.places import NEVER


class Vacancies:
    """Which containers of a farm are held when, to be asked for room and told of what is taken.

    Only days from `from_day` on may be asked for. Between two stays a container is left empty for `fallow_days`.
    """

    def __init__(self, farm: Farm, batches: Iterable[Batch] = (), from_day: int = NEVER, fallow_days: int = 0) -> None:
        self.farm, self.from_day, self.fallow_days = farm, from_day, fallow_days
        self._held: dict[int, list[tuple[int, int]]] = {}
        self._left: dict[int, int] = {}  # the last day of stays that ended before from_day
        for batch in batches:
            for stay in batch.held_stays:
                self.take(stay)

    def take(self, stay: Stay) -> None:
        """Hold a stay's containers for its days and the fallow ones."""
        free_day = stay.end_day + self.fallow_days
        for container in stay.container_ids:
            if free_day <= self.from_day:
                self._left[container] = max(free_day, self._left.get(container, NEVER))
            else:
                self._held.setdefault(container, []).append((stay.start_day, free_day))

    def hall(self, stage: int, geography_id: int, start_day: int, end_day: int, station_id: int = 0) -> Hall | None:
        """A hall of the stage whose containers are all free on [start_day, end_day), or None.

        That of the station is preferred, then the one left alone longest, then the first in the farm's order.
        """
        free: list[tuple[bool, int, int, Hall]] = []
        for hall in self.farm.halls_in(geography_id, stage):
            since = max(self._since(c, start_day, end_day) for c in hall.container_ids)
            if since <= start_day:
                free.append((hall.station_id != station_id, since, hall.id, hall))
        return min(free)[3] if free else None

    def place(self, places: Iterable[tuple[int, ...]], start_day: int, end_day: int, wanted: int) -> tuple[int, ...]:
        """One of the given places, each some rings, that is all free on [start_day, end_day), or ().

        Those of at least `wanted` rings come before smaller ones, then the one left alone longest.
        """
        free: list[tuple[int, int, tuple[int, ...]]] = []
        for place in places:
            since = max(self._since(c, start_day, end_day) for c in place)
            if since <= start_day:
                free.append((max(0, wanted - len(place)), since, place))
        return min(free)[2] if free else ()

    def rings(
        self, geography_id: int, start_day: int, end_day: int, count: int, areas_per_batch: int = 1
    ) -> tuple[int, ...]:
        """`count` rings free on [start_day, end_day), in order, or () if there are none.

        They lie in one area, the one left alone longest; with two areas a batch, else in two neighbouring ones.
        """
        areas = self.farm.areas_in(geography_id)
        since = [[self._since(c, start_day, end_day) for c in area.ring_ids] for area in areas]
        free = [
            [c for c, day in zip(area.ring_ids, days, strict=True) if day <= start_day]
            for area, days in zip(areas, since, strict=True)
        ]
        alone = [max(days, default=NEVER) for days in since]
        found = [(alone[i], i, rings[:count]) for i, rings in enumerate(free) if len(rings) >= count]
        if not found and areas_per_batch == 2:
            for i, (one, other) in enumerate(pairwise(free)):
                # the end of one area and the beginning of the next, so that the rings lie together
                both = [*one, *other]
                first = min(max(0, len(one) - count // 2), len(both) - count)
                if first >= 0 and areas[i + 1].id == areas[i].id + 1:
                    found.append((max(alone[i : i + 2]), i, both[first : first + count]))
        return tuple(min(found)[2]) if found else ()

    def _since(self, container: int, start_day: int, end_day: int) -> int:
        """The day from which the container is free after its last stay before `end_day`; past start_day if held."""
        left, until = self._left.get(container, NEVER), end_day + self.fallow_days
        return max((last for first, last in self._held.get(container, ()) if first < until), default=left)
