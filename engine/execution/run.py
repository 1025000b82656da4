"""Runs a schedule: partitions to workers, longest first; a journal as it goes, the manifest last."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from engine import __version__
from engine.biology.used import biology_record
from engine.execution.folder import (
    check_folder,
    complete_manifest,
    intact_partitions,
    kept_layout,
    locked,
    remove_leftovers,
    replace_run,
    resume_run,
)
from engine.execution.inputs import inputs_of, write_inputs
from engine.execution.partition import PartitionTask, preload, progress_path, run_fingerprint, simulate_partition
from engine.execution.progress import Progress, process_start, read_progress
from engine.execution.workers import WorkerProcesses
from engine.farm.dimensions import dimension_tables
from engine.farm.schedule import Schedule, to_date, with_layout
from engine.farm.schedule_text import self_contained
from engine.farm.sites import own_area_days
from engine.forecast.sizing import biomass_flags
from engine.forecast.workload import predicted_events
from engine.inputs.reading import sha256
from engine.planning.partitions import sum_partitions
from engine.simulation.numerics.kernel_cache import own_folder
from lake.disk import disk
from lake.errors import RunFailed
from lake.files import sync_folders
from lake.journal import Begun, Ended, Forecast, Journal, PartitionEnded
from lake.layout import USUAL
from lake.manifest import Manifest, PartitionRecord, RunIdentity, write_manifest
from lake.space import require_space
from lake.tables import EVENT_TABLE_NAMES
from lake.tables.sizes import RUN_BYTES, part_bytes
from lake.view_files import write_view_files
from lake.writer import write_dimension

Simulate = Callable[[PartitionTask], PartitionRecord]
PROGRESS_SECONDS = 0.3
LOOK_SHARE = 100  # times as long as a look at the progress took, until the next


@dataclass(frozen=True)
class Expected:
    """What a run will come to: rows over all tables by partition, and the batches that may outgrow containers."""

    rows: tuple[int, ...]
    bytes_by_partition: tuple[int, ...]
    flagged: frozenset[int]

    @property
    def events(self) -> int:
        return sum(self.rows)

    @property
    def bytes(self) -> int:
        """What the run's files will take, all together."""
        return RUN_BYTES + sum(self.bytes_by_partition)


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
class _Request:
    """A run as asked for."""

    schedule: Schedule
    run_dir: Path
    executor: Executor
    workers: int
    resume: bool
    overwrite: bool
    events: RunEvents
    simulate: Simulate


def run_folder(schedule: Schedule, out: Path | None) -> Path:
    """Where a run goes: runs/NAME in the present folder unless another one is given."""
    return Path("runs") / schedule.name if out is None else out


def worker_count(schedule: Schedule, workers: int | None) -> int:
    """How many processes a run has use for, at most those asked for: one a core, or one a partition."""
    return min(workers or os.cpu_count() or 1, len(schedule.partitions))


def simulate_schedule(
    schedule: Schedule,
    run_dir: Path,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    resume: bool = False,
    overwrite: bool = False,
    force: bool = False,
    events: RunEvents | None = None,
) -> Manifest:
    """`run` on worker processes that start while it is prepared, or on the caller's executor, which is left open."""
    count = worker_count(schedule, workers)
    with ExitStack() as stack:
        if executor is None:
            executor = stack.enter_context(WorkerProcesses(count))
            for _ in range(count):
                executor.submit(preload)
        asked = replace(
            events or RunEvents(), room=lambda needed: require_space(run_dir, needed, "the run", forced=force)
        )
        return run(schedule, run_dir, executor, count, resume=resume, overwrite=overwrite, events=asked)


def require_complete(manifest: Manifest, run_dir: Path) -> None:
    """RunFailed when partitions failed."""
    if manifest.failed:
        errors = {record.partition: record.error for record in manifest.failed}
        last = manifest.failed[-1].error.strip().splitlines()[-1]
        numbers = ", ".join(map(str, errors))
        raise RunFailed(
            f"{run_dir}: {len(errors)} of {len(manifest.partitions)} partitions failed ({numbers}), the last "
            f"by {last}; the rest is kept, and a resume makes what is missing",
            errors,
        )


