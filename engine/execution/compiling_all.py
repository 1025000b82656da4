"""Compiling, before the first run, what a run calls."""

from __future__ import annotations

import os

from engine.execution.workers import WorkerProcesses
from engine.simulation.numerics.kernel_cache import cache_problem
from lake.errors import InputError


def compile_kernels(workers: int | None = None) -> int:
    """Compile what is not kept yet, each of `workers` processes other kernels; how many were compiled.

    InputError when they can't be kept.
    """
    count = workers or len(os.sched_getaffinity(0))
    with WorkerProcesses(count) as executor:
        told = [executor.submit(compile_here) for _ in range(count)]
        kernels = sum(future.result() for future in told)
    if problem := cache_problem():
        cure = "set NUMBA_CACHE_DIR to a folder of yours; without one every process compiles anew"
        raise InputError("the cache of compiled kernels", f"nothing can be kept ({problem})", cure)
    return kernels


def compile_here() -> int:
    """Compile in this process what no other has, and wait for the others; how many kernels it compiled so far."""
    from engine.execution.compiling import compiled
    from engine.execution.compiling_ahead import compile_ahead, known_calls

    compile_ahead()
    for call in known_calls():
        if not call.kernel._cache.is_kept():
            call.compile()
    return compiled.kernels
