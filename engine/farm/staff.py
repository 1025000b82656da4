"""The farm's staff as rows of dimension tables: who works where, and what the application lets him do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

from engine.farm.infrastructure import Farm
from engine.farm.staff_model import JobModel, PeopleModel

ASCII = str.maketrans({"ð": "d", "Ð": "D", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "'": "", " ": ""})


@dataclass(frozen=True)
class Post:
    """One person's work: a job at a station, at an area, in a geography, or for the company (all None)."""

    job: JobModel
    geography_id: int | None = None
    station_id: int | None = None
    area_id: int | None = None


def posts(farm: Farm) -> Iterator[Post]:
    """Every post to fill: the company's, then each geography's, station's and area's, in the farm's order."""
    staff = farm.model.master.staff

    def filled(jobs: list[JobModel], **place: int) -> Iterator[Post]:
        return (Post(job=job, **place) for job in jobs for _ in range(job.number))

    yield from filled(staff.company)
    for geography in farm.geographies:
        yield from filled(staff.geography, geography_id=geography.id)
        for station in farm.stations:
            if station.geography_id == geography.id:
                yield from filled(staff.station, geography_id=geography.id, station_id=station.id)
        for area in farm.areas_in(geography.id):
            yield from filled(staff.area, geography_id=geography.id, area_id=area.id)


def name_of(people: PeopleModel, number: int) -> tuple[str, str]:
    """Given and family name of a geography's person, 0 first: through both lists, shifted by one each time round."""
    given, family = people.given, people.family
    return given[number % len(given)], family[(number + number // len(given)) % len(family)]


def username(given: str, family: str) -> str:
    """given.family in small letters of ASCII."""
    plain = unicodedata.normalize("NFKD", f"{given}.{family}".translate(ASCII))
    return "".join(letter for letter in plain if letter.isascii()).lower()


def _free(login: str, taken: set[str]) -> str:
    """The username, with the first number from 2 on that makes it nobody else's."""
    return next(name for name in chain([login], (f"{login}{i}" for i in count(2))) if name not in taken)


def staff_rows(farm: Farm) -> dict[str, list[dict[str, Any]]]:
    """Rows of the tables staff and staff_profile, without ids."""
    staff = farm.model.master.staff
    named = dict.fromkeys(staff.names, 0)
    people: list[dict[str, Any]] = []
    profiles: list[dict[str, Any]] = []
    taken: set[str] = set()
    for post in posts(farm):
        # the company's own people come from its first geography
        geography = farm.geography(post.geography_id or 1).name
        source = staff.names[geography]
        given, family = name_of(source, named[geography])
        named[geography] += 1
        login = _free(username(given, family), taken)
        taken.add(login)
        people.append(
            {
                "username": login,
                "first_name": given,
                "last_name": family,
                "email": f"{login}@{staff.mail_domain}",
                "geography_id": post.geography_id,
                "station_id": post.station_id,
                "area_id": post.area_id,
                "shift_days": staff.shift_days,
            }
        )
        profiles.append(
            {
                "staff_id": len(people),
                "full_name": f"{given} {family}",
                "role": post.job.role,
                "geography": source.code if post.geography_id else "ALL",
                "subsidiary": post.job.subsidiary,
                "job_title": post.job.job,
                "department": post.job.department,
            }
        )
    return {"staff": people, "staff_profile": profiles}
