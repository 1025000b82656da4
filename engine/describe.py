"""Says what the lake's tables and columns mean: python -m engine.describe"""

from __future__ import annotations

from typing import Annotated

import typer

from engine.report.console import input_errors, print_json, results, start

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def describe(
    table: Annotated[
        str | None, typer.Argument(help="A table; without it, every table in a few words.", metavar="TABLE")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Say what tables and columns mean: unit, type, key, what they join to, where null may stand, codes.

    No run is needed. A word that is no table's name, such as lice or temperature, gets the tables that tell of it.

    Exit codes: 0 shown; 2 no table is called so.
    """
    with input_errors():
        from lake.dictionary import described, look_up

        if as_json:
            print_json(described(table))
            return
        from engine.report.dictionary import print_table, print_tables

        screen = results()
        if table is None:
            print_tables(screen)
        else:
            print_table(screen, look_up(table))


if __name__ == "__main__":
    start(app)
