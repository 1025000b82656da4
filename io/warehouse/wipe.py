"""A run's rows out of a database again: all of them and no others, a group of tables a transaction.

The state `wiping` is noted first, so that a removal that breaks off is gone on with by the next one, and nothing else
is done with the run until then. Master rows that the load added go too, unless something refers to them by now.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter

import psycopg
from psycopg import sql

from lake.errors import InputError, WipeFailed
from lake.manifest import Manifest
from warehouse import load_log
from warehouse.database import Connection, connect, existing, identifier
from warehouse.indexes import count_dropped, has_other_rows, restore
from warehouse.load_log import AddedRows, Load
from warehouse.preflight.server import refuse_read_only
from warehouse.server_errors import database_errors
from warehouse.uat.expressions import Mapping
from warehouse.uat.identifiers import qualified
from warehouse.uat.mapping import DIMENSIONS, GROUPS
from warehouse.uat.tables import HISTORY_TABLES, TARGET_TABLES, TRUTH_TABLES
from warehouse.uat.tables.history import HISTORY_ID, history_name
from warehouse.uat.tables.truth import SCHEMA

MAX_NAMED = 5

# What refers to master rows without a key of the database: (its table and column, to what, where).
UNKEYED = (
    ("finance_dimsite", "source_pk", "infrastructure_freshwaterstation", "source_model = 'station'"),
    ("finance_dimsite", "source_pk", "infrastructure_area", "source_model = 'area'"),
)

FOREIGN_KEYS = """
SELECT k.conrelid::regclass::text, quote_ident(a.attname), k.confrelid::oid
FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE k.contype = 'f' AND cardinality(k.conkey) = 1 ORDER BY 1, 2
"""


@dataclass(frozen=True)
class Key:
    """A foreign key: `table`.`column`, as SQL spells them, refers to the target's table `to`."""

    table: str
    column: str
    to: str


@dataclass
class WipeResult:
    """What was removed, rows by the target's tables; `left`: master rows that the load added and others use now."""

    rows: dict[str, int] = field(default_factory=dict)
    master: int = 0
    left: int = 0
    seconds: float = 0.0


def wipe_run(
    manifest: Manifest,
    dsn: str,
    confirm: Callable[[dict[str, int]], bool] = lambda rows: True,
    done: Callable[[str], None] = lambda group: None,
) -> WipeResult | None:
    """Remove a run's rows from the database of a DSN; None when `confirm`, told their number by table, says no.

    `done` hears of each group of tables when its transaction is over. InputError: no load of the run is there, rows of
    others refer to its rows, or another load is at work; nothing was removed then.
    """
    begun = perf_counter()
    with database_errors(dsn, WipeFailed), connect(dsn) as connection:
        refuse_read_only(connection)
        load_log.lock(connection, manifest)
        load = load_log.find(connection, manifest) if load_log.exists(connection) else None
        if load is None:
            raise InputError("target database", f"holds no load of the run {manifest.run}", "nothing is to be removed")
        if count_dropped(connection):
            restore([connection])
        removal = _Wipe(connection, load)
        removal.refuse_foreign_references()
        rows = removal.count()
        if not confirm(rows):
            return None
        result = removal.wipe(rows, done)
    result.seconds = perf_counter() - begun
    return result


