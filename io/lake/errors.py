"""Errors meant for the person who runs a command or calls the front door."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

MAX_LISTED = 12
MAX_QUOTED = 80  # characters of a value in a message


class InputError(Exception):
    """Wrong input: the message says what was found, where, what was expected and what to do. Exit code 2."""

    def __init__(self, where: str, problem: str, cure: str = "") -> None:
        self.where, self.problem, self.cure = where, problem, cure
        self.more: dict[str, Any] = {}  # what --json tells besides
        super().__init__(f"{where}: {problem}" + (f"\n  {cure}" if cure else ""))

    def __reduce__(self) -> tuple[Any, ...]:
        """As a worker on another machine sends it."""
        return type(self), (self.where, self.problem, self.cure)


class RunFailed(Exception):
    """A run in which partitions failed: the others are written, and a resume makes what is missing.

    `errors`: what went wrong, by partition.
    """

    def __init__(self, message: str, errors: dict[int, str]) -> None:
        self.errors = errors
        super().__init__(message)


class LoadFailed(Exception):
    """A load that broke off: `partitions` of `of`, or other units, are in the database, and the next load goes on."""

    def __init__(self, message: str, partitions: int, of: int, unit: str = "partitions") -> None:
        self.partitions, self.of, self.unit = partitions, of, unit
        super().__init__(message)


class WipeFailed(Exception):
    """A removal that broke off: whole groups of tables are gone, and the next one goes on there."""


def shortened(value: object, most: int = MAX_QUOTED) -> str:
    """A value as a message quotes it: of so many characters at most, with control characters escaped."""
    text = str(value) if isinstance(value, date) else repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."


def shown(name: str) -> str:
    """A name or a key as a message gives it, without quotes: shortened, with control characters escaped."""
    return shortened(name)[1:-1] if len(name) > MAX_QUOTED or not name.isprintable() else name


def list_first(found: Sequence[str]) -> str:
    """The first of what was found, and how many more there are."""
    more = len(found) - MAX_LISTED
    return "; ".join(found[:MAX_LISTED]) + (f"; and {more} more" if more > 0 else "")
