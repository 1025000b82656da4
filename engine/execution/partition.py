"""What a worker does: a small task in, one partition's Parquet parts on disk, a small record out."""

from __future__ import annotations

import os
import resource
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.execution.compiling import compiled, nobody
from engine.execution.compiling_ahead import compile_ahead, compile_next, load_kept
from engine.execution.progress import Underway
from engine.farm.schedule import Batch, Schedule
from engine.forecast.cutoff import predict_states
from engine.simulation.emission import Emitter
from engine.simulation.fish.history import simulate_batch
from engine.simulation.rows.columns import BatchRows
from engine.simulation.water.climate import Climate
from lake.disk import disk
from lake.files import write_atomically
from lake.fingerprint import combine_fingerprints
from lake.layout import USUAL
from lake.manifest import ALL_TABLES, BatchRecord, PartitionRecord, PartRecord
from lake.records import sealed_text
from lake.space import in_words
from lake.store import StoreError
from lake.store_path import is_stored, place
from lake.tables import EVENT_TABLE_NAMES
from lake.writer import PartitionWriter

PRELOADS = 60  # of a worker at most, one a kernel; until there are tasks
PROGRESS_SECONDS = 0.25
STORE_SECONDS = 10.0
GROUP_BATCHES = 12
GROUP_CONTAINER_DAYS = 50_000  # whose rows are made at once, but for readings: what a worker holds of them


@dataclass(frozen=True)
class PartitionTask:
    """One partition to simulate: `schedule` holds this partition's batches alone, resolved.

    The climate is kept for the whole schedule's days, [first_day, last_day), beyond the as-of date for the forecast.
    """

    run_dir: str
    partition: int
    schedule: Schedule
    flagged: frozenset[int]
    first_day: int
    last_day: int
    expected_rows: int  # of all tables; the longest partition goes first


def get_ready() -> None:
    """Have at hand what partitions need, as far as it is kept."""
    load_kept()


def preload() -> None:
    """Compile a kernel, if one is left: a worker that is asked for it has started and imported the simulation, too."""
    compile_next()


def progress_path(run_dir: Path, partition: int) -> Path:
    return run_dir / "logs" / f"progress-{partition:04d}.json"


