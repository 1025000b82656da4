"""A run made in parts, on whatever machines see its folder."""

from __future__ import annotations

import os
from os import PathLike
from typing import TYPE_CHECKING

from lake.store_path import place
from smoltworks.runs import Run

if TYPE_CHECKING:
    from engine.execution.parts import MadePart
    from engine.farm.schedule import Schedule


def simulate_part(
    schedule: Schedule | str | PathLike[str],
    *,
    part: int,
    of: int,
    out: str | PathLike[str] | None = None,
    workers: int | None = None,
    force: bool = False,
) -> MadePart:
    """Make one of `of` parts of a run, on any machine that sees the folder; `part` counts from 1.

    Parts are made in any order, together or not, and again where one was stopped: what is whole is kept. `finalise`
    makes a run of them. workers: processes, one a core unless given. The result's `failed` tells of partitions that
    failed. InputError: there is no such part, the folder can't be used, or the part is being made.
    """
    from engine.execution.part_journals import parse_share
    from engine.execution.parts import simulate_part as make
    from engine.execution.run import run_folder
    from engine.farm.schedule_file import read_any

    share = parse_share(f"{part}/{of}")
    read = read_any(place(os.fspath(schedule))) if isinstance(schedule, str | PathLike) else schedule
    folder = run_folder(read, None if out is None else place(os.fspath(out)))
    return make(read, folder, share, workers=workers, force=force)


def finalise(path: str | PathLike[str]) -> Run:
    """Make a run of the parts in its folder: its files are held against what the parts noted, the manifest written.

    RunFailed names the partitions that are missing or damaged; simulate with resume makes those. InputError: the folder
    holds no parts.
    """
    from engine.execution.inputs import SCHEDULE, read_again
    from engine.execution.run import finalise as finish

    run_dir = place(os.fspath(path))
    schedule, _ = read_again(run_dir / SCHEDULE, farm=None, biology=None)
    finish(schedule, run_dir)
    return Run(run_dir)
