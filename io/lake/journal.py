"""A run's journal, logs/run.jsonl: written as it goes, so that a run that was killed is known as far as it came."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from lake.errors import InputError
from lake.journal_text import JournalFile, JournalObjects
from lake.manifest import JOURNAL, PartitionRecord, RunIdentity
from lake.next_step import overwrite
from lake.records import FORMAT, OtherVersion, as_record, opened, sealed_text
from lake.sealed import Damaged
from lake.store_path import StorePath


@dataclass(frozen=True)
class Begun:
    """A process, told by number and birth, began or resumed the run."""

    at: float  # Unix seconds, as in every line
    pid: int
    born: str
    identity: RunIdentity
    workers: int
    format: str = FORMAT
    event: Literal["begun"] = "begun"


@dataclass(frozen=True)
class PartBegun:
    """A process of a machine began or repeated a part of the run, `part` of `of`; it tells in a journal of its own."""

    at: float
    host: str
    pid: int
    born: str
    identity: RunIdentity
    part: int
    of: int
    workers: int
    format: str = FORMAT
    event: Literal["part begun"] = "part begun"


@dataclass(frozen=True)
class Forecast:
    """How many events there will be."""

    at: float
    events: int
    event: Literal["forecast"] = "forecast"


@dataclass(frozen=True)
class PartitionEnded:
    """A partition was made or has failed, or was kept by a resume."""

    at: float
    record: PartitionRecord
    event: Literal["partition"] = "partition"


@dataclass(frozen=True)
class Ended:
    """The run ended, complete or partial; seconds of this process."""

    at: float
    status: str
    seconds: float
    event: Literal["ended"] = "ended"


Line = Begun | PartBegun | Forecast | PartitionEnded | Ended
KINDS: dict[Any, type[Line]] = {
    "begun": Begun,
    "part begun": PartBegun,
    "forecast": Forecast,
    "partition": PartitionEnded,
    "ended": Ended,
}


@dataclass(frozen=True)
class Told:
    """The whole lines of a journal, in order. `problem`: what is wrong with the rest; a last line that a kill cut is
    none."""

    lines: tuple[Line, ...] = ()
    problem: str = ""


class Journal:
    """Append-only lines of sealed JSON: what happened in a run, in order."""

    def __init__(self, run_dir: Path, file: Path = JOURNAL) -> None:
        self._run_dir = run_dir
        self.path = run_dir / file
        self._text = JournalObjects(self.path) if isinstance(self.path, StorePath) else JournalFile(self.path)

    def append(self, line: Line) -> None:
        """Add a line and sync it to the disk, or put it into the store."""
        self._text.append(sealed_text(line).encode() + b"\n")

    def rewrite(self, lines: Iterable[Line]) -> None:
        """Put these lines in the place of whatever is there, all at once."""
        self._text.replace("".join(f"{sealed_text(line)}\n" for line in lines).encode())

    def read(self) -> Told:
        """What the journal tells, nothing where there is none; InputError when another version wrote it."""
        try:
            text = self._text.read()
        except Damaged as error:
            return Told(problem=str(error))
        if text is None:
            return Told()
        lines: list[Line] = []
        problem = "" if text else "it is empty"
        *ended, rest = text.split(b"\n")
        for number, line in enumerate(ended, 1):
            try:
                lines.append(_line(line))
            except OtherVersion as error:
                raise InputError(str(self.path), str(error), f"run it again: {overwrite(self._run_dir)}") from None
            except Damaged as error:
                problem = problem or f"line {number}: {error}"
        with suppress(Damaged):
            lines.extend([_line(rest)] if rest else [])
        return Told(tuple(lines), problem)


@lru_cache(maxsize=1024)  # a run is looked at again and again while it goes
def _line(sealed: bytes) -> Line:
    try:
        data = opened(sealed)
    except Damaged:
        if _is_of_the_first_journals(sealed):
            raise OtherVersion("another version made it") from None
        raise
    kind = KINDS.get(data.get("event"))
    if kind is None:
        raise Damaged("it tells nothing that is known")
    return as_record(data, kind)


def _is_of_the_first_journals(line: bytes) -> bool:
    """Whether it begins a journal of the versions that sealed nothing and named no format."""
    with suppress(ValueError, RecursionError):
        data = json.loads(line)
        return isinstance(data, dict) and data.get("event") == "begun" and "format" not in data
    return False
