"""Indexes and foreign keys out of a COPY's way and back: recorded as they are dropped, validated again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from threading import Event
from time import perf_counter

from psycopg import sql

from warehouse.database import Connection, identifier
from warehouse.load_log import Load
from warehouse.sharing import Piece, Stopped, share
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


REFERRING = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE confrelid = to_regclass(%(table)s) AND contype = 'f' ORDER BY 1, 2
"""

NOT_VALID = "NOT VALID"


@dataclass(frozen=True)
class Made:
    """What a piece of work made, in words, and how long its connection took over it: seconds by kind of work."""

    what: str
    seconds: dict[str, float]


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


def are_many(rows: int) -> bool:
    """Whether so many rows come to a table that its indexes are better made afterwards."""
    return rows > MIN_ROWS


def tables_to_set_aside(connection: Connection, load: Load, coming: dict[str, int]) -> list[str]:
    """The tables, of `coming` rows by lake table, to which many rows come and which hold no others than this load's."""
    return [
        mapping.uat
        for mapping in load.mappings
        if are_many(coming.get(mapping.lake, 0)) and not has_other_rows(connection, mapping, load)
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


def set_aside_for_filling(connection: Connection, load: Load, tables: Iterable[str]) -> dict[str, list[Dropped]]:
    """Drop what is in the way of emptying and filling some tables at once: their indexes, and the keys of others, or
    their own, that refer to them. By table; recorded as set_aside does."""
    found: dict[str, list[Dropped]] = {}
    with connection.transaction():
        for table in tables:
            named = {"table": qualified(table)}
            listed = [
                Dropped(table=child, kind="foreign_key", name=name, definition=definition)
                for child, name, definition in connection.execute(REFERRING, named).fetchall()
            ]
            listed += [
                Dropped(table=table, kind=kind, name=name, definition=definition)
                for kind, name, definition in connection.execute(FIND, named).fetchall()
                if kind == "index"
            ]
            found[table] = [_drop(connection, load, each) for each in listed]
    return found


def has_other_rows(connection: Connection, mapping: Mapping, load: Load) -> bool:
    """Whether a table holds rows that are not this load's."""
    before, after = (
        sql.SQL("EXISTS (SELECT 1 FROM {} t WHERE {})").format(identifier(mapping.uat), condition)
        for condition in load.rows_of_others(mapping)
    )
    row = connection.execute(sql.SQL("SELECT {} OR {}").format(before, after)).fetchone()
    return row is not None and bool(row[0])


def _drop(connection: Connection, load: Load, dropped: Dropped) -> Dropped:
    row = connection.execute(
        """
        INSERT INTO smoltworks.load_log_set_aside (load_id, table_name, kind, name, definition, state)
        VALUES (%(load)s, %(table)s, %(kind)s, %(name)s, %(definition)s, 'dropped')
        ON CONFLICT (load_id, table_name, name)
        DO UPDATE SET state = 'dropped', definition = EXCLUDED.definition
        RETURNING id
        """,
        {
            "load": load.id,
            "table": dropped.table,
            "kind": dropped.kind,
            "name": dropped.name,
            "definition": dropped.definition,
        },
    ).fetchone()
    assert row is not None
    if dropped.kind == "index":
        # the name comes from regclass: quoted, and with its schema where that is needed
        connection.execute(sql.SQL(f"DROP INDEX {dropped.name}"))
    else:
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        connection.execute(drop.format(identifier(dropped.table), sql.Identifier(dropped.name)))
    return replace(dropped, id=row[0])


def count_dropped(connection: Connection) -> int:
    """How many things any load of this database has dropped and not yet restored."""
    row = connection.execute("SELECT count(*) FROM smoltworks.load_log_set_aside WHERE state <> 'restored'").fetchone()
    return int(row[0]) if row else 0


def restore(
    connections: Iterable[Connection],
    report: Callable[[str, int, int], None] = lambda what, done, of: None,
    beat: Callable[[], None] = lambda: None,
    spent: Callable[[Made], None] = lambda made: None,
) -> float:
    """Make every recorded index and foreign key again, and validate; seconds. The connections share the work; `beat` is
    called meanwhile, and `spent` hears of each piece.

    psycopg.errors.ForeignKeyViolation, UniqueViolation when the data does not allow it: what could not be
    restored stays recorded.
    """
    pool = list(connections)
    begun = perf_counter()
    rows = (
        pool[0]
        .execute(
            """
            SELECT id, table_name, kind, name, definition, state, coalesce(pg_table_size(to_regclass(table_name)), 0)
            FROM smoltworks.load_log_set_aside WHERE state <> 'restored' ORDER BY id
            """
        )
        .fetchall()
    )
    recorded = [
        Dropped(id=id_, table=table, kind=kind, name=name, definition=definition, state=state)
        for id_, table, kind, name, definition, state, _ in rows
    ]
    sizes = {row[1]: float(row[-1]) for row in rows}
    keys = [key for key in recorded if key.kind == "foreign_key"]
    for key in keys:
        if key.state == "dropped":
            _add_key(pool[0], key)
    # one table's validations exclude each other and the making of its indexes, so a table is the unit; its indexes are
    # free of each other
    by_table: dict[str, list[Dropped]] = {}
    for key in keys:
        by_table.setdefault(key.table, []).append(key)
    indexes = [each for each in recorded if each.kind == "index"]
    work = [index_piece(index, sizes[index.table]) for index in indexes]
    for table, listed in by_table.items():
        first = frozenset(index_name(index) for index in indexes if index.table == table)
        work.append(
            Piece(name=f"keys {table}", do=_validation_work(listed), cost=len(listed) * sizes[table], after=first)
        )
    numbers = count(1)
    report("making indexes, validating keys", 0, len(work))

    def done(made: Made) -> None:
        spent(made)
        report(made.what, next(numbers), len(work))

    share(pool, work, done, beat)
    return perf_counter() - begun


def analyze(pool: list[Connection], tables: list[str], spent: Callable[[Made], None]) -> None:
    """Let the server look at what tables hold, so that it plans well; the connections share the work."""

    def look(table: str, connection: Connection, stop: Event) -> Made:
        begun = perf_counter()
        connection.execute(sql.SQL("ANALYZE {}").format(identifier(table)))
        return Made(f"statistics, {table}", {"analyze": perf_counter() - begun})

    share(pool, [Piece(name=f"analyze {table}", do=partial(look, table)) for table in tables], spent)


def _mark(connection: Connection, dropped: Dropped, state: str, seconds: float) -> None:
    connection.execute(
        """
        UPDATE smoltworks.load_log_set_aside SET state = %s, seconds = coalesce(seconds, 0) + %s WHERE id = %s
        """,
        (state, seconds, dropped.id),
    )


def index_name(index: Dropped) -> str:
    """The name of the piece of work that makes an index."""
    return f"index {index.id} {index.name}"


def index_piece(index: Dropped, cost: float, after: frozenset[str] = frozenset()) -> Piece[Made]:
    """The piece of work that makes a recorded index again."""

    def build(connection: Connection, stop: Event) -> Made:
        begun = perf_counter()
        with connection.transaction():
            connection.execute(sql.SQL(index.definition))
            mark_restored(connection, index, perf_counter() - begun)
        return Made(f"indexes, {index.table}", {"indexes": perf_counter() - begun})

    return Piece(name=index_name(index), do=build, cost=cost, after=after)


def make_key(connection: Connection, key: Dropped) -> None:
    """Make a recorded foreign key again, within a transaction: at once valid."""
    begun = perf_counter()
    _add(connection, key, key.definition)
    mark_restored(connection, key, perf_counter() - begun)


def mark_restored(connection: Connection, dropped: Dropped, seconds: float) -> None:
    """Note that what was dropped is there again."""
    _mark(connection, dropped, "restored", seconds)


def _add(connection: Connection, key: Dropped, text: str) -> None:
    add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
    connection.execute(add.format(identifier(key.table), sql.Identifier(key.name), sql.SQL(text)))


def _add_key(connection: Connection, key: Dropped) -> None:
    text = key.definition if key.is_unvalidated else f"{key.definition} {NOT_VALID}"
    with connection.transaction():
        _add(connection, key, text)
        _mark(connection, key, "unvalidated", 0.0)


def _validation_work(keys: list[Dropped]) -> Callable[[Connection, Event], Made]:
    def validate(connection: Connection, stop: Event) -> Made:
        first = perf_counter()
        validation = sql.SQL("ALTER TABLE {} VALIDATE CONSTRAINT {}")
        for key in keys:
            if stop.is_set():
                raise Stopped
            begun = perf_counter()
            with connection.transaction():
                if not key.is_unvalidated:  # it never was valid: not ours to judge
                    connection.execute(validation.format(identifier(key.table), sql.Identifier(key.name)))
                _mark(connection, key, "restored", perf_counter() - begun)
        return Made(f"keys, {keys[0].table}", {"keys": perf_counter() - first})

    return validate
