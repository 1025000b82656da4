"""Loads a run into PostgreSQL: python -m engine.load"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.report.console import console, input_errors, print_json
from lake.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from lake.manifest import Manifest
    from warehouse.load import LoadResult

FAILED, PARTLY = 1, 3

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def load(
    run: Annotated[Path, typer.Argument(help="The run's folder.", metavar="RUN")],
    to: Annotated[
        str | None,
        typer.Option(
            help="The UAT database: an empty one gets its tables, another user's rows are never touched. "
            "Without it, a PostgreSQL server in RUN/postgres. Give the password by PGPASSWORD or ~/.pgpass.",
            metavar="DSN",
        ),
    ] = None,
    connections: Annotated[
        int, typer.Option(min=1, max=64, help="Partitions copied at a time; one a server core is enough.")
    ] = 2,
    serve: Annotated[
        bool, typer.Option("--serve", help="Keep the server in RUN/postgres running until Ctrl-C.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Load a complete run into a UAT database, exactly once; a second load writes nothing.

    Exit codes: 0 done; 1 failed; 2 wrong input, or something in the way; 3 partly loaded: load again.
    """
    with input_errors():
        if serve and to is not None:
            raise InputError("load", "--serve keeps RUN's own server, but --to names another", "drop one of the two")
        from lake.manifest import read_complete
        from warehouse.embedded import embedded_dsn
        from warehouse.load import LoadFailed
        from warehouse.record import record_load

        manifest = read_complete(run, every_byte=True)
        screen = console()
        with embedded_dsn(run) if to is None else nullcontext(to) as dsn:
            try:
                result = _load(run, manifest, dsn, connections, screen)
            except LoadFailed as failure:
                sys.stderr.write(f"error: {failure}\n")
                if failure.partitions:
                    sys.stderr.write(
                        f"  {failure.partitions} of {failure.of} partitions are loaded; load again to go on\n"
                    )
                raise SystemExit(PARTLY if failure.partitions else FAILED) from None
            record_load(run, manifest, to)
            if as_json:
                print_json(_data(result))
            _tell(result, run, dsn, screen, embedded=to is None, serve=serve)
            if serve:
                _wait(screen)


def _load(run: Path, manifest: Manifest, dsn: str, connections: int, screen: Console) -> LoadResult:
    from engine.report.console import progress
    from warehouse.load import Listener, load_run

    with progress(screen) as bars:
        rows = bars.add_task("loading", total=manifest.events)
        listener = Listener(
            rows=lambda table, sent: bars.advance(rows, sent),
            phase=lambda name: bars.update(rows, description=name),
            restored=lambda what, done, of: bars.update(rows, description=what, completed=done, total=of),
        )
        return load_run(run, manifest, dsn, connections, listener)


def _data(result: LoadResult) -> dict[str, Any]:
    return {
        "rows": result.rows,
        "seconds": round(result.seconds, 3),
        "rows_per_second": round(result.rows_per_second),
    }


def _tell(result: LoadResult, run: Path, dsn: str, screen: Console, *, embedded: bool, serve: bool) -> None:
    from warehouse.embedded import psql_line

    if result.restored_first:
        screen.print(f"restored {result.restored_first} indexes and keys that a broken load had left out")
    if result.already:
        screen.print("this run is loaded already: nothing written")
    else:
        added = sum(result.added_master_rows.values())
        screen.print(
            f"loaded {result.total_rows:,} rows in {result.seconds:.1f} s "
            f"({result.rows_per_second:,.0f} rows/s): copy {result.copy_seconds:.1f} s, "
            f"{result.set_aside} indexes and keys restored and validated {result.restore_seconds:.1f} s; "
            f"{added:,} master rows added",
            soft_wrap=True,
        )
    if embedded and not serve:
        screen.print(f"open it: python -m engine.load {run} --serve", soft_wrap=True)
    elif embedded:
        screen.print(f"open it: {psql_line(dsn)}", soft_wrap=True)


def _wait(screen: Console) -> None:
    import signal
    import threading

    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    screen.print("serving until Ctrl-C")
    ended.wait()


if __name__ == "__main__":
    app()
