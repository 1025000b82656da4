"""A disk's room, asked for beforehand, and a disk's failures in words."""

from __future__ import annotations

import errno
import os
import resource
import shutil
from pathlib import Path

from lake.errors import InputError
from lake.store import StoreError
from lake.store_path import is_stored

FULL = (errno.ENOSPC, errno.EDQUOT)


def mount_of(path: Path) -> Path:
    """Where the disk is mounted that holds a path, or that would hold it."""
    place = _nearest(path)
    while not os.path.ismount(place) and place != place.parent:
        place = place.parent
    return place


def free_bytes(path: Path) -> int:
    """Bytes that this user may still write to the disk that holds a path, or would hold it."""
    return shutil.disk_usage(_nearest(path)).free


def require_space(path: Path, needed: int, what: str, *, forced: bool = False) -> None:
    """InputError when the disk of a path has less room than `needed`, bytes, unless `forced`; what: "the run".

    A store has room.
    """
    if is_stored(path):
        return
    free = free_bytes(path)
    if free < needed and not forced:
        raise InputError(
            f"the disk {mount_of(path)}",
            f"{what} needs about {size(needed)}, and {size(free)} are free",
            "free space or take another disk; --force begins all the same",
        )


def size(count: int) -> str:
    """Bytes for people."""
    for unit, each in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= each:
            return f"{count / each:.1f} {unit}"
    return f"{count} bytes"


def in_words(error: OSError | StoreError, path: Path | None = None) -> InputError | None:
    """What the system refused and what to do, by its number; None for one that says nothing of the surroundings.

    path: what was being written, where the error doesn't name it.
    """
    if isinstance(error, StoreError):
        return error
    named = error.filename
    where = Path(os.fsdecode(named)) if isinstance(named, str | bytes) else path
    if error.errno in FULL or error.errno == errno.EIO:
        return _of_the_disk(error, where)
    found = str(where or "")
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    sentences = {
        errno.EFBIG: ("a file may not grow as large as it must here", "raise the limit (ulimit -f), then repeat"),
        errno.EROFS: ("its disk is read only", "choose another folder"),
        errno.EACCES: ("this user may not do that", "change the rights, or choose another path"),
        errno.EPERM: ("this user may not do that", "change the rights, or choose another path"),
        errno.EMFILE: (f"more files are open than the limit of {limit}", "raise it, then repeat: ulimit -n 1024"),
        errno.ENFILE: ("the system has too many files open", "end other programs, then repeat"),
        errno.ENOMEM: ("there is not enough memory", "end other programs or raise the limit, then repeat"),
        errno.EAGAIN: ("no further process or thread may begin", "end others or raise the limit (ulimit -u)"),
        errno.ENOENT: ("it is not there, or no longer", "see to it that nothing moves the files, then repeat"),
        errno.ENOTDIR: ("a file is where a folder should be", "remove it, or choose another path"),
        errno.EISDIR: ("a folder is where a file should be", "remove it, or choose another path"),
        errno.ENAMETOOLONG: ("the name is too long", "choose a shorter path"),
        errno.ESTALE: ("the network disk no longer knows it", "mount it again, then repeat"),
    }
    sentence = sentences.get(error.errno or 0)
    return InputError(found or "the system", *sentence) if sentence else None


def _of_the_disk(error: OSError, path: Path | None) -> InputError:
    where = f"the disk {mount_of(path)}" if path else "a disk"
    if error.errno == errno.EIO:
        return InputError(where, "reports a fault: input/output error", "check it (dmesg), then repeat")
    left = "" if path is None else f": {size(free_bytes(path))} are free"
    if error.errno == errno.EDQUOT:
        return InputError(where, "this user's quota is used up", "free space or raise the quota, then repeat")
    return InputError(where, f"is full{left}", "free space, then repeat")


def _nearest(path: Path) -> Path:
    """The path itself, or the nearest above it that is there."""
    place = Path(os.path.abspath(path)) if path.is_absolute() else Path.cwd() / path
    while not place.exists() and place != place.parent:
        place = place.parent
    return place.resolve()
