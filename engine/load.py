"""Loads a run into PostgreSQL, or removes it from there: python -m engine.load"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.report.console import console, input_errors, print_json
from lake.errors import InputError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.console import Console

    from lake.manifest import Manifest
    from warehouse.load import LoadResult, Options

FAILED, PARTLY = 1, 3
DAY = "%Y-%m-%d"


def _print_mapping(asked: bool) -> None:
    if asked:
        from warehouse.uat.documentation import mapping_text

        sys.stdout.writelines(f"{line}\n" for line in mapping_text())
        raise typer.Exit


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
    tables: Annotated[
        list[str] | None,
        typer.Option(
            help="Only these tables of the lake, and those that they refer to; repeat it, or separate by commas.",
            metavar="NAMES",
        ),
    ] = None,
    batches: Annotated[
        list[str] | None,
        typer.Option(help="Only these batch numbers; * and ? stand for any characters, any one.", metavar="NUMBERS"),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=[DAY], help="Only what happened on this day or later.", metavar="DATE"),
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=[DAY], help="Only what happened before this day.", metavar="DATE")
    ] = None,
    prefix: Annotated[
        str, typer.Option(help="Put before batch numbers, and before what bears them, on the way in.", metavar="TEXT")
    ] = "",
    keep_indexes: Annotated[
        bool,
        typer.Option(
            "--keep-indexes",
            help="Keep indexes and foreign keys up while loading, as is done anyway on tables with rows of others.",
        ),
    ] = False,
    connections: Annotated[
        int, typer.Option(min=1, max=64, help="Partitions copied at a time; one a server core is enough.")
    ] = 2,
    wipe: Annotated[
        bool, typer.Option("--wipe", help="Remove the run's rows from the database, all of them and no others.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --wipe: don't ask.")] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help="Only make again what a load that was killed left out.")
    ] = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Keep the server in RUN/postgres running until Ctrl-C.")
    ] = False,
    mapping: Annotated[
        bool,
        typer.Option(
            "--mapping",
            is_eager=True,
            callback=_print_mapping,
            help="Print which column of the database is filled from where, as Markdown, and exit.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Load a complete run, or a part of it, into a UAT database, exactly once; a second load writes nothing.

    Exit codes: 0 done; 1 failed; 2 wrong input, or something in the way; 3 partly done: the same command goes on.
    """
    with input_errors():
        from lake.manifest import read_complete, read_manifest
        from warehouse.load import Options
        from warehouse.selection import Selection

        days = [moment.date() if moment else None for moment in (since, until)]
        options = Options(Selection(_names(tables), _names(batches), *days), prefix, keep_indexes)
        _refuse_contradictions(to, options, wipe=wipe, yes=yes, restore=restore, serve=serve)
        screen = console()
        if wipe:
            _wipe(run, read_manifest(run), to, screen, yes=yes, as_json=as_json)
        elif restore:
            _restore(run, to, connections, screen, as_json=as_json)
        else:
            manifest = read_complete(run, every_byte=True)
            _load(run, manifest, to, connections, options, screen, serve=serve, as_json=as_json)


def _names(texts: list[str] | None) -> tuple[str, ...]:
    return tuple(name for text in texts or () for name in text.split(",") if name)


def _refuse_contradictions(
    to: str | None, options: Options, *, wipe: bool, yes: bool, restore: bool, serve: bool
) -> None:
    from warehouse.load import WHOLE

    if serve and to is not None:
        raise InputError("load", "--serve keeps RUN's own server, but --to names another", "drop one of the two")
    asked = [name for name, given in (("--wipe", wipe), ("--restore", restore), ("--serve", serve)) if given]
    if len(asked) > 1:
        raise InputError("load", f"{' and '.join(asked)} exclude each other", "give one at a time")
    if (wipe or restore) and options != WHOLE:
        raise InputError("load", f"{asked[0]} concerns all that was loaded of the run", "give it without a selection")
    if yes and not wipe:
        raise InputError("load", "--yes answers what only --wipe asks", "drop it")


