"""A store's objects as DuckDB reads them: by Arrow, in ranges, with nothing fetched from anywhere else."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lake.errors import InputError
from lake.store import asked
from lake.store_path import StorePath, place

if TYPE_CHECKING:
    import duckdb


class RangedObject:
    """An object that is open to be read, at a place of each thread's own.

    DuckDB's threads share a file, and say where they read by two calls, between which another thread's may come: a
    place that they shared would give them each other's bytes.
    """

    def __init__(self, path: StorePath) -> None:
        self._path, self._file = path, path.open("rb")
        self._size: int = self._file.size()
        self._own = threading.local()

    def size(self) -> int:
        """Its bytes."""
        return self._size

    def tell(self) -> int:
        """Where this thread reads next."""
        at: int = getattr(self._own, "at", 0)
        return at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Let this thread read there next."""
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self._size}[whence]
        self._own.at = begin + offset
        return begin + offset

    def read(self, count: int = -1) -> bytes:
        """The next bytes of this thread's, so many of them."""
        at = self.tell()
        left = max(0, self._size - at)
        with asked(str(self._path)):
            found: bytes = self._file.read_at(left if count < 0 else min(count, left), at)
        self._own.at = at + len(found)
        return found

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def __enter__(self) -> RangedObject:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def let_read(connection: duckdb.DuckDBPyConnection, run_dir: Path) -> None:
    """Let a connection read the objects of the store that a run lies in, by their URLs; nothing to do for a folder.

    Objects that a manifest names don't change: each is asked for its size once.
    """
    if not isinstance(run_dir, StorePath):
        return
    try:
        from fsspec import AbstractFileSystem
    except ImportError:
        raise InputError(str(run_dir), "reading it by SQL needs fsspec", "install it: pip install fsspec") from None

    class Objects(AbstractFileSystem):  # type: ignore[misc]
        """Reading alone."""

        protocol = run_dir.parts[0].rstrip(":")
        cachable = False

        def __init__(self) -> None:
            super().__init__()
            self._known: dict[str, dict[str, Any]] = {}

        def info(self, path: str, **options: Any) -> dict[str, Any]:
            """Size and kind."""
            if path not in self._known:
                with self.open(path) as file:
                    self._known[path] = {"name": path, "size": file.size(), "type": "file"}
            return self._known[path]

        def exists(self, path: str, **options: Any) -> bool:
            """Whether an object is there."""
            try:
                self.info(path)
            except FileNotFoundError:
                return False
            return True

        def modified(self, path: str) -> Any:
            """Always the same: what a manifest names is not put again."""
            return datetime.fromtimestamp(0, UTC)

        def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
            """An object, to be read from wherever it is wanted."""
            found = place(path if "://" in path else f"{self.protocol}://{path}")
            assert isinstance(found, StorePath)
            return RangedObject(found)

    connection.register_filesystem(Objects())
