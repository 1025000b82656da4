"""Indexes and foreign keys out of a COPY's way and back: recorded as they are dropped, validated again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from threading import Event
from time import perf_counter

from psycopg import sql

from warehouse.database import Connection, identifier
from warehouse.load_log import Load
from warehouse.sharing import Stopped, share
from warehouse.uat.expressions import Mapping
from warehouse.uat.identifiers import qualified

MIN_ROWS = 10_000  # with fewer rows to come, keeping a key or an index up costs less than making it again

FIND = """
SELECT 'foreign_key', conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%(table)s) AND contype = 'f'
UNION ALL
SELECT 'index', i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE m.amname <> 'brin' AND i.indrelid = to_regclass(%(table)s) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k
                  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
"""


NOT_VALID = "NOT VALID"
Work = Callable[[Connection, Event], str]


@dataclass(frozen=True)
class Dropped:
    """An index or a foreign key that a load dropped: what PostgreSQL makes it of again, and its row in the load log.

    `kind`: index or foreign_key; `state`: dropped or unvalidated.
    """

    table: str
    kind: str
    name: str
    definition: str
    state: str = "dropped"
    id: int = 0

    @property
    def is_unvalidated(self) -> bool:
        """Whether the key was never valid for the rows that were there."""
        return self.definition.endswith(NOT_VALID)


def tables_to_set_aside(connection: Connection, load: Load, coming: dict[str, int]) -> list[str]:
    """The tables, of `coming` rows by lake table, to which many rows come and which hold no others than this load's."""
    return [
        mapping.uat
        for mapping in load.mappings
        if coming.get(mapping.lake, 0) > MIN_ROWS and not has_other_rows(connection, mapping, load)
    ]


def set_aside(connection: Connection, load: Load, coming: dict[str, int]) -> int:
    """Drop what slows a COPY into the tables of to_set_aside; how many things.

    Primary keys, unique constraints and block range indexes stay. Record and drop are one transaction.
    """
    count = 0
    with connection.transaction():
        for table in tables_to_set_aside(connection, load, coming):
            for kind, name, definition in connection.execute(FIND, {"table": qualified(table)}).fetchall():
                _drop(connection, load, Dropped(table=table, kind=kind, name=name, definition=definition))
                count += 1
    return count


def has_other_rows(connection: Connection, mapping: Mapping, load: Load) -> bool:
    """Whether a table holds rows that are not this load's."""
    before, after = (
        sql.SQL("EXISTS (SELECT 1 FROM {} t WHERE {})").format(identifier(mapping.uat), condition)
        for condition in load.rows_of_others(mapping)
    )
    row = connection.execute(sql.SQL("SELECT {} OR {}").format(before, after)).fetchone()
    return row is not None and bool(row[0])


def _drop(connection: Connection, load: Load, dropped: Dropped) -> None:
    connection.execute(
        """
        INSERT INTO smoltworks.load_log_set_aside (load_id, table_name, kind, name, definition, state)
        VALUES (%(load)s, %(table)s, %(kind)s, %(name)s, %(definition)s, 'dropped')
        ON CONFLICT (load_id, table_name, name)
        DO UPDATE SET state = 'dropped', definition = EXCLUDED.definition
        """,
        {
            "load": load.id,
            "table": dropped.table,
            "kind": dropped.kind,
            "name": dropped.name,
            "definition": dropped.definition,
        },
    )
    if dropped.kind == "index":
        # the name comes from regclass: quoted, and with its schema where that is needed
        connection.execute(sql.SQL(f"DROP INDEX {dropped.name}"))
    else:
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        connection.execute(drop.format(identifier(dropped.table), sql.Identifier(dropped.name)))


def count_dropped(connection: Connection) -> int:
    """How many things any load of this database has dropped and not yet restored."""
    row = connection.execute("SELECT count(*) FROM smoltworks.load_log_set_aside WHERE state <> 'restored'").fetchone()
    return int(row[0]) if row else 0


def restore(
    connections: Iterable[Connection],
    report: Callable[[str, int, int], None] = lambda what, done, of: None,
    beat: Callable[[], None] = lambda: None,
) -> float:
    """Make every recorded index and foreign key again, and validate; seconds. The connections share the work, and
    `beat` is called meanwhile.

    psycopg.errors.ForeignKeyViolation, UniqueViolation when the data does not allow it: what could not be
    restored stays recorded.
    """
    pool = list(connections)
    begun = perf_counter()
    rows = (
        pool[0]
        .execute(
            """
            SELECT id, table_name, kind, name, definition, state FROM smoltworks.load_log_set_aside
            WHERE state <> 'restored' ORDER BY id
            """
        )
        .fetchall()
    )
    recorded = [
        Dropped(id=id_, table=table, kind=kind, name=name, definition=definition, state=state)
        for id_, table, kind, name, definition, state in rows
    ]
    keys = [key for key in recorded if key.kind == "foreign_key"]
    for key in keys:
        if key.state == "dropped":
            _add_key(pool[0], key)
    # one table's validations exclude each other, so a table is the unit; its indexes are free of each other
    by_table: dict[str, list[Dropped]] = {}
    for key in keys:
        by_table.setdefault(key.table, []).append(key)
    work: list[Work] = [_index_work(index) for index in recorded if index.kind == "index"]
    work += [_validation_work(listed) for listed in by_table.values()]
    numbers = count(1)
    report("making indexes, validating keys", 0, len(work))
    share(pool, work, lambda made: report(made, next(numbers), len(work)), beat)
    return perf_counter() - begun


def _mark(connection: Connection, dropped: Dropped, state: str, seconds: float) -> None:
    connection.execute(
        """
        UPDATE smoltworks.load_log_set_aside SET state = %s, seconds = coalesce(seconds, 0) + %s WHERE id = %s
        """,
        (state, seconds, dropped.id),
    )


def _index_work(index: Dropped) -> Work:
    def build(connection: Connection, stop: Event) -> str:
        begun = perf_counter()
        with connection.transaction():
            connection.execute(sql.SQL(index.definition))
            _mark(connection, index, "restored", perf_counter() - begun)
        return f"indexes, {index.table}"

    return build


def _add_key(connection: Connection, key: Dropped) -> None:
    text = key.definition if key.is_unvalidated else f"{key.definition} {NOT_VALID}"
    add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
    with connection.transaction():
        connection.execute(add.format(identifier(key.table), sql.Identifier(key.name), sql.SQL(text)))
        _mark(connection, key, "unvalidated", 0.0)


def _validation_work(keys: list[Dropped]) -> Work:
    def validate(connection: Connection, stop: Event) -> str:
        validation = sql.SQL("ALTER TABLE {} VALIDATE CONSTRAINT {}")
        for key in keys:
            if stop.is_set():
                raise Stopped
            begun = perf_counter()
            with connection.transaction():
                if not key.is_unvalidated:  # it never was valid: not ours to judge
                    connection.execute(validation.format(identifier(key.table), sql.Identifier(key.name)))
                _mark(connection, key, "restored", perf_counter() - begun)
        return f"keys, {keys[0].table}"

    return validate
