"""How far a run is, from its folder alone: the journal, the workers' progress files and the manifest."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from heapq import heapify, heapreplace
from pathlib import Path
from statistics import median
from typing import Any

from engine.execution.part_journals import PartTold, read_parts, this_host
from lake.errors import InputError
from lake.journal import Begun, Ended, Forecast, Journal, PartitionEnded, Told
from lake.lease import is_claimed, is_claimed_elsewhere
from lake.manifest import FILE, Manifest, PartitionRecord, is_run, no_run, read_manifest
from lake.next_step import resume
from lake.processes import is_alive
from lake.records import FORMAT, as_record, file_bytes, opened
from lake.sealed import Damaged
from lake.store_path import StorePath, is_there

# Measured on 550 batches: what a partition takes beside its batches, as a share of their time; and the seconds that a
# run takes once all its partitions have ended.
BESIDE, RUN_ENDING = 0.2, 0.5
SILENT = 120.0  # seconds after which a part on another machine, of which nothing is heard, is taken for dead
# A batch's days from first to last; the ages by which seconds a batch are given.
AGE_CLASSES = (("50-200 days", 0, 200), ("200-600 days", 200, 600), ("600-900 days", 600, 100_000))


@dataclass(frozen=True)
class Underway:
    """How far a worker is with its partition, as its progress file says; times are Unix seconds.

    begun: when its first batch did (its second in a process that was new: the first loads every kernel), later by what
    compiling took since. before: the events made by then. told: when it was written. kernels,
    compiling: how many its process has compiled, and the seconds that took.
    """

    partition: int
    pid: int
    batches: int
    done: int
    events: int
    begun: float
    told: float
    kernels: int = 0
    compiling: float = 0.0
    before: int = 0
    format: str = FORMAT


@dataclass
class Progress:
    """A run as it stands; times are Unix seconds. `damage`: what of the journal can't be read, so isn't told."""

    run: str
    state: str  # running, complete, partial, interrupted; of a run in parts, made: all there, to be finalised
    partitions: int
    batches: int
    estimate: int
    started_at: float
    updated_at: float
    pid: int = 0  # of the process that runs or ran it
    workers: int = 1
    records: dict[int, PartitionRecord] = field(default_factory=dict)
    running: list[Underway] = field(default_factory=list)
    damage: str = ""
    parts: dict[str, int] = field(default_factory=dict)  # of a run in parts: how many began, go on, ended, are to be

    @property
    def succeeded(self) -> list[PartitionRecord]:
        return [r for r in self.records.values() if r.status == "succeeded"]

    @property
    def failed(self) -> list[PartitionRecord]:
        return [r for r in self.records.values() if r.status == "failed"]

    @property
    def batches_done(self) -> int:
        return sum(len(r.batches) for r in self.succeeded) + sum(p.done for p in self.running)

    @property
    def events(self) -> int:
        return sum(r.events for r in self.succeeded) + sum(p.events for p in self.running)

    @property
    def seconds(self) -> float:
        return max(self.updated_at - self.started_at, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """By the events still expected at the workers' pace with whole batches; None before the first batch is made.

        What they did before their first batch, compiling too, is no part of that pace; what a partition takes beside
        its batches is told by `beside`.
        """
        going = [p for p in self.running if p.events > p.before]
        busy = sum(b.seconds for r in self.succeeded for b in r.batches.values())
        busy += sum(p.told - p.begun for p in going)
        made = sum(r.events for r in self.succeeded) + sum(p.events - p.before for p in going)
        if self.state != "running" or not self.estimate or not made or busy <= 0:
            return None
        pace = made / busy
        # partitions are about as long as each other
        each = self.estimate / self.partitions
        ending = self.beside * each / pace
        to_come = [max(0.0, each - p.events) for p in self.running]
        free = [
            max(0.0, rows / pace + ending - (self.updated_at - p.told))
            for rows, p in zip(to_come, self.running, strict=True)
        ]
        waiting = self.partitions - len(self.succeeded) - len(self.failed) - len(self.running)
        free += [0.0] * max(0, min(waiting, self.workers - len(self.running)))
        heapify(free)
        if waiting > 0:
            rows = max(0.0, self.estimate - self.events - sum(to_come)) / waiting
            for _ in range(waiting):
                heapreplace(free, free[0] + rows / pace + ending)
        return max(free, default=0.0) + RUN_ENDING

    @property
    def beside(self) -> float:
        """What partitions take beside their batches (foreseeing, the last row groups, hashing), as a share of those.

        As seen, but for the first partition of each worker, which may have compiled.
        """
        later = self.succeeded[self.workers :]
        shares = [(r.seconds - busy) / busy for r in later if (busy := sum(b.seconds for b in r.batches.values()))]
        return median(shares) if shares else BESIDE

    @property
    def compiled(self) -> tuple[int, float]:
        """Kernels that a worker has compiled, the most, and the seconds that took it."""
        return max(((p.kernels, p.compiling) for p in self.running), default=(0, 0.0))

    def seconds_by_age(self) -> dict[str, float | None]:
        """Mean seconds a batch by the days that it lived; None where no batch did."""
        out: dict[str, float | None] = {}
        batches = [b for r in self.succeeded for b in r.batches.values()]
        for name, low, high in AGE_CLASSES:
            seconds = [b.seconds for b in batches if low < b.days <= high]
            out[name] = sum(seconds) / len(seconds) if seconds else None
        return out

    def to_json(self) -> dict[str, Any]:
        done = len(self.succeeded) + len(self.failed)
        return {
            "run": self.run,
            "state": self.state,
            "partitions": {
                "total": self.partitions,
                "succeeded": len(self.succeeded),
                "failed": len(self.failed),
                "running": len(self.running),
                "waiting": max(0, self.partitions - done - len(self.running)),
            },
            "batches": {"total": self.batches, "done": self.batches_done},
            "events": self.events,
            "events_expected": self.estimate,
            "seconds": self.seconds,
            "events_per_second": self.events / self.seconds,
            "batches_per_second": self.batches_done / self.seconds,
            "success_rate": len(self.succeeded) / done if done else None,
            "seconds_per_batch": self.seconds_by_age(),
            "seconds_left": self.seconds_left,
            "errors": [
                {"partition": r.partition, "error": r.error.strip().splitlines()[-1], "detail": r.error}
                for r in self.failed
            ],
            "damage": self.damage,
        } | ({"parts": self.parts} if self.parts else {})


def read_progress(run_dir: Path) -> Progress:
    """The run's progress, whatever is being written meanwhile; InputError when the folder holds no run.

    Of a run that has ended the manifest tells, of any other the journal.
    """
    journal = Journal(run_dir)
    told = journal.read()
    while True:
        try:
            return _progress(run_dir, told)
        except InputError:
            before, told = told, journal.read()
            if told == before:
                raise  # nobody is at work: what was found is how it is


def runs_elsewhere(run_dir: Path) -> bool:
    """Whether the journal's last word is of another process that is alive; in a store, whether one claims the run."""
    if isinstance(run_dir, StorePath):
        return is_claimed_elsewhere(run_dir)
    try:
        lines = Journal(run_dir).read().lines
    except InputError:
        return False
    last = next((line for line in reversed(lines) if isinstance(line, Begun | Ended)), None)
    return isinstance(last, Begun) and last.pid != os.getpid() and is_alive(last.pid, last.born)


