"""Who has a run's folder: one that writes, or any number that read. The kernel lets go when a process ends.

In an object store a claim stands in the place of the kernel's lock, and readers hold nobody off: `lake.lease`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lake.errors import InputError
from lake.lease import CLAIMS, is_claimed_elsewhere, leased
from lake.next_step import command
from lake.records import make_way
from lake.store_path import StorePath

LOCK = CLAIMS
FLAGS = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW  # whatever stands there, it is opened at once and is no other's


def being_written(run_dir: Path) -> InputError:
    """That a run is under way in the folder, and how to follow it."""
    return InputError(
        str(run_dir),
        "another process is running it",
        f"wait for it ({command('status', run_dir, '--watch')}), or stop it",
    )


@contextmanager
def held_for_reading(run_dir: Path) -> Iterator[None]:
    """Keep a run from being changed within the block; InputError while it is written.

    Where there is no lock and none can be made (a folder that is only to be read), nobody can write either.
    """
    if isinstance(run_dir, StorePath):
        if is_claimed_elsewhere(run_dir):
            raise being_written(run_dir)
        yield
        return
    lock = _lock(run_dir)
    if lock is None:
        yield
        return
    try:
        if not _taken(lock, fcntl.LOCK_SH):
            raise being_written(run_dir)
        yield
    finally:
        os.close(lock)


@contextmanager
def held_for_writing(run_dir: Path) -> Iterator[None]:
    """Have the folder alone within the block; InputError while another process writes it or reads from it.

    OSError where the folder can't be written to.
    """
    if isinstance(run_dir, StorePath):
        with leased(run_dir) as is_ours:
            if not is_ours:
                raise being_written(run_dir)
            yield
        return
    make_way(run_dir / LOCK)
    lock = os.open(run_dir / LOCK, os.O_RDWR | os.O_CREAT | FLAGS, 0o666)
    try:
        if not _taken(lock, fcntl.LOCK_EX):
            if not _taken(lock, fcntl.LOCK_SH):
                raise being_written(run_dir)
            raise InputError(
                str(run_dir),
                "in use by another command, which reads it or makes a part of it",
                "wait until that has ended, then repeat",
            )
        yield
    finally:
        os.close(lock)


def _lock(run_dir: Path) -> int | None:
    try:
        return os.open(run_dir / LOCK, os.O_RDONLY | FLAGS)
    except OSError:
        if not (run_dir / "manifest.json").is_file():
            return None
    try:
        return os.open(run_dir / LOCK, os.O_RDWR | os.O_CREAT | FLAGS, 0o666)
    except OSError:
        return None


def _taken(lock: int, how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # a file system without locks
    return True