class _Wipe:
    def __init__(self, connection: Connection, load: Load) -> None:
        self.connection, self.load = connection, load
        self.there = existing(connection, TARGET_TABLES)
        tables = {self._oid(name): name for name in self.there}
        rows = connection.execute(FOREIGN_KEYS).fetchall()
        self.keys = [Key(table=table, column=column, to=tables[to]) for table, column, to in rows if to in tables]
        self.ours = {self._spelled(m.uat): m for m in load.mappings if m.uat in self.there}

    def _oid(self, table: str) -> int:
        row = self.connection.execute("SELECT %s::regclass::oid", (qualified(table),)).fetchone()
        return int(row[0]) if row else 0

    def _spelled(self, table: str) -> str:
        """A table's name as the catalog's keys spell it."""
        row = self.connection.execute("SELECT %s::regclass::text", (qualified(table),)).fetchone()
        return str(row[0]) if row else ""

    def _one(self, query: str | sql.Composed) -> int:
        row = self.connection.execute(sql.SQL(query) if isinstance(query, str) else query).fetchone()
        return int(row[0]) if row else 0

    def count(self) -> dict[str, int]:
        """The run's rows, by the target's tables, those without any left out."""
        query = sql.SQL("SELECT count(*) FROM {} t WHERE {}")
        found = {m.uat: self._one(query.format(identifier(m.uat), self.load.own_rows(m))) for m in self.ours.values()}
        return {table: rows for table, rows in found.items() if rows}

    def wipe(self, rows: dict[str, int], done: Callable[[str], None]) -> WipeResult:
        result = WipeResult(rows=rows)
        self.connection.execute("UPDATE smoltworks.load_log SET status = 'wiping' WHERE id = %s", (self.load.id,))
        left = dict(GROUPS)
        if self.load.histories:
            left["history"] = tuple(history.mapping for history in self.load.histories)
        while left:
            name, group = left.popitem()  # the last: what remains may refer to it, and then loses the reference
            with self.connection.transaction():
                remaining = {mapping.uat for others in left.values() for mapping in others}
                self._remove([mapping for mapping in group if mapping.uat in self.there], remaining)
            done(name)
        with self.connection.transaction():
            self._remove_master_rows(result)
            self._forget()
        done("master data")
        return result

    def refuse_foreign_references(self) -> None:
        """InputError naming what others entered for the run's rows."""
        parents = {m.uat: m for m in self.ours.values() if m.id_column}
        found = [f"{k.table}.{k.column}" for k in self.keys if k.to in parents and self._others_use(k, parents[k.to])]
        if found:
            raise InputError(
                "target database",
                "rows that others entered refer to the run's rows: "
                + ", ".join(found[:MAX_NAMED])
                + (" and more" if len(found) > MAX_NAMED else ""),
                "remove those rows, or let the run stay",
            )

    def _others_use(self, key: Key, parent: Mapping) -> bool:
        first, last = self.load.id_range(parent.ids)
        child = self.ours.get(key.table)
        query = sql.SQL(f"SELECT EXISTS (SELECT 1 FROM {key.table} t WHERE t.{key.column} BETWEEN %s AND %s AND {{}})")
        for condition in self.load.rows_of_others(child) if child is not None else [sql.SQL("true")]:
            row = self.connection.execute(query.format(condition), (first, last)).fetchone()
            if row is not None and row[0]:
                return True
        return False

    def _remove(self, group: list[Mapping], remaining: set[str]) -> None:
        """Rows of some tables, within a transaction. A table that holds nothing else is emptied at once."""
        for mapping in group:
            for key in self.keys:
                child = self.ours.get(key.table)
                if key.to == mapping.uat and child is not None and child.uat in remaining:
                    self._drop_references(key, child, mapping)
        alone = self._alone(group)
        if alone:
            tables = sql.SQL(", ").join(identifier(name) for name in sorted(alone))
            self.connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables))
            if self._alone(group) >= alone:  # nobody was faster
                self.connection.execute(sql.SQL("TRUNCATE {}").format(tables))
        for mapping in group:
            delete = sql.SQL("DELETE FROM {} t WHERE {}")
            self.connection.execute(delete.format(identifier(mapping.uat), self.load.own_rows(mapping)))

    def _alone(self, group: list[Mapping]) -> set[str]:
        """Those tables that hold only the run's rows, and to which no other table than these has a key."""
        alone = {m.uat for m in group if not has_other_rows(self.connection, m, self.load)}
        spelled = {table: mapping.uat for table, mapping in self.ours.items()}
        while referred := {k.to for k in self.keys if k.to in alone and spelled.get(k.table) not in alone}:
            alone -= referred
        return alone

    def _drop_references(self, key: Key, child: Mapping, to: Mapping) -> None:
        """The run's own rows of a table that stays for now lose their references to one that goes."""
        first, last = self.load.id_range(to.ids)
        update = sql.SQL(
            f"UPDATE {key.table} t SET {key.column} = NULL WHERE t.{key.column} BETWEEN %s AND %s AND {{}}"
        )
        self.connection.execute(update.format(self.load.own_rows(child)), (first, last))

    def _remove_master_rows(self, result: WipeResult) -> None:
        order = ["auth_user", *(mapping.uat for mapping in DIMENSIONS)]
        added = load_log.master_rows(self.connection, self.load)
        masters = [rows for rows in added if rows.table not in HISTORY_TABLES]
        for rows in sorted(masters, key=lambda rows: -order.index(rows.table)):
            removed = self.connection.execute(sql.SQL(self._unused(rows))).rowcount
            result.master += removed
            result.left += rows.last - rows.first + 1 - removed
            for history in added:
                if history.table == history_name(rows.table):
                    self.connection.execute(sql.SQL(_without_row(history, of=rows.table)))

    def _unused(self, rows: AddedRows) -> str:
        """DELETE of those master rows to which nothing refers."""
        id_column = TARGET_TABLES[rows.table].identity
        users = [(key.table, key.column, "true") for key in self.keys if key.to == rows.table]
        users += [(table, column, where) for table, column, to, where in UNKEYED if to == rows.table]
        conditions = "".join(
            f" AND NOT EXISTS (SELECT 1 FROM {table} u WHERE u.{column} = t.{id_column} AND {where})"
            for table, column, where in users
        )
        return (
            f"DELETE FROM {qualified(rows.table)} t "
            f"WHERE t.{id_column} BETWEEN {rows.first} AND {rows.last}{conditions}"
        )

    def _forget(self) -> None:
        """The load log's rows; with the last load go our tables and their schema, if nobody put anything there."""
        self.connection.execute("DELETE FROM smoltworks.load_log WHERE id = %s", (self.load.id,))
        if self._one("SELECT count(*) FROM smoltworks.load_log"):
            return
        with suppress(psycopg.errors.DependentObjectsStillExist), self.connection.transaction():
            for table in (*TRUTH_TABLES, *load_log.TABLES):
                self.connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(identifier(table)))
            self.connection.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(SCHEMA)))


def _without_row(history: AddedRows, *, of: str) -> str:
    """DELETE of the history of those master rows, of the table `of`, that are gone."""
    key = TARGET_TABLES[of].identity
    return (
        f"DELETE FROM {qualified(history.table)} h WHERE h.{HISTORY_ID} BETWEEN {history.first} AND {history.last} "
        f"AND NOT EXISTS (SELECT 1 FROM {qualified(of)} t WHERE t.{key} = h.{key})"
    )
