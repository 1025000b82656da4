"""Runs a schedule: partitions to workers, longest first; a journal as it goes, the manifest last."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from engine import __version__
from engine.biology.used import biology_record
from engine.execution.partition import PartitionTask, progress_path, run_fingerprint, simulate_partition
from engine.execution.progress import birth, read_progress
from engine.farm.dimensions import dimension_tables
from engine.farm.schedule import Schedule, to_date
from engine.farm.schedule_text import self_contained
from engine.farm.sizing import biomass_flags
from engine.forecast.workload import predicted_events
from engine.inputs.reading import sha256
from engine.planning.partitions import part_sums
from lake.errors import InputError
from lake.manifest import (
    Journal,
    Manifest,
    PartitionRecord,
    PartRecord,
    RunIdentity,
    file_hash,
    part_problem,
    read_complete,
    write_atomically,
    write_manifest,
)
from lake.tables import EVENT_TABLE_NAMES
from lake.writer import write_dimension
from warehouse.embedded import in_use

Simulate = Callable[[PartitionTask], PartitionRecord]
# What a run folder holds; nothing else is ever removed from one.
LOCK = ".run.lock"
CONTENTS = (
    "manifest.json",
    "load.json",
    "postgres",
    ".postgres.lock",
    "lake",
    "schedule.yaml",
    "farms",
    "biology",
    "logs",
)


@dataclass(frozen=True)
class Expected:
    """What a run will come to: rows over all tables by partition, and the batches that may outgrow containers."""

    rows: tuple[int, ...]
    flagged: frozenset[int]

    @property
    def events(self) -> int:
        return sum(self.rows)


@dataclass(frozen=True)
class RunEvents:
    """Where a run tells of its progress; each is called in the parent, on one thread."""

    begun: Callable[[Expected], None] = lambda expected: None
    finished: Callable[[PartitionRecord], None] = lambda record: None


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
        self_contained(schedule), run_dir, executor, workers, resume, overwrite, events or RunEvents(), simulate
    )
    _check_folder(run_dir, resume, overwrite)
    with _alone_in(run_dir):
        return _run(request, time.perf_counter())


def _run(request: _Request, started: float) -> Manifest:
    """`run`, once the folder is ours alone."""
    schedule, run_dir, events = request.schedule, request.run_dir, request.events
    wanted = identity(schedule)
    used = _check_folder(run_dir, request.resume, request.overwrite)
    expected = _expected(schedule)
    kept = _believable(run_dir, wanted) if request.resume else {}
    if len(kept) == len(schedule.partitions) and (whole := _whole(run_dir)) is not None:
        events.begun(expected)
        return whole
    if request.resume:
        (run_dir / "manifest.json").unlink(missing_ok=True)
        _clear_temporary(run_dir)
    elif used:
        _clear(run_dir)
    journal = Journal(run_dir)
    pid = os.getpid()
    journal.append("begun", at=time.time(), pid=pid, born=birth(pid), identity=asdict(wanted), workers=request.workers)
    _write_inputs(run_dir, schedule)
    dimensions = {
        name: write_dimension(run_dir, name, rows)
        for name, rows in dimension_tables(schedule.farm, schedule.biology).items()
    }
    journal.append("forecast", at=time.time(), events=expected.events)
    events.begun(expected)
    records = dict(kept)
    for record in kept.values():
        journal.append("partition", at=time.time(), record=asdict(record))
        events.finished(record)
    tasks = [t for t in _tasks(schedule, run_dir, expected) if t.partition not in kept]
    running = {request.executor.submit(request.simulate, t): t for t in sorted(tasks, key=lambda t: -t.weight)}

    def take(future: Future[PartitionRecord]) -> None:
        record = _outcome(future, running[future])
        records[record.partition] = record
        journal.append("partition", at=time.time(), record=asdict(record))
        progress_path(run_dir, record.partition).unlink(missing_ok=True)
        events.finished(record)

    try:
        for future in as_completed(running):
            take(future)
    except KeyboardInterrupt:
        # what is under way is worth finishing; what waits is for the resume
        begun = [future for future, task in running.items() if not future.cancel() and task.partition not in records]
        for future in begun:
            take(future)
        raise
    ordered = tuple(records[p] for p in sorted(records))
    failed = [r for r in ordered if r.status != "succeeded"]
    manifest = Manifest(
        run=run_dir.name,
        status="partial" if failed else "complete",
        identity=wanted,
        seconds=time.perf_counter() - started,
        events_made=sum(r.events for r in ordered if r.partition not in kept),
        workers=request.workers,
        dimensions=dimensions,
        partitions=ordered,
        estimate=_sum_by_table(r.estimate for r in ordered),
        fingerprint="" if failed else run_fingerprint(ordered),
        biology=biology_record(schedule.biology),
    )
    write_manifest(run_dir, manifest)
    journal.append("ended", at=time.time(), status=manifest.status, seconds=manifest.seconds)
    return manifest


def _expected(schedule: Schedule) -> Expected:
    """In closed form: the workers forecast their own batches, each table by itself, before they simulate them."""
    rows = predicted_events(schedule.batches, schedule.farm, schedule.biology, schedule.as_of_day, schedule.seed)
    return Expected(tuple(part_sums(rows, schedule.partitions)), frozenset(biomass_flags(schedule)))


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
    for number, span in enumerate(schedule.partitions):
        batches = tuple(by_id[id_] for id_ in span if id_ in by_id)
        yield PartitionTask(
            run_dir=str(run_dir),
            partition=number,
            schedule=replace(schedule, batches=batches, partitions=(span,), text=""),
            flagged=frozenset(b.id for b in batches) & expected.flagged,
            first_day=first_day,
            last_day=last_day,
            weight=expected.rows[number],
        )


def _outcome(future: Future[PartitionRecord], task: PartitionTask) -> PartitionRecord:
    """The worker's record; a failed one when the worker gave none."""
    try:
        return future.result()
    except Exception as e:
        batches = task.schedule.batches
        error = f"{type(e).__name__}: {e}"
        return PartitionRecord(task.partition, batches[0].id, batches[-1].id, "failed", 0.0, 0.0, error=error)