def run(
    schedule: Schedule,
    run_dir: Path,
    executor: Executor,
    workers: int,
    *,
    resume: bool = False,
    overwrite: bool = False,
    events: RunEvents | None = None,
    simulate: Simulate = simulate_partition,
) -> Manifest:
    """Simulate every partition and write the run; InputError when the folder can't be used.

    The manifest's status is partial when a partition failed; resuming runs only what is missing or damaged.
    """
    request = _Request(
        schedule=self_contained(schedule),
        run_dir=run_dir,
        executor=executor,
        workers=workers,
        resume=resume,
        overwrite=overwrite,
        events=events or RunEvents(),
        simulate=simulate,
    )
    check_folder(run_dir, resume=resume, overwrite=overwrite)
    with locked(run_dir):
        return _run(request, time.perf_counter())


def identity(schedule: Schedule) -> RunIdentity:
    """What a resume must find unchanged."""
    return RunIdentity(
        version=__version__,
        schedule=schedule.name,
        schedule_sha256=sha256(schedule.text),
        seed=schedule.seed,
        as_of=to_date(schedule.as_of_day).isoformat(),
        batch_count=len(schedule.batches),
        farm_sha256=schedule.farm.sha256,
        biology_sha256=schedule.biology.sha256,
        partitions=tuple((p.start, p.stop - 1) for p in schedule.partitions),
        layout=schedule.layout or USUAL,
    )


def _run(request: _Request, began: float) -> Manifest:
    """`run`, once the folder is ours alone."""
    schedule, run_dir, events = request.schedule, request.run_dir, request.events
    if request.resume and schedule.layout is None:
        schedule = with_layout(schedule, kept_layout(run_dir))
    this = identity(schedule)
    used = check_folder(run_dir, resume=request.resume, overwrite=request.overwrite)
    inputs = inputs_of(schedule, this)
    kept = intact_partitions(run_dir, this) if request.resume else {}
    if request.resume and (manifest := complete_manifest(run_dir, kept, inputs)) is not None:
        remove_leftovers(run_dir, manifest)
        write_view_files(run_dir, _kept_views())
        return manifest
    expected = _expected(schedule)
    events.room(_bytes_to_come(run_dir, expected, kept))
    journal, pid = Journal(run_dir), os.getpid()
    begun = Begun(at=time.time(), pid=pid, born=process_start(pid), identity=this, workers=request.workers)
    if request.resume:
        resume_run(run_dir, begun)
        remove_leftovers(run_dir)
    elif used:
        replace_run(run_dir, begun)
    else:
        journal.rewrite([begun])
    write_inputs(run_dir, inputs)
    dimensions = {
        name: write_dimension(run_dir, name, rows)
        for name, rows in dimension_tables(schedule.farm, schedule.biology).items()
    }
    journal.append(Forecast(at=time.time(), events=expected.events))
    events.begun(expected)
    for record in kept.values():
        journal.append(PartitionEnded(at=time.time(), record=record))
        events.finished(record)
    made = _simulate([t for t in _tasks(schedule, run_dir, expected) if t.partition not in kept], request, journal)
    records = kept | made
    ordered = tuple(records[p] for p in sorted(records))
    failed = any(r.status != "succeeded" for r in ordered)
    manifest = Manifest(
        run=run_dir.name,
        status="partial" if failed else "complete",
        identity=this,
        seconds=time.perf_counter() - began,
        events_made=sum(r.events for r in made.values()),
        compiling=max((r.compiling for r in made.values()), default=0.0),
        workers=request.workers,
        dimensions=dimensions,
        partitions=ordered,
        estimate=_sum_by_table(r.estimate for r in ordered),
        fingerprint="" if failed else run_fingerprint(ordered),
        biology=biology_record(schedule.biology),
    )
    remove_leftovers(run_dir, manifest)
    write_view_files(run_dir, _kept_views())
    for name in ("lake", "logs"):
        sync_folders(run_dir / name)  # the manifest names what lies there; what was removed stays away
    write_manifest(run_dir, manifest)
    journal.append(Ended(at=time.time(), status=manifest.status, seconds=manifest.seconds))
    return manifest


def _kept_views() -> str:
    """The folder of ours in which the lake's views are kept from run to run; "" for none."""
    return own_folder(os.environ.get("NUMBA_CACHE_DIR", ""), "views")


