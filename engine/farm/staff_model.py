"""The strict model of the farm's staff, a part of the farm file's master data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.inputs.bounded import NAME, Name, within
from engine.inputs.reading import StrictModel

Word = Annotated[str, Field(min_length=1, max_length=60, pattern=NAME)]
Names = Annotated[list[Word], Field(min_length=1, max_length=10_000)]
Jobs = Field(min_length=1, max_length=50)
DOMAIN = r"^([a-z0-9-]+\.)*(example\.(com|net|org)|example|test|invalid)$"
Role = Literal["ADMIN", "MGR", "OPR", "SHIP_CREW", "VET", "QA", "FIN", "VIEW"]


class JobModel(StrictModel):
    """How many people do a job, and what the application lets them do. `subsidiary`: whose they are."""

    job: Word
    role: Role
    subsidiary: Literal["BS", "FW", "FM", "LG", "ALL"]
    department: Word
    number: Annotated[int, within(1, 100, "people")]


class PeopleModel(StrictModel):
    """Where a geography's people get their names from, and its code in the application's profiles."""

    code: Literal["FO", "SC"]
    given: Names
    family: Names


class StaffModel(StrictModel):
    """Who works at each station, at each area, in each geography, and for the whole company.

    shift_days: days after which the next of those who share a job at a place takes over.
    """

    mail_domain: Annotated[str, Field(max_length=100, pattern=DOMAIN)]
    shift_days: Annotated[int, within(1, 365, "days")]
    station: Annotated[list[JobModel], Jobs]
    area: Annotated[list[JobModel], Jobs]
    geography: Annotated[list[JobModel], Jobs]
    company: Annotated[list[JobModel], Field(max_length=50)]
    names: Annotated[dict[Name, PeopleModel], Field(min_length=1, max_length=20)]
