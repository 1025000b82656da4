"""Smoltworks from Python: plan a schedule, simulate it, open the run.

    import smoltworks

    schedule = smoltworks.plan(batches=6, stagger=88, as_of="2025-11-19")
    run = smoltworks.simulate(schedule, out="runs/mine")
    run.table("lice_count").head().collect()

Nothing here prints or ends the process. What is wrong with the input is an InputError that says what was found, where,
and what to do; an option that it names, such as --as-of, is the keyword as_of.
"""

from __future__ import annotations

from engine import __version__  # isort: skip  (first of all: it sees to Ctrl-C)

import os
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lake.errors import InputError, LoadFailed, RunFailed, WipeFailed
from lake.store_path import place
from smoltworks.kernels import compile_kernels
from smoltworks.parts import finalise, simulate_part
from smoltworks.runs import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    from engine.execution.comparison import Comparison
    from engine.execution.progress import Progress
    from engine.execution.repetition import Repetition
    from engine.execution.tasks import Expected
    from engine.farm.schedule import Schedule
    from engine.planning.capacity import CapacityReport
    from lake.manifest import PartitionRecord

__all__ = [
    "InputError",
    "LoadFailed",
    "Run",
    "RunFailed",
    "WipeFailed",
    "__version__",
    "advance",
    "capacity",
    "compare",
    "compile_kernels",
    "describe",
    "finalise",
    "fingerprints",
    "open_run",
    "plan",
    "plan_ladder",
    "plan_sample",
    "read_schedule",
    "rehash",
    "simulate",
    "simulate_part",
]


def plan(
    *,
    batches: int | str,
    stagger: int | str,
    as_of: date | str,
    start: date | str | None = None,
    farm: str | PathLike[str] = "faroe-scotland",
    biology: str | PathLike[str] = "published",
    seed: int = 1,
    adult_days: int = 450,
    rings: int | str = 8,
    areas_per_batch: int = 1,
    batches_per_area: int | str = "any",
    fallow_days: int = 0,
    harvest_confidence: float | None = None,
    target_saturation: float | None = None,
    partitions: int | None = None,
    eggs: int | str = "fit",
    name: str | None = None,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    strict_biomass: bool = False,
) -> Schedule:
    """Plan batches on a farm without a conflict; the same schedule for the same arguments.

    batches: in each geography; "auto": the fewest with a steady state of a year. stagger: days between starts, over all
    geographies together, or any text that the command takes ("4,5", "Faroe Islands=8,Scotland=45/4", "auto"). as_of:
    the data's today; "today" is resolved to a date. start: the first batch's day; unless given, the last starts
    50 days before. farm, biology: a shipped name or a path. adult_days: the longest stay at sea. rings: a batch at
    sea, or a range such as "8-20". fallow_days: that a container stays empty between two batches. harvest_confidence,
    target_saturation: shares between 0 and 1. partitions: slices for parallel runs, about 40 batches each unless given.
    eggs: a batch, "3.0e6-3.8e6", or "fit" to the containers. output: a file to write; an existing one that differs is
    replaced with `overwrite` alone. strict_biomass: refuse a batch that may outgrow its containers.

    InputError: an argument is wrong, or the farm has no room (batch, day, pool and the nearest plans that fit are
    named).
    """
    from engine.planning.schedules import PlanOptions, plan_schedule

    options = PlanOptions(
        batches=batches,
        stagger=stagger,
        as_of=as_of,
        start=start,
        farm=str(farm),
        biology=str(biology),
        seed=seed,
        adult_days=adult_days,
        rings=rings,
        areas_per_batch=areas_per_batch,
        batches_per_area=batches_per_area,
        fallow_days=fallow_days,
        harvest_confidence=harvest_confidence,
        target_saturation=target_saturation,
        partitions=partitions,
        eggs=eggs,
        name=name,
    )
    file = _path(output)
    return _written(plan_schedule(options, file).schedule, file, overwrite=overwrite, strict_biomass=strict_biomass)


def plan_sample(
    *,
    as_of: date | str,
    farm: str | PathLike[str] = "faroe-scotland",
    biology: str | PathLike[str] = "published",
    seed: int = 1,
    partitions: int | None = None,
    name: str | None = None,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    strict_biomass: bool = False,
) -> Schedule:
    """Plan a small schedule with something in every table: a batch harvested, two at sea, one in each earlier stage.

    Arguments and errors as of `plan`.
    """
    from engine.planning.schedules import sample_schedule

    file = _path(output)
    planned = sample_schedule(
        as_of, seed=seed, farm=str(farm), biology=str(biology), partitions=partitions, name=name, output=file
    )
    return _written(planned.schedule, file, overwrite=overwrite, strict_biomass=strict_biomass)


