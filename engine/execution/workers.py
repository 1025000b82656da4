"""Spawned worker processes, each alone: one that dies takes only its own task with it."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class WorkerDied(Exception):
    """A worker process ended without an answer: killed, out of memory, or crashed."""


def _alone() -> None:
    """One thread a worker: the machine's cores belong to the other workers."""
    import pyarrow as pa

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


class SpawnedWorkers(Executor):
    """An executor of `workers` spawned processes (never forked), each its own pool of one.

    A process pool breaks as a whole when one process dies; pools of one confine that to the task at hand, which
    raises WorkerDied, and the next task gets a fresh process.
    """

    def __init__(self, workers: int) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._local = threading.local()
        self._pools: list[ProcessPoolExecutor] = []
        self._lock = threading.Lock()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._threads.submit(lambda: self._run(fn, *args, **kwargs))

    def _run(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        pool: ProcessPoolExecutor | None = getattr(self._local, "pool", None)
        if pool is None:
            pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_alone)
            self._local.pool = pool
            with self._lock:
                self._pools.append(pool)
        try:
            return pool.submit(fn, *args, **kwargs).result()
        except BrokenProcessPool:
            self._local.pool = None
            raise WorkerDied("the worker process died (killed, out of memory, or crashed)") from None

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        with self._lock:
            for pool in self._pools:
                pool.shutdown(wait=wait, cancel_futures=cancel_futures)
