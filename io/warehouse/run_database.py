"""A run into its own server or a named database, noted beside the run, and out of it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from lake.checked import read_checked
from lake.errors import InputError
from lake.held import held_for_reading
from lake.manifest import Manifest, read_manifest
from lake.next_step import command
from lake.space import require_space
from lake.store_path import is_stored
from warehouse.blocking import told_of_blocking
from warehouse.copying import max_rows
from warehouse.embedded import embedded_dsn
from warehouse.load import DEFAULT_CONNECTIONS, WHOLE, Listener, Options, load_run, restore_only
from warehouse.load_result import LoadResult
from warehouse.loaded_target import forget_load, record_load
from warehouse.run_folder import FOLDER, has_database
from warehouse.selection import choose
from warehouse.server_process import is_up
from warehouse.server_users import Tell, silent
from warehouse.space import NEW_SERVER, bytes_needed, way
from warehouse.uat.history import HISTORIES
from warehouse.wipe import WipeResult, wipe_run


@contextmanager
def database(run_dir: Path, dsn: str | None = None, *, must_exist: bool = True, tell: Tell = silent) -> Iterator[str]:
    """A DSN to use within the block: the given one, or that of the run's own server, which runs as long.

    tell: hears when the server can't be stopped at once, for others use it. InputError when the run is being written,
    the server does not start, or `must_exist` and the run has no database of its own.
    """
    if dsn is not None:
        yield dsn
        return
    _require_folder(run_dir)
    if must_exist and not has_database(run_dir):
        cure = f"name the database (--to DSN), or load it first: {command('load', run_dir)}"
        raise InputError(str(run_dir), "the run has no database of its own", cure)
    with held_for_reading(run_dir), embedded_dsn(run_dir, tell) as own:
        yield own


def _require_folder(run_dir: Path) -> None:
    """InputError for a run in an object store: a server of its own has its data in the run's folder."""
    if is_stored(run_dir):
        raise InputError(
            str(run_dir), "lies in an object store, where no server can have its data", "name a database: --to DSN"
        )


def is_served(run_dir: Path) -> bool:
    """Whether the run's own server is up."""
    return is_up((run_dir / FOLDER).resolve())


def load(
    run_dir: Path,
    dsn: str | None = None,
    *,
    options: Options = WHOLE,
    connections: int = DEFAULT_CONNECTIONS,
    listener: Listener | None = None,
) -> LoadResult:
    """Load a complete run into the database, exactly once, and note there and in the run's folder that it is loaded.

    dsn: None for a server of the run's own, made if absent. InputError and LoadFailed as of load_run; InputError also
    when the run is not complete or a file's bytes are not those that were written.
    """
    tell = silent if listener is None else listener.told
    if dsn is None:
        _require_folder(run_dir)
    with held_for_reading(run_dir):
        manifest = read_checked(run_dir, cached=False)
        if dsn is None:
            options = replace(options, disk=(run_dir / FOLDER).resolve())
            if not has_database(run_dir):
                _require_room_for_all(run_dir, manifest, options, connections)
        with database(run_dir, dsn, must_exist=False, tell=tell) as address, told_of_blocking(address, tell):
            result = load_run(run_dir, manifest, address, connections, listener=listener, options=options)
        record_load(run_dir, manifest, dsn)
    return result


def _require_room_for_all(run_dir: Path, manifest: Manifest, options: Options, connections: int) -> None:
    """InputError when a new server with all that is to be loaded finds no room; before one is made."""
    extract = choose(options.selection, run_dir, manifest)
    taken = way(connections, logged=options.keep_indexes)
    rows = bytes_needed(max_rows(extract, extract.partitions), HISTORIES if options.history else (), taken)
    require_space(run_dir, NEW_SERVER + rows, "the load", forced=options.force)


def restore(
    run_dir: Path,
    dsn: str | None = None,
    *,
    connections: int = DEFAULT_CONNECTIONS,
    report: Callable[[str, int, int], None] = lambda what, done, of: None,
    tell: Tell = silent,
) -> int:
    """Make again the indexes and keys that a load which was killed left out; how many. Errors as of restore_only."""
    with database(run_dir, dsn, tell=tell) as address, told_of_blocking(address, tell):
        return restore_only(address, connections, report)


def wipe(
    run_dir: Path,
    dsn: str | None = None,
    *,
    confirm: Callable[[dict[str, int]], bool] = lambda rows: True,
    tell: Tell = silent,
) -> WipeResult | None:
    """Remove the run's rows from the database; None when `confirm`, told their number by table, says no.

    InputError and WipeFailed as of wipe_run.
    """
    with held_for_reading(run_dir):
        manifest = read_manifest(run_dir)
        with database(run_dir, dsn, tell=tell) as address, told_of_blocking(address, tell):
            result = wipe_run(manifest, address, confirm)
        if result is not None:
            forget_load(run_dir, dsn)
    return result
