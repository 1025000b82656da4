"""Runs schedules again and compares their fingerprints with the recorded ones: python -m engine.fingerprints"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import FAILED, console, fail, input_errors, print_json, results, start
from engine.report.stopping import when_stopped

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def fingerprints(
    schedules: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Schedules: shipped names or files; all that are recorded unless given.", metavar="SCHEDULE"
        ),
    ] = None,
    below: Annotated[
        Path | None,
        typer.Option(
            "--in",
            help="An existing folder in which each run is made and removed; the system's temporary one unless given.",
            metavar="FOLDER",
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Worker processes; one a core unless given.")] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold each run against every invariant before it is removed.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Write what was found into fingerprints.yaml beside the schedule.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Does this machine give the same data? Run schedules and compare with the fingerprints in fingerprints.yaml.

    Exit codes: 0 the same, or recorded now; 1 one differs, is not recorded, breaks an invariant or failed; 2 wrong
    input.
    """
    with input_errors():
        from engine.execution.repetition import record as write_record
        from engine.execution.repetition import recorded_schedules
        from engine.report.repetition import print_repetition, repeat_shown, repetitions_data
        from lake.errors import InputError, RunFailed

        screen, shown = console(), results(as_json=as_json)
        found = []
        paths = schedules or recorded_schedules()
        try:
            with when_stopped(lambda: "; the run under way is removed"):
                for each in repeat_shown(screen, paths, below=below, workers=workers, verified=verify):
                    found.append(each)
                    print_repetition(shown, each)
        except RunFailed as failure:
            fail(InputError("the run", str(failure), "make it by itself, to keep what tells why"), FAILED)
        broken = any(each.broken for each in found)
        if record and not broken:
            write_record(found)
        if as_json:
            print_json(repetitions_data(found))
        if broken or (not record and any(not each.holds for each in found)):
            raise typer.Exit(FAILED)


if __name__ == "__main__":
    start(app)
