"""Gives each batch a hall for every freshwater stage and rings at sea, never a container twice.

Within a pool (the halls of one stage, or the places at sea, of one geography) stays are served in order of
their first day, and what is free is taken. That is exact: when nothing is free, more stays overlap on that day
than the pool has room for (interval partitioning), and no other plan for these starts would fit. places.py
says why the number of places at sea is exact too.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from engine.farm.infrastructure import Area, Farm, Hall
from engine.farm.schedule import Stay, to_date
from engine.planning.places import NEVER, Places, Rings, Rules, max_places, sea_places
from engine.planning.starts import Start
from lake.codes import SEA
from lake.errors import InputError


@dataclass(frozen=True)
class Shortage:
    """The first stay that a pool has no room for."""

    day: int
    stage: int
    start: Start
    room: int
    days: int


class _HallPool:
    """The halls of one stage and geography; the longest idle is taken first, a preferred one before it."""

    def __init__(self, halls: Sequence[Hall]) -> None:
        self.free = dict.fromkeys(range(len(halls)), NEVER)
        self.idle = [(NEVER, i) for i in range(len(halls))]
        self.busy: list[tuple[int, int]] = []
        self.by_station = {hall.station_id: i for i, hall in enumerate(halls)}

    def take(self, start_day: int, end_day: int, station_id: int) -> int | None:
        """A hall free on [start_day, end_day), or None. Calls come in order of start_day."""
        while self.busy and self.busy[0][0] <= start_day:
            end, i = heapq.heappop(self.busy)
            self.free[i] = end
            heapq.heappush(self.idle, (end, i))
        if not self.free:
            return None
        chosen = self.by_station.get(station_id, -1)
        while chosen not in self.free:
            since, i = heapq.heappop(self.idle)
            if self.free.get(i) == since:
                chosen = i
        del self.free[chosen]
        heapq.heappush(self.busy, (end_day, chosen))
        return chosen


class _AreaPool:
    """The areas of one geography for batches of `count` rings; the one left alone longest that has so many."""

    def __init__(self, areas: Sequence[Area], count: int) -> None:
        self.count = count
        self.rings = [list(area.ring_ids) for area in areas]
        self.since = [NEVER] * len(areas)
        self.busy: list[tuple[int, int, tuple[int, ...]]] = []
        self.by_room: dict[int, list[tuple[int, int]]] = {}
        for i in range(len(areas)):
            self._file(i, NEVER)

    def _file(self, area: int, day: int) -> None:
        self.since[area] = day
        heapq.heappush(self.by_room.setdefault(len(self.rings[area]), []), (day, area))

    def take(self, start_day: int, free_day: int, wanted: int) -> Rings | None:
        """Rings of one area free on [start_day, free_day), or None; called in order of start_day."""
        while self.busy and self.busy[0][0] <= start_day:
            end, area, rings = heapq.heappop(self.busy)
            self.rings[area] = sorted([*self.rings[area], *rings])
            self._file(area, end)
        best: tuple[int, int] | None = None
        for room, heap in self.by_room.items():
            if room < self.count:
                continue
            while heap and not self._current(heap[0], room):
                heapq.heappop(heap)
            if heap and (best is None or heap[0] < best):
                best = heap[0]
        if best is None:
            return None
        area = best[1]
        taken, self.rings[area] = tuple(self.rings[area][: self.count]), self.rings[area][self.count :]
        heapq.heappush(self.busy, (free_day, area, taken))
        self._file(area, start_day)
        return taken

    def _current(self, entry: tuple[int, int], room: int) -> bool:
        since, area = entry
        return self.since[area] == since and len(self.rings[area]) == room


def allocate(
    farm: Farm,
    starts: Sequence[Start],
    stage_days: Sequence[int],
    rules: Rules,
    *,
    sea_days: Sequence[int] | None = None,
    wanted_rings: Sequence[int] | None = None,
) -> list[tuple[Stay, ...]]:
    """Each start's six stays: all of a hall's containers a freshwater stage, then rings by `rules`.

    `sea_days` are the starts' own stays at sea, stage_days[5] each unless given; `wanted_rings` the rings that
    keep each within its limits, honoured where places differ in size. NoRoom names the first batch, day and
    pool that overflow.
    """
    before_sea = sum(stage_days[:-1])
    at_sea = list(sea_days) if sea_days is not None else [stage_days[-1]] * len(starts)
    wanted = list(wanted_rings) if wanted_rings is not None else [0] * len(starts)
    offsets = [0, *accumulate(stage_days[:-1])]
    stays: list[list[Stay]] = [[] for _ in starts]
    shortages: list[Shortage] = []
    for geography_id in (geography.id for geography in farm.geographies):
        members = [i for i, start in enumerate(starts) if start.geography_id == geography_id]
        members.sort(key=lambda i: (starts[i].start_day, i))
        stations: dict[int, int] = {}
        for stage, days in enumerate(stage_days[:-1], 1):
            halls = farm.halls_in(geography_id, stage)
            pool = _HallPool(halls)
            for i in members:
                day = starts[i].start_day + offsets[stage - 1]
                chosen = pool.take(day, day + days + rules.fallow_days, stations.get(i, 0))
                if chosen is None:
                    shortages.append(Shortage(day=day, stage=stage, start=starts[i], room=len(halls), days=days))
                    break
                stations[i] = halls[chosen].station_id
                stays[i].append(
                    Stay(
                        stage=stage, container_ids=tuple(halls[chosen].container_ids), start_day=day, end_day=day + days
                    )
                )
        areas = farm.areas_in(geography_id)
        spans = [(starts[i].start_day + before_sea, at_sea[i] + rules.fallow_days) for i in members]
        sea = _sea_pool(areas, rules, spans)
        for i, (day, held) in zip(members, spans, strict=True):
            taken = sea.take(day, day + held, wanted[i])
            if taken is None:
                room = max_places([len(a.ring_ids) for a in areas], rules)
                shortages.append(Shortage(day=day, stage=SEA, start=starts[i], room=room, days=at_sea[i]))
                break
            stays[i].append(Stay(stage=SEA, container_ids=taken, start_day=day, end_day=day + at_sea[i]))
    if shortages:
        raise NoRoom(farm, min(shortages, key=lambda s: (s.day, s.stage, s.start.number)), rules)
    return [tuple(each) for each in stays]


def _sea_pool(areas: Sequence[Area], rules: Rules, spans: Sequence[tuple[int, int]]) -> _AreaPool | Places:
    """The geography's sea, cut for the most batches that are there at once."""
    if rules.min_rings == rules.max_rings and rules.areas_per_batch == 1 and rules.shared_areas:
        return _AreaPool(areas, rules.min_rings)
    batches = max_places([len(area.ring_ids) for area in areas], rules)
    if rules.min_rings < rules.max_rings:
        batches = min(batches, peak_load(spans))
    return Places(sea_places([area.ring_ids for area in areas], rules, batches) if batches else [])


