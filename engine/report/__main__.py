"""Sums up a run: what is in it, whether it holds, where it is and how to open it: python -m engine.report"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import NOT_CHECKED, console, input_errors, print_json, results, start
from engine.report.sign_of_life import doing
from lake.errors import InputError
from lake.store_path import folder_or_file, place

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="The run's folder.", metavar="RUN", parser=place)],
    file: Annotated[
        Path | None, typer.Argument(help="The page's file, with --html.", metavar="FILE", parser=folder_or_file)
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(
            help="Draw each pool's load against its capacity: .svg, .png or .html.",
            metavar="FILE",
            parser=folder_or_file,
        ),
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="Make a page to look at: FILE, or RUN/report.html unless given.")
    ] = False,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Don't compare the files' bytes with the manifest's hashes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Print a run's summary: events, pace, rows by table, checks passed, and how to open lake and database.

    With --html, write it as a page too: charts, statistics and tables in one file that needs no network.

    Exit codes: 0 shown; 2 not a complete run, or a damaged one.
    """
    with input_errors(run):
        from engine.execution.summary import summarise
        from engine.report.summary import print_summary

        if file is not None and not html:
            raise InputError(str(file), "is not needed", "add --html to write the page there")
        if no_check:
            sys.stderr.write(f"{NOT_CHECKED}\n")
        summary = summarise(run, check=not no_check, on_step=doing)
        if picture is not None:
            from engine.report.charts.capacity import write_picture

            doing("drawing")
            write_picture(picture, summary.schedule, summary.capacity)
        page = None
        if html:
            from engine.report.page.assembly import write_page
            from engine.report.waiting import steps

            with steps(console(), "reading the run") as step:
                page = write_page(run, file, summary=summary, on_step=step)
        if as_json:
            print_json(summary.to_json() | ({} if page is None else {"page": str(page)}))
        else:
            print_summary(results(), summary, page)


if __name__ == "__main__":
    start(app)
