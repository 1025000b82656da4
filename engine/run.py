"""Simulates a schedule into a Parquet lake: python -m engine.run"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.report.console import console, input_errors, print_json

if TYPE_CHECKING:
    from engine.execution.run import Expected
    from lake.manifest import Manifest

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
PARTLY_DONE, INTERRUPTED = 3, 130


@app.command()
def run(
    schedule: Annotated[Path, typer.Option(help="The schedule file, ours or the older system's.")],
    out: Annotated[Path | None, typer.Option(help="The run's folder; runs/NAME unless given.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes; one a core unless given.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Finish a run: keep what is whole, make the rest.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing run.")] = False,
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
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Simulate every batch of a schedule and write every table as Parquet.

    Exit codes: 0 done; 1 failed; 2 wrong input; 3 some partitions failed, the others are written.
    """
    with input_errors():
        from engine.biology.used import biology_record
        from engine.execution.partition import wake
        from engine.execution.run import RunEvents
        from engine.execution.run import run as execute
        from engine.execution.workers import SpawnedWorkers
        from engine.farm.schedule_file import read_any
        from engine.report.running import Watch, biology_line

        the_schedule = read_any(schedule, farm=farm, biology=biology)
        screen = console()
        for note in the_schedule.notes:
            screen.print(f"note: {note}", soft_wrap=True, markup=False)
        run_dir = out or Path("runs") / the_schedule.name
        processes = min(workers or os.cpu_count() or 1, len(the_schedule.partitions))
        with (
            SpawnedWorkers(processes) as executor,
            Watch(screen, run_dir, len(the_schedule.batches)) as watch,
        ):
            for _ in range(processes):
                executor.submit(wake)  # they start while the run is prepared

            def begun(expected: Expected) -> None:
                watch.begun(expected)
                if biology is not None:
                    screen.print(biology_line(biology_record(the_schedule.biology)), soft_wrap=True, markup=False)

            events = RunEvents(begun=begun, finished=watch.finished)
            again = shlex.join(
                ["python", "-m", "engine.run", "--schedule", str(schedule), "--out", str(run_dir), "--resume"]
                + (["--farm", farm] if farm else [])
                + (["--biology", biology] if biology else [])
            )
            try:
                manifest = execute(
                    the_schedule, run_dir, executor, processes, resume=resume, overwrite=overwrite, events=events
                )
            except KeyboardInterrupt:
                screen.print(f"interrupted; what is whole is kept. To finish:\n  {again}", soft_wrap=True, markup=False)
                raise typer.Exit(INTERRUPTED) from None
    failed = [p for p in manifest.partitions if p.status != "succeeded"]
    if as_json:
        print_json(summary(manifest, run_dir))
    else:
        from engine.report.running import print_run

        print_run(screen, manifest, run_dir)
    if failed:
        for record in failed:
            screen.print(f"partition {record.partition} (batches {record.first_batch}-{record.last_batch}) failed:")
            screen.print(record.error.rstrip(), markup=False)
        screen.print(
            f"{len(failed)} of {len(manifest.partitions)} partitions failed; the rest is kept. To finish:\n  {again}",
            soft_wrap=True,
            markup=False,
        )
        raise typer.Exit(PARTLY_DONE)


def summary(manifest: Manifest, run_dir: Path) -> dict[str, object]:
    """What --json prints."""
    succeeded = sum(p.status == "succeeded" for p in manifest.partitions)
    return {
        "run": str(run_dir),
        "status": manifest.status,
        "events": manifest.events,
        "tables": manifest.tables,
        "seconds": manifest.seconds,
        "events_per_second": manifest.events_per_second,
        "partitions": {"succeeded": succeeded, "failed": len(manifest.partitions) - succeeded},
        "batches": manifest.identity.batch_count,
        "fingerprint": manifest.fingerprint,
        "biology": {"name": manifest.biology.name, "sha256": manifest.biology.sha256},
        "peak_memory_mb": manifest.peak_memory_mb,
    }


if __name__ == "__main__":
    app()