def _bytes_to_come(run_dir: Path, expected: Expected, kept: Mapping[int, PartitionRecord]) -> int:
    """What is to be made takes of the disk, beside what making it replaces."""
    whole = sum(expected.bytes_by_partition[number] for number in kept)
    replaced = sum(part.bytes for record in kept.values() for part in record.tables.values())
    there = sum(path.stat().st_size for path in (run_dir / "lake").rglob("*") if path.is_file())
    return expected.bytes - whole - max(0, there - replaced)


def _simulate(tasks: Iterable[PartitionTask], request: _Request, journal: Journal) -> dict[int, PartitionRecord]:
    """Every task's record by partition, noted in the journal as it comes."""
    longest_first = sorted(tasks, key=lambda task: -task.expected_rows)
    running = {request.executor.submit(request.simulate, task): task for task in longest_first}
    records: dict[int, PartitionRecord] = {}

    def take(future: Future[PartitionRecord]) -> None:
        record = _outcome(future, running[future])
        records[record.partition] = record
        journal.append(PartitionEnded(at=time.time(), record=record))
        disk().remove(progress_path(request.run_dir, record.partition))
        request.events.finished(record)

    try:
        for future in _as_completed(running, request):
            take(future)
    except KeyboardInterrupt:
        # what is done is kept, what waits is for the resume; what is under way ends with our own workers, while the
        # executor of somebody else can't be told to end it
        begun = [future for future, task in running.items() if not future.cancel() and task.partition not in records]
        ours = isinstance(request.executor, WorkerProcesses)
        for future in begun:
            if not ours or future.done():
                take(future)
        raise
    return records


def _as_completed(futures: Iterable[Future[PartitionRecord]], request: _Request) -> Iterator[Future[PartitionRecord]]:
    """Each future when it is done; in between, the caller hears how far the run is, if it wants to."""
    report = request.events.progress
    waiting, pause = set(futures), PROGRESS_SECONDS
    while waiting:
        done, waiting = wait(waiting, pause if report else None, FIRST_COMPLETED)
        yield from done
        if report:
            began = time.perf_counter()
            report(read_progress(request.run_dir))
            # looking takes next to nothing of a run, be its journal ever so long
            pause = max(PROGRESS_SECONDS, LOOK_SHARE * (time.perf_counter() - began))


def _expected(schedule: Schedule) -> Expected:
    """In closed form: the workers forecast their own batches, each table by itself, before they simulate them."""
    rows = tuple(sum_partitions(predicted_events(schedule), schedule.partitions))
    return Expected(
        rows=rows,
        bytes_by_partition=tuple(
            part_bytes(count, len(span)) for count, span in zip(rows, schedule.partitions, strict=True)
        ),
        flagged=frozenset(biomass_flags(schedule)),
    )


def _sum_by_table(estimates: Iterable[dict[str, int]]) -> dict[str, int]:
    total = dict.fromkeys(EVENT_TABLE_NAMES, 0)
    for estimate in estimates:
        for table, rows in estimate.items():
            total[table] += rows
    return total


def _tasks(schedule: Schedule, run_dir: Path, expected: Expected) -> Iterable[PartitionTask]:
    by_id = {batch.id: batch for batch in schedule.batches}
    first_day = min(b.start_day for b in schedule.batches)
    last_day = max(schedule.as_of_day, *(b.end_day for b in schedule.batches))
    area_days = own_area_days(schedule)
    for number, span in enumerate(schedule.partitions):
        batches = tuple(by_id[id_] for id_ in span if id_ in by_id)
        yield PartitionTask(
            run_dir=str(run_dir),
            partition=number,
            schedule=replace(
                schedule,
                batches=batches,
                partitions=(span,),
                text="",
                area_days={batch.id: area_days[batch.id] for batch in batches},
            ),
            flagged=frozenset(b.id for b in batches) & expected.flagged,
            first_day=first_day,
            last_day=last_day,
            expected_rows=expected.rows[number],
        )


def _outcome(future: Future[PartitionRecord], task: PartitionTask) -> PartitionRecord:
    """The worker's record; a failed one when the worker gave none."""
    try:
        return future.result()
    except Exception as e:
        batches = task.schedule.batches
        return PartitionRecord(
            partition=task.partition,
            first_batch=batches[0].id,
            last_batch=batches[-1].id,
            status="failed",
            seconds=0.0,
            peak_memory_mb=0.0,
            error=f"{type(e).__name__}: {e}",
        )
