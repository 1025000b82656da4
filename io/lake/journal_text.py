"""Where a journal's lines stand: in a file that grows, or in a store, which adds to no object, in an object each.

An object's name is its number in the order of writing and its writer's own mark, so that two never take each other's.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from lake.disk import disk
from lake.files import write_atomically
from lake.records import file_bytes, make_way
from lake.sealed import Damaged
from lake.store_path import StorePath, is_there

MARK = secrets.token_hex(4)  # this process's


class JournalFile:
    """Lines in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, text: bytes) -> None:
        """Add whole lines and sync them to the disk."""
        disk().make_folder(self.path.parent)
        is_new = not self.path.exists()
        if not is_new and self._is_cut():
            text = b"\n" + text
        disk().write(self.path, text, append=True, sync=True)
        if is_new:
            disk().sync_folder(self.path.parent)

    def _is_cut(self) -> bool:
        """Whether a kill cut the last line, which must not swallow the next one."""
        with self.path.open("rb") as file:
            if not file.seek(0, os.SEEK_END):
                return False
            file.seek(-1, os.SEEK_END)
            return file.read() != b"\n"

    def replace(self, text: bytes) -> None:
        """Put these lines in the place of whatever is there, all at once."""
        disk().make_folder(self.path.parent)
        make_way(self.path)
        write_atomically(self.path, text)

    def read(self) -> bytes | None:
        """Every line; None where there is no journal, Damaged where it can't be read."""
        return file_bytes(self.path) if is_there(self.path) else None


class JournalObjects:
    """Lines in objects below a name: an object is whole or not there, so none is ever cut."""

    def __init__(self, path: StorePath) -> None:
        self.path = path
        self._last: int | None = None
        self._known: dict[str, bytes] = {}

    def append(self, text: bytes) -> None:
        """Put the lines as an object of their own."""
        if self._last is None:
            self._last = max((_number(each) for each in self._names()), default=0)
        self._last += 1
        disk().write(self.path / f"{self._last:06d}-{MARK}.jsonl", text)

    def replace(self, text: bytes) -> None:
        """Put these lines, then remove those that were there: a kill in between leaves some of them before the new."""
        before = self._names()
        self._last = max((_number(each) for each in before), default=0)
        self.append(text)
        for name in before:
            disk().remove(self.path / name)

    def read(self) -> bytes | None:
        """Every line; None where there is none. An object never changes, so each is fetched once."""
        names = self._names()
        if not names:
            return None
        for name in names:
            if name not in self._known:
                try:
                    self._known[name] = (self.path / name).read_bytes()
                except FileNotFoundError:
                    raise Damaged("it was replaced while it was read") from None
        return b"".join(self._known[name] for name in names)

    def _names(self) -> list[str]:
        return sorted(info.base_name for info in self.path.below(deep=False) if info.is_file)


def _number(name: str) -> int:
    digits = name.partition("-")[0]
    return int(digits) if digits.isdecimal() else 0
