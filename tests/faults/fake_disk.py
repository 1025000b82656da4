"""A disk that fails, stops or loses power at its n-th operation, put in the place of the real one.

Operations are counted as the disk sees them: a write, a sync, a new name, a removal, a new folder, a folder's sync.

error: the operation fails, alone or with all that follow (`lasting`: a disk that is full stays so; what is removed is
removed). stop: the process is gone, what it wrote stands. crash: the power fails. Then the folder is left as a file
system may leave it (Pillai et al. 2014): what was written and not synced is lost, torn or there; a name that was given
or taken and whose folder was not synced is as before or as after; in one folder in order, in each by itself.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lake.disk import Bytes, Disk, using

STOPPED = 99  # exit code of a process whose machine stopped
FULL = (errno.ENOSPC, errno.EDQUOT)
Forget = Callable[[random.Random, int], int]

# of so many waiting operations in a folder, how many were done when the power failed
NAMES: Mapping[str, Forget] = {
    "none": lambda chance, waiting: 0,
    "all": lambda chance, waiting: waiting,
    "some": lambda chance, waiting: chance.randint(0, waiting),
}


class PowerFailed(BaseException):
    """The machine stopped: nothing more reaches the disk."""


@dataclass
class _File:
    """A file's bytes: as synced (None: never), and as written."""

    synced: bytes | None
    written: bytes

    def left(self, how: str, chance: random.Random) -> bytes:
        """What is found after the power failed."""
        synced = self.synced or b""
        if how == "all" or synced == self.written:
            return self.written
        if how == "none":
            return synced
        kept = chance.randint(0, len(self.written))
        return self.written[:kept] + (bytes(len(self.written) - kept) if chance.random() < 0.5 else b"")


@dataclass
class FailingDisk(Disk):
    """Fails at operation `at`, counted from 1; 0 for never. `top`: the folder that a crash leaves torn."""

    at: int = 0
    how: str = "error"  # error, stop, crash
    number: int = errno.ENOSPC
    lasting: bool = False
    names: str = "none"  # none, all, some: of what was not synced, what is there after a crash
    data: str = "none"
    chance: int = 0
    top: Path = Path()
    is_alone: bool = False  # whether the process is this disk's alone, and ends with it
    count: int = 0
    failed: bool = False
    _files: dict[Path, _File] = field(default_factory=dict)
    _waiting: dict[Path, list[tuple[str, Path, Any]]] = field(default_factory=dict)
    _durable: dict[Path, _File | None] = field(default_factory=dict)  # None: a folder

    def __post_init__(self) -> None:
        if self.how == "crash":
            for path in sorted(self.top.rglob("*")):
                self._files[path] = _File(path.read_bytes(), path.read_bytes()) if path.is_file() else _File(b"", b"")
                self._durable[path] = self._files[path] if path.is_file() else None

    def _next(self, *, frees: bool = False) -> None:
        """Count an operation, and fail if it is its turn."""
        if self.failed and self.how != "error":
            raise PowerFailed
        self.count += 1
        if self.at and (self.count == self.at or (self.lasting and self.failed and not frees)):
            self.failed = True
            if self.how == "crash":
                self.leave()
            if self.how != "error":
                if self.is_alone:
                    os._exit(STOPPED)
                raise PowerFailed
            raise OSError(self.number, os.strerror(self.number))

    def write(self, path: Path, data: Bytes, *, append: bool = False, sync: bool = False) -> None:
        try:
            self._next()
        except OSError:
            if self.number in FULL:  # what still fits is written
                super().write(path, memoryview(data)[: len(data) // 2], append=append)
            raise
        is_new = not path.exists()
        super().write(path, data, append=append)
        if self.how == "crash":
            if is_new:
                self._files[path] = _File(None, b"")
                self._wait(path, "make", self._files[path])
            file = self._files[path]
            file.written = (file.written if append else b"") + bytes(data)
        if sync:
            self._next()
            if self.how == "crash":
                self._files[path].synced = self._files[path].written

    def sync_files(self, paths: Sequence[Path]) -> None:
        for path in paths:  # one after the other, so that the n-th is always the same
            self._next()
            if self.how == "crash":
                self._files[path].synced = self._files[path].written

    def rename(self, path: Path, name: Path) -> None:
        self._next()
        super().rename(path, name)
        if self.how == "crash":
            self._files[name] = self._files.pop(path)
            self._wait(name, "rename", path)

    def remove(self, path: Path) -> None:
        if not os.path.lexists(path):
            return
        self._next(frees=True)
        super().remove(path)
        if self.how == "crash":
            self._files.pop(path, None)
            self._wait(path, "remove", None)

    def make_folder(self, path: Path) -> None:
        for folder in [p for p in reversed([path, *path.parents]) if not p.exists()]:
            self._next()
            super().make_folder(folder)
            self._wait(folder, "folder", None)

    def sync_folder(self, path: Path) -> None:
        self._next()
        for operation in self._waiting.pop(path, []):
            self._do(operation)

    def _wait(self, path: Path, what: str, other: Any) -> None:
        if self.how == "crash":
            self._waiting.setdefault(path.parent, []).append((what, path, other))

    def _do(self, operation: tuple[str, Path, Any]) -> None:
        what, path, other = operation
        if what == "make":
            self._durable[path] = other
        elif what == "rename":
            self._durable[path] = self._durable.pop(other, None)
        elif what == "remove":
            self._durable.pop(path, None)
        else:
            self._durable[path] = None

    def leave(self) -> None:
        """Make the folder what is found after the power failed."""
        chance = random.Random(self.chance)
        for _, waiting in sorted(self._waiting.items()):
            for operation in waiting[: NAMES[self.names](chance, len(waiting))]:
                self._do(operation)
        shutil.rmtree(self.top)
        self.top.mkdir()
        for path, file in sorted(self._durable.items()):
            if not path.parent.is_dir():
                continue  # its folder is not there
            if file is None:
                path.mkdir()
            else:
                path.write_bytes(file.left(self.data, chance))


@contextmanager
def failing(how: Mapping[str, Any]) -> Iterator[None]:
    """The disk of `how` in this process for the block; a process whose power failed is gone."""
    disk = FailingDisk(**{**how, "top": Path(how["top"]), "is_alone": True})
    try:
        with using(disk):
            yield
    finally:
        if disk.how == "crash":
            disk.leave()  # the power fails after the last operation
        if not disk.at:
            (disk.top.parent / "operations").write_text(str(disk.count))
