"""Spawned worker processes, each alone: one that dies takes only its own task with it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class WorkerDied(Exception):
    """A worker process ended without an answer: killed, out of memory, or crashed."""


def _alone() -> None:
    """One thread a worker, since the machine's cores belong to the other workers; deaf to Ctrl-C."""
    import pyarrow as pa

    # Ctrl-C reaches every process of the terminal: the parent decides, a worker finishes what it has begun
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A run that is killed outright leaves no worker that goes on writing into its folder."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # left by an error (Ctrl-C too), what has not begun does not begin
        self.shutdown(wait=True, cancel_futures=error is not None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        with self._lock:
            for pool in self._pools:
                pool.shutdown(wait=wait, cancel_futures=cancel_futures)
