"""The target's tables: made where there are none, else held against their declarations."""

from __future__ import annotations

from psycopg import sql

from lake.errors import InputError, list_first
from warehouse.database import Connection, existing, key_columns
from warehouse.uat.ddl import history_ddl, truth_ddl, uat_ddl
from warehouse.uat.identifiers import qualified
from warehouse.uat.tables import HISTORY_TABLES, TRUTH_TABLES, UAT_TABLES
from warehouse.uat.tables.declaration import UatTable
from warehouse.uat.tables.truth import SCHEMA


def prepare_tables(connection: Connection, *, history: bool = False) -> bool:
    """Make the UAT tables in a database that has none of them (True); check them in one that has (False).

    Truth tables that are lacking are made in both; with `history` the history tables where there are none. InputError
    names every missing table, column, or difference in type or nullability.
    """
    there = existing(connection, UAT_TABLES)
    if not there:
        for line in uat_ddl():
            connection.execute(sql.SQL(line))
    problems = [f"no table {name}" for name in sorted(UAT_TABLES.keys() - there)] if there else []
    if history:
        histories = existing(connection, HISTORY_TABLES)
        for line in () if histories or problems else history_ddl():
            connection.execute(sql.SQL(line))
        problems += [f"no table {name}" for name in sorted(HISTORY_TABLES.keys() - histories)] if histories else []
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
    for name in sorted(TRUTH_TABLES.keys() - existing(connection, TRUTH_TABLES)):
        for line in truth_ddl(name):
            connection.execute(sql.SQL(line))
    problems += _differences(connection, {**UAT_TABLES, **TRUTH_TABLES, **(HISTORY_TABLES if history else {})})
    if problems:
        raise InputError(
            "target database",
            "its tables are not those of the UAT database: " + list_first(problems),
            "load into an empty database, or migrate it to AquaMind's release of 2026-03-25; a table of the schema "
            f"{SCHEMA} that another version made can be dropped",
        )
    return not there


def _differences(connection: Connection, tables: dict[str, UatTable]) -> list[str]:
    rows = connection.execute(
        """
        SELECT n, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
               a.atthasdef OR a.attidentity <> '', pg_get_serial_sequence(q, a.attname)
        FROM unnest(%s::text[], %s::text[]) AS t (n, q)
        JOIN pg_attribute a ON a.attrelid = to_regclass(q) AND a.attnum > 0 AND NOT a.attisdropped
        """,
        (list(tables), [qualified(name) for name in tables]),
    ).fetchall()
    actual = {(row[0], row[1]): row[2:] for row in rows}
    present = {row[0] for row in rows}
    problems = []
    for table in tables.values():
        if table.name not in present:
            continue
        for column in table.columns:
            where = f"{table.name}.{column.name}"
            if (table.name, column.name) not in actual:
                problems.append(f"no column {where}")
                continue
            type_, nullable, _, sequence = actual.pop((table.name, column.name))
            if type_ != column.type:
                problems.append(f"{where} is {type_}, expected {column.type}")
            # TimescaleDB's key on the readings makes its columns not null
            if nullable != column.nullable and column.name not in key_columns(connection, table.name):
                expected = "nullable" if column.nullable else "not null"
                problems.append(f"{where} is {'nullable' if nullable else 'not null'}, expected {expected}")
            if column.identity and sequence is None:
                problems.append(f"{where} has no sequence")
    problems += [
        f"{table}.{name} is not null without a default, and unknown to the loader"
        for (table, name), (_, nullable, default, _) in actual.items()
        if not nullable and not default
    ]
    return problems