def _progress(run_dir: Path, told: Told) -> Progress:
    parts = read_parts(run_dir)
    if parts and max(part.begun.at for part in parts) > max((line.at for line in told.lines), default=0.0):
        return _of_parts(run_dir, parts, told)
    begun = next((line for line in reversed(told.lines) if isinstance(line, Begun)), None)
    since = told.lines[told.lines.index(begun) :] if begun is not None else ()
    ended = next((line for line in reversed(since) if isinstance(line, Ended)), None)
    there = is_there(run_dir / FILE)
    if begun is None and not there:
        raise _nothing_told(run_dir, told)
    manifest = None
    if there and (begun is None or ended is not None):
        try:
            manifest = read_manifest(run_dir)
        except InputError:
            there = is_there(run_dir / FILE)
            if there or begun is None:
                raise
    at = [line.at for line in since]
    progress = Progress(
        run=run_dir.name,
        state="interrupted",
        partitions=len(begun.identity.partitions) if begun is not None else 0,
        batches=begun.identity.batch_count if begun is not None else 0,
        estimate=sum(line.events for line in since if isinstance(line, Forecast)),
        started_at=min(at, default=0.0),
        updated_at=max(at, default=0.0),
        pid=begun.pid if begun is not None else 0,
        workers=begun.workers if begun is not None else 1,
        records={line.record.partition: line.record for line in since if isinstance(line, PartitionEnded)},
        damage=told.problem,
    )
    if manifest is not None:
        if begun is None or begun.identity != manifest.identity:
            progress.damage = progress.damage or "it does not tell of this run, its manifest does"
        _take_from(manifest, progress)
    elif begun is not None and ended is None and _is_under_way(run_dir, begun):
        progress.state, progress.updated_at = "running", time.time()
        progress.running = [state for _, state in _running(run_dir, progress)]
    elif there and ended is None:
        progress.damage = progress.damage or "its end is missing, though a manifest tells of a run that ended"
    return progress


