"""Loads a run into PostgreSQL, or removes it from there: python -m engine.load"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from engine.report.console import console, input_errors, print_json, results, say, start, tell, tell_json
from engine.report.stopping import state, when_stopped
from lake.errors import InputError
from lake.store_path import place

if TYPE_CHECKING:
    from rich.console import Console

    from warehouse.load import Options

FAILED, PARTLY = 1, 3
DAY = "%Y-%m-%d"


def _print_mapping(asked: bool) -> None:
    if asked:
        from warehouse.uat.documentation import mapping_data, mapping_text

        if state.json_asked:
            print_json(mapping_data())
        else:
            say(results(), *mapping_text())
        raise typer.Exit


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def load(
    run: Annotated[Path, typer.Argument(help="The run's folder.", metavar="RUN", parser=place)],
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
    history: Annotated[
        bool,
        typer.Option(
            "--history",
            help="Fill the application's history tables too: how each row came to be, and every change of its status.",
        ),
    ] = False,
    user: Annotated[
        str,
        typer.Option(
            help="To whom the load belongs: the application lists scenarios for that user alone. A user of the "
            "database, or of the run's staff; without it, its only superuser who can log in, else system_admin.",
            metavar="NAME",
        ),
    ] = "",
    password_file: Annotated[
        Path | None,
        typer.Option(
            help="Passwords for the staff that the load adds: one line for all of them, or lines USER:PASSWORD, in a "
            "file that only its owner can read. Without it, nobody can log in as one of them.",
            metavar="FILE",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Begin though the disk of RUN/postgres has less room than is foreseen.")
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
            help="Print what fills each column of the database, as Markdown or with --json, and exit.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Load a complete run, or a part of it, into a UAT database, exactly once; a second load writes nothing.

    Exit codes: 0 done; 1 failed; 2 wrong input, or something in the way; 3 partly done: the same command goes on.
    """
    with input_errors(run):
        from engine.inputs.bounded import require_day
        from warehouse.load import Options
        from warehouse.selection import Selection

        since_day, until_day = (moment.date() if moment else None for moment in (since, until))
        require_day("--since", since_day)
        require_day("--until", until_day)
        selection = Selection(tables=_names(tables), batches=_names(batches), since=since_day, until=until_day)
        options = Options(
            selection=selection,
            prefix=prefix,
            keep_indexes=keep_indexes,
            history=history,
            user=user,
            password_file=password_file,
            force=force,
        )
        _refuse_contradictions(to, options, wipe=wipe, yes=yes, restore=restore, serve=serve)
        screen = console()
        if wipe:
            _wipe(run, to, screen, yes=yes, as_json=as_json)
        elif restore:
            _restore(run, to, connections, screen, as_json=as_json)
        else:
            with _failures(_same_load(run, to, options)):
                _load(run, to, connections, options, screen=screen, as_json=as_json)
            if serve:
                _serve(run, screen)
            elif to is None:
                from lake.next_step import command

                say(screen, f"open it: {command('load', run, '--serve')}")


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


def _same_load(run: Path, to: str | None, options: Options) -> str:
    """The command that goes on with a load."""
    from lake.next_step import command

    chosen, given = options.selection, list[str]()
    for name, value in (
        ("--tables", ",".join(chosen.tables)),
        ("--batches", ",".join(chosen.batches)),
        ("--since", str(chosen.since or "")),
        ("--until", str(chosen.until or "")),
        ("--prefix", options.prefix),
        ("--user", options.user),
        ("--password-file", str(options.password_file or "")),
    ):
        given += [name, value] if value else []
    given += [
        name
        for name, on in (
            ("--keep-indexes", options.keep_indexes),
            ("--history", options.history),
            ("--force", options.force),
        )
        if on
    ]
    return command("load", run, *_target(to), *given)


def _target(to: str | None) -> list[str]:
    from warehouse.database import without_password

    return [] if to is None else ["--to", without_password(to)]


def _say(screen: Console) -> Callable[[str], None]:
    return lambda text: say(screen, text)


