"""Who of the farm's staff did what: by place, role and shift, computed on arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.moments import DAY, NEVER, Rows, whole
from warehouse.uat.people import Person
from warehouse.uat.times import column_at


@dataclass(frozen=True)
class Team:
    """People who share a job at each of some places: those of place p are members[first[p] : first[p] + size[p]]."""

    first: np.ndarray
    size: np.ndarray
    members: np.ndarray

    def on_shift(self, place: np.ndarray, day: np.ndarray, shift_days: int) -> np.ndarray:
        """Who works on a day (since 1970) at a place; 0 where there is nobody, or no such place."""
        known = np.where((place > 0) & (place < len(self.first)), place, 0)
        size = self.size[known]
        turn = day // shift_days % np.maximum(size, 1)
        there = self.members[np.minimum(self.first[known] + turn, len(self.members) - 1)] if len(self.members) else 0
        return np.where(size > 0, there, 0)


@dataclass(frozen=True)
class Staff:
    """The staff by the lake's dimension tables; `ids[lake id]` are the target's, and `owner` does what nobody does."""

    dimensions: dict[str, pa.Table]
    ids: pa.Array
    owner: int

    @cached_property
    def _people(self) -> pa.Table:
        """Lake id, role, subsidiary and place of each, in the order of their ids."""
        profiles = self.dimensions["staff_profile"].select(["staff_id", "role", "subsidiary"])
        profiles = profiles.set_column(0, "id", profiles.column("staff_id"))
        return profiles.join(self.dimensions["staff"], "id").sort_by("id")

    @cached_property
    def shift_days(self) -> int:
        """Days after which the next takes over."""
        days = self.dimensions["staff"].column("shift_days")
        return int(pc.max(days).as_py() or 1)

    @cached_property
    def _teams(self) -> dict[tuple[str, str, str], Team]:
        return {}

    def team(self, role: str, subsidiary: str, of: str) -> Team:
        """Those of a role, and of a subsidiary if one is given, of each container, or of each geography as a whole."""
        key = (role, subsidiary, of)
        if key not in self._teams:
            self._teams[key] = self._gather(role, subsidiary, of)
        return self._teams[key]

    def _gather(self, role: str, subsidiary: str, of: str) -> Team:
        people = self._people
        chosen = pc.equal(people.column("role").cast(pa.string()), role)
        if subsidiary:
            chosen = pc.and_(chosen, pc.equal(people.column("subsidiary").cast(pa.string()), subsidiary))
        people = people.filter(chosen)
        members = whole(self.ids.take(people.column("id").combine_chunks().cast(pa.int32())))
        station, area, geography = (whole(people.column(f"{name}_id")) for name in ("station", "area", "geography"))
        if of == "geography":
            place = np.where((station == NEVER) & (area == NEVER), geography, NEVER)
            return _team(members, place, np.arange(1 + int(place.max(initial=0))))
        containers, halls = self.dimensions["container"], self.dimensions["hall"]
        station_of = _by_id(halls, "station_id")
        hall, ring = (_by_id(containers, name) for name in ("hall_id", "area_id"))
        stations = np.where(hall > 0, station_of[np.maximum(hall, 0)], 0)
        # a place is a station, or an area beyond the last station
        beyond = 1 + int(max(stations.max(initial=0), station.max(initial=0)))
        place = np.where(station != NEVER, station, np.where(area != NEVER, area + beyond, NEVER))
        return _team(members, place, np.where(ring > 0, ring + beyond, stations))


def _by_id(table: pa.Table, name: str) -> np.ndarray:
    """A column by the row's id; 0 where null or no row."""
    ids, values = whole(table.column("id")), whole(table.column(name))
    found = np.zeros(1 + int(ids.max(initial=0)), np.int64)
    found[ids] = np.maximum(values, 0)
    return found


def _team(members: np.ndarray, place: np.ndarray, places: np.ndarray) -> Team:
    """`place`: each member's; `places`: which of them each container or geography belongs to, by its id."""
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], places, side="left")
    size = np.searchsorted(place[order], places, side="right") - first
    return Team(first=first, size=size, members=members[order])


def choose(person: Person, rows: Rows, staff: Staff) -> pa.Array:
    """Each row's person (int64), null where `person.where` is."""
    day = rows.values(person.day) // DAY
    found = np.zeros(len(day), np.int64)
    for role, subsidiary, path in person.choices:
        references = column_at(rows.table, path).references
        team = staff.team(role, subsidiary, "container" if references == "container" else "geography")
        found = np.where(found > 0, found, team.on_shift(rows.values(path), day, staff.shift_days))
    found = np.where(found > 0, found, staff.owner)
    there = rows.rows.column(person.where).is_valid() if person.where else None
    return pa.array(found, mask=None if there is None else pc.invert(there).to_numpy(zero_copy_only=False))
