"""Worker processes, each on its own: one that dies takes only its own task with it."""

from __future__ import annotations

import pickle
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from engine.execution.template import Copied, Template, begin_python
from engine.execution.worker_pickles import pickled
from engine.simulation.numerics.kernel_cache import note_problem

P = ParamSpec("P")
T = TypeVar("T")

# The parent's path replaces the one that Python begins with: an import hook or a notebook may have added to it.
START = "import sys; sys.path[:] = sys.argv[1:]; from engine.execution.worker import serve; serve()"


class WorkerDied(Exception):
    """A worker process ended without an answer: killed, out of memory, or crashed."""


def _begin(template: Template | None) -> subprocess.Popen[bytes] | Copied:
    if template is not None:
        with suppress(OSError):
            return template.copy()
    return begin_python(START, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


class _Worker:
    """One process. It imports nothing of the program that started it, so a script needs no guard around its main."""

    def __init__(self, template: Template | None = None) -> None:
        self._process = _begin(template)

    def call(self, task: bytes) -> tuple[bool, Any]:
        """(True, result) or (False, exception) of a pickled call; WorkerDied when no answer comes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(task)
            self._process.stdin.flush()
            succeeded, value, cache_problem = pickle.load(self._process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            self.close()
            raise WorkerDied("the worker process died (killed, out of memory, or crashed)") from None
        note_problem(cache_problem)
        return succeeded, value

    def kill(self) -> None:
        """End the process whatever it is at; who waits for its answer hears that it died."""
        self._process.kill()

    def close(self) -> None:
        """End the process, which is waiting for a task or dead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


_own = threading.local()


def in_own_process(fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call it in a process that this thread keeps for such calls: there it has the main thread, and a core."""
    worker: _Worker | None = getattr(_own, "worker", None)
    if worker is None:
        worker = _own.worker = _Worker()
    try:
        succeeded, value = worker.call(pickled((fn, args, kwargs)))
    except WorkerDied:
        _own.worker = None
        raise
    if not succeeded:
        raise value
    result: T = value
    return result


class WorkerProcesses(Executor):
    """An executor of `workers` new processes, copies of a template or begun from nothing, never of this process.

    A task whose process dies raises WorkerDied; the next task gets a fresh process. Functions, arguments and results
    go by pickle: a function must be one that the process can import.
    """

    def __init__(self, workers: int, template: Template | None = None) -> None:
        self._template = template
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._local = threading.local()
        self._workers: list[_Worker] = []
        self._lock = threading.Lock()
        self._killed = False
        self._meanwhile: list[Future[Any]] = []

    def meanwhile(self, fn: Callable[[], Any], times: int) -> None:
        """What the workers do until the first task is there, at most so often; without one, it is broken off."""
        self._meanwhile += [self._threads.submit(lambda: self._run(fn)) for _ in range(times)]

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        while self._meanwhile:
            self._meanwhile.pop().cancel()
        return self._threads.submit(lambda: self._run(fn, *args, **kwargs))

    def _run(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        task = pickled((fn, args, kwargs))
        worker: _Worker | None = getattr(self._local, "worker", None)
        if worker is None:
            worker = self._local.worker = self._begun()
        try:
            succeeded, value = worker.call(task)
        except WorkerDied:
            self._local.worker = None
            with self._lock:
                self._workers.remove(worker)
            raise
        if not succeeded:
            raise value
        result: T = value
        return result

    def _begun(self) -> _Worker:
        """A worker, for which a template may keep its caller waiting."""
        if self._killed:
            raise WorkerDied("the workers were ended")
        worker = _Worker(self._template)
        with self._lock:
            if self._killed:
                worker.kill()
                worker.close()
                raise WorkerDied("the workers were ended")
            self._workers.append(worker)
        return worker

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # left by an error, what has not begun does not begin; by Ctrl-C, nor is what has begun waited for
        if isinstance(error, KeyboardInterrupt):
            self.kill()
        self.shutdown(wait=True, cancel_futures=error is not None)

    def kill(self) -> None:
        """End the processes whatever they are at, and let no other begin."""
        with self._lock:
            self._killed = True
            for worker in self._workers:
                worker.kill()
        if self._template is not None:
            self._template.kill()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when what they have begun is done; not waited for, they end with this process."""
        if self._meanwhile:
            self.kill()
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        if wait:
            with self._lock:
                for worker in self._workers:
                    worker.close()
                self._workers.clear()
