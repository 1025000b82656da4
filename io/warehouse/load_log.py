"""The load log, in the target's schema `smoltworks`: what was loaded, under which ids, what was set aside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from time import monotonic, sleep

import xxhash
from psycopg import sql

from lake.errors import InputError
from lake.manifest import Manifest
from lake.tables import EVENT_TABLES
from warehouse.database import Connection, identifier, key_columns
from warehouse.selection import Selection
from warehouse.uat.expressions import Mapping
from warehouse.uat.history import HISTORIES, History
from warehouse.uat.identifiers import qualified
from warehouse.uat.mapping import EVENT_MAPPINGS, EVENTS
from warehouse.uat.tables import TARGET_TABLES

# One lock for all loaders of a database: they would race for the same sequences and indexes.
LOADER_LOCK = 0x536D6F6C74  # "Smolt"
LOCK_SECONDS = 3  # a server notices some moments later that a loader is gone

# What STATEMENTS make, in the order in which it can be dropped.
TABLES = (
    "smoltworks.load_log_set_aside",
    "smoltworks.load_log_table",
    "smoltworks.load_log_part",
    "smoltworks.load_log",
)

STATEMENTS = (
    "CREATE SCHEMA IF NOT EXISTS smoltworks",
    """
    CREATE TABLE IF NOT EXISTS smoltworks.load_log (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      run text NOT NULL UNIQUE,
      fingerprint text NOT NULL UNIQUE,
      as_of date NOT NULL,
      selection jsonb NOT NULL,
      prefix text NOT NULL,
      owner text NOT NULL,
      status text NOT NULL CHECK (status IN ('loading', 'complete', 'wiping')),
      offsets jsonb NOT NULL,
      spans jsonb NOT NULL,
      master jsonb NOT NULL DEFAULT '[]',
      begun_at timestamptz NOT NULL DEFAULT now(),
      completed_at timestamptz,
      copy_seconds double precision,
      restore_seconds double precision
    )
    """,
    # of a log that an earlier version began
    "ALTER TABLE smoltworks.load_log ADD COLUMN IF NOT EXISTS owner text NOT NULL DEFAULT 'system_admin'",
    """
    CREATE TABLE IF NOT EXISTS smoltworks.load_log_part (
      load_id bigint NOT NULL REFERENCES smoltworks.load_log ON DELETE CASCADE,
      partition integer NOT NULL,
      rows jsonb NOT NULL,
      seconds double precision NOT NULL,
      loaded_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (load_id, partition)
    )
    """,
    # of a load that goes by tables (warehouse.first_load, warehouse.tables_done), until all of them are in
    """
    CREATE TABLE IF NOT EXISTS smoltworks.load_log_table (
      load_id bigint NOT NULL REFERENCES smoltworks.load_log ON DELETE CASCADE,
      table_name text NOT NULL,
      rows jsonb NOT NULL,
      seconds double precision NOT NULL,
      loaded_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (load_id, table_name)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS smoltworks.load_log_set_aside (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      load_id bigint NOT NULL REFERENCES smoltworks.load_log ON DELETE CASCADE,
      table_name text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('index', 'foreign_key')),
      name text NOT NULL,
      definition text NOT NULL,
      state text NOT NULL CHECK (state IN ('dropped', 'unvalidated', 'restored')),
      seconds double precision,
      UNIQUE (load_id, table_name, name)
    )
    """,
)


@dataclass(frozen=True)
class AddedRows:
    """Rows of a target's master table that a load added, first to last id."""

    table: str
    first: int
    last: int


@dataclass(frozen=True)
class Load:
    """One run's load: offsets[table] + lake id = the target's id, within (offset, offset + spans[table]].

    A load with history has ids reserved in the history tables too, under their own names.
    """

    id: int
    run: str
    fingerprint: str
    status: str
    selection: Selection
    prefix: str
    owner: str
    offsets: dict[str, int]
    spans: dict[str, int]
    partitions_done: frozenset[int]

    @property
    def histories(self) -> tuple[History, ...]:
        """What it fills of the history tables: nothing, unless it was begun with history."""
        return tuple(history for history in HISTORIES if history.mapping.uat in self.offsets)

    @property
    def mappings(self) -> tuple[Mapping, ...]:
        """Every table that it fills; a history after the rows whose states it holds."""
        return (*EVENTS, *(history.mapping for history in self.histories))

    def id_range(self, table: str) -> tuple[int, int]:
        """First and last id that is reserved under a name, a lake table's or a history table's."""
        return self.offsets[table] + 1, self.offsets[table] + self.spans[table]

    def rows_of_others(self, mapping: Mapping) -> list[sql.Composed]:
        """Conditions, one of which holds for a row that is not this load's: of a table called t, each by an index."""
        column, table = mapping.identified_by
        name, (first, last) = sql.Identifier(column), self.id_range(table)
        return [
            sql.SQL("t.{} < {}").format(name, sql.Literal(first)),
            sql.SQL("t.{} > {}").format(name, sql.Literal(last)),
        ]

    def own_rows(self, mapping: Mapping) -> sql.Composed:
        """The condition that tells this load's rows of a target's table, called t, from those of others."""
        column, table = mapping.identified_by
        first, last = self.id_range(table)
        return sql.SQL("t.{} BETWEEN {} AND {}").format(sql.Identifier(column), sql.Literal(first), sql.Literal(last))


