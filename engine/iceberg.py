"""Describes a run's lake as Apache Iceberg tables: python -m engine.iceberg"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import console, input_errors, print_json, results, start
from engine.report.waiting import steps
from lake.store_path import folder_or_file

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def iceberg(
    run: Annotated[Path, typer.Argument(help="The folder of a complete run.", metavar="RUN", parser=folder_or_file)],
    out: Annotated[
        Path | None,
        typer.Option(help="The tables' folder; RUN/iceberg unless given.", metavar="FOLDER", parser=folder_or_file),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Write Apache Iceberg metadata of every table, over the run's own Parquet files: no row is copied.

    The tables are to be read, not written to. Their metadata holds whole paths: after the run was moved, repeat this.
    Wants pyiceberg: pip install 'smoltworks[iceberg]'.

    Exit codes: 0 written; 2 wrong input, or a run that is not complete or damaged.
    """
    with input_errors(run):
        from lake.iceberg import METADATA, write_iceberg

        with steps(console()) as on_step:
            written = write_iceberg(run, out, on_step=on_step)
        if as_json:
            files = {name: str(written.metadata(name)) for name in written.rows}
            print_json({"folder": str(written.path), "rows": written.rows, "metadata": files})
        else:
            tables, rows = len(written.rows), sum(written.rows.values())
            results().print(f"{tables} tables, {rows:,} rows: {written.path}/TABLE/{METADATA}", soft_wrap=True)


if __name__ == "__main__":
    start(app)
