"""Who uses a run's own server: one process keeps it up, and lets the others finish before it stops it."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# Held alone by the process that keeps the server up; held together by all who use it. The kernel lets go of either
# when its process ends, however it ends.
OWNER, USERS = ".postgres.lock", ".postgres.users.lock"
SILENT_SECONDS = 1.5
STEP_SECONDS = 0.1

Tell = Callable[[str], None]


def silent(text: str) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Seat:
    """One user's place at a run's server."""

    owner: IO[str]
    users: IO[str]

    def owns(self) -> bool:
        """Whether this user is the one who keeps the server up: from now on, when nobody does."""
        return _try(self.owner, fcntl.LOCK_EX)

    def wait_for_others(self, tell: Tell) -> None:
        """Until nobody else uses the server, and nobody begins to as long as the seat is held."""
        begun, told = time.monotonic(), False
        fcntl.flock(self.users, fcntl.LOCK_UN)
        while not _try(self.users, fcntl.LOCK_EX):
            if not told and time.monotonic() - begun > SILENT_SECONDS:
                tell("waiting for other commands that use the run's server; Ctrl-C stops it at once")
                told = True
            time.sleep(STEP_SECONDS)


@contextmanager
def seat(run_dir: Path) -> Iterator[Seat]:
    """A place at the run's server; waits while the server is being stopped. OSError where no lock can be written."""
    with (run_dir / OWNER).open("w") as owner, (run_dir / USERS).open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield Seat(owner=owner, users=users)


def in_use(run_dir: Path) -> bool:
    """Whether a process keeps the run's server up, or uses it (a load, a verification, or load --serve)."""
    for name in (OWNER, USERS):
        path = run_dir / name
        if path.is_file():
            with path.open("r+") as file:
                if not _try(file, fcntl.LOCK_EX):
                    return True
    return False


def _try(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
