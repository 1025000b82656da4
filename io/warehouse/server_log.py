"""What PostgreSQL says when its server, or initdb, gives up: what that means, and what helps."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from lake.errors import InputError
from lake.space import free_bytes, mount_of

LAST_LINES = 5
LEAST_FREE = 64 << 20  # bytes: with less, PostgreSQL can't even write the next files of its log
MOST_READ = 64 << 10  # bytes of a log's end
AGAIN = "then repeat the command: the server puts itself right, and a load goes on where it was"
OTHER_SERVER = "give --to DSN instead"
# a line of the log, without time and process
SERIOUS = re.compile(r"\b(PANIC|FATAL):\s+(.*)|(.*was terminated by signal.*)")
POLITE = re.compile(r"due to administrator command|the database system is (starting up|shutting down|not yet)")


@dataclass(frozen=True)
class Kind:
    """A way to give up: how PostgreSQL words it, what it is, and what helps."""

    words: str
    what: str
    cure: str


NO_MEMORY = Kind(
    words=r"could not create (semaphores|shared memory segment)|out of memory|cannot allocate memory|shared memory: ",
    what="the system has no memory, or no shared memory, left for it",
    cure="end other programs, then repeat the command",
)
FULL_DISK = Kind(
    words=r"no space left on device|disk quota exceeded|file too large",
    what="the disk is full: {free:,} bytes are free",
    cure="free some hundred MB on the disk {place}, " + AGAIN,
)
KINDS = (
    NO_MEMORY,  # PostgreSQL words some of it as a full disk
    FULL_DISK,
    Kind(
        words=r"read-only file system",
        what="the disk is read-only",
        cure="make the disk {place} writable, or copy the run to where it may be written, then repeat the command",
    ),
    Kind(
        words=r"invalid permissions|wrong ownership|permission denied|operation not permitted",
        what="its folder is not as PostgreSQL wants it: its own, and closed to others",
        cure="give it back: chown -R {owner} {folder} && chmod -R u=rwX,go= {folder}; then repeat the command",
    ),
    Kind(
        words=r"already exists|pre-existing shared memory|another postmaster|could not bind unix",
        what="another PostgreSQL works in its folder",
        cure="stop that one, then repeat the command",
    ),
    Kind(
        words=r"too many clients|remaining connection slots",
        what="all its connections are taken",
        cure="close some of those sessions, then repeat the command",
    ),
    Kind(
        words=r"control file|pg_control|checkpoint record|could not (open|read|access|find) .*(file|directory|block)|"
        r"(director|file).* does not exist|invalid (page|magic)|not a valid|checksum|corrupt|missing|syntax error",
        what="its files are damaged",
        cure="remove them, for the run holds all that a load put there: rm -r {folder}; then load again",
    ),
)


def last_lines(text: str) -> str:
    """The end of what a program said, on one line."""
    return " | ".join(text.strip().splitlines()[-LAST_LINES:])


def read_end(log: Path, begin: int = 0) -> str:
    """What a log says from a byte on, its end where that is much; "" where it can't be read."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(min(begin, size), size - MOST_READ))
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def serious_lines(text: str) -> list[str]:
    """What a log says of the server's own end: panics before anything else; not what it told those it sent off."""
    found = [m for m in map(SERIOUS.search, text.splitlines()) if m and not POLITE.search(m[0])]
    panics = [m[2].strip() for m in found if m[1] == "PANIC"]
    return panics or [(m[2] or m[3] or "").split(" LOG:  ")[-1].strip() for m in found]


def gave_up(text: str, data: Path, *, what: str, owner: str) -> InputError:
    """The error that says why PostgreSQL gave up, from what it said. `owner`: to whom its folder belongs."""
    free = free_bytes(data)
    said = list(dict.fromkeys(serious_lines(text)))
    words = last_lines("\n".join(said) or text)
    place = shlex.quote(str(mount_of(data)))
    told = {"free": free, "place": place, "folder": shlex.quote(str(data)), "owner": owner}
    kind = _kind("\n".join(said)) or _kind(text) or (FULL_DISK if free < LEAST_FREE else None)
    if kind is None:
        return InputError(str(data), f"{what}: {words or 'it said nothing'}", OTHER_SERVER)
    quoted = f" ({words})" if words else ""
    return InputError(str(data), f"{what}: {kind.what.format(**told)}{quoted}", kind.cure.format(**told))


def _kind(text: str) -> Kind | None:
    return next((kind for kind in KINDS if re.search(kind.words, text, re.IGNORECASE)), None)
