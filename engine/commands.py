"""All commands as one: smoltworks plan, run, status, verify, load, sql, describe, export, iceberg, plot, compare,
report, clean and fingerprints.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated

import typer

from engine import __version__
from engine.report.console import start
from lake.next_step import SCRIPT, entrance
from lake.without_pandas import go_without_pandas

# name -> (where its app is, what it does)
COMMANDS = {
    "plan": ("engine.plan", "Plan batches on a farm, write the schedule."),
    "run": ("engine.run", "Simulate a schedule into Parquet."),
    "status": ("engine.status", "Show how far a run is."),
    "verify": ("engine.verify", "Check a run, and its statistics."),
    "load": ("engine.load", "Load a run into PostgreSQL."),
    "sql": ("engine.sql", "Query a run with SQL."),
    "describe": ("engine.describe", "Say what tables and columns mean."),
    "export": ("engine.export", "Take a batch's rows out, for spreadsheets."),
    "iceberg": ("engine.iceberg", "Describe a run as Iceberg tables."),
    "plot": ("engine.plot", "Draw a chart of a run."),
    "compare": ("engine.compare", "Compare two runs."),
    "report": ("engine.report.__main__", "Sum up a run."),
    "clean": ("engine.clean", "Remove databases and caches."),
    "fingerprints": ("engine.fingerprints", "Check that schedules give the recorded data here."),
}


def main() -> None:
    """The console script, python -m smoltworks and python -m engine."""
    go_without_pandas()
    program, name = entrance(), next(iter(sys.argv[1:]), "")
    if name in COMMANDS:
        # as python -m engine.NAME runs it, with nothing of the other commands imported
        start(_app(name), sys.argv[2:], program=f"{program} {name}")
    else:
        start(_all_commands(), program=program)


def _app(name: str) -> typer.Typer:
    app = importlib.import_module(COMMANDS[name][0]).app
    assert isinstance(app, typer.Typer)
    return app


def _all_commands() -> typer.Typer:
    # a shell completes the words after a script's name, not those after python -m
    is_script = Path(sys.argv[0]).stem == SCRIPT
    every = typer.Typer(add_completion=is_script, pretty_exceptions_enable=False, rich_markup_mode=None)
    every.callback(invoke_without_command=True)(_overview)
    for name, (_, words) in COMMANDS.items():
        every.command(name, short_help=words)(getattr(importlib.import_module(COMMANDS[name][0]), name))
    return every


def _print_version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"{SCRIPT} {__version__}\n")
        raise typer.Exit


def _overview(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Plan and simulate the operating history of a salmon farming company, and load it into PostgreSQL.

    Every command has --help, and --json for one JSON object on stdout. Words and progress go to stderr.
    """
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")
