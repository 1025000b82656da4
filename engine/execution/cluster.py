"""Partitions on a Dask cluster, whose workers see the run's folder and have this package.

Each thread of a worker has a process of its own for them. What Dask takes for dead is made again elsewhere, three times
unless distributed.scheduler.allowed-failures says otherwise.
"""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from engine.execution.apart import UNDERWAY, unseen
from engine.execution.software import Software, software
from engine.execution.workers import WorkerDied, in_own_process
from lake.disk import disk
from lake.errors import InputError, list_first
from lake.store_path import place

P = ParamSpec("P")
T = TypeVar("T")

ADDRESS = "DASK_SCHEDULER_ADDRESS"
ANSWER_SECONDS = 10.0  # that a scheduler, and then each worker, has to answer in
RETRIES = 3  # of a partition whose process, not whose worker, died
EXTRA = "pip install 'smoltworks[cluster]'"


class SchedulerLost(Exception):
    """The connection to the scheduler broke off, and with it all that was not done yet."""


class DaskCluster(Executor):
    """An executor on a cluster that is somebody else's: it is left as it was found."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address

    @property
    def workers(self) -> int:
        """Partitions that it makes at a time, now."""
        return sum(self._threads().values()) or 1

    @property
    def note(self) -> str:
        """Who works there."""
        threads = self._threads()
        if not threads:
            return f"{self._address} has no worker yet: partitions wait for one (dask worker {self._address})"
        several = "" if len(threads) == 1 else "s"
        return f"{len(threads)} worker{several} of {self._address}, {sum(threads.values())} partitions at a time"

    def _threads(self) -> Mapping[str, int]:
        found: Mapping[str, int] = self._client.nthreads()
        return found

    def require_software(self) -> None:
        """InputError when a worker that is there would not make the bytes that this process makes."""
        ours, wrong = software(), []
        for worker, theirs in self._asked(software).items():
            if not isinstance(theirs, Software):
                wrong.append(f"{worker} can't say what it has ({theirs})")
            elif different := ours.differences(theirs):
                wrong.append(f"{worker} has {', '.join(different)}")
        if wrong:
            cure = "install there what is installed here, the same Smoltworks too; then start the workers anew"
            raise InputError(f"the cluster {self._address}", list_first(wrong), cure)

    def require_sight(self, run_dir: Path) -> None:
        """InputError when a worker that is there doesn't see the folder."""
        mark = run_dir.absolute() / UNDERWAY / f"mark-{secrets.token_hex(8)}"
        disk().make_folder(mark.parent)
        disk().write(mark, b"seen")
        try:
            blind = [worker for worker, sees in self._asked(_sees, str(mark)).items() if sees is not True]
        finally:
            disk().remove(mark)
            with suppress(OSError):
                mark.parent.rmdir()
        if blind:
            raise unseen(str(mark.parents[1]), list_first(blind))

    def _asked(self, question: Callable[..., Any], *args: Any) -> Mapping[str, Any]:
        """What each worker answers; an exception's words where it can't."""
        try:
            answers = self._client.run(question, *args, on_error="return")
        except Exception as error:  # a worker that can't even read the question
            return {"a worker": f"{type(error).__name__}: {error}"}
        return {
            worker: f"{type(answer).__name__}: {answer}" if isinstance(answer, BaseException) else answer
            for worker, answer in answers.items()
        }

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        theirs = self._client.submit(in_own_process, fn, *args, **kwargs, pure=False, retries=RETRIES)
        ours: Future[T] = Future()
        ours.add_done_callback(lambda future: theirs.cancel() if future.cancelled() else None)
        theirs.add_done_callback(partial(self._hand_on, ours))
        return ours

    def _hand_on(self, ours: Future[Any], theirs: Any) -> None:
        try:
            result = theirs.result()
        except CancelledError:
            error: BaseException = SchedulerLost(f"the connection to {self._address} broke off")
        except BaseException as other:
            error = _in_words(other)
        else:
            if ours.set_running_or_notify_cancel():
                ours.set_result(result)
            return
        if ours.set_running_or_notify_cancel():
            ours.set_exception(error)


@contextmanager
def dask_cluster(address: str | None) -> Iterator[DaskCluster]:
    """The cluster of a scheduler's address, or of the one that DASK_SCHEDULER_ADDRESS holds.

    InputError where there is none, none answers, or a worker has other versions.
    """
    address = address or os.environ.get(ADDRESS, "")
    if not address:
        raise InputError(
            "--scheduler",
            "is not given",
            f"give the scheduler's address, such as tcp://10.0.0.1:8786, or set {ADDRESS}",
        )
    try:
        import distributed
    except ImportError:
        raise InputError("--executor dask", "Dask is not installed", EXTRA) from None
    with _quiet():
        try:
            make: Any = distributed.Client
            client = make(address, timeout=ANSWER_SECONDS, set_as_default=False, name="smoltworks")
        except (OSError, ValueError) as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(
                f"--scheduler {address}",
                f"no scheduler answers there: {words}",
                "start one (dask scheduler); its first lines tell its address, such as tcp://10.0.0.1:8786",
            ) from None
        try:
            cluster = DaskCluster(client, address)
            cluster.require_software()
            yield cluster
        finally:
            client.close(timeout=2)


@contextmanager
def chosen(executor: Executor | str, scheduler: str | None, workers: int | None) -> Iterator[Executor | None]:
    """The executor that was asked for: one itself, the cluster of a scheduler ("dask"), or None for "processes"."""
    if executor == "dask":
        if workers is not None:
            raise InputError("--workers", "a Dask cluster has as many workers as were started", "leave it out")
        with dask_cluster(scheduler) as cluster:
            yield cluster
        return
    if scheduler is not None:
        raise InputError("--scheduler", "is for --executor dask alone", "add that, or leave it out")
    if isinstance(executor, str) and executor != "processes":
        raise InputError("--executor", f"{executor!r} is none", "give processes or dask")
    yield None if isinstance(executor, str) else executor


def _sees(path: str) -> bool:
    return place(path).is_file()


def _in_words(error: BaseException) -> BaseException:
    """Dask's word for a task that cost several workers their lives, as ours."""
    if type(error).__name__ == "KilledWorker":
        last = getattr(getattr(error, "last_worker", None), "address", "")
        return WorkerDied(f"each worker that it was given to died (killed, out of memory, or crashed), the last {last}")
    return error


@contextmanager
def _quiet() -> Iterator[None]:
    """Dask tells of lost connections in its own way, and of each lost task; we tell it in ours."""
    names = [name for name in logging.root.manager.loggerDict if name.split(".")[0] == "distributed"]
    before = {logger: logger.level for logger in map(logging.getLogger, names)}
    for logger in before:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in before.items():
            logger.setLevel(level)
