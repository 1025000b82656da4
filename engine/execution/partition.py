"""What a worker does: a small task in, one partition's Parquet parts on disk, a small record out."""

from __future__ import annotations

import os
import resource
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from engine.execution.compiling import compiled
from engine.execution.progress import Underway
from engine.farm.schedule import Schedule
from engine.forecast.whole_run import forecast_run
from engine.simulation.emission import Emitter
from engine.simulation.fish.history import simulate_batch
from engine.simulation.rows.columns import Columns
from engine.simulation.water.climate import Climate
from lake.disk import disk
from lake.files import write_atomically
from lake.fingerprint import combine_fingerprints
from lake.layout import USUAL
from lake.manifest import BatchRecord, PartitionRecord
from lake.records import sealed_text
from lake.space import in_words
from lake.store import StoreError
from lake.store_path import is_stored, place
from lake.tables import EVENT_TABLE_NAMES
from lake.writer import PartitionWriter

PROGRESS_SECONDS = 0.25
STORE_SECONDS = 10.0


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
    expected_rows: int  # the longest partition goes first


def preload() -> None:
    """Nothing: a worker that is asked for it has started and imported the simulation."""


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
    records: dict[int, BatchRecord] = {}
    fingerprints: dict[int, dict[str, str]] = {}
    current = ""
    try:
        progress = _ProgressFile(task)
        progress.write(0, 0, now=True)
        climate = _climate(task)
        outlook = forecast_run(task.schedule, climate)
        layout = task.schedule.layout or USUAL
        emitter = Emitter(task.schedule, climate, task.flagged, outlook.cutoff)
        progress.begin()
        with PartitionWriter(place(task.run_dir), task.partition, EVENT_TABLE_NAMES, layout) as writer:
            for done, batch in enumerate(batches, 1):
                current = batch.number
                batch_began, rows_before = time.perf_counter() - compiled.seconds, writer.rows
                tables: dict[str, str] = {}

                def write(table: str, columns: Columns, tables: dict[str, str] = tables) -> None:
                    tables[table] = writer.add(table, columns)

                lived = 0
                if batch.is_delivered(task.schedule.as_of_day):
                    history = simulate_batch(task.schedule, climate, batch)
                    emitter.emit(history, write)
                    lived = history.stages[-1].end_day - batch.start_day
                else:
                    emitter.emit_undelivered(batch, write)
                fingerprints[batch.id] = tables
                records[batch.id] = BatchRecord(
                    days=lived,
                    rows=writer.rows - rows_before,
                    seconds=time.perf_counter() - compiled.seconds - batch_began,
                )
                if done == 1 and not _warm:
                    _warm.append(True)
                    progress.begin(writer.rows)
                progress.write(done, writer.rows)
            current = ""
            parts = writer.finish()
            progress.write(len(batches), writer.rows, now=True)
    except Exception as error:
        where = f"batch {current}: " if current else ""
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
    return PartitionRecord(
        partition=task.partition,
        first_batch=first,
        last_batch=last,
        status="succeeded",
        seconds=time.perf_counter() - began,
        peak_memory_mb=peak_memory_mb(),
        tables=parts,
        fingerprints=fingerprints,
        batches=records,
        estimate=outlook.rows,
        compiling=compiled.seconds - compiled_before,
    )


def run_fingerprint(records: tuple[PartitionRecord, ...]) -> str:
    """One fingerprint over every batch and table of a run, whatever its partitions."""
    return combine_fingerprints({batch: tables for record in records for batch, tables in record.fingerprints.items()})
