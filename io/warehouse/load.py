"""Loading a run into a UAT database: exactly once, resumable, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from time import perf_counter

import psycopg
import pyarrow as pa

from lake.errors import InputError, LoadFailed
from lake.manifest import Manifest, PartitionRecord
from lake.space import free_bytes, require_space
from warehouse import load_log
from warehouse.copying import CopyJob, copy_partitions, max_rows
from warehouse.database import Connection, Unreachable, connect
from warehouse.encoding import Context
from warehouse.first_load import FirstLoad
from warehouse.indexes import analyze, count_dropped, restore, set_aside, tables_to_set_aside
from warehouse.key_checks import BrokenKey
from warehouse.load_log import Load
from warehouse.load_result import LoadResult
from warehouse.master_data import complete_master_data, new_context, read_dimensions
from warehouse.master_history import add_history
from warehouse.owner import owner_name
from warehouse.passwords import read_passwords
from warehouse.preflight.conflicts import read_incoming, refuse_conflicts
from warehouse.preflight.rights import (
    refuse_triggers,
    refuse_without_ownership,
    refuse_without_rights_to_create,
    refuse_without_rights_to_fill,
)
from warehouse.preflight.server import refuse_other_encoding, refuse_read_only
from warehouse.preflight.tables import prepare_tables
from warehouse.preflight.text_lengths import refuse_long_texts
from warehouse.selection import EVERYTHING, Extract, Selection, choose
from warehouse.server_errors import ADVICE, FULL_DISK, database_errors, describe_error
from warehouse.server_memory import let_sort
from warehouse.space import bytes_needed, way
from warehouse.tables_done import LoadedTable, loaded_tables
from warehouse.uat.history import HISTORIES
from warehouse.uat.identifiers import qualified
from warehouse.uat.mapping import DIMENSIONS, EVENT_MAPPINGS, EVENTS
from warehouse.uat.tables.history import history_name

DEFAULT_CONNECTIONS = 2
PULSE_SECONDS = 15  # a proxy may end a connection that is silent for a minute


@dataclass(frozen=True)
class Options:
    """What is loaded, and how: a part of the run; what precedes batch numbers; indexes are kept up, not made again;
    the history tables are filled too.

    user: the username to whom the load belongs, as of warehouse.owner. password_file: as of warehouse.passwords.
    disk: where the server's data lies, if that is ours to look at; force: begin though it seems too small.
    """

    selection: Selection = EVERYTHING
    prefix: str = ""
    keep_indexes: bool = False
    history: bool = False
    user: str = ""
    password_file: Path | None = None
    disk: Path | None = None
    force: bool = False


@dataclass
class Listener:
    """What a caller wants to hear of while loading. `rows` is called from several threads."""

    coming: Callable[[int], None] = lambda rows: None  # rows that this call will send, at most
    rows: Callable[[str, int], None] = lambda table, rows: None  # rows sent since the last call
    partition: Callable[[int], None] = lambda number: None  # committed
    phase: Callable[[str], None] = lambda name: None
    restored: Callable[[str, int, int], None] = lambda what, done, of: None
    told: Callable[[str], None] = lambda text: None  # what a person should know meanwhile


WHOLE = Options()


def load_run(
    run_dir: Path,
    manifest: Manifest,
    dsn: str,
    connections: int = DEFAULT_CONNECTIONS,
    listener: Listener | None = None,
    options: Options = WHOLE,
) -> LoadResult:
    """Load a complete run, or a part of it, into the database of a DSN.

    InputError: the target can't be reached, is not a UAT database, already holds something that the run would
    bring, or another load is at work; nothing was written. LoadFailed: it broke off; whole partitions are in,
    indexes and keys are restored.
    """
    listener = listener or Listener()
    begun = perf_counter()
    with ExitStack() as stack:
        loading = _Loading(
            run_dir=run_dir,
            manifest=manifest,
            dsn=dsn,
            connections=connections,
            listener=listener,
            options=options,
            stack=stack,
            of=len(manifest.partitions),
        )
        with database_errors(dsn, loading.failed):
            try:
                result = loading.load()
            except psycopg.errors.InsufficientPrivilege as e:
                raise InputError("target database", *describe_error(e, dsn).split("\n  ")) from None
    result.seconds = perf_counter() - begun
    return result


def restore_only(
    dsn: str, connections: int = DEFAULT_CONNECTIONS, report: Callable[[str, int, int], None] = lambda *_: None
) -> int:
    """Make again and validate what any load of the database dropped and did not restore; how many things.

    InputError when a load is at work; LoadFailed when the data does not allow it.
    """

    def failed(words: str) -> LoadFailed:
        return LoadFailed(f"indexes and foreign keys can't be restored: {words}", 0, 0)

    with database_errors(dsn, failed), ExitStack() as stack:
        main = stack.enter_context(connect(dsn))
        refuse_read_only(main)
        load_log.lock(main)
        count = count_dropped(main) if load_log.exists(main) else 0
        if count:
            restore([stack.enter_context(connect(dsn)) for _ in range(connections)], report, _pulse(main))
    return count


def _pulse(connection: Connection) -> Callable[[], None]:
    """Keeps an idle connection, which holds the loader's lock, from being taken for dead; notices when it is."""
    last = perf_counter()

    def beat() -> None:
        nonlocal last
        if perf_counter() - last > PULSE_SECONDS:
            connection.execute("SELECT 1")
            last = perf_counter()

    return beat


