"""python -m tests.faults.sweep: the disk fails at its first operation, its second, its third, to the last of a run.

Every way of failing, at every operation, on a run of a few tables whose rows are known already: some milliseconds a
case, so that thousands are played in minutes. After each the run is resumed on a disk that is well again.
"""

from __future__ import annotations

import argparse
import errno
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from engine.execution import run as runs
from engine.execution.tasks import Expected, foresee
from engine.farm.dimensions import dimension_tables
from engine.farm.schedule import Schedule
from engine.simulation.emission import Emitter
from engine.simulation.rows.columns import BatchRows
from lake.checked import read_checked
from lake.disk import using
from lake.errors import InputError
from tests.faults import tiny
from tests.faults.disks import LEFT, Failing
from tests.faults.evidence import run_bytes
from tests.faults.fake_disk import FailingDisk, PowerFailed
from tests.faults.pretended import OneAfterAnother

TABLES = ("batch", "mortality_event", "lice_count", "harvest_lot")
DIMENSIONS = ("geography", "container")
STARTS = ("anew", "resumed", "over another run")
ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)
CHANCES = 12  # of what a crash leaves, where chance decides


@dataclass(frozen=True)
class Recorded:
    """The tiny run's rows, and what it takes to write them again without simulating them."""

    schedule: Schedule
    rows: dict[tuple[int, ...], list[tuple[str, BatchRows]]]  # by the batches made together: table and rows
    expected: Expected
    dimensions: dict[str, Any]


def record(seed: int = tiny.SEED) -> Recorded:
    """Simulate the tiny schedule once."""
    schedule = tiny.shipped(seed)
    rows: dict[tuple[int, ...], list[tuple[str, BatchRows]]] = {}
    real_emit = Emitter.emit

    def emit(self: Any, histories: Any, write: Any) -> None:
        def keep(table: str, made: BatchRows) -> None:
            write(table, made)
            if table in TABLES:
                columns = {
                    name: value.copy() if hasattr(value, "copy") else value for name, value in made.columns.items()
                }
                rows.setdefault(_ids(histories), []).append((table, replace(made, columns=columns)))

        real_emit(self, histories, keep)

    with (
        patch.object(Emitter, "emit", emit),
        patch("engine.execution.partition._warm", [True]),  # as when it is played back: the same batches together
        tempfile.TemporaryDirectory() as folder,
    ):
        runs.run(schedule, Path(folder) / "run", OneAfterAnother(1), 1)
    dimensions = dimension_tables(schedule.farm, schedule.biology)
    return Recorded(
        schedule=schedule,
        rows=rows,
        expected=foresee(schedule),
        dimensions={name: dimensions[name] for name in DIMENSIONS},
    )


def _ids(histories: Any) -> tuple[int, ...]:
    return tuple(history.batch.id for history in histories)


@contextmanager
def played_back(recorded: Recorded) -> Iterator[None]:
    """A run of the schedule writes the recorded rows of the few tables."""

    class Played:
        at_work = ""

        def __init__(self, *_: Any) -> None:
            pass

        def emit(self, histories: Any, write: Any) -> None:
            for table, made in recorded.rows[_ids(histories)]:
                write(table, made)

    @dataclass(frozen=True)
    class Stage:
        end_day: int

    @dataclass(frozen=True)
    class History:
        batch: Any
        stages: tuple[Stage, ...]

    changes = {
        "engine.execution.folder.EVENT_TABLE_NAMES": TABLES,
        "engine.execution.partition.EVENT_TABLE_NAMES": TABLES,
        "engine.execution.partition.PROGRESS_SECONDS": float("inf"),
        "engine.execution.run.dimension_tables": lambda farm, biology: recorded.dimensions,
        "engine.execution.run.foresee": lambda schedule: recorded.expected,
        "engine.execution.partition.predict_states": lambda schedule, climate: {},
        "engine.execution.partition.simulate_batch": lambda schedule, climate, batch: History(
            batch, (Stage(batch.end_day),)
        ),
        "engine.execution.partition.Emitter": Played,
        "engine.execution.partition._warm": [True],
    }
    with ExitStack() as stack:
        for name, instead in changes.items():
            stack.enter_context(patch(name, instead))
        yield


