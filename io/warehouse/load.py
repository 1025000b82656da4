"""Loading a run into a UAT database: exactly once, resumable, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import psycopg
import pyarrow as pa
from psycopg import sql

from lake.errors import InputError
from lake.manifest import Manifest
from lake.tables import EVENT_TABLE_NAMES
from warehouse import load_log
from warehouse.conflicts import read_incoming, refuse_conflicts
from warehouse.copying import copy_partitions, rows_by_table
from warehouse.dimensions import complete_master_data, read_dimensions
from warehouse.encode import Context
from warehouse.load_log import Connection, Load
from warehouse.mapping import EVENTS
from warehouse.set_aside import explain, pending, restore, set_aside
from warehouse.target import connect, identifier, prepare_tables, scrub

DEFAULT_CONNECTIONS = 2


class LoadFailed(Exception):
    """A load that broke off: `partitions` of `of` are in the database, and the next load goes on there."""

    def __init__(self, message: str, partitions: int, of: int) -> None:
        self.partitions, self.of = partitions, of
        super().__init__(message)


@dataclass
class LoadResult:
    """What one call did. `rows`: by lake table, written by this call, also where 0; times in seconds."""

    already: bool
    created_tables: bool = False
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVENT_TABLE_NAMES, 0))
    added_master_rows: dict[str, int] = field(default_factory=dict)
    set_aside: int = 0
    restored_first: int = 0
    copy_seconds: float = 0.0
    restore_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def total_rows(self) -> int:
        return sum(self.rows.values())

    @property
    def rows_per_second(self) -> float:
        return self.total_rows / self.seconds if self.seconds and self.total_rows else 0.0


@dataclass
class Listener:
    """What a caller wants to hear of while loading. `rows` is called from several threads."""

    rows: Callable[[str, int], None] = lambda table, rows: None  # rows sent since the last call
    partition: Callable[[int], None] = lambda number: None  # committed
    phase: Callable[[str], None] = lambda name: None
    restored: Callable[[str, int, int], None] = lambda what, done, of: None


def load_run(
    run_dir: Path,
    manifest: Manifest,
    dsn: str,
    connections: int = DEFAULT_CONNECTIONS,
    listener: Listener | None = None,
) -> LoadResult:
    """Load a complete run into the database of a DSN.

    InputError: the target can't be reached, is not a UAT database, already holds something that the run would
    bring, or another load is at work; nothing was written. LoadFailed: it broke off; whole partitions are in,
    indexes and keys are restored.
    """
    listener = listener or Listener()
    begun = perf_counter()
    with ExitStack() as stack:
        main = stack.enter_context(connect(dsn))
        try:
            result = _load(run_dir, manifest, dsn, main, connections, listener, stack)
        except psycopg.errors.InsufficientPrivilege as e:
            raise InputError(
                "target database",
                f"this user may not do what the load needs: {scrub(explain(e), dsn)}",
                "load as a user that owns the UAT tables and may create a schema",
            ) from None
        except psycopg.Error as e:
            raise LoadFailed(scrub(explain(e), dsn), 0, len(manifest.partitions)) from e
    result.seconds = perf_counter() - begun
    return result


def _load(
    run_dir: Path,
    manifest: Manifest,
    dsn: str,
    main: Connection,
    connections: int,
    listener: Listener,
    stack: ExitStack,
) -> LoadResult:
    load_log.lock(main)
    result = LoadResult(already=False)
    pool: list[Connection] = []

    def workers() -> list[Connection]:
        if not pool:
            pool.extend(stack.enter_context(connect(dsn)) for _ in range(connections))
        return pool

    load = None
    if load_log.exists(main):
        result.restored_first = pending(main)
        if result.restored_first:  # a load was killed before it could put them back
            listener.phase("restoring what a broken load left")
            restore(workers(), listener.restored)
        load = load_log.find(main, manifest)
        if load is not None and load.status == "complete":
            result.already = True
            return result
    dimensions = read_dimensions(run_dir, manifest)
    listener.phase("master data")
    context, load = _prepare(run_dir, manifest, main, dimensions, load, result)
    _copy(run_dir, manifest, dsn, main, workers(), context, load, listener, result)
    return result


def _prepare(
    run_dir: Path,
    manifest: Manifest,
    main: Connection,
    dimensions: dict[str, pa.Table],
    load: Load | None,
    result: LoadResult,
) -> tuple[Context, Load]:
    """Tables, master data, refusal of conflicts, reservation of ids: all of it or none."""
    done = load.partitions_done if load else frozenset()
    left = [p for p in manifest.partitions if p.partition not in done]
    with main.transaction():
        result.created_tables = prepare_tables(main)
        load_log.create(main)
        context, result.added_master_rows = complete_master_data(main, manifest, dimensions)
        refuse_conflicts(main, manifest, context, read_incoming(run_dir, left), load)
        if load is None:
            load = load_log.begin(main, manifest)
        context.offsets.update(load.offsets)
    return context, load


def _copy(
    run_dir: Path,
    manifest: Manifest,
    dsn: str,
    main: Connection,
    pool: list[Connection],
    context: Context,
    load: Load,
    listener: Listener,
    result: LoadResult,
) -> None:
    left = [p for p in manifest.partitions if p.partition not in load.partitions_done]
    committed = len(load.partitions_done)

    def done(number: int, rows: dict[str, int]) -> None:
        nonlocal committed
        committed += 1
        for table, count in rows.items():
            result.rows[table] += count
        listener.partition(number)

    begun = perf_counter()
    listener.phase("rows")
    failure: BaseException | None = None
    try:
        if left:
            result.set_aside = set_aside(main, load, rows_by_table(left))
        copy_partitions(pool, run_dir, manifest, left, context, load, listener.rows, done)
    except BaseException as e:
        failure = e
    result.copy_seconds = perf_counter() - begun
    of = len(manifest.partitions)
    listener.phase("indexes and foreign keys")
    try:
        with ExitStack() as stack:
            # after a failure the old connections may be as broken as the copy is
            fresh = pool if failure is None else [stack.enter_context(connect(dsn)) for _ in pool]
            result.restore_seconds = restore(fresh, listener.restored)
    except (psycopg.Error, InputError) as e:
        reason = scrub(explain(e), dsn) if isinstance(e, psycopg.Error) else str(e)
        raise LoadFailed(
            f"indexes and foreign keys can't be restored: {reason}\n  what was dropped is recorded in "
            "smoltworks.load_log_set_aside, and the next load restores it first",
            committed,
            of,
        ) from failure or e
    if isinstance(failure, psycopg.Error):
        raise LoadFailed(scrub(explain(failure), dsn), committed, of) from failure
    if failure is not None:
        raise failure
    for mapping in EVENTS:
        if result.rows[mapping.lake]:
            main.execute(sql.SQL("ANALYZE {}").format(identifier(mapping.uat)))
    load_log.complete(main, load, result.copy_seconds, result.restore_seconds)