def _is_under_way(run_dir: Path, begun: Begun) -> bool:
    if isinstance(run_dir, StorePath):
        return is_claimed(run_dir)
    return is_alive(begun.pid, begun.born)


def _of_parts(run_dir: Path, parts: list[PartTold], told: Told) -> Progress:
    """A run of which parts are or were made, as all of them together tell."""
    identity = max(parts, key=lambda part: part.begun.at).begun.identity
    parts = [part for part in parts if part.begun.identity == identity]
    records: dict[int, PartitionRecord] = {}
    if any(isinstance(line, Begun) and line.identity == identity for line in told.lines):  # a run that parts finish
        records = {line.record.partition: line.record for line in told.lines if isinstance(line, PartitionEnded)}
    for part in parts:
        for partition, record in part.records.items():
            if partition not in records or record.status == "succeeded":
                records[partition] = record
    progress = Progress(
        run=run_dir.name,
        state="interrupted",
        partitions=len(identity.partitions),
        batches=identity.batch_count,
        estimate=max(part.events for part in parts),
        started_at=min(part.begun.at for part in parts),
        updated_at=max(part.last_at for part in parts),
        records=records,
    )
    underway = _running(run_dir, progress)
    going = [part for part in parts if not part.has_ended and _goes_on(part, underway)]
    names = {part.share.name for part in going}
    progress.running = [state for folder, state in underway if folder in names]
    progress.workers = sum(part.begun.workers for part in going) or 1
    progress.parts = {
        "of": max(part.share.of for part in parts),
        "begun": len(parts),
        "running": len(going),
        "ended": sum(part.has_ended for part in parts),
    }
    if going:
        progress.state, progress.updated_at = "running", time.time()
    elif len(progress.succeeded) == progress.partitions:
        progress.state = "made"
    return progress


def _goes_on(part: PartTold, underway: list[tuple[str, Underway]]) -> bool:
    """Whether a part's process lives; on another machine, whether it was heard of lately."""
    if part.begun.host == this_host():
        return is_alive(part.begun.pid, part.begun.born)
    signs = [state.told for folder, state in underway if folder == part.share.name]
    return max(signs, default=part.last_at) > time.time() - SILENT


def _take_from(manifest: Manifest, progress: Progress) -> None:
    progress.state = manifest.status
    progress.partitions, progress.batches = len(manifest.partitions), manifest.identity.batch_count
    progress.records = {record.partition: record for record in manifest.partitions}
    if progress.damage:
        progress.started_at = progress.updated_at - manifest.seconds
        progress.estimate = progress.estimate or sum(manifest.estimate.values())


def _nothing_told(run_dir: Path, told: Told) -> InputError:
    if not is_run(run_dir):
        return no_run(run_dir)
    problem = f"damaged: {told.problem}" if told.problem else "tells nothing of the run"
    return InputError(str(Journal(run_dir).path), problem, f"finish it: {resume(run_dir)}")


def _running(run_dir: Path, progress: Progress) -> list[tuple[str, Underway]]:
    """How far each partition is that is under way, and the folder of attempts in which, "" for none."""
    found: dict[int, tuple[str, Underway]] = {}
    paths = [("", path) for path in (run_dir / "logs").glob("progress-*.json")]
    paths += [(path.parents[2].name, path) for path in run_dir.glob("underway/*/*/logs/progress-*.json")]
    for folder, path in paths:
        try:
            state = as_record(opened(file_bytes(path)), Underway)
        except Damaged:
            continue  # finished between the listing and the reading
        before = found.get(state.partition)  # by a worker that was lost
        if state.partition not in progress.records and (before is None or before[1].told < state.told):
            found[state.partition] = folder, state
    return [found[partition] for partition in sorted(found)]
