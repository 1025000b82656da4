"""Tells how far a run is: python -m engine.status"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import input_errors, print_json, results, start

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def status(
    run: Annotated[Path, typer.Argument(help="The run's folder.", metavar="RUN")],
    watch: Annotated[bool, typer.Option("--watch", help="Follow the run until it ends.")] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks with --watch.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show partitions, events, pace, success and errors of a run in progress or ended.

    Exit codes: 0 shown; 2 not a run folder, or one whose record is damaged.
    """
    with input_errors(run):
        from engine.execution.progress import read_progress
        from lake.next_step import resume

        state = read_progress(run)
        if as_json:
            while watch and state.state == "running":
                time.sleep(every)
                state = read_progress(run)
            if state.damage:
                sys.stderr.write(f"the journal is damaged, what it told there is not shown: {state.damage}\n")
                sys.stderr.write(f"  make it whole: {resume(run)}\n")
            print_json(state.to_json())
            return
        from engine.report.status import print_status, status_table

        screen = results()
        if watch and screen.is_terminal:
            from rich.live import Live

            with Live(status_table(state), console=screen, refresh_per_second=4) as live:
                while state.state == "running":
                    time.sleep(every)
                    state = read_progress(run)
                    live.update(status_table(state))
            return
        while watch and state.state == "running":
            print_status(screen, state, run)
            time.sleep(every)
            state = read_progress(run)
        print_status(screen, state, run)


if __name__ == "__main__":
    start(app)
