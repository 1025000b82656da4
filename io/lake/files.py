"""A run's files: written whole or not at all, and told apart by the hash of their bytes."""

from __future__ import annotations

import hashlib
import os
from contextlib import nullcontext, suppress
from pathlib import Path

import xxhash

from lake.disk import disk
from lake.store import asked
from lake.store_path import bytes_below, is_stored


def write_atomically(path: Path, text: str | bytes, *, durable: bool = True) -> None:
    """Write to a temporary name, sync, rename: the path holds the old text or the new, never a part. So does an object.

    OSError when it can't be written; no temporary is left then. durable: also after a power failure.
    """
    data = text if isinstance(text, bytes) else text.encode()
    if is_stored(path):
        disk().write(path, data)
        return
    # on other machines that see the folder there may be a process of the same number
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.tmp")
    try:
        disk().write(temporary, data, sync=durable)
        disk().rename(temporary, path)
    except BaseException:
        with suppress(OSError):
            disk().remove(temporary)
        raise
    if durable:
        disk().sync_folder(path.parent)


def sync_folders(top: Path) -> None:
    """Make durable the names of all that lies in a folder and in those below."""
    if is_stored(top):
        return
    for folder, _, _ in os.walk(top, topdown=False):
        disk().sync_folder(Path(folder))


def folder_bytes(folder: Path) -> int:
    """What the files of a folder take of the disk, or objects of a store; 0 when it is not there."""
    if is_stored(folder):
        return bytes_below(folder)
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):  # it went meanwhile
                total += os.lstat(os.path.join(place, name)).st_blocks * 512
    return total


def file_hash(path: Path) -> str:
    """XXH3-128 of a file's bytes, 32 hex digits."""
    with asked(str(path)) if is_stored(path) else nullcontext(), path.open("rb") as file:
        return hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()