def _database(run: Path, to: str | None, *, there: bool = False) -> AbstractContextManager[str]:
    """A context with the DSN; `there`: RUN's own database must have been made before."""
    from warehouse.embedded import embedded_dsn, has_database

    if to is not None:
        return nullcontext(to)
    if there and not has_database(run):
        raise InputError(str(run), "the run has no database of its own", "give --to DSN, or load it first")
    return embedded_dsn(run)


def _load(
    run: Path,
    manifest: Manifest,
    to: str | None,
    connections: int,
    options: Options,
    screen: Console,
    *,
    serve: bool,
    as_json: bool,
) -> None:
    from engine.report.console import progress
    from warehouse.load import Listener, LoadFailed, load_run
    from warehouse.record import record_load

    with _database(run, to) as dsn:
        try:
            with progress(screen) as bars:
                rows = bars.add_task("loading", total=manifest.events)
                listener = Listener(
                    coming=lambda count: bars.update(rows, total=count),
                    rows=lambda table, sent: bars.advance(rows, sent),
                    phase=lambda name: bars.update(rows, description=name),
                    restored=lambda what, done, of: bars.update(rows, description=what, completed=done, total=of),
                )
                result = load_run(run, manifest, dsn, connections, listener, options)
        except LoadFailed as failure:
            sys.stderr.write(f"error: {failure}\n")
            if failure.partitions:
                sys.stderr.write(f"  {failure.partitions} of {failure.of} partitions are loaded; load again to go on\n")
            raise SystemExit(PARTLY if failure.partitions else FAILED) from None
        record_load(run, manifest, to)
        if as_json:
            print_json(_data(result))
        _tell(result, run, dsn, screen, embedded=to is None, serve=serve)
        if serve:
            _wait(screen)


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


def _restore(run: Path, to: str | None, connections: int, screen: Console, *, as_json: bool) -> None:
    from engine.report.console import progress
    from warehouse.load import LoadFailed, restore_only

    with _database(run, to, there=True) as dsn:
        try:
            with progress(screen) as bars:
                task = bars.add_task("indexes and keys")
                count = restore_only(
                    dsn, connections, lambda what, done, of: bars.update(task, completed=done, total=of)
                )
        except LoadFailed as failure:
            sys.stderr.write(f"error: {failure}\n")
            raise SystemExit(FAILED) from None
    if as_json:
        print_json({"restored": count})
    screen.print(f"restored and validated {count} indexes and keys" if count else "nothing was left out")


def _wipe(run: Path, manifest: Manifest, to: str | None, screen: Console, *, yes: bool, as_json: bool) -> None:
    from warehouse.record import forget_load
    from warehouse.wipe import WipeFailed, wipe_run

    def confirm(rows: dict[str, int]) -> bool:
        for table, count in rows.items():
            screen.print(f"{table:45}{count:>15,}", markup=False)
        question = f"remove these {sum(rows.values()):,} rows of the run {manifest.run}?"
        if yes:
            return True
        if not sys.stdin.isatty():
            raise InputError("--wipe", f"{question} There is nobody to ask", "answer beforehand: --yes")
        return typer.confirm(question, err=True)

    with _database(run, to, there=True) as dsn:
        try:
            result = wipe_run(manifest, dsn, confirm)
        except WipeFailed as failure:
            sys.stderr.write(f"error: {failure}\n  what is left goes with the same command\n")
            raise SystemExit(PARTLY) from None
    if result is None:
        screen.print("nothing removed")
        return
    forget_load(run, to)
    if as_json:
        print_json({"removed": result.rows, "master_rows": result.master, "seconds": round(result.seconds, 3)})
    screen.print(
        f"removed {sum(result.rows.values()):,} rows and {result.master:,} master rows in {result.seconds:.1f} s"
        + (f"; {result.left:,} master rows stay, for others use them" if result.left else ""),
        soft_wrap=True,
    )


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
