"""Queries a run's lake with DuckDB, every table a view: python -m engine.sql"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import NOT_CHECKED, input_errors, print_json, start
from engine.report.sign_of_life import doing
from lake.store_path import place

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
ROWS_SHOWN = 100


@app.command()
def sql(
    run: Annotated[Path, typer.Argument(help="The folder of a complete run.", metavar="RUN", parser=place)],
    query: Annotated[
        str | None, typer.Argument(help="One SELECT; without it, the tables and their rows.", metavar="QUERY")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, max=1_000_000_000, help=f"Most rows to print; {ROWS_SHOWN} on a screen and all as data unless given."
        ),
    ] = None,
    no_check: Annotated[
        bool,
        typer.Option("--no-check", help="Don't compare the files' bytes with the manifest's hashes."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object {columns, rows} on stdout.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a header on stdout.")] = False,
) -> None:
    """Query a run with SQL: every table of the lake is a view; run and manifest_part tell of the run itself.

    Files are read only if their bytes are those that the run wrote.

    Exit codes: 0 done; 2 wrong input, or a query that DuckDB refuses. A run that was not finished, or was damaged, is
    refused too: run --resume finishes it.
    """
    with input_errors(run):
        from engine.report.query import print_csv, print_rows, query_data, querying
        from lake.errors import InputError
        from lake.query import TABLES_QUERY, answer

        if as_json and as_csv:
            raise InputError("sql", "--json and --csv are both asked for", "give one of them")
        if no_check:
            sys.stderr.write(f"{NOT_CHECKED}\n")
        with answer(run, TABLES_QUERY if query is None else query, check=not no_check, on_step=doing) as result:
            doing(querying)
            if as_json:
                print_json(query_data(result.limit(limit) if limit else result))
            elif as_csv:
                print_csv(result.limit(limit) if limit else result)
            else:
                print_rows(result, limit or ROWS_SHOWN)


if __name__ == "__main__":
    start(app)