def lock(connection: Connection, manifest: Manifest | None = None) -> None:
    """Take the database's loader lock, and a run's, for this session; InputError when another session keeps it."""
    _lock(connection, "pg_try_advisory_lock", LOADER_LOCK, "another load or removal is at work there")
    if manifest is not None:
        _lock(connection, "pg_try_advisory_lock", _run_lock(manifest), "a verification compares this run there")


def lock_for_reading(connection: Connection, manifest: Manifest) -> None:
    """Keep loads and removals of a run away for this session; InputError when one is at work."""
    what = "a load or a removal of this run is at work there"
    _lock(connection, "pg_try_advisory_lock_shared", _run_lock(manifest), what)


def _run_lock(manifest: Manifest) -> int:
    return xxhash.xxh3_64_intdigest(manifest.fingerprint.encode()) - (1 << 63)


def _lock(connection: Connection, function: str, number: int, held: str) -> None:
    end = monotonic() + LOCK_SECONDS
    while True:
        row = connection.execute(sql.SQL("SELECT {}({})").format(sql.SQL(function), sql.Literal(number))).fetchone()
        if row is not None and row[0]:
            return
        if monotonic() > end:
            raise InputError("target database", held, "wait for it to end, then repeat the command")
        sleep(0.1)


def exists(connection: Connection) -> bool:
    """Whether the database has a load log."""
    row = connection.execute("SELECT to_regclass('smoltworks.load_log_set_aside') IS NOT NULL").fetchone()
    return row is not None and bool(row[0])


def create(connection: Connection) -> None:
    """Make the load log's schema and tables, unless they are there."""
    for line in STATEMENTS:
        connection.execute(sql.SQL(line))


def find(connection: Connection, manifest: Manifest) -> Load | None:
    """This run's load, begun or complete. InputError when another run of the same name was loaded."""
    rows = connection.execute(
        """
        SELECT id, run, fingerprint, status, selection, prefix, offsets, spans,
               coalesce(to_jsonb(l) ->> 'owner', 'system_admin')
        FROM smoltworks.load_log l WHERE run = %s OR fingerprint = %s
        """,
        (manifest.run, manifest.fingerprint),
    ).fetchall()
    for id_, run, fingerprint, status, selection, prefix, offsets, spans, owner in rows:
        if fingerprint == manifest.fingerprint:
            done = connection.execute(
                "SELECT partition FROM smoltworks.load_log_part WHERE load_id = %s", (id_,)
            ).fetchall()
            return Load(
                id=id_,
                run=run,
                fingerprint=fingerprint,
                status=status,
                selection=Selection.from_json(selection),
                prefix=prefix,
                owner=owner,
                offsets=offsets,
                spans=spans,
                partitions_done=frozenset(row[0] for row in done),
            )
    if rows:
        raise InputError(
            f"run {manifest.run}",
            f"the target has another run of this name: fingerprint {rows[0][2]}, not {manifest.fingerprint}",
            "give this run another name (run --out), or load it into another database",
        )
    return None


def spans(manifest: Manifest, *, history: bool = False) -> dict[str, int]:
    """How many ids each table that a run fills may take, at most; a table without ids of its own is left out."""
    rows = manifest.tables
    taken = {}
    for table in EVENT_TABLES:
        mapping = EVENT_MAPPINGS[table.name]
        if not mapping.id_column:
            continue
        if not mapping.has_lake_id:
            taken[table.name] = rows.get(table.name, 0)
        else:
            taken[table.name] = (manifest.identity.batch_count + 1) << table.id_bits
    for past in HISTORIES if history else ():
        taken[past.mapping.ids] = rows.get(past.table.lake, 0) * past.states
    return taken


def refuse_half_removed(load: Load) -> None:
    """InputError when a --wipe of the run was begun and broke off."""
    if load.status == "wiping":
        raise InputError(
            f"run {load.run}",
            "its removal from the target was begun and not finished",
            "finish it: the same command with --wipe",
        )


def refuse_unfinished(load: Load, of: int) -> None:
    """InputError when the load of a run, of so many partitions, was begun and is not finished."""
    if load.status == "loading":
        raise InputError(
            f"run {load.run}",
            f"its load was begun and is not finished: {len(load.partitions_done)} of {of} partitions are in",
            "finish it: load it again as before",
        )


