"""Questions to a database that several tests ask."""

from __future__ import annotations

from typing import Any

import psycopg

from warehouse.uat.identifiers import qualified, quoted
from warehouse.uat.tables import TARGET_TABLES


def ask(dsn: str, query: str, *values: Any, **named: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        return connection.execute(query, values or named or None).fetchall()


def one(dsn: str, query: str, *values: Any) -> Any:
    ((value,),) = ask(dsn, query, *values)
    return value


def snapshot(dsn: str) -> dict[str, dict[tuple[Any, ...], str]]:
    """Every row of every table that the loader fills as text, by its key."""
    found = {}
    for table in TARGET_TABLES.values():
        if one(dsn, "SELECT to_regclass(%s) IS NOT NULL", qualified(table.name)):
            key = table.of_kind("primary_key", "unique_index")[0]
            rows = ask(dsn, f"SELECT t::text, {quoted(*key.columns)} FROM {qualified(table.name)} t")
            found[table.name] = {tuple(row[1:]): row[0] for row in rows}
    return found


def structure(dsn: str, *schemas: str) -> set[tuple[Any, ...]]:
    """Every index and constraint of the schemas, public unless given, with its definition, and whether it is valid."""
    return set(
        ask(
            dsn,
            """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
            WHERE connamespace = ANY(%(schemas)s::text[]::regnamespace[]) AND conrelid::regclass::text !~ 'load_log'
            UNION ALL SELECT tablename, indexname, indexdef, true FROM pg_indexes
            WHERE schemaname = ANY(%(schemas)s) AND tablename !~ '^load_log'
            """,
            schemas=list(schemas or ("public",)),
        )
    )
