"""The first load of a run's own server: table by table, each emptied and filled in one transaction.

PostgreSQL (wal_level minimal) logs nothing of such a table and syncs its files when the transaction ends; a crash
before that leaves the table as it was, without rows. Its rows are frozen, stand in the order of their key, and the key
is made once they are there. A table comes after those that it refers to, so that what is in agrees at any moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from threading import Event
from time import perf_counter

import pyarrow as pa
from psycopg import sql

from lake.errors import InputError
from lake.manifest import PartitionRecord
from warehouse.copying import CopyJob, copy_rows, heard, partition_context, target_rows
from warehouse.database import Connection, existing, identifier
from warehouse.indexes import Dropped, Made, are_many, has_other_rows, index_piece, make_key, set_aside_for_filling
from warehouse.key_checks import checked, hold_keys
from warehouse.sharing import Piece, share
from warehouse.tables_done import LoadedTable, loaded_tables, record_table, tables_become_parts
from warehouse.uat.expressions import Mapping
from warehouse.uat.identifiers import qualified

# What a row costs, an index or a key of it; the scheduling needs no more than that.
ROW, KEY = 1.6, 0.6

REFERENCES = """
SELECT c.n, p.n FROM unnest(%(names)s::text[], %(qualified)s::text[]) AS c (n, q)
JOIN pg_constraint k ON k.conrelid = to_regclass(c.q) AND k.contype = 'f' AND k.confrelid <> k.conrelid
JOIN unnest(%(names)s::text[], %(qualified)s::text[]) AS p (n, q) ON k.confrelid = to_regclass(p.q)
"""
CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND contype IN ('p', 'u') ORDER BY contype, conname
"""


@dataclass
class FirstLoad:
    """Fills the tables of a load that are not in yet. `coming`: their rows, at most, by lake table."""

    main: Connection
    job: CopyJob
    partitions: list[PartitionRecord]
    coming: dict[str, int]
    set_aside: dict[str, list[Dropped]] = field(default_factory=dict)
    _filled: dict[str, list[LoadedTable]] = field(default_factory=dict)

    @cached_property
    def left(self) -> list[Mapping]:
        """The tables that are not in."""
        done = loaded_tables(self.main, self.job.load)
        return [mapping for mapping in self.job.load.mappings if mapping.uat not in done]

    @cached_property
    def _parents(self) -> dict[str, set[str]]:
        return _references(self.main, [mapping.uat for mapping in self.job.load.mappings])

    @cached_property
    def _groups(self) -> list[list[str]]:
        return _groups([mapping.uat for mapping in self.left], self._parents)

    def prepare(self) -> int:
        """Drop what is in the way of filling the tables to which many rows come; how many things."""
        alone = {group[0] for group in self._groups if len(group) == 1}  # of others, none can be filled before the rest
        many = [
            mapping.uat
            for mapping in self.left
            if are_many(self._rows(mapping))
            and mapping.uat in alone
            and not has_other_rows(self.main, mapping, self.job.load)
        ]
        self.set_aside = set_aside_for_filling(self.main, self.job.load, many)
        return sum(map(len, self.set_aside.values()))

    def fill(
        self,
        pool: list[Connection],
        copied: Callable[[LoadedTable], None],
        report: Callable[[str, int, int], None],
        spent: Callable[[Made], None],
    ) -> None:
        """Fill the tables and make their indexes, over some connections; `copied` hears of each table that is in,
        `report` of what was made and how much of all is done, `spent` of each piece of work."""
        pieces, numbers = self._pieces(), count(1)

        def done(piece: Made) -> None:
            for table in self._filled.pop(piece.what, ()):
                copied(table)
            spent(piece)
            report(piece.what, next(numbers), len(pieces))

        share(pool, pieces, done, self.job.beat)
        tables_become_parts(self.main, self.job.load, [each.partition for each in self.partitions])

    def _rows(self, mapping: Mapping) -> int:
        return self.coming.get(mapping.lake, 0)

    def _pieces(self) -> list[Piece[Made]]:
        mappings = {mapping.uat: mapping for mapping in self.left}
        group_of = {table: f"fill {group[0]}" for group in self._groups for table in group}
        pieces = []
        for group in self._groups:
            name = f"fill {group[0]}"
            listed = [mappings[table] for table in group]
            rows = sum(map(self._rows, listed))
            parents = {group_of[to] for table in group for to in self._parents.get(table, ()) if to in group_of}
            pieces.append(
                Piece(name=name, do=self._filling(listed), cost=ROW * rows, after=frozenset(parents - {name}))
            )
            for dropped in self.set_aside.get(group[0], ()):
                if dropped.kind == "index":
                    columns = dropped.definition.count(",") + 1
                    pieces.append(index_piece(dropped, KEY * rows * (1 + columns / 4), frozenset({name})))
        return pieces

    def _filling(self, mappings: list[Mapping]) -> Callable[[Connection, Event], Made]:
        """The work that fills some tables, which refer to each other, in one transaction."""

        def fill(connection: Connection, stop: Event) -> Made:
            seconds = dict.fromkeys(("copy", "keys", "analyze"), 0.0)
            what = f"rows, {mappings[0].uat}"
            with connection.transaction():
                loaded = [self._fill(connection, mapping, stop, seconds) for mapping in mappings]
                begun = perf_counter()
            seconds["copy"] += perf_counter() - begun  # the files are synced now
            self._filled[what] = loaded
            return Made(what, seconds)

        return fill

    def _fill(self, connection: Connection, mapping: Mapping, stop: Event, seconds: dict[str, float]) -> LoadedTable:
        table, begun = identifier(mapping.uat), perf_counter()
        whole = mapping.uat in self.set_aside
        rows: dict[int, int] = {}
        batches = self._batches(mapping, rows)
        constraints: list[tuple[str, str]] = []
        if whole:
            batches = checked(batches, mapping.uat, hold_keys(connection, mapping.uat))
            connection.execute("SET LOCAL session_replication_role = replica")  # the keys were held just now
            constraints = _empty(connection, mapping.uat)
        copy_rows(connection, mapping, batches, heard(self.job, mapping, stop), frozen=whole)
        connection.execute("SET LOCAL session_replication_role = origin")
        seconds["copy"] += perf_counter() - begun
        begun_keys = perf_counter()
        for name, definition in constraints:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
            connection.execute(add.format(table, sql.Identifier(name), sql.SQL(definition)))
        for dropped in self.set_aside.get(mapping.uat, ()):
            if dropped.kind == "foreign_key":
                make_key(connection, dropped)
        seconds["keys"] += perf_counter() - begun_keys
        begun_statistics = perf_counter()
        connection.execute(sql.SQL("ANALYZE {}").format(table))
        seconds["analyze"] += perf_counter() - begun_statistics
        loaded = LoadedTable(table=mapping.uat, rows=rows, seconds=perf_counter() - begun)
        record_table(connection, self.job.load, loaded)
        return loaded

    def _batches(self, mapping: Mapping, rows: dict[int, int]) -> Iterator[pa.RecordBatch]:
        """A table's rows of all partitions, in the order of their ids; counted as they go."""
        for partition in self.partitions:
            batches = target_rows(self.job, partition, mapping, partition_context(self.job, partition))
            for batch in batches or ():
                yield batch
                rows[partition.partition] = rows.get(partition.partition, 0) + batch.num_rows