def _write_inputs(run_dir: Path, schedule: Schedule) -> None:
    """The schedule as resolved, with the farm and the biology that it names, so that the run explains itself."""
    for folder, name, text in (
        ("farms", schedule.farm.name, schedule.farm.text),
        ("biology", schedule.biology.name, schedule.biology.text),
    ):
        (run_dir / folder).mkdir(parents=True, exist_ok=True)
        write_atomically(run_dir / folder / f"{name}.yaml", text)
    write_atomically(run_dir / "schedule.yaml", schedule.text)


@contextmanager
def _alone_in(run_dir: Path) -> Iterator[None]:
    """Hold the folder, made if absent; InputError while another process holds it, or where it can't be written to.

    The kernel lets go of the lock when its process ends, however it ends.
    """
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        with (run_dir / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise _busy(run_dir) from None
            yield
    except OSError as e:
        raise InputError(str(run_dir), f"can't be written to: {e.strerror or e}", "choose another --out") from None


def _busy(run_dir: Path) -> InputError:
    return InputError(
        str(run_dir),
        "another process is running it",
        f"wait for it (python -m engine.status {shlex.quote(str(run_dir))} --watch), or stop it",
    )


def _whole(run_dir: Path) -> Manifest | None:
    """The manifest of a run that lacks nothing, dimension tables included; None where something is to be done."""
    try:
        return read_complete(run_dir, every_byte=True)
    except InputError:
        return None


def _check_folder(run_dir: Path, resume: bool, overwrite: bool) -> bool:
    """Whether a run is there already; InputError when the folder can't be used as asked."""
    used = run_dir.exists() and (not run_dir.is_dir() or any(p.name != LOCK for p in run_dir.iterdir()))
    begun = run_dir.is_dir() and Journal(run_dir).path.is_file()
    if begun and (found := read_progress(run_dir)).state == "running" and found.pid != os.getpid():
        raise _busy(run_dir)
    if resume and not used:
        raise InputError(str(run_dir), "there is no run to resume", "leave --resume out to begin one")
    if resume and not begun:
        raise InputError(str(run_dir), "not a run folder", "give the folder of the run to resume (--out)")
    if used and not resume and not overwrite:
        raise InputError(
            str(run_dir),
            "the folder exists already",
            "choose another --out, finish it with --resume, or replace it with --overwrite",
        )
    if used and not begun:
        raise InputError(str(run_dir), "exists, but is not a run folder: it is not overwritten", "choose another --out")
    if used and not resume and in_use(run_dir):
        raise InputError(
            str(run_dir), "its database is in use", "stop the engine.load --serve or verify that uses it, then repeat"
        )
    return used


def _clear(run_dir: Path) -> None:
    """Remove a run's contents; the journal goes last, so that a clearing cut short is still known as a run."""
    for name in CONTENTS:
        path = run_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _believable(run_dir: Path, wanted: RunIdentity) -> dict[int, PartitionRecord]:
    """Succeeded partitions of the same run whose files hold what was fingerprinted."""
    found: dict[int, PartitionRecord] = {}
    for line in Journal(run_dir).read():
        if line["event"] == "begun":
            differences = RunIdentity.from_json(line["identity"]).differences(wanted)
            if differences:
                raise InputError(
                    str(run_dir),
                    "was made from other inputs: " + "; ".join(differences),
                    "resume with the schedule, biology, seed and version that began it, or choose another --out",
                )
        elif line["event"] == "partition":
            record = PartitionRecord.from_json(line["record"])
            found[record.partition] = record
    return {p: r for p, r in found.items() if r.status == "succeeded" and _intact(run_dir, r)}


def _intact(run_dir: Path, record: PartitionRecord) -> bool:
    """Whether every part is there, byte for byte as it was written and fingerprinted."""
    for name in EVENT_TABLE_NAMES:
        part: PartRecord | None = record.tables.get(name)
        if part is None or part_problem(run_dir, part) or file_hash(run_dir / part.file) != part.xxh3:
            return False
    return set(record.fingerprints) == set(range(record.first_batch, record.last_batch + 1))


def _clear_temporary(run_dir: Path) -> None:
    for path in (run_dir / "lake").glob("*/.*.tmp"):
        path.unlink(missing_ok=True)
