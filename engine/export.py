"""Takes a batch's rows out of a run for a spreadsheet or another program: python -m engine.export"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import console, input_errors, print_json, results, start
from engine.report.waiting import steps
from lake.store_path import folder_or_file, place

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="The folder of a complete run.", metavar="RUN", parser=place)],
    batch: Annotated[
        list[str], typer.Option("--batch", help="A batch's number; may be given again.", metavar="NUMBER")
    ],
    out: Annotated[
        Path, typer.Option(help="A folder to make; for xlsx a file.", metavar="PATH", parser=folder_or_file)
    ],
    table: Annotated[
        list[str] | None,
        typer.Option("--table", help="A table; may be given again. All tables unless given.", metavar="TABLE"),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="csv, xlsx or parquet; csv unless PATH ends in xlsx.", metavar="FORM"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Write a batch's rows of every table, with the places, people and kinds that they lead to.

    csv: a file a table, and columns.csv with what columns mean; UTF-8 with a byte order mark, ISO dates, UTC times;
    nothing between two commas is null, "" an empty text. xlsx: a sheet a table. In both a name stands behind each id.
    parquet: a lake of these rows alone, with the schema of the run's.

    Exit codes: 0 written; 2 wrong input, or a run that is not complete or damaged: nothing was written.
    """
    with input_errors(run):
        from engine.report.export.export import export_batches
        from engine.report.export.told import exported_data, print_exported

        with steps(console()) as on_step:
            done = export_batches(run, batch, out, tables=table or (), format=form, on_step=on_step)
        if done.marked:
            sys.stderr.write(
                f"note: {done.marked:,} texts that a spreadsheet would take for formulas begin with a ' now\n"
            )
        if as_json:
            print_json(exported_data(done))
        else:
            print_exported(results(), done)


if __name__ == "__main__":
    start(app)