def plan_ladder(
    *,
    as_of: date | str,
    farm: str | PathLike[str] = "faroe-scotland",
    biology: str | PathLike[str] = "published",
    seed: int = 1,
    partitions: int | None = None,
    name: str | None = None,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    strict_biomass: bool = False,
) -> Schedule:
    """Plan the ladder for tests by hand: batches that show every stage on the as-of date, some about to move on.

    Arguments and errors as of `plan`.
    """
    from engine.planning.schedules import ladder_schedule

    file = _path(output)
    planned = ladder_schedule(
        as_of, seed=seed, farm=str(farm), biology=str(biology), partitions=partitions, name=name, output=file
    )
    return _written(planned.schedule, file, overwrite=overwrite, strict_biomass=strict_biomass)


def advance(
    schedule: str | PathLike[str],
    as_of: date | str,
    *,
    batches: int | str | None = None,
    stagger: int | str | None = None,
    name: str | None = None,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    strict_biomass: bool = False,
) -> Schedule:
    """Extend a schedule's file to a later as-of date: old batches live on, new ones follow in the old pattern.

    batches, stagger: of the new ones, instead of that pattern. InputError: the file is wrong, the date is not later, or
    the farm has no room.
    """
    from engine.planning.schedules import advance_schedule

    file = _path(output)
    planned = advance_schedule(Path(schedule), as_of, batches=batches, stagger=stagger, name=name, output=file)
    return _written(planned.schedule, file, overwrite=overwrite, strict_biomass=strict_biomass)


def rehash(path: str | PathLike[str], *, biology: str | PathLike[str] | None = None) -> bool:
    """Renew count and hashes of a schedule's file after an edit (comments are lost); whether it changed.

    biology: one that the file shall name from now on. InputError when the file is wrong otherwise.
    """
    from engine.planning.schedules import rehash_schedule

    return rehash_schedule(Path(path), None if biology is None else str(biology))


def read_schedule(
    path: str | PathLike[str],
    *,
    farm: str | PathLike[str] | None = None,
    biology: str | PathLike[str] | None = None,
    strict_biomass: bool = False,
) -> Schedule:
    """The schedule of a file, ours or the older system's, or a shipped one by its name (demo).

    Its `notes` say what of an older system's file could not be honoured.

    farm: of a schedule of the older system; faroe-scotland unless given. biology: in place of the one that the file
    names, a shipped name (heat-wave) or a path, whole or an overlay. strict_biomass: refuse a batch that may outgrow
    its containers. InputError (file, key, value, cure) when anything is wrong.
    """
    from engine.farm.schedule_file import read_any

    schedule = read_any(
        place(os.fspath(path)),
        farm=None if farm is None else str(farm),
        biology=None if biology is None else str(biology),
    )
    if strict_biomass:
        _require_biomass_limits(schedule, str(path))
    return schedule


def capacity(schedule: Schedule) -> CapacityReport:
    """How full the farm gets: shares of all container-days (freshwater, sea, total), each pool's load, the bounds."""
    from engine.planning.capacity import capacity_report

    return capacity_report(schedule)


