"""Runs a schedule: partitions to workers, longest first; a journal as it goes, the manifest last."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from engine import __version__
from engine.biology.used import biology_record
from engine.execution.apart import Apart
from engine.execution.cluster import DaskCluster
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
from engine.execution.making import Making, RunEvents, Simulate, workers_begun
from engine.execution.part_journals import PARTS, PartTold, read_parts, require_folder
from engine.execution.partition import run_fingerprint, simulate_partition
from engine.execution.tasks import Expected, foresee, partition_tasks
from engine.execution.template import Template
from engine.farm.dimensions import dimension_tables
from engine.farm.schedule import Schedule, to_date, with_layout
from engine.farm.schedule_text import self_contained
from engine.inputs.reading import sha256
from engine.simulation.numerics.kernel_cache import own_folder
from lake.errors import RunFailed, list_first
from lake.files import sync_folders
from lake.journal import Begun, Ended, Forecast, Journal, PartitionEnded
from lake.layout import USUAL
from lake.manifest import ALL_TABLES, Manifest, PartitionRecord, RunIdentity, write_manifest
from lake.processes import process_start
from lake.space import require_space
from lake.store_path import bytes_below, is_stored
from lake.view_files import write_view_files
from lake.writer import write_dimensions


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
    parts: list[PartTold] | None = None  # whose run is to be finalised; nothing is made then


def run_folder(schedule: Schedule, out: Path | None) -> Path:
    """Where a run goes: runs/NAME in the present folder unless another one is given."""
    return Path("runs") / schedule.name if out is None else out


def worker_count(schedule: Schedule, workers: int | None) -> int:
    """How many processes a run has use for, at most those asked for: one a core, or one a partition."""
    return min(workers or len(os.sched_getaffinity(0)), len(schedule.partitions))


def simulate_schedule(
    schedule: Schedule,
    run_dir: Path,
    *,
    workers: int | None = None,
    executor: Executor | Template | None = None,
    resume: bool = False,
    overwrite: bool = False,
    force: bool = False,
    events: RunEvents | None = None,
) -> Manifest:
    """`run` on worker processes that start while it is prepared, or on the caller's executor, which is left open.

    executor: or the template of the workers, begun before.
    """
    asked = executor.workers if workers is None and isinstance(executor, DaskCluster) else workers
    count = worker_count(schedule, asked)
    with ExitStack() as stack:
        if not isinstance(executor, Executor):
            executor = stack.enter_context(workers_begun(count, executor))
        heard = replace(
            events or RunEvents(), room=lambda needed: require_space(run_dir, needed, "the run", forced=force)
        )
        return run(schedule, run_dir, executor, count, resume=resume, overwrite=overwrite, events=heard)


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
        if isinstance(executor, DaskCluster):
            executor.require_sight(run_dir)
        return _run(request, time.perf_counter())


def finalise(schedule: Schedule, run_dir: Path, *, events: RunEvents | None = None) -> Manifest:
    """Write the manifest of a run whose parts were all made; RunFailed when partitions are missing or damaged."""
    require_folder(run_dir)
    check_folder(run_dir, resume=True, overwrite=False)
    parts = read_parts(run_dir)
    request = _Request(
        schedule=self_contained(schedule),
        run_dir=run_dir,
        executor=ThreadPoolExecutor(1),  # of which nothing is asked
        workers=sum(part.begun.workers for part in parts) or 1,
        resume=True,
        overwrite=False,
        events=events or RunEvents(),
        simulate=simulate_partition,
        parts=parts,
    )
    with locked(run_dir):
        return _run(request, time.perf_counter())


def _require_made(run_dir: Path, this: RunIdentity, kept: Mapping[int, PartitionRecord]) -> None:
    missing = {p: span for p, span in enumerate(this.partitions) if p not in kept}
    if missing:
        named = list_first([f"{p} (batches {first}-{last})" for p, (first, last) in missing.items()])
        raise RunFailed(
            f"{run_dir}: {len(missing)} of {len(this.partitions)} partitions are missing or damaged: {named}",
            dict.fromkeys(missing, "is missing or damaged"),
        )


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
    if request.parts is not None:
        _require_made(run_dir, this, kept)
    expected = foresee(schedule)
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
    dimensions = write_dimensions(run_dir, dimension_tables(schedule.farm, schedule.biology))
    journal.append(Forecast(at=time.time(), events=expected.events))
    events.begun(expected)
    for record in kept.values():
        journal.append(PartitionEnded(at=time.time(), record=record))
        events.finished(record)
    making = Making(
        run_dir=run_dir,
        executor=request.executor,
        events=events,
        simulate=request.simulate,
        apart=Apart(run_dir, "run") if isinstance(request.executor, DaskCluster) else None,
    )
    tasks = partition_tasks(schedule, run_dir, expected)
    made = making.make((task for task in tasks if task.partition not in kept), journal)
    if request.parts is not None:
        made, began = kept, began - _seconds_of(request.parts)
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
        estimate={ALL_TABLES: sum(sum(r.estimate.values()) for r in ordered)},
        fingerprint="" if failed else run_fingerprint(ordered),
        biology=biology_record(schedule.biology),
    )
    remove_leftovers(run_dir, manifest)
    write_view_files(run_dir, _kept_views())
    for name in ("lake", "logs"):
        sync_folders(run_dir / name)  # the manifest names what lies there; what was removed stays away
    write_manifest(run_dir, manifest)
    journal.append(Ended(at=time.time(), status=manifest.status, seconds=manifest.seconds))
    if not failed and not is_stored(run_dir):
        shutil.rmtree(run_dir / PARTS, ignore_errors=True)
    return manifest


def _seconds_of(parts: Iterable[PartTold]) -> float:
    """From the first part's beginning to the last word of any."""
    told = [(part.begun.at, part.last_at) for part in parts]
    return max((last for _, last in told), default=0.0) - min((begun for begun, _ in told), default=0.0)


def _kept_views() -> str:
    """The folder of ours in which the lake's views are kept from run to run; "" for none."""
    return own_folder(os.environ.get("NUMBA_CACHE_DIR", ""), "views")


def _bytes_to_come(run_dir: Path, expected: Expected, kept: Mapping[int, PartitionRecord]) -> int:
    """What is to be made takes of the disk, beside what making it replaces."""
    whole = sum(expected.bytes_by_partition[number] for number in kept)
    replaced = sum(part.bytes for record in kept.values() for part in record.tables.values())
    there = bytes_below(run_dir / "lake")
    return expected.bytes - whole - max(0, there - replaced)
