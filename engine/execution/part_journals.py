"""What the parts of a run tell, each in a journal of its own: RUN/logs/parts/PART-of-PARTS.jsonl."""

from __future__ import annotations

import fcntl
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lake.disk import disk
from lake.errors import InputError
from lake.held import FLAGS, LOCK, held_for_reading
from lake.journal import Ended, Forecast, Journal, PartBegun, PartitionEnded, Told
from lake.manifest import PartitionRecord, RunIdentity
from lake.store_path import is_stored

PARTS = Path("logs") / "parts"
MOST = 9_999
FORM = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


@dataclass(frozen=True)
class Share:
    """The part of a run that one command makes: `number` of `of`, counted from 1."""

    number: int
    of: int

    @property
    def name(self) -> str:
        """As its journal and the folder of its attempts are called."""
        return f"{self.number:04d}-of-{self.of:04d}"

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def parse_share(text: str) -> Share:
    """The share that "3/10" means; InputError for none."""
    found = FORM.fullmatch(text.strip())
    share = Share(number=int(found[1]), of=int(found[2])) if found else None
    if share is None or not 1 <= share.number <= share.of <= MOST:
        raise InputError("--part", f"{text!r} is no part", f"give I/N, such as 3/10: I from 1 to N, N at most {MOST:,}")
    return share


@dataclass(frozen=True)
class PartTold:
    """A part's journal, from the last beginning on; records by partition of all that it ever made."""

    begun: PartBegun
    records: dict[int, PartitionRecord]
    events: int
    last_at: float
    has_ended: bool

    @property
    def share(self) -> Share:
        return Share(number=self.begun.part, of=self.begun.of)


def part_journal(run_dir: Path, share: Share) -> Journal:
    """The part's journal."""
    return Journal(run_dir, PARTS / f"{share.name}.jsonl")


def require_folder(run_dir: Path) -> None:
    """InputError for a place in an object store: parts tell each other by files that they lock and rename."""
    if is_stored(run_dir):
        raise InputError(
            str(run_dir), "a run is made in parts in a folder alone", "give a folder, or take --executor dask"
        )


def read_parts(run_dir: Path, identity: RunIdentity | None = None) -> list[PartTold]:
    """What every part tells, or those of this very run."""
    found: list[PartTold] = []
    if is_stored(run_dir):
        return found
    for path in sorted((run_dir / PARTS).glob("*.jsonl")):
        told = _told(Journal(run_dir, path.relative_to(run_dir)).read(), identity)
        found += [told] if told is not None else []
    return found


def _told(told: Told, identity: RunIdentity | None) -> PartTold | None:
    begun: PartBegun | None = None
    records: dict[int, PartitionRecord] = {}
    events, last_at, has_ended = 0, 0.0, False
    for line in told.lines:
        if isinstance(line, PartBegun):
            if begun is not None and begun.identity != line.identity:
                records = {}
            begun, has_ended = line, False
        elif isinstance(line, PartitionEnded):
            if line.record.status == "succeeded" or line.record.partition not in records:
                records[line.record.partition] = line.record
        elif isinstance(line, Forecast):
            events = line.events
        has_ended = has_ended or isinstance(line, Ended)
        last_at = line.at
    if begun is None or identity not in (None, begun.identity):
        return None
    return PartTold(begun=begun, records=records, events=events, last_at=last_at, has_ended=has_ended)


def this_host() -> str:
    """The machine, as a part's journal names it."""
    return socket.gethostname()


@contextmanager
def held_for_part(run_dir: Path, share: Share) -> Iterator[None]:
    """Keep the run from being finished, replaced or resumed in the block, but not from its other parts' being made.

    InputError while one of those is under way, or this very part is made by another process.
    """
    try:
        disk().make_folder(run_dir / PARTS)
        for path in (run_dir / LOCK, run_dir / PARTS / f"{share.name}.lock"):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | FLAGS, 0o666))
    except OSError as e:
        raise InputError(str(run_dir), f"can't be written to: {e.strerror or e}", "choose another --out") from None
    with held_for_reading(run_dir):
        lock = os.open(run_dir / PARTS / f"{share.name}.lock", os.O_RDWR | FLAGS)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(
                    str(run_dir), f"part {share} is being made by another process", "wait for that, or stop it"
                ) from None
            except OSError:
                pass  # a file system without locks
            yield
        finally:
            os.close(lock)
