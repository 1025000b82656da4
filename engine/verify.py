"""Checks a run against every invariant and, if asked, against published statistics: python -m engine.verify"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import console, input_errors, print_json, results, say, start
from lake.store_path import place

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
FAILED = 1


@app.command()
def verify(
    run: Annotated[Path, typer.Argument(help="The run's folder.", metavar="RUN", parser=place)],
    only: Annotated[
        list[str] | None,
        typer.Option(help="Run this check alone, e.g. 04_double_booking; may be repeated.", metavar="NAME"),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            help="The database that the run was loaded into; the one that the load noted unless given.",
            metavar="DSN",
        ),
    ] = None,
    statistics: Annotated[
        bool,
        typer.Option("--statistics", help="After the checks, hold the data against published statistics."),
    ] = False,
    statistics_only: Annotated[
        bool, typer.Option("--statistics-only", help="The statistics alone, without any check.")
    ] = False,
    realism: Annotated[
        bool,
        typer.Option("--realism", help="After the checks, tell by what the data looks made; told, not judged."),
    ] = False,
    realism_only: Annotated[bool, typer.Option("--realism-only", help="The same alone, without any check.")] = False,
    cages: Annotated[
        Path | None,
        typer.Option(help="The folder with scottish_cage_weeks.csv, for --realism's classifier.", metavar="FOLDER"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Check every invariant on a complete run's Parquet, and its counts, sums and keys in PostgreSQL once loaded.

    Statistics are judged by the bands in schedules/biology/bands.yaml, where there is data enough. Tell-tales
    (--realism) stand beside the bounds of realism.yaml there; one outside is told, and changes no exit code.

    Exit codes: 0 every check passed, every required statistic lies within its band; 1 one failed, its offending rows
    are shown; 2 wrong input.
    """
    with input_errors(run):
        from engine.execution.realism import require_cages, run_realism
        from engine.execution.verification import Verification, run_statistics, verify_run
        from engine.report.realism import print_realism
        from engine.report.statistics import print_statistics
        from engine.report.verification import print_verification
        from engine.report.waiting import steps
        from lake.errors import InputError

        for is_alone, name in ((statistics_only, "--statistics"), (realism_only, "--realism")):
            if is_alone and (only or to):
                raise InputError(f"{name}-only", "no check is run, so none can be named", f"use {name}")
        if cages is not None and not (realism or realism_only):
            raise InputError("--cages", "no tell-tale is asked for", "add --realism")
        if cages is not None:
            require_cages(cages)
        alone = statistics_only or realism_only
        screen = console()
        with steps(screen, "reading the run") as on_step:
            if alone:
                figures = run_statistics(run, on_step) if statistics_only or statistics else []
                found = Verification(run_dir=run, checks=(), reports=(), database="", statistics=tuple(figures))
            else:
                found = verify_run(
                    run,
                    only=tuple(only or ()),
                    dsn=to,
                    with_statistics=statistics,
                    on_step=on_step,
                    tell=lambda text: say(screen, text),
                )
            told = run_realism(run, cages=cages, on_step=on_step) if realism or realism_only else None
        if found.not_kept:
            say(screen, f"note: the result was not kept: {found.not_kept}")
        if as_json:
            print_json(found.to_json() | ({} if told is None else {"realism": told.to_json()}))
        shown = results(as_json=as_json)
        if not alone:
            print_verification(shown, found, everything=not only)
        if found.statistics:
            print_statistics(shown, list(found.statistics))
        if told is not None:
            print_realism(shown, told)
    if not found.passed:
        raise typer.Exit(FAILED)


if __name__ == "__main__":
    start(app)
