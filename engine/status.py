"""Tells how far a run is: python -m engine.status"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import console, input_errors, print_json, results, say, start
from engine.report.sign_of_life import hidden, line_seconds
from lake.store_path import place

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def status(
    run: Annotated[Path, typer.Argument(help="The run's folder.", metavar="RUN", parser=place)],
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow the run until it ends; wait for one that is about to begin.")
    ] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks with --watch.")] = 1.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Show partitions, events, pace, success and errors of a run in progress or ended.

    Exit codes: 0 shown; 2 not a run folder, or one whose record is damaged.
    """
    with input_errors(run):
        from engine.execution.progress import read_progress
        from lake.next_step import resume

        if watch:
            _wait_for(run, every)
        state = read_progress(run)
        if as_json:
            while watch and state.state == "running":
                print_json(state.to_json())
                time.sleep(every)
                state = read_progress(run)
            if state.damage:
                sys.stderr.write(f"the journal is damaged, what it told there is not shown: {state.damage}\n")
                sys.stderr.write(f"  make it whole: {resume(run)}\n")
            print_json(state.to_json())
            return
        from engine.report.status import print_status, status_line, status_table

        screen = results()
        if watch and screen.is_terminal:
            from rich.live import Live

            with Live(status_table(state), console=screen, refresh_per_second=4) as live:
                while state.state == "running":
                    time.sleep(every)
                    state = read_progress(run)
                    live.update(status_table(state))
            return
        with hidden():
            while watch and state.state == "running":
                say(console(), status_line(state))
                end = time.monotonic() + max(every, line_seconds())
                while state.state == "running" and time.monotonic() < end:
                    time.sleep(every)
                    state = read_progress(run)
        print_status(screen, state, run)


def _wait_for(run: Path, every: float) -> None:
    """Until a run begins there, where nothing is yet."""
    from engine.report.waiting import Waiting
    from lake.held import LOCK
    from lake.manifest import is_run

    if is_run(run) or (run.is_dir() and any(each.name != LOCK for each in run.iterdir())):
        return
    screen = console()
    say(screen, f"no run is there yet; waiting for one to begin in {run}")
    with Waiting(screen, f"waiting for a run to begin in {run}"):
        while not is_run(run):
            time.sleep(every)


if __name__ == "__main__":
    start(app)