def peak_load(spans: Sequence[tuple[int, int]]) -> int:
    """The most of (first day, days) that hold on one day."""
    changes = sorted([(day, 1) for day, _ in spans] + [(day + days, -1) for day, days in spans])
    return max(accumulate(change for _, change in changes), default=0)


class NoRoom(InputError):
    """The farm has no room for a batch; `shortage` tells which, when and where."""

    def __init__(self, farm: Farm, shortage: Shortage, rules: Rules) -> None:
        self.shortage = shortage
        super().__init__(f"farm {farm.name}", *_refusal_in_words(farm, shortage, rules))


def _refusal_in_words(farm: Farm, short: Shortage, rules: Rules) -> tuple[str, str]:
    """Problem and cure in words."""
    stage, home = farm.stage_names[short.stage - 1], farm.geography_of(short.start).name
    rings = rules.min_rings
    place = f"areas with {rings} rings free" if short.stage == SEA else f"halls for {stage}"
    if short.room == 0:
        return (
            f"batch {short.start.number} needs one of {home}'s {place}, and there is none",
            "give the farm some, or ask for fewer rings",
        )
    where = f"places of {rings} rings" if short.stage == SEA else place
    shortest = -(-(short.days + rules.fallow_days) // (len(farm.geography_names) * short.room))
    fallow = f", {rules.fallow_days} fallow" if rules.fallow_days else ""
    return (
        f"no room for batch {short.start.number} on {to_date(short.day)}: all {short.room} {where} in {home} "
        f"are taken ({stage}, {short.days} days{fallow})",
        f"plan fewer batches, a stagger of at least {shortest} days"
        + (", fewer --adult-days or fewer --rings" if short.stage == SEA else " or a farm with more halls"),
    )
