"""Questions to a database that several tests ask."""

from __future__ import annotations

from typing import Any

import psycopg

from warehouse.uat_schema import UAT_TABLES


def ask(dsn: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        return connection.execute(query, values or None).fetchall()


def one(dsn: str, query: str, *values: Any) -> Any:
    ((value,),) = ask(dsn, query, *values)
    return value


def snapshot(dsn: str) -> dict[str, dict[int, str]]:
    """Every row of every UAT table as text, by id."""
    return {
        table: dict(ask(dsn, f'SELECT id, t::text FROM "{table}" t'))
        for table in UAT_TABLES
        if one(dsn, "SELECT to_regclass(%s) IS NOT NULL", table)
    }


def structure(dsn: str) -> set[tuple[Any, ...]]:
    """Every index and constraint with its definition, and whether it is valid."""
    return set(
        ask(
            dsn,
            """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
            UNION ALL SELECT tablename, indexname, indexdef, true FROM pg_indexes WHERE schemaname = 'public'
            """,
        )
    )