@dataclass
class _Loading:
    """One call of load_run."""

    run_dir: Path
    manifest: Manifest
    dsn: str
    connections: int
    listener: Listener
    options: Options
    stack: ExitStack
    of: int  # partitions, or tables, that are to be in
    unit: str = "partitions"
    committed: int = 0  # of them are known to be in
    needed: int = 0  # bytes on the server's disk, where that is ours to look at
    result: LoadResult = field(default_factory=lambda: LoadResult(already=False))

    _pool: list[Connection] = field(default_factory=list)

    @cached_property
    def main(self) -> Connection:
        """The connection that holds the loader's lock and does all but copying."""
        return self.stack.enter_context(connect(self.dsn))

    def failed(self, words: str) -> LoadFailed:
        """The failure that tells how far it came, and how much room it wanted where there was none."""
        failure = LoadFailed(words, self.committed, self.of, self.unit)
        if ADVICE[FULL_DISK] in words and self.options.disk is not None:
            free = free_bytes(self.options.disk)
            failure.add_note(f"{free:,} bytes are free in {self.options.disk}, it began with a need of {self.needed:,}")
        return failure

    @property
    def pool(self) -> list[Connection]:
        """The connections to copy over; fewer where the server refused some, for indexes to be restored over."""
        if not self._pool:
            self._pool.extend(self.stack.enter_context(connect(self.dsn)) for _ in range(self.connections))
            if self.is_own:
                let_sort(self._pool)
        return self._pool

    @property
    def is_own(self) -> bool:
        """Whether the server is the run's own."""
        return self.options.disk is not None

    def load(self) -> LoadResult:
        main, result = self.main, self.result
        refuse_other_encoding(main)
        refuse_read_only(main)
        load_log.lock(main, self.manifest)
        load = None
        if load_log.exists(main):
            result.restored_first = count_dropped(main)
            if result.restored_first:  # a load was killed before it could put them back
                self.listener.phase("restoring what a broken load left")
                restore(self.pool, self.listener.restored, _pulse(main))
            load = load_log.find(main, self.manifest)
            if load is not None:
                load_log.refuse_half_removed(load)
                options = self.options
                load_log.refuse_another_part(
                    load, options.selection, options.prefix, history=options.history, user=options.user
                )
                result.owner = load.owner
                self.committed = len(load.partitions_done)
                if load.status == "complete":
                    result.already = True
                    return result
        self.listener.phase("reading what is to come")
        dimensions = read_dimensions(self.run_dir, self.manifest)
        extract = choose(self.options.selection, self.run_dir, self.manifest)
        done = load.partitions_done if load else frozenset()
        left = [p for p in extract.partitions if p.partition not in done]
        tables_in = loaded_tables(main, load) if load else {}
        by_tables = bool(tables_in) or (self.is_own and not done and not self.options.keep_indexes)
        self.of = len(extract.partitions)
        coming = {t: rows for t, rows in max_rows(extract, left).items() if EVENT_MAPPINGS[t].uat not in tables_in}
        self._require_room(coming, load, logged=not by_tables)
        self.listener.phase("master data")
        context, load = self._prepare(dimensions, extract, [] if tables_in else left, load)
        if by_tables:
            self.of, self.unit, self.committed = len(load.mappings), "tables", len(tables_in)
        job = CopyJob(extract=extract, context=context, load=load, progress=self.listener.rows, beat=_pulse(main))
        self._fill(job, left, by_tables=by_tables)
        return result

    def _require_room(self, coming: dict[str, int], load: Load | None, *, logged: bool) -> None:
        options = self.options
        if options.disk is not None:
            histories = load.histories if load else HISTORIES if options.history else ()
            self.needed = bytes_needed(coming, histories, way(self.connections, logged=logged))
            require_space(options.disk, self.needed, "the load", forced=options.force)

    def _prepare(
        self, dimensions: dict[str, pa.Table], extract: Extract, left: list[PartitionRecord], load: Load | None
    ) -> tuple[Context, Load]:
        """Tables, master data, refusal of conflicts, reservation of ids: all of it or none."""
        main, options = self.main, self.options
        incoming = read_incoming(extract, left, options.prefix)
        refuse_long_texts(extract, left, dimensions, options.prefix)
        staff = dimensions["staff"].column("username").to_pylist()
        passwords = read_passwords(options.password_file).encoded(staff) if options.password_file else {}
        coming = max_rows(extract, left)
        with main.transaction():
            refuse_without_rights_to_create(main)
            self.result.created_tables = prepare_tables(main, history=options.history)
            refuse_without_rights_to_fill(main, history=options.history)
            filled = [mapping.uat for mapping in DIMENSIONS]
            filled += [mapping.uat for mapping in EVENTS if mapping.lake in extract.tables]
            filled += [history_name(table) for table in filled if options.history]
            refuse_triggers(main, filled)
            load_log.create(main)
            owner = load.owner if load else owner_name(main, options.user, staff)
            context = replace(new_context(main, self.run_dir, self.manifest, dimensions), passwords=passwords)
            context, added, self.result.differing_master_rows = complete_master_data(main, context, owner=owner)
            refuse_conflicts(main, extract, context, incoming, load=load)
            if load is None:
                load = load_log.begin(
                    main, self.manifest, options.selection, options.prefix, owner=owner, history=options.history
                )
            past = add_history(main, added, context) if options.history else []
            load_log.record_master_rows(main, load, [*added, *past])
            if not options.keep_indexes:
                refuse_without_ownership(main, tables_to_set_aside(main, load, coming))
        self.result.owner = owner
        for rows in added:
            before = self.result.added_master_rows.get(rows.table, 0)
            self.result.added_master_rows[rows.table] = before + rows.last - rows.first + 1
        return replace(context, offsets=load.offsets, prefix=options.prefix), load

    def _fill(self, job: CopyJob, left: list[PartitionRecord], *, by_tables: bool) -> None:
        """Copy what is not in yet, make what was set aside, and look at what came."""
        listener, result, load = self.listener, self.result, job.load
        coming = max_rows(job.extract, left)
        states = sum(coming.get(history.table.lake, 0) for history in load.histories)
        listener.coming(sum(coming.values()) + states)
        listener.phase("rows")
        failure: BaseException | None = None
        begun = perf_counter()
        try:
            if by_tables:
                self._copy_tables(job, left, coming)
            else:
                self._copy_partitions(job, left, coming)
        except BaseException as e:
            failure = e
        result.copy_seconds = result.copy_seconds or perf_counter() - begun
        if failure is not None or not by_tables:
            listener.phase("indexes and foreign keys")
        self._restore(load, failure, job.beat)
        if isinstance(failure, Unreachable | BrokenKey):
            raise self.failed(str(failure)) from failure
        if failure is not None:
            failure.add_note(f"{self.committed} of {self.of} {self.unit} are in")
            raise failure
        if not by_tables:
            listener.phase("analyzing")
            self._analyze(load)
        result.bytes = self._bytes(load)
        load_log.complete(self.main, load, copy_seconds=result.copy_seconds, restore_seconds=result.restore_seconds)

    def _copy_partitions(self, job: CopyJob, left: list[PartitionRecord], coming: dict[str, int]) -> None:
        main, result = self.main, self.result

        def done(number: int, rows: dict[str, int], seconds: float) -> None:
            self.committed += 1
            for table, count in rows.items():
                result.count(table, count)
            result.spend({"copy": seconds})
            self.listener.partition(number)

        if not self.options.keep_indexes:
            result.set_aside = set_aside(main, job.load, coming)
        copy_partitions(self.pool, job, left, done)
        if self.is_own:
            main.execute("CHECKPOINT")  # the rows' log goes before the indexes come: less room at a time

    def _copy_tables(self, job: CopyJob, left: list[PartitionRecord], coming: dict[str, int]) -> None:
        result, begun = self.result, perf_counter()
        first = FirstLoad(main=self.main, job=job, partitions=left, coming=coming)
        names = {mapping.uat: mapping.ids for mapping in job.load.mappings}

        def copied(loaded: LoadedTable) -> None:
            self.committed += 1
            result.count(names[loaded.table], sum(loaded.rows.values()))
            if self.committed == self.of:
                self.listener.phase("indexes and foreign keys")

        def made(what: str, done: int, of: int) -> None:
            if self.committed == self.of:
                self.listener.restored(what, done, of)

        result.set_aside = first.prepare()
        first.fill(self.pool, copied, made, lambda each: result.spend(each.seconds))
        # rows came while indexes were made: the time that it took, as the connections spent it
        copying = result.spent.get("copy", 0.0) / (sum(result.spent.values()) or 1.0)
        result.copy_seconds = (perf_counter() - begun) * copying
        result.restore_seconds = (perf_counter() - begun) * (1 - copying)

    def _bytes(self, load: Load) -> dict[str, int]:
        row = self.main.execute(
            "SELECT sum(pg_table_size(t)), sum(pg_indexes_size(t)) FROM unnest(%s::text[]::regclass[]) t",
            ([qualified(mapping.uat) for mapping in load.mappings],),
        ).fetchone()
        return {} if row is None else {"tables": int(row[0]), "indexes": int(row[1])}

    def _analyze(self, load: Load) -> None:
        tables = [m for m in load.mappings if self.result.rows.get(m.ids) or self.result.history_rows.get(m.ids)]
        largest_first = sorted(tables, key=lambda m: -self.result.rows.get(m.ids, 0))
        analyze(self.pool, [mapping.uat for mapping in largest_first], lambda each: self.result.spend(each.seconds))

    def _restore(self, load: Load, failure: BaseException | None, beat: Callable[[], None]) -> None:
        """What was set aside, also after a failure; LoadFailed where it can't be."""
        try:
            with ExitStack() as stack:
                if failure is None:
                    pool = self.pool
                else:  # the old connections may be as broken as the copy is
                    pool = [stack.enter_context(connect(self.dsn)) for _ in range(max(len(self._pool), 1))]
                    # a commit's answer may have been lost
                    parts = load_log.count_parts(pool[0], load)
                    self.committed = len(loaded_tables(pool[0], load)) if self.unit == "tables" and not parts else parts
                self.result.restore_seconds += restore(
                    pool,
                    self.listener.restored,
                    beat if failure is None else lambda: None,
                    lambda made: self.result.spend(made.seconds),
                )
        except (psycopg.Error, InputError) as e:
            reason = describe_error(e, self.dsn) if isinstance(e, psycopg.Error) else str(e)
            words = (
                f"indexes and foreign keys can't be restored: {reason}\n  what was dropped is recorded in "
                "smoltworks.load_log_set_aside, and the next load restores it first"
            )
            if failure is not None and not isinstance(failure, psycopg.Error | InputError):
                failure.add_note(words)
                raise failure from e
            cause = f"{describe_error(failure, self.dsn)}\n" if isinstance(failure, psycopg.Error) else ""
            raise self.failed(cause + words) from failure or e
