"""Compiling before the first run: see `smoltworks`."""

from __future__ import annotations

from lake.errors import InputError


def compile_kernels(workers: int | None = None) -> int:
    """Compile what a run calls, and keep it: a first run then takes no longer than any other. How many were compiled.

    `make setup` does so; in an image or on a cluster's shared folder it is done once for all. Runs do it too, where it
    was not done. workers: processes that compile, one a core unless given. InputError: there is no folder to keep them
    in, which NUMBA_CACHE_DIR names.
    """
    from engine.execution.compiling_all import compile_kernels as compile_all

    if workers is not None and workers < 1:
        raise InputError("workers", f"{workers} is out of range", "give 1 or more")
    return compile_all(workers)
