"""How kernels are compiled: one policy, and a cache on disk that no edit can leave stale.

A kernel module imports `kernel` from here, and besides numpy and numba other kernel modules alone, so that the sources
hashed below are all that a kernel is made of.
"""

from __future__ import annotations

import hashlib
import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

from engine.simulation.numerics.held_signals import passed_signals
from engine.simulation.numerics.kernel_cache import KernelCache, note_problem, own_folder

F = TypeVar("F", bound=Callable[..., Any])

SIMULATION = Path(__file__).resolve().parents[1]
config: Any = importlib.import_module("numba.core.config")
# of numba, beside the processor: what changes machine code and is no part of numba's own look-up
SETTINGS = ("OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE", "DEBUGINFO_DEFAULT")
MARK = "numerics.compilation import kernel"

_thread = threading.local()


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
    return own_folder(root, digest.hexdigest()[:16])


@contextmanager
def _cached_in_our_folder() -> Iterator[str]:
    """numba looks up where to cache a function when it is declared; other code in the process keeps its own place."""
    before = config.CACHE_DIR
    config.CACHE_DIR = cache_folder(before)
    try:
        yield config.CACHE_DIR
    finally:
        config.CACHE_DIR = before


def kernel(function: F) -> F:
    """Compile without Python objects and without fastmath, cached on disk where that can be.

    With NUMBA_DISABLE_JIT=1 it is Python that runs, as quiet as machine code when a hash overflows.
    """
    if config.DISABLE_JIT:
        return _quiet(function)
    compiled: Any = numba.njit(fastmath=False, error_model="numpy")(function)
    # what may take long can be stopped
    compiled._compile_for_args = passed_signals()(compiled._compile_for_args)
    with _cached_in_our_folder() as folder:
        # numba has other places when it can't use this one: none that we trust
        if folder and (kept := _cache_of(function)) is not None and kept.cache_path.startswith(folder):
            compiled._cache = kept
            compiled.compile = kept.in_turn(compiled.compile)
    return cast(F, compiled)


def _quiet(function: F) -> F:
    """Python without NumPy's warnings, which the outermost kernel turns off: that takes longer than most kernels."""

    @wraps(function)
    def quiet(*args: Any, **named: Any) -> Any:
        if getattr(_thread, "is_quiet", False):
            return function(*args, **named)
        with np.errstate(all="ignore"):
            _thread.is_quiet = True
            try:
                return function(*args, **named)
            finally:
                _thread.is_quiet = False

    return cast(F, quiet)


def _cache_of(function: F) -> KernelCache | None:
    try:
        return KernelCache(function)
    except (OSError, RuntimeError) as error:
        note_problem(str(error))
        return None