def _load(run: Path, to: str | None, connections: int, options: Options, *, screen: Console, as_json: bool) -> None:
    from engine.report.load import load_data, print_load, print_room
    from engine.report.loading import LoadDisplay
    from engine.report.waiting import Waiting
    from warehouse.load import Listener
    from warehouse.run_database import load

    with Waiting(screen, "opening the database") as waiting:
        display = LoadDisplay(waiting)
        listener = Listener(
            coming=display.coming,
            rows=display.rows,
            phase=display.phase,
            restored=display.restored,
            told=_say(screen),
        )
        result = load(run, to, options=options, connections=connections, listener=listener)
    if as_json:
        print_json(load_data(result))
    print_load(results(as_json=as_json), result)
    if to is None:
        print_room(results(as_json=as_json), run)


@contextmanager
def _failures(again: str) -> Iterator[None]:
    """A load or a removal that broke off becomes a message, with the command that goes on, and an exit code."""
    from lake.errors import LoadFailed, WipeFailed

    try:
        with when_stopped(lambda: f"\n  go on: {again}"):
            yield
    except LoadFailed as failure:
        known = f"{failure.partitions} of {failure.of} {failure.unit} are in the database" if failure.of else ""
        _end(failure, known, again, PARTLY if failure.partitions else FAILED)
    except WipeFailed as failure:
        _end(failure, "a part may be removed, and the rest is still there", again, PARTLY)


def _end(error: Exception, known: str, again: str, code: int) -> NoReturn:
    cure = [*getattr(error, "__notes__", ()), known, f"go on: {again}"]
    tell("\n  ".join(line for line in (f"error: {error}", *cure) if line))
    told = InputError("the load", str(error), "\n".join(line for line in cure if line))
    told.more = {name: getattr(error, name) for name in ("partitions", "of", "unit") if hasattr(error, name)}
    tell_json(told, code)
    raise SystemExit(code) from None


def _restore(run: Path, to: str | None, connections: int, screen: Console, *, as_json: bool) -> None:
    from engine.report.waiting import steps
    from lake.next_step import command
    from warehouse.run_database import restore

    again = command("load", run, *_target(to), "--restore")
    with _failures(again), steps(screen, "opening the database") as report:
        count = restore(run, to, connections=connections, report=report, tell=_say(screen))
    if as_json:
        print_json({"restored": count})
    say(
        results(as_json=as_json),
        f"restored and validated {count} indexes and keys" if count else "nothing was left out",
    )


def _wipe(run: Path, to: str | None, screen: Console, *, yes: bool, as_json: bool) -> None:
    from engine.report.load import print_row_counts, print_wipe, wipe_data
    from lake.manifest import read_manifest
    from lake.next_step import command
    from warehouse.run_database import wipe

    def confirm(rows: dict[str, int]) -> bool:
        print_row_counts(screen, rows)
        if yes:
            return True
        question = f"remove these {sum(rows.values()):,} rows of the run {read_manifest(run).run}?"
        if not sys.stdin.isatty():
            raise InputError("--wipe", f"{question} There is nobody to ask", "answer beforehand: --yes")
        return typer.confirm(question, err=True)

    with _failures(command("load", run, *_target(to), "--wipe")):
        result = wipe(run, to, confirm=confirm, tell=_say(screen))
    if as_json and result is not None:
        print_json(wipe_data(result))
    print_wipe(results(as_json=as_json), result)


def _serve(run: Path, screen: Console) -> None:
    """Keep the run's own server up until Ctrl-C; a second one does not wait for others who use it."""
    import time

    from lake.next_step import command
    from warehouse.embedded import psql_line
    from warehouse.run_database import database, is_served

    with database(run, tell=_say(screen)) as dsn, suppress(KeyboardInterrupt):
        say(screen, f"open it: {psql_line(dsn)}", "serving until Ctrl-C")
        while is_served(run):
            time.sleep(1)
        raise InputError(str(run), "its server has ended", f"serve it again: {command('load', run, '--serve')}")


if __name__ == "__main__":
    start(app)
