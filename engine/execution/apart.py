"""A partition made in a folder of its own, RUN/underway/WHO/PARTITION-ATTEMPT, for workers on other machines.

One that is taken for dead may live on and write for a while, when another has its partition already. So a worker never
touches the run's files: whoever awaits its record moves what it names into the lake, and removes the rest.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from engine.biology.parameters import Biology, parse_biology
from engine.execution.inputs import kept_inputs
from engine.execution.partition import PartitionTask, simulate_partition
from engine.execution.software import Software, software
from engine.farm.infrastructure import Farm, parse_farm
from engine.inputs.reading import sha256
from engine.simulation.numerics.kernel_cache import cache_problem, note_problem
from lake.disk import disk
from lake.errors import InputError
from lake.manifest import PartitionRecord
from lake.records import make_way
from lake.store_path import is_stored, place, remove_tree

UNDERWAY = "underway"
NEWS_TAKES = 15.0  # seconds, at most, until a file that one machine wrote is seen by another


@dataclass(frozen=True)
class ApartTask:
    """A partition's task without the farm and the biology, which the worker takes from the run's folder, once.

    attempts: the folder of attempts, relative to the run's. software: what the worker must have, too.
    """

    task: PartitionTask
    attempts: str
    farm_sha256: str
    biology_sha256: str
    software: Software


@dataclass(frozen=True)
class Attempt:
    """A partition's record, and the folder, relative to the run's, that its files lie in."""

    folder: str
    record: PartitionRecord
    cache_problem: str


class Apart:
    """The folder of one caller's attempts in a run's."""

    def __init__(self, run_dir: Path, who: str) -> None:
        self._run_dir, self._attempts = run_dir, f"{UNDERWAY}/{who}"

    def call(self, task: PartitionTask) -> tuple[Callable[[ApartTask], Attempt], ApartTask]:
        """What is to be called on a worker."""
        schedule = task.schedule
        nothing = cast(Any, None)
        return simulate_apart, ApartTask(
            task=replace(
                task,
                run_dir=str(self._run_dir.absolute()),
                schedule=replace(schedule, farm=nothing, biology=nothing),
            ),
            attempts=self._attempts,
            farm_sha256=schedule.farm.sha256,
            biology_sha256=schedule.biology.sha256,
            software=software(),
        )

    def clear(self) -> None:
        """Remove every attempt, and so end those that are under way still: they find nowhere to write. In an object
        store they go on writing, where nobody looks for it."""
        remove_tree(self._run_dir / self._attempts)
        with suppress(OSError):
            (self._run_dir / UNDERWAY).rmdir()  # unless others have theirs there


def simulate_apart(given: ApartTask) -> Attempt:
    """Simulate a partition into a new folder; InputError where this machine can't."""
    if different := given.software.differences(software()):
        raise InputError(
            f"the worker on {socket.gethostname()}",
            f"has {', '.join(different)}: its bytes could differ",
            "install there what is installed here",
        )
    task, run_dir = given.task, place(given.task.run_dir)
    farm, biology = _farm_and_biology(str(run_dir), given.farm_sha256, given.biology_sha256)
    folder = f"{given.attempts}/{task.partition:04d}-{secrets.token_hex(4)}"
    schedule = replace(task.schedule, farm=farm, biology=biology)
    record = simulate_partition(replace(task, run_dir=str(run_dir / folder), schedule=schedule))
    return Attempt(folder=folder, record=record, cache_problem=cache_problem())


@lru_cache(maxsize=1)
def _farm_and_biology(run_dir: str, farm_sha256: str, biology_sha256: str) -> tuple[Farm, Biology]:
    end = time.monotonic() + NEWS_TAKES
    while True:
        kept = kept_inputs(place(run_dir))
        texts = {sha256(text): (name, text) for name, text in kept.texts.items()} if kept is not None else {}
        if farm_sha256 in texts and biology_sha256 in texts:
            break
        if time.monotonic() > end:
            raise unseen(run_dir, socket.gethostname())
        time.sleep(0.2)
    farm, biology = texts[farm_sha256], texts[biology_sha256]
    return parse_farm(farm[1], farm[0]), parse_biology(biology[1], biology[0])


def unseen(run_dir: str, where: str) -> InputError:
    """That a machine looks into another folder, or into none."""
    cure = "give a folder (--out) that all machines have under that name"
    if is_stored(place(run_dir)):
        cure = "start it with the store's credentials and endpoint in its environment, as here"
    return InputError(f"the worker on {where}", f"does not see the run in {run_dir}", cure)


def adopt(run_dir: Path, attempt: Attempt) -> PartitionRecord:
    """Move a partition's files into the run; InputError where they are not all there."""
    note_problem(attempt.cache_problem)
    folder = run_dir / attempt.folder
    parts = attempt.record.tables.values()
    for part in parts:
        try:
            there = (folder / part.file).stat().st_size
        except FileNotFoundError:
            there = -1
        if there != part.bytes:
            raise InputError(str(folder / part.file), "is not here as a worker wrote it", "make the partition again")
    for part in parts:
        path = run_dir / part.file
        disk().make_folder(path.parent)
        make_way(path)
        disk().rename(folder / part.file, path)
    remove_tree(folder)
    return attempt.record