def refuse_another_part(load: Load, selection: Selection, prefix: str, *, history: bool, user: str) -> None:
    """InputError when a run's load is another part of it, under other batch numbers, not alike in history, or not the
    asked user's."""
    for what, then, now in (
        ("history", "all states" if load.histories else "none", "all states" if history else "none"),
        ("part of it", load.selection.in_words(), selection.in_words()),
        ("prefix", load.prefix or "none", prefix or "none"),
        ("user", load.owner, user or load.owner),
    ):
        if then != now:
            raise InputError(
                f"run {load.run}",
                f"the target has it with another {what}: {then}, not {now}",
                "load the same, or remove that first: the same command with --wipe and no selection",
            )


def begin(
    connection: Connection,
    manifest: Manifest,
    selection: Selection,
    prefix: str,
    *,
    owner: str,
    history: bool = False,
) -> Load:
    """Reserve ids in every table that is filled and record them, within the transaction that prepares the load."""
    wanted = spans(manifest, history=history)
    targets = {name: mapping.uat for name, mapping in EVENT_MAPPINGS.items()}
    offsets = {name: reserve_ids(connection, targets.get(name, name), span) for name, span in wanted.items()}
    row = connection.execute(
        """
        INSERT INTO smoltworks.load_log (run, fingerprint, as_of, status, selection, prefix, owner, offsets, spans)
        VALUES (%s, %s, %s, 'loading', %s, %s, %s, %s, %s) RETURNING id
        """,
        (
            manifest.run,
            manifest.fingerprint,
            manifest.identity.as_of,
            json.dumps(selection.to_json()),
            prefix,
            owner,
            json.dumps(offsets),
            json.dumps(wanted),
        ),
    ).fetchone()
    assert row is not None
    return Load(
        id=row[0],
        run=manifest.run,
        fingerprint=manifest.fingerprint,
        status="loading",
        selection=selection,
        prefix=prefix,
        owner=owner,
        offsets=offsets,
        spans=wanted,
        partitions_done=frozenset(),
    )


def reserve_ids(connection: Connection, table: str, count: int) -> int:
    """Move a table's sequence past `count` ids that are ours; returns the last id before them."""
    name, column = identifier(table), TARGET_TABLES[table].identity
    # An insert draws its id while it holds this lock's counterpart, so nobody can draw between our two calls.
    connection.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(name))
    highest = 0
    if key_columns(connection, table)[:1] == (column,):
        # rows entered with ids of their own may lie beyond the sequence
        query = sql.SQL("SELECT coalesce(max({}), 0) FROM {}").format(sql.Identifier(column), name)
        row = connection.execute(query).fetchone()
        highest = row[0] if row else 0
    row = connection.execute(
        """
        WITH s AS (SELECT pg_get_serial_sequence(%(table)s, %(column)s)::regclass AS name),
        base AS (SELECT greatest(nextval(s.name) - 1, %(highest)s::bigint) AS last FROM s)
        SELECT last, setval(s.name, greatest(last + %(count)s::bigint, 1), last + %(count)s::bigint > 0)
        FROM s, base
        """,
        {"table": qualified(table), "column": column, "highest": highest, "count": count},
    ).fetchone()
    assert row is not None
    return int(row[0])


def record_master_rows(connection: Connection, load: Load, added: list[AddedRows]) -> None:
    """Note which master rows a load added, so that they can be removed with it."""
    rows = [[rows.table, rows.first, rows.last] for rows in added]
    connection.execute(
        "UPDATE smoltworks.load_log SET master = master || %s::jsonb WHERE id = %s", (json.dumps(rows), load.id)
    )


def master_rows(connection: Connection, load: Load) -> list[AddedRows]:
    """The master rows that a load added."""
    row = connection.execute("SELECT master FROM smoltworks.load_log WHERE id = %s", (load.id,)).fetchone()
    return [AddedRows(table=table, first=first, last=last) for table, first, last in row[0]] if row else []


def record_part(connection: Connection, load: Load, partition: int, rows: dict[str, int], *, seconds: float) -> None:
    """Note that a partition is in: its rows by lake table, and the seconds that they took."""
    connection.execute(
        "INSERT INTO smoltworks.load_log_part (load_id, partition, rows, seconds) VALUES (%s, %s, %s, %s)",
        (load.id, partition, json.dumps(rows), seconds),
    )


def count_parts(connection: Connection, load: Load) -> int:
    """How many of a load's partitions are in."""
    row = connection.execute("SELECT count(*) FROM smoltworks.load_log_part WHERE load_id = %s", (load.id,)).fetchone()
    return int(row[0]) if row else 0


def complete(connection: Connection, load: Load, *, copy_seconds: float, restore_seconds: float) -> None:
    """Note that a load is complete."""
    connection.execute(
        """
        UPDATE smoltworks.load_log
        SET status = 'complete', completed_at = now(), copy_seconds = %s, restore_seconds = %s WHERE id = %s
        """,
        (copy_seconds, restore_seconds, load.id),
    )
