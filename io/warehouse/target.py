"""The target database: connecting without ever showing a password, and checking its tables."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lake.errors import InputError
from warehouse.uat.schema import UAT_TABLES, ddl, qualified
from warehouse.uat.target_tables import SCHEMA, TARGET_TABLES, TRUTH_TABLES, truth_ddl

SECRETS = ("password", "sslpassword", "oauth_client_secret")
CONNECT_SECONDS = 10
OLDEST_SERVER = 15
LISTED = 12


def without_password(dsn: str) -> str:
    """The DSN in libpq's key=value form, secrets left out; InputError when it is no DSN."""
    try:
        parameters = conninfo_to_dict(dsn)
    except psycopg.Error:
        # libpq's message would quote the text, password and all
        raise InputError(
            "--to",
            "not a PostgreSQL connection string",
            "write postgresql://USER@HOST:PORT/DATABASE or 'host=... dbname=...'; the password may come from "
            "PGPASSWORD or ~/.pgpass",
        ) from None
    return make_conninfo("", **{k: v for k, v in parameters.items() if k not in SECRETS})


def scrub(message: str, dsn: str) -> str:
    """A server's or libpq's message without the DSN's secrets."""
    for name, value in conninfo_to_dict(dsn).items():
        if name in SECRETS and value:
            message = message.replace(str(value), "***")
    return message


def connect(dsn: str) -> psycopg.Connection[tuple[object, ...]]:
    """An autocommit connection in UTC; InputError when the server can't be reached, refuses, or is too old."""
    safe = without_password(dsn)
    parameters = conninfo_to_dict(dsn)
    try:
        connection = psycopg.connect(
            dsn,
            autocommit=True,
            connect_timeout=int(parameters.get("connect_timeout") or CONNECT_SECONDS),
            application_name=str(parameters.get("application_name") or "smoltworks"),
        )
        connection.execute("SET TIME ZONE 'UTC'")
    except psycopg.Error as e:
        raise InputError(
            f"database {safe!r}",
            f"can't connect: {scrub(str(e), dsn).strip()}",
            "check that the server runs and that host, port, database, user and password are right",
        ) from None
    version = connection.info.server_version  # 150004 is 15.4
    if version // 10_000 < OLDEST_SERVER:
        connection.close()
        raise InputError(
            f"database {safe!r}",
            f"its server is PostgreSQL {version // 10_000}, the oldest that will do is {OLDEST_SERVER}",
            "upgrade the server, or load into another database",
        )
    return connection


def identifier(table: str) -> sql.Identifier:
    """A target table's name, with its schema where it has one, for a query."""
    return sql.Identifier(*table.split("."))


def prepare_tables(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Make the UAT tables in a database that has none of them (True); check them in one that has (False).

    Truth tables that are lacking are made in both. InputError names every missing table, column, or difference in
    type or nullability.
    """
    there = existing(connection, UAT_TABLES)
    if not there:
        for line in ddl():
            connection.execute(sql.SQL(line))
    problems = [f"no table {name}" for name in sorted(UAT_TABLES.keys() - there)] if there else []
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
    for name in sorted(TRUTH_TABLES.keys() - existing(connection, TRUTH_TABLES)):
        for line in truth_ddl(name):
            connection.execute(sql.SQL(line))
    problems += _differences(connection)
    if problems:
        more = f"; and {len(problems) - LISTED} more" if len(problems) > LISTED else ""
        raise InputError(
            "target database",
            "its tables are not those of the UAT database: " + "; ".join(problems[:LISTED]) + more,
            "load into an empty database, or migrate it to AquaMind's release of 2026-03-25; a table of the schema "
            f"{SCHEMA} that another version made can be dropped",
        )
    return not there


def existing(connection: psycopg.Connection[tuple[object, ...]], tables: Iterable[str]) -> set[str]:
    """Those of some tables that the database has."""
    names = list(tables)
    rows = connection.execute(
        "SELECT n FROM unnest(%s::text[], %s::text[]) AS t (n, q) WHERE to_regclass(q) IS NOT NULL",
        (names, [qualified(name) for name in names]),
    ).fetchall()
    return {str(row[0]) for row in rows}


def _differences(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    rows = connection.execute(
        """
        SELECT n, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
               a.atthasdef OR a.attidentity <> '', pg_get_serial_sequence(q, a.attname)
        FROM unnest(%s::text[], %s::text[]) AS t (n, q)
        JOIN pg_attribute a ON a.attrelid = to_regclass(q) AND a.attnum > 0 AND NOT a.attisdropped
        """,
        (list(TARGET_TABLES), [qualified(name) for name in TARGET_TABLES]),
    ).fetchall()
    actual = {(row[0], row[1]): row[2:] for row in rows}
    present = {row[0] for row in rows}
    problems = []
    for table in TARGET_TABLES.values():
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


def key_columns(connection: psycopg.Connection[tuple[object, ...]], table: str) -> tuple[str, ...]:
    """The primary key's columns, from the catalog: with TimescaleDB they differ from the plain table's."""
    rows = connection.execute(
        """
        SELECT a.attname FROM pg_constraint k
        JOIN unnest(k.conkey) WITH ORDINALITY AS u(attnum, place) ON true
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum
        WHERE k.contype = 'p' AND k.conrelid = to_regclass(%s) ORDER BY u.place
        """,
        (qualified(table),),
    ).fetchall()
    return tuple(str(row[0]) for row in rows)