def simulate(
    schedule: Schedule | str | PathLike[str],
    *,
    out: str | PathLike[str] | None = None,
    workers: int | None = None,
    biology: str | PathLike[str] | None = None,
    farm: str | PathLike[str] | None = None,
    resume: bool = False,
    overwrite: bool = False,
    force: bool = False,
    executor: Executor | str = "processes",
    scheduler: str | None = None,
    row_group_rows: int | None = None,
    page_rows: int | None = None,
    batches_per_file: int | None = None,
    on_begin: Callable[[Expected], None] | None = None,
    on_partition: Callable[[PartitionRecord], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Run:
    """Simulate every batch of a schedule, or of a schedule's file, and write every table as Parquet.

    out: the run's folder, or a URL in an object store (s3://bucket/prefix); runs/NAME unless given. workers:
    processes, one a core unless given; they import nothing of the calling program, which so needs no guard around
    its main. executor: one of yours instead, e.g. a ThreadPoolExecutor(1) to stay in this process, or "dask" for
    the cluster of `scheduler`, an address (that of DASK_SCHEDULER_ADDRESS unless given), whose workers have this
    package and see the run's folder. biology: in place of the one that the schedule names. farm: of a file of the
    older system. resume: keep what is whole of a run and make the rest. overwrite: replace an existing run. force:
    begin although the disk has less room than the run will need. row_group_rows, page_rows, batches_per_file: how
    the rows lie in the Parquet files, which changes no value; as a run that is resumed has it, unless given.

    Called on the calling thread: on_begin with the rows that are foreseen, on_partition after each partition,
    on_progress some times a second. An exception in one of them, or Ctrl-C, ends the run: our own workers and a
    cluster's at once, those of an executor when the partitions under way are done. resume finishes it.

    InputError: the schedule is wrong or the folder can't be used; nothing was written. RunFailed: partitions failed;
    the others are written, and resume makes the rest.
    """
    from engine.execution.cluster import chosen
    from engine.execution.making import RunEvents
    from engine.execution.run import require_complete, run_folder, simulate_schedule
    from engine.farm.schedule import with_layout
    from engine.farm.schedule_file import with_biology
    from lake.layout import asked_layout

    if isinstance(schedule, str | PathLike):
        if resume or overwrite:
            from engine.execution.inputs import read_again

            given = [None if name is None else str(name) for name in (farm, biology)]
            schedule, _ = read_again(place(os.fspath(schedule)), farm=given[0], biology=given[1])
        else:
            schedule = read_schedule(schedule, farm=farm, biology=biology)
    elif farm is not None:
        raise InputError("farm", "this schedule has its farm already", "give the farm when the file is read")
    elif biology is not None:
        schedule = with_biology(schedule, str(biology))
    if workers is not None and workers < 1:
        raise InputError("workers", f"{workers} is out of range", "give 1 or more")
    asked = asked_layout(row_group_rows=row_group_rows, page_rows=page_rows, batches_per_file=batches_per_file)
    schedule = with_layout(schedule, asked)
    run_dir = run_folder(schedule, None if out is None else place(os.fspath(out)))
    nothing = RunEvents()
    events = RunEvents(begun=on_begin or nothing.begun, finished=on_partition or nothing.finished, progress=on_progress)
    with chosen(executor, scheduler, workers) as makers:
        manifest = simulate_schedule(
            schedule,
            run_dir,
            workers=workers,
            executor=makers,
            resume=resume,
            overwrite=overwrite,
            force=force,
            events=events,
        )
    require_complete(manifest, run_dir)
    return Run(run_dir)


def open_run(path: str | PathLike[str]) -> Run:
    """A run by its folder, or its URL in an object store, also one that is under way or was not finished, of which only
    status() can be asked then.

    InputError when the folder holds no run.
    """
    return Run(place(os.fspath(path)))


def compare(first: Run | str | PathLike[str], second: Run | str | PathLike[str]) -> Comparison:
    """Two complete runs side by side: changes of the inputs by key, tables that are the same, outcomes by batch.

    `is_same` says whether nothing differs. InputError when a folder holds no complete run.
    """
    from engine.execution.comparison import compare_runs

    one, other = (each.path if isinstance(each, Run) else place(os.fspath(each)) for each in (first, second))
    return compare_runs(one, other)


def fingerprints(
    schedules: Iterable[str | PathLike[str]] = (),
    *,
    below: str | PathLike[str] | None = None,
    workers: int | None = None,
    verified: bool = False,
) -> list[Repetition]:
    """Run schedules' files again and compare events and fingerprints with those in fingerprints.yaml beside them.

    schedules: all that are recorded unless given. below: the folder in which each run is made and removed; the system's
    temporary one unless given. Each result's `outcome` is "same", "differs" or "not recorded". verified: hold each run
    against every invariant too; `broken` names those that do not hold. InputError: a file is wrong. RunFailed:
    partitions failed.
    """
    from engine.execution.repetition import recorded_schedules, repeat

    files = [Path(each) for each in schedules] or recorded_schedules()
    return list(repeat(files, below=_path(below), workers=workers, verified=verified))


def describe(table: str | None = None) -> dict[str, Any]:
    """What a table's columns mean (unit, type, key, joins, nullability, codes), or what every table is, as plain data.

    InputError when no table is called so: it names those that are called alike or that tell of the word.
    """
    from lake.dictionary import described

    return described(table)


def _path(given: str | PathLike[str] | None) -> Path | None:
    return None if given is None else Path(given)


def _require_biomass_limits(schedule: Schedule, source: str) -> None:
    from engine.forecast.sizing import require_within_limits

    require_within_limits(schedule, source)


def _written(schedule: Schedule, file: Path | None, *, overwrite: bool, strict_biomass: bool) -> Schedule:
    """The schedule, once it is in the file, if one is given."""
    if strict_biomass:
        _require_biomass_limits(schedule, "plan " + schedule.name)
    if file is not None:
        from engine.planning.schedules import write_schedule

        write_schedule(file, schedule.text, overwrite=overwrite)
    return schedule
