"""Holds two runs side by side: python -m engine.compare"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import NOT_CHECKED, input_errors, print_json, results, start
from engine.report.sign_of_life import doing
from lake.store_path import folder_or_file, place

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="The folder of a complete run.", metavar="A", parser=place)],
    second: Annotated[Path, typer.Argument(help="That of another.", metavar="B", parser=place)],
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write a page that needs no network.", metavar="FILE", parser=folder_or_file),
    ] = None,
    no_check: Annotated[
        bool, typer.Option("--no-check", help="Don't compare the files' bytes with the manifests' hashes.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Compare two runs: what was changed, which tables are the same, and what became of each batch.

    Changes are of schedule, farm and biology, by key. Batches are matched by their numbers. Exit codes: 0 shown,
    whether they differ or not; 2 wrong input.
    """
    with input_errors():
        from engine.execution.comparison import compare_runs

        doing("reading the runs")
        if no_check:
            sys.stderr.write(f"{NOT_CHECKED}\n")
        comparison = compare_runs(first, second, check=not no_check, on_step=doing)
        if html is not None:
            from engine.report.comparison_page import write_comparison

            write_comparison(html, comparison)
            if not as_json:
                sys.stdout.write(f"{html}: {first} and {second}\n")
                return
        if as_json:
            print_json(comparison.to_json())
        else:
            from engine.report.comparison import print_comparison

            print_comparison(results(), comparison)


if __name__ == "__main__":
    start(app)
