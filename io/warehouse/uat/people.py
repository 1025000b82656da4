"""Who a row names: a member of staff, by the place of what happened, the kind of work and who is on shift that day."""

from __future__ import annotations

from dataclasses import dataclass

from lake.tables import TABLES
from warehouse.uat.times import column_at

Choice = tuple[str, str, str]  # role, subsidiary (empty: any), path to a container or a geography


@dataclass(frozen=True)
class Person:
    """The id of a member of staff; the first of `choices` whose place is there and has such people.

    A container's people are those of its station or area; a geography's those who belong to no station or area. They
    take turns by `day`, a path to a day or time. Null where `where`, a lake column, is null; where nobody is found, the
    user to whom the load belongs.
    """

    choices: tuple[Choice, ...]
    day: str
    where: str = ""

    @property
    def paths(self) -> tuple[str, ...]:
        """Every column and path that it reads."""
        return (*(path for _, _, path in self.choices), self.day, *([self.where] if self.where else []))

    @property
    def words(self) -> str:
        """Who it is, for who reads the database."""
        who = ", else ".join(
            f"{role}{f' of {subsidiary}' * bool(subsidiary)} at {path}" for role, subsidiary, path in self.choices
        )
        return f"who is on shift on {self.day}: {who}" + (f"; null where {self.where} is" if self.where else "")


def operator(container: str, day: str, *, where: str = "", batch: str = "batch_id") -> Person:
    """Who works where the container stands; without a container, the batch's geography's manager."""
    choices = (("OPR", "", container), ("MGR", "FW", f"{batch}.geography_id"))
    return Person(choices=choices, day=day, where=where)


def manager(subsidiary: str, day: str, *, where: str = "", batch: str = "batch_id") -> Person:
    """The manager of a company in the batch's geography."""
    return Person(choices=(("MGR", subsidiary, f"{batch}.geography_id"),), day=day, where=where)


def expert(role: str, day: str, *, where: str = "", batch: str = "batch_id") -> Person:
    """Who does this for all of the batch's geography."""
    return Person(choices=((role, "", f"{batch}.geography_id"),), day=day, where=where)


def check(table: str, person: Person) -> None:
    """ValueError or KeyError where a person's paths don't lead from a lake table to a place and a day."""
    for role, _, path in person.choices:
        if column_at(table, path).references not in {"container", "geography"}:
            raise ValueError(f"{table}: {path} leads to no place")
        if role not in TABLES["staff_profile"].column("role").codes:
            raise ValueError(f"{table}: nobody is {role}")
    column_at(table, person.day)
