"""How kernels are compiled: one policy, and a cache on disk that no edit can leave stale.

A kernel module imports `kernel` from here, and besides numpy and numba other kernel modules alone, so that the sources
hashed below are all that a kernel is made of.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

SIMULATION = Path(__file__).resolve().parents[1]
config: Any = importlib.import_module("numba.core.config")
caching: Any = importlib.import_module("numba.core.caching")
# of numba, beside the processor: what changes machine code and is no part of numba's own look-up
SETTINGS = ("OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE", "DEBUGINFO_DEFAULT")
MARK = "numerics.compilation import kernel"


def kernel_sources() -> list[Path]:
    """Every module of the simulation that has kernels, in order of path, and all of this folder."""
    here = Path(__file__).resolve().parent
    return [path for path in sorted(SIMULATION.rglob("*.py")) if path.parent == here or MARK in path.read_text("utf-8")]


@cache
def cache_folder(root: str) -> str:
    """A folder for every kernel's source and numba's SETTINGS, below `root` or the user's caches; "" for none.

    numba's own check looks at the file of the outer function only: a cached caller would keep an old callee.
    """
    settings = [f"{name} {getattr(config, name)!r}" for name in SETTINGS]
    digest = hashlib.sha256("\n".join([numba.__version__, *settings]).encode())
    for path in kernel_sources():
        digest.update(path.read_bytes())
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    shared = (Path(each) / "smoltworks" / "kernels" for each in (home, tempfile.gettempdir()))
    for parent in (Path(root),) if root else shared:
        folder = parent / digest.hexdigest()[:16]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return ""


@contextmanager
def _cached_in_our_folder() -> Iterator[None]:
    """numba looks up where to cache a function when it is declared; other code in the process keeps its own place."""
    before = config.CACHE_DIR
    config.CACHE_DIR = cache_folder(before)
    try:
        yield
    finally:
        config.CACHE_DIR = before


class _SavedAlone(caching.IndexDataCacheFile):  # type: ignore[misc]
    """A function's cache on disk, saved by one process at a time.

    numba names machine code by counting what the index holds: two processes that save two signatures at once would give
    both the same name, and the next to look one up would be handed the other.
    """

    def save(self, key: Any, data: Any) -> None:
        with open(f"{self._index_path}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            super().save(key, data)


def kernel(function: F) -> F:
    """Compile without Python objects and without fastmath, cached on disk."""
    with _cached_in_our_folder():
        compiled: Any = numba.njit(cache=True, fastmath=False, error_model="numpy")(function)
    if not config.DISABLE_JIT:
        compiled._cache._cache_file.__class__ = _SavedAlone
    return cast(F, compiled)