def peak_memory_mb() -> float:
    """The process's largest resident set so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


_warm: list[bool] = []  # of this process, once a batch is made
_climates: dict[tuple[str, str, int, int, int], Climate] = {}


def _climate(task: PartitionTask) -> Climate:
    """The climate of a schedule, kept in the process from one partition to the next."""
    schedule = task.schedule
    key = (schedule.farm.sha256, schedule.biology.sha256, schedule.seed, task.last_day, task.first_day)
    if key not in _climates:
        _climates.clear()
        _climates[key] = Climate(
            farm=schedule.farm,
            biology=schedule.biology,
            seed=schedule.seed,
            days=task.last_day,
            first_day=task.first_day,
        )
    return _climates[key]


class _ProgressFile:
    """Says how far a partition is, in a file that is replaced whole and at most four times a second."""

    def __init__(self, task: PartitionTask) -> None:
        self._path = progress_path(place(task.run_dir), task.partition)
        self._is_stored = is_stored(self._path)  # a request each: so seldom, and never for a short partition
        disk().make_folder(self._path.parent)
        self._partition, self._batches = task.partition, len(task.schedule.batches)
        self._started_at = time.time()
        self._compiled_before, self._before = 0.0, 0
        self._written_at = self._started_at if self._is_stored else 0.0
        self._told = 0, 0
        compiled.heard = lambda: self.write(*self._told)

    def begin(self, rows: int = 0) -> None:
        """What comes before the batches that tell the pace is over."""
        self._started_at, self._compiled_before, self._before = time.time(), compiled.seconds, rows

    def write(self, done: int, rows: int, *, now: bool = False) -> None:
        time_now, self._told = time.time(), (done, rows)
        at_once = now and not self._is_stored
        if not at_once and time_now - self._written_at < (STORE_SECONDS if self._is_stored else PROGRESS_SECONDS):
            return
        self._written_at = time_now
        state = Underway(
            partition=self._partition,
            pid=os.getpid(),
            batches=self._batches,
            done=done,
            events=rows,
            begun=self._started_at + compiled.seconds - self._compiled_before,
            told=time_now,
            kernels=compiled.kernels,
            compiling=compiled.seconds,
            before=self._before,
        )
        write_atomically(self._path, sealed_text(state), durable=False)


def simulate_partition(task: PartitionTask) -> PartitionRecord:
    """Simulate and write one partition. A failure is data: the record bears its traceback, no file is left."""
    began, compiled_before = time.perf_counter(), compiled.seconds
    batches = task.schedule.batches
    first, last = batches[0].id, batches[-1].id
    worker: _Worker | None = None
    try:
        worker = _Worker(task)
        parts = worker.make()
    except Exception as error:
        where = f"batch {worker.at_work}: " if worker and worker.at_work else ""
        words = in_words(error, place(task.run_dir)) if isinstance(error, OSError | StoreError) else None
        return PartitionRecord(
            partition=task.partition,
            first_batch=first,
            last_batch=last,
            status="failed",
            seconds=time.perf_counter() - began,
            peak_memory_mb=peak_memory_mb(),
            error=f"{words.where}: {words.problem}" if words else where + traceback.format_exc(),
        )
    finally:
        compiled.heard = nobody
    return PartitionRecord(
        partition=task.partition,
        first_batch=first,
        last_batch=last,
        status="succeeded",
        seconds=time.perf_counter() - began,
        peak_memory_mb=peak_memory_mb(),
        tables=parts,
        fingerprints=worker.fingerprints,
        batches=worker.records,
        estimate={ALL_TABLES: task.expected_rows},
        compiling=compiled.seconds - compiled_before,
    )


def grouped(batches: Sequence[Batch], as_of_day: int, container_days: int) -> list[list[Batch]]:
    """The batches in groups whose rows are made at once: each lives up to so many container-days, but for one alone.

    A group's batches are all delivered or all not, and few: of a young one too a scenario's days are told.
    """
    groups: list[list[Batch]] = []
    room = 0
    for batch in batches:
        lived = sum(
            len(stay.container_ids) * max(0, min(stay.end_day, as_of_day) - stay.start_day)
            for stay in batch.lived_stays
        )
        together = bool(groups) and groups[-1][0].is_delivered(as_of_day) == batch.is_delivered(as_of_day)
        if not together or lived > room or len(groups[-1]) == GROUP_BATCHES:
            groups.append([])
            room = container_days
        groups[-1].append(batch)
        room -= lived
    return groups


class _Worker:
    """A partition under way: what has become of its batches so far."""

    def __init__(self, task: PartitionTask) -> None:
        self._task, self._as_of_day = task, task.schedule.as_of_day
        self._progress = _ProgressFile(task)
        self._progress.write(0, 0, now=True)
        compile_ahead()
        self._climate = _climate(task)
        foreseen = {batch: state for batch, (state, _) in predict_states(task.schedule, self._climate).items()}
        self._emitter = Emitter(task.schedule, self._climate, task.flagged, foreseen)
        self._living = ""
        self._done = 0
        self.fingerprints: dict[int, dict[str, str]] = {batch.id: {} for batch in task.schedule.batches}
        self.records: dict[int, BatchRecord] = {}

    @property
    def at_work(self) -> str:
        """The number of the batch that is being made; "" for several at once or none."""
        return self._living or self._emitter.at_work

    def make(self) -> dict[str, PartRecord]:
        """Make every batch; the parts that were written."""
        task, batches = self._task, self._task.schedule.batches
        self._progress.begin()
        layout = task.schedule.layout or USUAL
        with PartitionWriter(place(task.run_dir), task.partition, EVENT_TABLE_NAMES, layout) as writer:
            # a cold process makes one batch by itself, which tells nothing of the pace
            alone = 0 if _warm else 1
            groups = [[batch] for batch in batches[:alone]]
            for group in groups + grouped(batches[alone:], self._as_of_day, GROUP_CONTAINER_DAYS):
                self._make_group(group, writer)
                if not _warm:
                    _warm.append(True)
                    self._progress.begin(writer.rows)
                self._progress.write(self._done, writer.rows)
            parts = writer.finish()
            self._progress.write(len(batches), writer.rows, now=True)
        return parts

    def _make_group(self, group: list[Batch], writer: PartitionWriter) -> None:
        """Live the batches one by one, then write all their rows, table by table."""
        task, rows = self._task, dict.fromkeys((batch.id for batch in group), 0)
        lived, seconds = dict(rows), dict.fromkeys(rows, 0.0)

        def write(table: str, found: BatchRows) -> None:
            counts = found.counts
            marks = writer.add_batches(table, found.columns, list(counts.values()), lent=found.lent)
            for (batch_id, count), mark in zip(counts.items(), marks, strict=True):
                self.fingerprints[batch_id][table] = mark
                rows[batch_id] += count
                self._done += len(self.fingerprints[batch_id]) == len(EVENT_TABLE_NAMES)
            self._progress.write(self._done, writer.rows)

        if group[0].is_delivered(self._as_of_day):
            histories = []
            for batch in group:
                self._living, began = batch.number, _seconds()
                history = simulate_batch(task.schedule, self._climate, batch)
                histories.append(history)
                lived[batch.id] = history.stages[-1].end_day - batch.start_day
                seconds[batch.id] = _seconds() - began
            self._living, began = "", _seconds()
            self._emitter.emit(histories, write)
        else:
            began = _seconds()
            self._emitter.emit_undelivered(group, write)
        a_row = (_seconds() - began) / max(1, sum(rows.values()))
        for batch_id, count in rows.items():
            self.records[batch_id] = BatchRecord(
                days=lived[batch_id], rows=count, seconds=seconds[batch_id] + count * a_row
            )


def _seconds() -> float:
    """What has passed of this process's time but for compiling."""
    return time.perf_counter() - compiled.seconds


def run_fingerprint(records: tuple[PartitionRecord, ...]) -> str:
    """One fingerprint over every batch and table of a run, whatever its partitions."""
    return combine_fingerprints({batch: tables for record in records for batch, tables in record.fingerprints.items()})
