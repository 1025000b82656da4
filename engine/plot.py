"""Draws a chart of a run: python -m engine.plot"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import NOT_CHECKED, input_errors, print_json, start
from engine.report.sign_of_life import doing
from lake.store_path import place

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
WHAT = "growth, lice, water, occupancy, mortality or harvest."
DAY = ["%Y-%m-%d"]


@app.command()
def plot(
    run: Annotated[Path, typer.Argument(help="The folder of a complete run.", metavar="RUN", parser=place)],
    what: Annotated[str, typer.Argument(help=WHAT, metavar="WHAT")],
    batch: Annotated[
        list[str] | None, typer.Option(help="Of this batch, as 'FAR-2024-*' too; may be repeated.", metavar="NUMBER")
    ] = None,
    ring: Annotated[
        list[str] | None, typer.Option(help="Of this ring, tank or tray, each a line of its own.", metavar="NAME")
    ] = None,
    area: Annotated[list[str] | None, typer.Option(help="Of this sea area or station.", metavar="NAME")] = None,
    geography: Annotated[list[str] | None, typer.Option(help="Of this geography.", metavar="NAME")] = None,
    since: Annotated[datetime | None, typer.Option(help="From this day on.", formats=DAY, metavar="DATE")] = None,
    until: Annotated[datetime | None, typer.Option(help="Until the day before.", formats=DAY, metavar="DATE")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A .svg, .png or .html file; RUN-WHAT.svg here unless given.", metavar="FILE"),
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Light on dark.")] = False,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Don't compare the files' bytes with the manifest's hashes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Draw growth, lice, water, occupancy, mortality or harvest, with limits, plans and events.

    An HTML file shows values under the pointer and needs no network. Exit codes: 0 drawn; 2 wrong input, or nothing to
    draw.
    """
    with input_errors(run):
        from engine.report.charts.chosen import Chosen, open_source
        from engine.report.charts.drawing import require_format, subject_chart, write_chart

        file = Path(f"{run.resolve().name}-{what}.svg") if out is None else out
        require_format(file, "--out")
        chosen = Chosen(
            batches=batch or (),
            rings=ring or (),
            areas=area or (),
            geographies=geography or (),
            since=None if since is None else since.date(),
            until=None if until is None else until.date(),
        )
        if no_check:
            sys.stderr.write(f"{NOT_CHECKED}\n")
        with open_source(run, check=not no_check, on_step=doing) as source:
            doing("reading what is drawn")
            chart = subject_chart(source, what, chosen)
        doing("drawing")
        write_chart(file, chart, option="--out", dark=dark)
        if as_json:
            print_json({"run": str(run), "what": what, "file": str(file), "bytes": file.stat().st_size})
        else:
            sys.stdout.write(f"{file}: {what} of {chosen.words}\n")


if __name__ == "__main__":
    start(app)