def _empty(connection: Connection, table: str) -> list[tuple[str, str]]:
    """Empty a table that has no rows, so that what is written to it next is not logged, and drop its primary key and
    unique constraints, to be made when the rows are there: their names and definitions."""
    name = identifier(table)
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(name))
    row = connection.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM {})").format(name)).fetchone()
    assert row is not None
    if row[0]:
        raise InputError(f"table {table}", "somebody entered rows since the load began", "load again: they may stay")
    constraints = connection.execute(CONSTRAINTS, (qualified(table),)).fetchall()
    for constraint, _ in constraints:
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(name, sql.Identifier(constraint)))
    connection.execute(sql.SQL("TRUNCATE {}").format(name))
    return [(str(constraint), str(definition)) for constraint, definition in constraints]


def _references(connection: Connection, tables: Iterable[str]) -> dict[str, set[str]]:
    """By table: those of the same tables that it has a key to."""
    names = sorted(existing(connection, tables))
    found: dict[str, set[str]] = {}
    for table, to in connection.execute(
        REFERENCES, {"names": names, "qualified": [qualified(name) for name in names]}
    ).fetchall():
        found.setdefault(table, set()).add(to)
    return found


def _groups(tables: list[str], parents: dict[str, set[str]]) -> list[list[str]]:
    """The tables, those together that lead to each other."""
    reached = {table: set(parents.get(table, ())) & set(tables) for table in tables}
    grown = True
    while grown:
        grown = False
        for seen in reached.values():
            further = seen.union(*(reached[table] for table in seen)) if seen else seen
            grown |= len(further) > len(seen)
            seen |= further
    groups: list[list[str]] = []
    for table in tables:
        if not any(table in group for group in groups):
            groups.append([t for t in tables if t == table or (t in reached[table] and table in reached[t])])
    return groups
