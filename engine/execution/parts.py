"""A run in parts, each by a command of its own, on whatever machines see the run's folder: part I of N.

Parts know nothing of each other: each makes its share of the partitions and notes them in its own journal. Whoever
finalises the run, or resumes it, reads them all.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass
from heapq import heapify, heapreplace
from pathlib import Path
from typing import Any

from engine.execution.apart import Apart
from engine.execution.folder import check_folder, kept_layout, require_identity, whole_partitions
from engine.execution.inputs import inputs_of, write_inputs
from engine.execution.making import Making, RunEvents, workers_begun
from engine.execution.part_journals import Share, held_for_part, part_journal, read_parts, require_folder, this_host
from engine.execution.partition import simulate_partition
from engine.execution.run import identity
from engine.execution.tasks import Expected, foresee, partition_tasks
from engine.execution.template import Template
from engine.farm.schedule import Schedule, with_layout
from engine.farm.schedule_text import self_contained
from lake.errors import InputError
from lake.journal import Ended, Forecast, PartBegun
from lake.manifest import Manifest, PartitionRecord, is_run, read_complete
from lake.processes import process_start
from lake.space import require_space
from lake.tables.sizes import RUN_BYTES


@dataclass(frozen=True)
class MadePart:
    """What came of a part: its partitions' records, and which of those were there already.

    is_whole: nothing was made, for the run was finalised already. partitions: of the whole run.
    """

    run_dir: Path
    share: Share
    records: tuple[PartitionRecord, ...]
    kept: tuple[int, ...]
    seconds: float
    partitions: int
    is_whole: bool = False

    @property
    def failed(self) -> tuple[PartitionRecord, ...]:
        return tuple(record for record in self.records if record.status != "succeeded")

    @property
    def events_made(self) -> int:
        return sum(record.events for record in self.records if record.partition not in self.kept)

    def to_json(self) -> dict[str, Any]:
        failed = [record.partition for record in self.failed]
        made = [r.partition for r in self.records if r.partition not in (*self.kept, *failed)]
        return {
            "run": str(self.run_dir),
            "part": str(self.share),
            "whole": self.is_whole,
            "partitions": {"made": made, "kept": list(self.kept), "failed": failed, "of": self.partitions},
            "events_made": self.events_made,
            "seconds": self.seconds,
        }


def deal(rows: Sequence[int], parts: int) -> list[list[int]]:
    """Partitions by part, so that parts are about as long: the longest first, each to the part that has least so far.

    At most 4/3 of the best there is: Graham 1969, SIAM J. Appl. Math. 17(2).
    """
    hands: list[list[int]] = [[] for _ in range(parts)]
    least = [(0, part) for part in range(parts)]
    heapify(least)
    for partition in sorted(range(len(rows)), key=lambda p: (-rows[p], p)):
        load, part = least[0]
        hands[part].append(partition)
        heapreplace(least, (load + rows[partition], part))
    return [sorted(hand) for hand in hands]


def simulate_part(
    schedule: Schedule,
    run_dir: Path,
    share: Share,
    *,
    workers: int | None = None,
    executor: Executor | Template | None = None,
    force: bool = False,
    events: RunEvents | None = None,
) -> MadePart:
    """Make a part of a run, or what is missing of it; InputError when the folder holds anything else.

    workers: processes of this machine; one a core unless given, at most one a partition. executor: or the template of
    the workers, begun before.
    """
    began = time.perf_counter()
    require_folder(run_dir)
    schedule = _as_the_run_has_it(self_contained(schedule), run_dir)
    _check(run_dir)
    _require_same(schedule, run_dir)
    part = _Part(schedule=schedule, run_dir=run_dir, share=share, events=events or RunEvents())
    if _is_finalised(run_dir, schedule):
        return part.made((), (), began=began, is_whole=True)
    expected = foresee(schedule)
    mine = deal(expected.rows, share.of)[share.number - 1]
    if not mine:
        return part.made((), (), began=began)
    with held_for_part(run_dir, share), ExitStack() as stack:
        _require_same(schedule, run_dir)
        kept = part.kept(mine)
        missing = [partition for partition in mine if partition not in kept]
        count = min(workers or len(os.sched_getaffinity(0)), max(1, len(missing)))
        if not isinstance(executor, Executor) and missing:
            executor = stack.enter_context(workers_begun(count, executor))
        needed = RUN_BYTES + sum(expected.bytes_by_partition[partition] for partition in missing)
        require_space(run_dir, needed, f"part {share}", forced=force)
        made = part.make(expected, missing, executor, count) if isinstance(executor, Executor) and missing else {}
        records = kept | made
        return part.made(tuple(records[p] for p in sorted(records)), tuple(sorted(kept)), began=began)


@dataclass(frozen=True)
class _Part:
    """A part as asked for, in a folder that it may write into."""

    schedule: Schedule
    run_dir: Path
    share: Share
    events: RunEvents

    def kept(self, mine: Sequence[int]) -> dict[int, PartitionRecord]:
        """What an earlier attempt at this part left whole."""
        parts = read_parts(self.run_dir, identity(self.schedule))
        told = next((part for part in parts if part.share == self.share), None)
        found = {} if told is None else {p: r for p, r in told.records.items() if p in mine}
        return whole_partitions(self.run_dir, found)

    def make(
        self, expected: Expected, missing: Sequence[int], executor: Executor, workers: int
    ) -> dict[int, PartitionRecord]:
        run_dir, pid, began = self.run_dir, os.getpid(), time.perf_counter()
        apart = Apart(run_dir, self.share.name)
        apart.clear()  # of an attempt that was killed
        write_inputs(run_dir, inputs_of(self.schedule, identity(self.schedule)))
        journal = part_journal(run_dir, self.share)
        journal.append(
            PartBegun(
                at=time.time(),
                host=this_host(),
                pid=pid,
                born=process_start(pid),
                identity=identity(self.schedule),
                part=self.share.number,
                of=self.share.of,
                workers=workers,
            )
        )
        journal.append(Forecast(at=time.time(), events=expected.events))
        self.events.begun(expected)
        making = Making(
            run_dir=run_dir, executor=executor, events=self.events, simulate=simulate_partition, apart=apart
        )
        wanted = set(missing)
        made = making.make(
            (t for t in partition_tasks(self.schedule, run_dir, expected) if t.partition in wanted), journal
        )
        failed = any(record.status != "succeeded" for record in made.values())
        seconds = time.perf_counter() - began
        journal.append(Ended(at=time.time(), status="partial" if failed else "complete", seconds=seconds))
        return made

    def made(
        self, records: tuple[PartitionRecord, ...], kept: tuple[int, ...], *, began: float, is_whole: bool = False
    ) -> MadePart:
        return MadePart(
            run_dir=self.run_dir,
            share=self.share,
            records=records,
            kept=kept,
            seconds=time.perf_counter() - began,
            partitions=len(self.schedule.partitions),
            is_whole=is_whole,
        )


def _as_the_run_has_it(schedule: Schedule, run_dir: Path) -> Schedule:
    return schedule if schedule.layout is not None else with_layout(schedule, kept_layout(run_dir))


def _check(run_dir: Path) -> None:
    """InputError unless the folder is a run's, or empty, or is yet to be made."""
    if not run_dir.is_dir() or not is_run(run_dir):
        check_folder(run_dir, resume=False, overwrite=True)


def _require_same(schedule: Schedule, run_dir: Path) -> None:
    if is_run(run_dir):
        require_identity(run_dir, identity(schedule))


def _is_finalised(run_dir: Path, schedule: Schedule) -> bool:
    try:
        manifest: Manifest = read_complete(run_dir)
    except InputError:
        return False
    return manifest.identity == identity(schedule)
