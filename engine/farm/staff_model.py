"""The strict model of the farm's staff, a part of the farm file's master data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from engine.inputs.reading import StrictModel

Word = Annotated[str, Field(min_length=1, max_length=60)]
Role = Literal["ADMIN", "MGR", "OPR", "SHIP_CREW", "VET", "QA", "FIN", "VIEW"]


class JobModel(StrictModel):
    """How many people do a job, and what the application lets them do. `subsidiary`: whose they are."""

    job: Word
    role: Role
    subsidiary: Literal["BS", "FW", "FM", "LG", "ALL"]
    department: Word
    number: Annotated[int, Field(ge=1, le=100)]


class PeopleModel(StrictModel):
    """Where a geography's people get their names from, and its code in the application's profiles."""

    code: Literal["FO", "SC"]
    given: Annotated[list[Word], Field(min_length=1)]
    family: Annotated[list[Word], Field(min_length=1)]


class StaffModel(StrictModel):
    """Who works at each station, at each area, in each geography, and for the whole company.

    shift_days: days after which the next of those who share a job at a place takes over.
    """

    mail_domain: Annotated[str, Field(pattern=r"^([a-z0-9-]+\.)*(example\.(com|net|org)|example|test|invalid)$")]
    shift_days: Annotated[int, Field(ge=1, le=365)]
    station: Annotated[list[JobModel], Field(min_length=1)]
    area: Annotated[list[JobModel], Field(min_length=1)]
    geography: Annotated[list[JobModel], Field(min_length=1)]
    company: list[JobModel]
    names: Annotated[dict[str, PeopleModel], Field(min_length=1)]
