"""Which rows belong to a batch, and each table of them as one query with the names that its ids stand for."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from lake.declared_sql import batch_column
from lake.dictionary import look_up
from lake.errors import InputError, list_first
from lake.tables import DIMENSION_TABLE_NAMES, DIMENSION_TABLES, EVENT_TABLE_NAMES, EVENT_TABLES, TABLES
from lake.tables.declaration import Column, Table
from lake.views import Connection

# the column by which a person knows a row; of two, the first that the table has
LABELS = ("name", "site_name", "display_name", "username")
LICE_TYPE = "lice_type"


@dataclass(frozen=True)
class Chosen:
    """What is exported: batches by id, and tables in the lake's order."""

    batches: tuple[int, ...]
    tables: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether no table was left out."""
        return len(self.tables) == len(TABLES)


def choose(connection: Connection, batches: Sequence[str], tables: Sequence[str]) -> Chosen:
    """Batches by their numbers and tables by their names, all tables unless given; InputError names those alike."""
    known = dict(connection.execute("SELECT batch_number, id FROM batch ORDER BY id").fetchall())
    for number in batches:
        if number not in known:
            near = difflib.get_close_matches(number, known, n=3)
            cure = f"did you mean {', '.join(near)}?" if near else f"the batches: {list_first(list(known))}"
            raise InputError("--batch", f"no batch is called {number!r}", cure)
    if not batches:
        raise InputError("--batch", "no batch is named", f"name one of {list_first(list(known))}")
    wanted = {look_up(name, "--table").name for name in tables} or set(TABLES)
    return Chosen(
        batches=tuple(sorted({known[number] for number in batches})),
        tables=tuple(name for name in TABLES if name in wanted),
    )


def mark_master_rows(connection: Connection, chosen: Chosen) -> None:
    """Make a table of ids, exported_NAME(id), of each kind of master data that the batches' rows lead to.

    Tables to which nothing leads come with the rows that refer to nothing but those.
    """
    for name in DIMENSION_TABLE_NAMES:
        connection.execute(f"CREATE TEMP TABLE exported_{name} (id BIGINT PRIMARY KEY)")
    if not set(chosen.tables) & set(DIMENSION_TABLE_NAMES):
        return
    for table in EVENT_TABLES:
        for column in _to_master_data(table):
            _mark(connection, table, column, where=of_batches(table, chosen.batches))
    for table in reversed(DIMENSION_TABLES):  # a kind is declared after those that it refers to, but for a few
        _follow(connection, table)
    for table in DIMENSION_TABLES:
        _follow(connection, table)
    led_to = {column.references for table in TABLES.values() for column in _to_master_data(table)}
    for table in DIMENSION_TABLES:
        if table.name not in led_to:
            kept = " AND ".join(
                f"({c.name} IS NULL OR {c.name} IN (SELECT id FROM exported_{c.references}))"
                for c in _to_master_data(table)
            )
            connection.execute(
                f"INSERT OR IGNORE INTO exported_{table.name} SELECT id FROM {table.name} WHERE {kept or 'true'}"
            )


def row_filter(name: str, chosen: Chosen) -> str:
    """The condition by which a table's rows are the batches'."""
    if name in EVENT_TABLE_NAMES:
        return of_batches(TABLES[name], chosen.batches)
    return f"id IN (SELECT id FROM exported_{name})"


def of_batches(table: Table, batches: Collection[int]) -> str:
    return f"{batch_column(table)} IN ({', '.join(map(str, batches))})"


def named_rows(name: str, chosen: Chosen) -> tuple[str, list[str]]:
    """A query of the batches' rows in the table's order, and its columns: behind an id stands what it is called."""
    table = TABLES[name]
    selected: list[str] = []
    columns: list[str] = []
    joined: list[str] = []
    for column in table.columns:
        selected.append(f'r."{column.name}"')
        columns.append(column.name)
        if (label := _label(table, column)) is not None:
            other = f"n{len(joined)}"
            joined.append(f"LEFT JOIN {column.references} {other} ON {other}.id = r.{column.name}")
            columns.append(label[0])
            selected.append(f'{label[1].format(other)} AS "{label[0]}"')
    order = ", ".join(f'r."{c}"' for c in dict.fromkeys([*_first(table), *(table.order or table.key)]))
    source = f"(SELECT * FROM {name} WHERE {row_filter(name, chosen)}) r"
    return f"SELECT {', '.join(selected)} FROM {source} {' '.join(joined)} ORDER BY {order}", columns


def tables_read(chosen: Chosen) -> set[str]:
    """Every table that the queries read."""
    return {*chosen.tables, *(c.references for n in chosen.tables for c in TABLES[n].columns if c.references)}


def _first(table: Table) -> list[str]:
    return [batch_column(table)] if table in EVENT_TABLES else []


def _label(table: Table, column: Column) -> tuple[str, str] | None:
    """The name of the column that says what an id is called, and its SQL; None where it has no name."""
    if not column.references or not column.name.endswith("_id") or column.references == "batch":
        return None
    target = f"{column.name[:-3]}_name"
    if any(c.name == target for c in table.columns):
        return None
    if column.references == LICE_TYPE:
        return target, "concat_ws(' ', {0}.species, {0}.gender, {0}.development_stage)"
    names = {c.name for c in TABLES[column.references].columns}
    label = next((each for each in LABELS if each in names), None)
    return None if label is None else (target, f'{{0}}."{label}"')


def _to_master_data(table: Table) -> Iterator[Column]:
    return (column for column in table.columns if column.references in DIMENSION_TABLE_NAMES)


def _mark(connection: Connection, table: Table, column: Column, *, where: str) -> None:
    connection.execute(
        f"INSERT OR IGNORE INTO exported_{column.references} "
        f"SELECT DISTINCT {column.name} FROM {table.name} WHERE {column.name} IS NOT NULL AND {where}"
    )


def _follow(connection: Connection, table: Table) -> None:
    for column in _to_master_data(table):
        _mark(connection, table, column, where=f"id IN (SELECT id FROM exported_{table.name})")
