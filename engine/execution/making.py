"""Partitions to workers, longest first; every record is noted in a journal as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.execution.apart import Apart, Attempt, adopt
from engine.execution.partition import PRELOADS, PartitionTask, preload, progress_path
from engine.execution.progress import Progress, read_progress
from engine.execution.tasks import Expected
from engine.execution.template import Template
from engine.execution.workers import WorkerProcesses
from lake.disk import disk
from lake.errors import InputError
from lake.journal import Journal, PartitionEnded
from lake.manifest import PartitionRecord

Simulate = Callable[[PartitionTask], PartitionRecord]
PROGRESS_SECONDS = 0.3
LOOK_SHARE = 100  # times as long as a look at the progress took, until the next


@contextmanager
def workers_begun(count: int, template: Template | None) -> Iterator[WorkerProcesses]:
    """Worker processes, copies of a template or of one of their own, which get ready while the run is prepared."""
    with ExitStack() as stack:
        executor = stack.enter_context(WorkerProcesses(count, template or stack.enter_context(Template())))
        executor.meanwhile(preload, PRELOADS * count)
        yield executor


@dataclass(frozen=True)
class RunEvents:
    """What a caller wants to hear of; each is called in the parent, on the thread that runs.

    room: the bytes that will be written, before any is; what it raises ends the run. begun: once what is to come has
    been foreseen, unless nothing is. finished: after each partition, failed ones too, and those that a resume keeps.
    progress: some times a second while partitions are under way.
    """

    room: Callable[[int], None] = lambda needed: None
    begun: Callable[[Expected], None] = lambda expected: None
    finished: Callable[[PartitionRecord], None] = lambda record: None
    progress: Callable[[Progress], None] | None = None


@dataclass(frozen=True)
class Making:
    """Where partitions are made, by whom, and who hears of it. apart: each attempt in a folder of its own, as workers
    must that nobody can be sure to have ended; `simulate` is not asked then."""

    run_dir: Path
    executor: Executor
    events: RunEvents
    simulate: Simulate
    apart: Apart | None = None

    def make(self, tasks: Iterable[PartitionTask], journal: Journal) -> dict[int, PartitionRecord]:
        """Every task's record by partition."""
        longest_first = sorted(tasks, key=lambda task: -task.expected_rows)
        running = {self._submit(task): task for task in longest_first}
        records: dict[int, PartitionRecord] = {}

        def take(future: Future[Any]) -> None:
            record = self._outcome(future, running[future])
            records[record.partition] = record
            journal.append(PartitionEnded(at=time.time(), record=record))
            disk().remove(progress_path(self.run_dir, record.partition))
            self.events.finished(record)

        try:
            for future in self._as_completed(running):
                take(future)
        except KeyboardInterrupt:
            # what is done is kept, what waits is for the resume; what is under way ends with our own workers, while the
            # executor of somebody else can't be told to end it
            begun = [
                future for future, task in running.items() if not future.cancel() and task.partition not in records
            ]
            ours = isinstance(self.executor, WorkerProcesses)
            for future in begun:
                if not ours or future.done():
                    take(future)
            raise
        finally:
            if self.apart is not None:
                self.apart.clear()
        return records

    def _submit(self, task: PartitionTask) -> Future[Any]:
        if self.apart is None:
            return self.executor.submit(self.simulate, task)
        function, given = self.apart.call(task)
        return self.executor.submit(function, given)

    def _as_completed(self, futures: Iterable[Future[Any]]) -> Iterator[Future[Any]]:
        """Each future when it is done; in between, the caller hears how far the run is, if it wants to."""
        report = self.events.progress
        waiting, pause = set(futures), PROGRESS_SECONDS
        while waiting:
            done, waiting = wait(waiting, pause if report else None, FIRST_COMPLETED)
            yield from done
            if report:
                began = time.perf_counter()
                report(read_progress(self.run_dir))
                # looking takes next to nothing of a run, be its journal ever so long
                pause = max(PROGRESS_SECONDS, LOOK_SHARE * (time.perf_counter() - began))

    def _outcome(self, future: Future[Any], task: PartitionTask) -> PartitionRecord:
        """The worker's record; a failed one when the worker gave none."""
        try:
            result = future.result()
            if isinstance(result, Attempt):
                result = adopt(self.run_dir, result)
            assert isinstance(result, PartitionRecord)
            return result
        except Exception as e:
            batches = task.schedule.batches
            return PartitionRecord(
                partition=task.partition,
                first_batch=batches[0].id,
                last_batch=batches[-1].id,
                status="failed",
                seconds=0.0,
                peak_memory_mb=0.0,
                error=str(e).replace("\n", " ") if isinstance(e, InputError) else f"{type(e).__name__}: {e}",
            )
