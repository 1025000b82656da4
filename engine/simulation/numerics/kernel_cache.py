"""Where compiled kernels are kept: in a folder that is ours alone, every file held against its hash when it is read.

numba unpickles what it finds in its cache, so a folder that others can write to is none for us; and it believes its
files, so a changed byte would be run as machine code. Without a cache kernels are compiled anew, in each process.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import os
import pickle
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from itertools import count
from pathlib import Path
from typing import Any

from engine.simulation.numerics.kernel_places import kernel_places

caching: Any = importlib.import_module("numba.core.caching")
DIGEST = 16  # bytes
NOT_OURS = stat.S_IWGRP | stat.S_IWOTH

_problem = ""


def cache_problem() -> str:
    """Why kernels were not kept, the first reason that came up; "" when they were."""
    return _problem


def note_problem(problem: str) -> None:
    """Remember why kernels are not kept, also for a worker process that met it."""
    global _problem
    _problem = _problem or problem


def own_folder(root: str, name: str) -> str:
    """A folder of that name for this user alone: in `root` if given, else in the user's caches or the temporary folder.

    "" where there is none, which is noted.
    """
    problems = []
    for parent in (Path(root),) if root else kernel_places():
        folder = parent / name
        try:
            if root:
                parent.mkdir(parents=True, exist_ok=True)
            else:
                _make_ours(parent.parent)
                _make_ours(parent)
            _make_ours(folder)
            return str(folder)
        except OSError as error:
            problems.append(f"{folder.parent}: {error.strerror or error}")
    note_problem("; ".join(problems) or "no folder for temporary files")
    return ""


def _make_ours(folder: Path) -> None:
    """Make a folder that nobody else writes to; OSError where the one that is there is not so."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700, parents=True)
    found = folder.lstat()
    if stat.S_ISLNK(found.st_mode) or not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(20, f"{folder.name} is no folder")
    if found.st_uid != os.geteuid():
        raise PermissionError(1, f"{folder.name} belongs to another user")
    if found.st_mode & NOT_OURS:
        folder.chmod(found.st_mode & ~NOT_OURS & 0o7777)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(13, f"{folder.name} can't be written to")


class KernelCache(caching.FunctionCache):  # type: ignore[misc]
    """A kernel's cache, in a folder that changes with what it is made of. Whatever is wrong, the kernel is compiled."""

    def __init__(self, function: Any, folder: str) -> None:
        self._impl_class = partial(_Kept, _Folder(function, folder))
        super().__init__(function)
        self._cache_file.__class__ = _HashedFile
        self._turn: int | None = None

    def in_turn(self, compile_it: Callable[..., Any]) -> Callable[..., Any]:
        """The same by one process at a time, so that others find what it compiled: callers wait for callees alone."""

        @wraps(compile_it)
        def compiled(*args: Any) -> Any:
            try:
                return compile_it(*args)
            finally:
                turn, self._turn = self._turn, None
                if turn is not None:
                    with suppress(OSError):
                        fcntl.flock(turn, fcntl.LOCK_UN)  # closed alone, a child forked meanwhile would hold it
                    os.close(turn)

        return compiled

    def is_kept(self) -> bool:
        """Whether the kernel was compiled before, for whatever it was given."""
        return os.path.exists(self._cache_file._index_path)

    def is_taken(self) -> bool:
        """Whether another process is compiling it."""
        with suppress(OSError):
            turn = self._open_turn()
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(turn, fcntl.LOCK_UN)
            except BlockingIOError:
                return True
            finally:
                os.close(turn)
        return False

    def take(self) -> bool:
        """Have the next turn to compile it, if no other process does; it ends when it is compiled."""
        with suppress(OSError):
            turn = self._open_turn()
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(turn)
                return False
            self._turn = turn
            return True
        return False

    def _open_turn(self) -> int:
        return os.open(f"{self._cache_file._index_path}.turn", os.O_CREAT | os.O_WRONLY, 0o600)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        found = self._found(sig, target_context)
        if found is None and self._turn is None:
            with suppress(OSError):
                self._turn = self._open_turn()
                fcntl.flock(self._turn, fcntl.LOCK_EX)
                found = self._found(sig, target_context)
        return found

    def _found(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except OSError:
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError as error:
            note_problem(f"{self._cache_path}: {error.strerror or error}")
            self.disable()


class _Folder(caching._CacheLocator):  # type: ignore[misc]
    """Where a function's files lie. Its folder says from what they were made; the line tells it from its namesakes."""

    def __init__(self, function: Any, folder: str) -> None:
        self._folder, self._py_file = folder, function.__code__.co_filename
        self._line = function.__code__.co_firstlineno

    def ensure_cache_path(self) -> None:
        """It was made when it was chosen; one that is gone since is not made anew by others' rules."""

    def get_cache_path(self) -> str:
        return self._folder

    def get_source_stamp(self) -> str:
        return ""

    def get_disambiguator(self) -> str:
        return str(self._line)


class _Kept(caching.CompileResultCacheImpl):  # type: ignore[misc]
    """How machine code is put into files, with their place given: numba would look for one."""

    def __init__(self, folder: _Folder, function: Any) -> None:
        self._lineno, self._locator = function.__code__.co_firstlineno, folder
        self._filename_base = self.get_filename_base(function.__qualname__, getattr(sys, "abiflags", ""))


class _HashedFile(caching.IndexDataCacheFile):  # type: ignore[misc]
    """A kernel's files: an index from signature to file, and a file of machine code each. Saved by one at a time.

    Each begins with a hash of what it is and what it holds; one that it does not fit counts as absent. The file is
    written before the index names it, so that no name ever leads to another signature's code.
    """

    def load(self, key: Any) -> Any:
        name = self._load_index().get(key)
        kept = None if name is None else _read(self._data_path(name), repr(key))
        return None if kept is None else pickle.loads(kept)

    def save(self, key: Any, data: Any) -> None:
        with open(f"{self._index_path}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            names = self._load_index()
            if key not in names:
                taken = set(names.values())
                names[key] = next(name for n in count(1) if (name := self._data_name(n)) not in taken)
            self._write(self._data_path(names[key]), repr(key), self._dump(data))
            self._write(self._index_path, self._index_name, self._dump((self._source_stamp, names)))

    def _load_index(self) -> dict[Any, str]:
        kept = _read(self._index_path, self._index_name)
        stamp, names = (None, {}) if kept is None else pickle.loads(kept)
        return names if stamp == self._source_stamp else {}

    def _write(self, path: str, what: str, kept: bytes) -> None:
        with self._open_for_write(path) as file:
            file.write(_hash(what, kept) + kept)


def _read(path: str, what: str) -> bytes | None:
    """What was written there as that; None when it is absent or anything else."""
    try:
        data = Path(path).read_bytes()
    except OSError:
        return None
    return data[DIGEST:] if data[:DIGEST] == _hash(what, data[DIGEST:]) else None


def _hash(what: str, kept: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=DIGEST)
    digest.update(what.encode() + b"\0")
    digest.update(kept)
    return digest.digest()
