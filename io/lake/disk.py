"""The one way by which a run's bytes reach the disk: a test puts a disk that fails in its place (`using`)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from lake.store_path import StorePath

Bytes = bytes | bytearray | memoryview
AT_ONCE = 8  # files that are synced side by side


class Disk:
    """The disk itself, or the object store in which a path lies.

    Each call opens what it needs and lets go of it, so that few files are ever open at once. Every call may raise
    OSError; nothing is buffered here, and nothing is durable before it was synced. A store makes objects whole and
    durable at once, knows no folders, and neither adds to an object nor renames it.
    """

    def write(self, path: Path, data: Bytes, *, append: bool = False, sync: bool = False) -> None:
        """Make the file anew or add to its end; `sync`: all that was ever written to it is on the disk afterwards."""
        if isinstance(path, StorePath):
            assert not append
            path.put(data)
            return
        how = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (os.O_APPEND if append else os.O_TRUNC)
        descriptor = os.open(path, how, 0o666)
        try:
            left = memoryview(data)
            while left:
                left = left[os.write(descriptor, left) :]
            if sync:
                os.fsync(descriptor)
        except OSError as error:
            error.filename = str(path)  # the system tells it of open alone
            raise
        finally:
            os.close(descriptor)

    def sync_files(self, paths: Sequence[Path]) -> None:
        """Have all that was ever written to these files on the disk; side by side, since the disk lets each wait."""
        files = [path for path in paths if not isinstance(path, StorePath)]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            for _ in threads.map(_sync, files):
                pass

    def rename(self, path: Path, name: Path) -> None:
        """Give a file another name, in place of the one that bears it; durable once its folder was synced.

        A store copies the object, and the copied one stays; a part there has its own name from the first.
        """
        if isinstance(path, StorePath) and isinstance(name, StorePath):
            if path != name:
                path.copy_to(name)
            return
        path.replace(name)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there."""
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> None:
        """Make a folder and those above it, unless it is there."""
        path.mkdir(parents=True, exist_ok=True)

    def sync_folder(self, path: Path) -> None:
        """Make the names in a folder durable."""
        if isinstance(path, StorePath):
            return
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        os.close(descriptor)


_current = Disk()


def disk() -> Disk:
    """The disk in use."""
    return _current


@contextmanager
def using(other: Disk) -> Iterator[None]:
    """Another disk in this process, for the block."""
    global _current
    before, _current = _current, other
    try:
        yield
    finally:
        _current = before
