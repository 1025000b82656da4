"""How kernels are compiled: one policy, and a cache on disk that no edit can leave stale.

A kernel module imports `kernel` from here, and besides numpy and numba other kernel modules alone, so that the sources
hashed below are all that its kernels are made of.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import threading
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np

from engine.simulation.numerics.held_signals import passed_signals
from engine.simulation.numerics.kernel_cache import KernelCache, note_problem, own_folder
from engine.simulation.numerics.kernel_sources import sources_of
from engine.simulation.numerics.known_types import remembered_types

F = TypeVar("F", bound=Callable[..., Any])

llvmlite: Any = importlib.import_module("llvmlite")
njit: Any = numba.njit
config: Any = importlib.import_module("numba.core.config")
# of numba: what changes machine code
SETTINGS = ("OPT", "BOUNDSCHECK", "LOOP_VECTORIZE", "SLP_VECTORIZE", "DEBUGINFO_DEFAULT", "CPU_NAME", "CPU_FEATURES")

_thread = threading.local()


@cache
def cache_folder(root: str, path: Path) -> str:
    """A folder for the kernels of a module, below `root` or the user's caches; "" for none.

    It bears a hash of all that the kernels are made of, wherever that lies. numba's own check looks at the file of the
    outer function only, by its path: a cached caller would keep an old callee, a moved one would be compiled anew.
    """
    versions = [numba.__version__, llvmlite.__version__, np.__version__, llvmlite.binding.get_host_cpu_name()]
    settings = [f"{name} {getattr(config, name)!r}" for name in SETTINGS]
    digest = hashlib.sha256("\n".join([*versions, *settings]).encode())
    try:
        for name, source in sources_of(path).items():
            digest.update(f"\n{name} {len(source)}\n".encode() + source)
    except (OSError, UnicodeDecodeError) as error:
        note_problem(f"{path}: {error}")
        return ""
    return own_folder(root, f"{path.stem}-{digest.hexdigest()[:16]}")


def kernel(function: F) -> F:
    """Compile without Python objects and without fastmath, cached on disk where that can be.

    With NUMBA_DISABLE_JIT=1 it is Python that runs, as quiet as machine code when a hash overflows.
    """
    return _compiled(function)


def lean_kernel(function: F) -> F:
    """A kernel for other kernels, made part of each that calls it: it makes no arrays, and gives none back.

    So it need not count who holds those that it is given: of a day in a tank, two thirds of the time. One that makes an
    array does not compile.
    """
    return _compiled(function, _nrt=False, forceinline=True)


def _compiled(function: F, **options: bool) -> F:
    if config.DISABLE_JIT:
        return _quiet(function)
    options |= {"fastmath": False, "no_cfunc_wrapper": True}  # none is called from C
    compiled: Any = njit(error_model="numpy", **options)(function)
    # what may take long can be stopped
    compiled._compile_for_args = passed_signals()(compiled._compile_for_args)
    if folder := cache_folder(config.CACHE_DIR, Path(function.__code__.co_filename).resolve()):
        compiled._cache = kept = KernelCache(function, folder)
        compiled.compile = kept.in_turn(compiled.compile)
    compiled.compile = _in_less_time(compiled.compile)
    return cast(F, compiled)


def _in_less_time(compile_it: Callable[..., Any]) -> Callable[..., Any]:
    """The same without typing alike calls again, a quarter of the time, and without the search for unused circles of
    objects, a tenth: all that it makes is in use."""

    @wraps(compile_it)
    def compiled(*args: Any) -> Any:
        if not gc.isenabled():
            return compile_it(*args)
        gc.disable()
        try:
            with remembered_types():
                return compile_it(*args)
        finally:
            gc.enable()

    return compiled


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