class Sweep:
    """The folder in which cases are played, one after another."""

    def __init__(self, folder: Path, recorded: Recorded) -> None:
        self.schedule, self.folder, self.run_dir = recorded.schedule, folder, folder / "case" / "run"
        self.run_dir.parent.mkdir(parents=True)
        self.begin("anew")
        self._run("anew")
        self.whole = run_bytes(self.run_dir)
        shutil.copytree(self.run_dir, folder / "whole")

    def begin(self, start: str) -> None:
        """What lies there when the run begins."""
        shutil.rmtree(self.run_dir, ignore_errors=True)
        if start == "anew":
            self.run_dir.mkdir()
        else:
            shutil.copytree(self.folder / "whole", self.run_dir)
        if start == "resumed":
            (self.run_dir / "lake/batch/part-0001.parquet").unlink()

    def _run(self, start: str) -> str:
        resume, overwrite = start == "resumed", start == "over another run"
        executor = OneAfterAnother(1)
        return runs.run(self.schedule, self.run_dir, executor, 1, resume=resume, overwrite=overwrite).status

    def operations(self, start: str) -> int:
        """How many operations a run of that start has."""
        self.begin(start)
        disk = FailingDisk(top=self.run_dir)
        with using(disk):
            self._run(start)
        return disk.count

    def play(self, start: str, failing: Failing) -> str:
        """What is wrong afterwards; empty when nothing is."""
        self.begin(start)
        disk = FailingDisk(**failing.on(self.run_dir) | {"top": self.run_dir})
        status = ""
        try:
            with using(disk):
                status = self._run(start)
            if failing.how == "crash" and not disk.failed:
                disk.leave()
        except PowerFailed:
            pass
        except (InputError, OSError):
            status = "said"
        if status == "complete" or (start == "anew" and self._has_manifest()):
            try:
                read_checked(self.run_dir, cached=False)
            except InputError as error:
                return f"a manifest, but not what it names: {error}"
            return self._difference()
        return self._finish()

    def _has_manifest(self) -> bool:
        """Of a whole run: it is written when all that it names is on the disk."""
        path = self.run_dir / "manifest.json"
        return path.exists() and b'"status": "partial"' not in path.read_bytes()

    def _finish(self) -> str:
        try:
            self._run("resumed")
        except InputError as error:
            if "no run to resume" not in str(error) and "not a run folder" not in str(error):
                return f"can't be finished: {error}"
            try:
                self._run("anew")
            except InputError as again:
                return f"can't be begun again: {again}"
        return self._difference()

    def _difference(self) -> str:
        found = run_bytes(self.run_dir)
        if found == self.whole:
            return ""
        names = sorted(n for n in found.keys() | self.whole.keys() if found.get(n) != self.whole.get(n))
        return f"other than the undisturbed run: {names[:5]}"


def manners(start: str, chances: int = CHANCES) -> Iterator[Failing]:
    """Every way of failing, at an operation to be named."""
    for number in ERRORS:
        for lasting in (True, False):
            yield Failing(at=0, how="error", number=number, lasting=lasting)
    yield Failing(at=0, how="stop")
    if start == STARTS[2]:
        return  # what is cleared there does not go through the seam
    for names in LEFT:
        for data in LEFT:
            for chance in range(chances if "some" in (names, data) else 1):
                yield Failing(at=0, how="crash", names=names, data=data, chance=chance)


def sweep(every: int = 1, chances: int = CHANCES, first: int = 0) -> Iterator[tuple[str, Failing, str]]:
    """Start, failure and what is wrong, of each `every`-th case from `first` on."""
    recorded = record()
    number = 0
    with tempfile.TemporaryDirectory(dir=_memory()) as folder, played_back(recorded):
        there = Sweep(Path(folder), recorded)
        for start in STARTS:
            last = there.operations(start) + 1
            for manner in manners(start, chances):
                for at in range(1, last + 1):
                    number += 1
                    if number % every == first % every:
                        failing = Failing(**{**manner.__dict__, "at": at})
                        yield start, failing, there.play(start, failing)


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.sweep", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="play each so manieth case")
    parser.add_argument("--chances", type=int, default=CHANCES, help="of what a crash leaves where chance decides")
    parser.add_argument("--first", type=int, default=0, help="of them, the first")
    asked = parser.parse_args()
    played: Counter[tuple[str, str]] = Counter()
    failed, began = 0, time.monotonic()
    for start, failing, problem in sweep(asked.every, asked.chances, asked.first):
        played[start, failing.how] += 1
        if problem:
            failed += 1
            print(f"FAILED {start}, {failing}: {problem}", flush=True)
    for (start, how), count in played.items():
        print(f"{start}, {how}: {count} cases")
    print(f"{sum(played.values())} cases, {failed} failed, {time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
