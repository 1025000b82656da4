"""Simulates a schedule into a Parquet lake: python -m engine.run"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from engine.report.console import console, fail, input_errors, print_json, results, say, start
from engine.report.stopping import when_stopped
from lake.store_path import place

if TYPE_CHECKING:
    from engine.execution.tasks import Expected

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def run(
    schedule: Annotated[
        Path,
        typer.Option(
            help="A schedule: a shipped name (demo), or a file, ours or the older system's.",
            metavar="PATH",
            parser=place,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="The run's folder, or a place in an object store, s3://BUCKET/PREFIX; runs/NAME unless given.",
            metavar="PATH",
            parser=place,
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=1_024, help="Worker processes; one a core unless given.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Finish a run: keep what is whole, make the rest.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing run.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Begin although the disk has less room than the run will need.")
    ] = False,
    farm: Annotated[
        str | None, typer.Option(help="Farm of a schedule of the older system; faroe-scotland unless given.")
    ] = None,
    biology: Annotated[
        str | None,
        typer.Option(
            help="Biology in place of the one that the schedule names: a whole file, or an overlay that changes some "
            "parameters; a path or a shipped name: heat-wave. Batches, containers and days stay as planned.",
            metavar="FILE",
        ),
    ] = None,
    row_group_rows: Annotated[
        int | None,
        typer.Option(help="Rows that close a Parquet row group; a batch's are never split. 262144 unless given."),
    ] = None,
    page_rows: Annotated[
        int | None,
        typer.Option(help="Rows of a Parquet page, and an index of pages; unless given, pages as large as row groups."),
    ] = None,
    batches_per_file: Annotated[
        int | None,
        typer.Option(help="Batches in a Parquet file of each table; a partition's unless given."),
    ] = None,
    executor: Annotated[
        Literal["processes", "dask"],
        typer.Option(help="What makes the partitions: processes of this machine, or a Dask cluster."),
    ] = "processes",
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Address of the cluster's scheduler, tcp://HOST:8786; what DASK_SCHEDULER_ADDRESS holds unless given.",
            metavar="ADDRESS",
        ),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            help="Make this share of the partitions alone, such as 3/10, while other machines that see the folder make "
            "the others; --finalise then makes a run of them.",
            metavar="I/N",
        ),
    ] = None,
    finalise: Annotated[
        bool, typer.Option("--finalise", help="Make a run of its parts: check that all are there, write the manifest.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Simulate every batch of a schedule and write every table as Parquet.

    Exit codes: 0 done; 1 failed; 2 wrong input, or no room on the disk; 3 some partitions failed or are missing, the
    others are written; 130, 143, 129 stopped by Ctrl-C, SIGTERM, SIGHUP. After 3 and those, --resume makes what is
    missing.
    """
    with input_errors(), ExitStack() as stack:
        from engine.execution.template import Template

        # workers get ready while the schedule is read
        template = stack.enter_context(Template()) if executor == "processes" and not finalise else None
        from engine.report.run import RunDisplay

        screen = console()
        display = stack.enter_context(RunDisplay(screen))
        from engine.biology.used import biology_record
        from engine.execution.cluster import DaskCluster, chosen
        from engine.execution.inputs import read_again
        from engine.execution.making import RunEvents
        from engine.execution.part_journals import parse_share
        from engine.execution.parts import simulate_part
        from engine.execution.run import finalise as finalise_parts
        from engine.execution.run import run_folder, simulate_schedule
        from engine.farm.schedule import with_layout
        from engine.farm.schedule_file import read_any
        from engine.inputs.bounded import require_path
        from engine.inputs.shipped_files import find_schedule, is_shipped
        from engine.report.run import (
            PARTLY_DONE,
            biology_line,
            part_data,
            print_failures,
            print_next,
            print_part,
            print_run,
            print_whole,
            run_data,
        )
        from lake.errors import InputError, RunFailed
        from lake.layout import asked_layout
        from lake.manifest import is_run
        from lake.next_step import command
        from lake.next_step import resume as resume_line
        from lake.space import in_words
        from lake.store import StoreError

        require_path("--out", out)
        share = None if part is None else parse_share(part)
        for given, option in ((part is not None, "--part"), (finalise, "--finalise")):
            if given and (overwrite or executor == "dask" or (part is not None and finalise)):
                raise InputError(
                    option, "goes with none of --overwrite, --executor, --part, --finalise", "leave those out"
                )
        layout = asked_layout(row_group_rows=row_group_rows, page_rows=page_rows, batches_per_file=batches_per_file)
        if (file := find_schedule(schedule)) != schedule:
            say(screen, f"schedule {schedule}: {'as shipped' if is_shipped(file) else file}")
        restored: list[str] = []
        if resume or overwrite or finalise:
            the_schedule, restored = read_again(schedule, farm=farm, biology=biology)
        else:
            the_schedule = read_any(schedule, farm=farm, biology=biology)
        for damaged in restored:
            say(screen, f"note: {damaged} was damaged; restored from the run's copy")
        the_schedule = with_layout(the_schedule, layout)
        for note in the_schedule.notes:
            say(screen, f"note: {note}")
        run_dir = run_folder(the_schedule, out)
        options = [*(("--farm", farm) if farm else ()), *(("--biology", biology) if biology else ())]
        options += ["--executor", executor] if executor == "dask" else []
        options += ["--scheduler", scheduler] if scheduler else []
        how = ["--resume"] if part is None else ["--part", part]
        again = command("run", "--schedule", schedule, "--out", run_dir, *how, *options)
        display.read(run_dir, len(the_schedule.batches))

        def begun(expected: Expected) -> None:
            display.begun(expected)
            if biology is not None:
                say(screen, biology_line(biology_record(the_schedule.biology)))

        def how_to_finish() -> str:
            return f"; what is whole is kept. To finish:\n  {again}" if is_run(run_dir) else "; nothing was begun"

        with when_stopped(how_to_finish):
            makers = stack.enter_context(chosen(executor, scheduler, workers)) or template
            if isinstance(makers, DaskCluster):
                say(screen, makers.note)
            events = RunEvents(begun=begun, finished=display.finished, progress=display.progress)
            try:
                if share is not None:
                    made = simulate_part(
                        the_schedule,
                        run_dir,
                        share,
                        workers=workers,
                        executor=makers,
                        force=force,
                        events=events,
                    )
                    stack.close()
                    if as_json:
                        print_json(part_data(made, again))
                    else:
                        print_part(screen if made.failed else results(), made, again)
                    raise typer.Exit(PARTLY_DONE if made.failed else 0)
                if finalise:
                    manifest = finalise_parts(the_schedule, run_dir, events=events)
                else:
                    manifest = simulate_schedule(
                        the_schedule,
                        run_dir,
                        workers=workers,
                        executor=makers,
                        resume=resume,
                        overwrite=overwrite,
                        force=force,
                        events=events,
                    )
            except RunFailed as error:  # parts are missing
                stack.close()
                cure = f"repeat their parts (--part), or make them here:\n  {resume_line(run_dir)}"
                fail(InputError(str(run_dir), str(error).removeprefix(f"{run_dir}: "), cure), PARTLY_DONE)
            except (OSError, StoreError) as error:
                words = in_words(error, run_dir)
                if words is None or not is_run(run_dir):
                    raise
                cure = words.cure if "then repeat" in words.cure else f"{words.cure}; or mend it, then repeat"
                cure = cure.replace("then repeat", f"then go on, what is whole is kept:\n  {again}")
                stack.close()
                fail(InputError(words.where, words.problem, cure), PARTLY_DONE)
            stack.close()
            if as_json:
                print_json(run_data(manifest, run_dir, again))
            elif display.has_begun:
                print_run(results(), manifest, run_dir)
            else:
                print_whole(results(), manifest, run_dir)
            display.told()
            if manifest.failed:
                print_failures(screen, manifest, run_dir, again)
                raise typer.Exit(PARTLY_DONE)
            print_next(screen, run_dir)


if __name__ == "__main__":
    start(app)
