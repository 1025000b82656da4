"""Indexes and foreign keys out of a COPY's way and back: recorded as they are dropped, validated again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import psycopg
from psycopg import sql

from warehouse.load_log import Connection, Load
from warehouse.target import identifier
from warehouse.uat.expressions import Mapping
from warehouse.uat.mapping import EVENTS
from warehouse.uat.schema import qualified

LEAST_ROWS = 10_000  # with fewer rows to come, keeping a key or an index up costs less than making it again

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


def to_set_aside(connection: Connection, load: Load, coming: dict[str, int]) -> list[str]:
    """The tables, of `coming` rows by lake table, to which many rows come and which hold no others than this load's."""
    return [
        mapping.uat
        for mapping in EVENTS
        if coming.get(mapping.lake, 0) > LEAST_ROWS and not has_foreign_rows(connection, mapping, load)
    ]


def set_aside(connection: Connection, load: Load, coming: dict[str, int]) -> int:
    """Drop what slows a COPY into the tables of to_set_aside; how many things.

    Primary keys, unique constraints and block range indexes stay. Record and drop are one transaction.
    """
    count = 0
    with connection.transaction():
        for table in to_set_aside(connection, load, coming):
            for kind, name, definition in connection.execute(FIND, {"table": qualified(table)}).fetchall():
                _drop(connection, load, table, kind, name, definition)
                count += 1
    return count


def has_foreign_rows(connection: Connection, mapping: Mapping, load: Load) -> bool:
    """Whether a table holds rows that are not this load's."""
    before, after = (
        sql.SQL("EXISTS (SELECT 1 FROM {} t WHERE {})").format(identifier(mapping.uat), condition)
        for condition in load.rows_of_others(mapping)
    )
    row = connection.execute(sql.SQL("SELECT {} OR {}").format(before, after)).fetchone()
    return row is not None and bool(row[0])


def _drop(connection: Connection, load: Load, table: str, kind: str, name: str, definition: str) -> None:
    connection.execute(
        """
        INSERT INTO smoltworks.load_log_set_aside (load_id, table_name, kind, name, definition, state)
        VALUES (%(load)s, %(table)s, %(kind)s, %(name)s, %(definition)s, 'dropped')
        ON CONFLICT (load_id, table_name, name)
        DO UPDATE SET state = 'dropped', definition = EXCLUDED.definition
        """,
        {"load": load.id, "table": table, "kind": kind, "name": name, "definition": definition},
    )
    if kind == "index":
        # the name comes from regclass: quoted, and with its schema where that is needed
        connection.execute(sql.SQL(f"DROP INDEX {name}"))
    else:
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(identifier(table), sql.Identifier(name)))


def pending(connection: Connection) -> int:
    """How many things any load of this database has dropped and not yet restored."""
    row = connection.execute("SELECT count(*) FROM smoltworks.load_log_set_aside WHERE state <> 'restored'").fetchone()
    return int(row[0]) if row else 0


def restore(
    connections: Iterable[Connection], report: Callable[[str, int, int], None] = lambda what, done, of: None
) -> float:
    """Make every recorded index and foreign key again, and validate; seconds. The connections share the work.

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
    indexes = [row for row in rows if row[2] == "index"]
    keys = [row for row in rows if row[2] == "foreign_key"]
    for id_, table, _, name, definition, state in keys:
        if state == "dropped":
            _add_key(pool[0], id_, table, name, definition)
    # one table's validations exclude each other, so a table is the unit; its indexes are free of each other
    by_table: dict[str, list[tuple[int, str, str]]] = {}
    for id_, table, _, name, definition, _ in keys:
        by_table.setdefault(table, []).append((id_, name, definition))
    work: list[Callable[[Connection], None]] = [_index_work(row[0], row[4]) for row in indexes]
    work += [_validation_work(table, listed) for table, listed in by_table.items()]
    _share(pool, work, lambda done: report("indexes and keys", done, len(work)))
    return perf_counter() - begun


def _share(pool: list[Connection], work: list[Callable[[Connection], None]], done: Callable[[int], None]) -> None:
    free = list(pool)

    def run(task: Callable[[Connection], None]) -> None:
        connection = free.pop()
        try:
            task(connection)
        finally:
            free.append(connection)

    with ThreadPoolExecutor(len(pool)) as executor:
        for number, future in enumerate([executor.submit(run, task) for task in work], 1):
            future.result()
            done(number)


def _mark(connection: Connection, id_: int, state: str, seconds: float) -> None:
    connection.execute(
        """
        UPDATE smoltworks.load_log_set_aside SET state = %s, seconds = coalesce(seconds, 0) + %s WHERE id = %s
        """,
        (state, seconds, id_),
    )


def _index_work(id_: int, definition: str) -> Callable[[Connection], None]:
    def build(connection: Connection) -> None:
        begun = perf_counter()
        with connection.transaction():
            connection.execute(sql.SQL(definition))
            _mark(connection, id_, "restored", perf_counter() - begun)

    return build


def _add_key(connection: Connection, id_: int, table: str, name: str, definition: str) -> None:
    text = definition if definition.endswith("NOT VALID") else f"{definition} NOT VALID"
    with connection.transaction():
        connection.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                identifier(table), sql.Identifier(name), sql.SQL(text)
            )
        )
        _mark(connection, id_, "unvalidated", 0.0)


def _validation_work(table: str, keys: list[tuple[int, str, str]]) -> Callable[[Connection], None]:
    def validate(connection: Connection) -> None:
        for id_, name, definition in keys:
            begun = perf_counter()
            with connection.transaction():
                if not definition.endswith("NOT VALID"):  # it never was valid: not ours to judge
                    connection.execute(
                        sql.SQL("ALTER TABLE {} VALIDATE CONSTRAINT {}").format(identifier(table), sql.Identifier(name))
                    )
                _mark(connection, id_, "restored", perf_counter() - begun)

    return validate


def explain(error: psycopg.Error) -> str:
    """A constraint's failure in words: which one, and PostgreSQL's detail."""
    detail = error.diag.message_detail or ""
    return f"{error.diag.message_primary or error} {detail}".strip()
