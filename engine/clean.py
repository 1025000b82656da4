"""Lists and removes what can be made again: databases, compiled kernels, stale folders: python -m engine.clean"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.report.console import FAILED, console, input_errors, print_json, results, say, start
from engine.report.sign_of_life import doing
from lake.store_path import folder_or_file

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def clean(
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Runs whose databases to remove; all: those of every run in ./runs, and the caches.",
            metavar="RUN|all",
            parser=folder_or_file,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Remove them; they are listed alone unless given.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """List what can be made again (runs' databases, compiled kernels, stale temporary folders); --yes removes it.

    A run's Parquet is never touched. Exit codes: 0 done; 1 something is in use or can't be removed; 2 wrong input.
    """
    with input_errors():
        from engine.execution.traces import find_traces, remove_trace
        from lake.errors import InputError
        from lake.next_step import command
        from lake.space import size

        doing("looking for what can be made again")
        every = runs is None or [str(run) for run in runs] == ["all"]
        screen, failed, told = results(as_json=as_json), 0, []
        for trace in find_traces(None if every else runs):
            removed = False
            if yes:
                try:
                    remove_trace(trace)
                    removed = True
                except InputError as error:
                    failed += 1
                    say(console(), f"kept: {error}")
            told.append((trace, removed))
            done = "removed  " if removed else ""
            say(screen, f"{done}{trace.kind:10} {size(trace.bytes):>9}  {trace.path} (files of {trace.owner})")
        whole = size(sum(trace.bytes for trace, removed in told if removed or not yes))
        if not told:
            say(screen, "nothing to remove")
        elif yes:
            say(screen, f"{whole} freed")
        else:
            say(
                screen,
                f"{whole} in all; remove it: {command('clean', *(map(str, runs) if runs else ['all']), '--yes')}",
            )
        if as_json:
            traces = [
                {"kind": t.kind, "path": str(t.path), "bytes": t.bytes, "owner": t.owner, "removed": removed}
                for t, removed in told
            ]
            print_json({"traces": traces})
        if failed:
            raise typer.Exit(FAILED)


if __name__ == "__main__":
    start(app)
