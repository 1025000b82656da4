"""The target database: connecting without ever showing a password, its errors in words, its tables' names and keys."""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lake.errors import InputError
from warehouse.session import Session, open_session
from warehouse.uat.identifiers import qualified

Connection = Session

SECRETS = ("password", "sslpassword", "oauth_client_secret")
CONNECT_SECONDS = 10
OLDEST_SERVER = 15


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


def hide_secrets(message: str, dsn: str) -> str:
    """A server's or libpq's message without the DSN's secrets."""
    for name, value in conninfo_to_dict(dsn).items():
        if name in SECRETS and value:
            message = message.replace(str(value), "***")
    return message


def explain_error(error: psycopg.Error) -> str:
    """A constraint's failure in words: which one, and PostgreSQL's detail."""
    detail = error.diag.message_detail or ""
    return f"{error.diag.message_primary or error} {detail}".strip()


def connect(dsn: str) -> Connection:
    """An autocommit connection with a session of our own settings (warehouse.session).

    InputError when the server can't be reached, refuses, is too old, or does not take the settings.
    """
    safe = without_password(dsn)
    parameters = conninfo_to_dict(dsn)
    try:
        connection = open_session(
            dsn,
            connect_timeout=int(parameters.get("connect_timeout") or CONNECT_SECONDS),
            application_name=str(parameters.get("application_name") or "smoltworks"),
        )
    except psycopg.Error as e:
        raise InputError(
            f"database {safe!r}",
            f"can't connect: {hide_secrets(str(e), dsn).strip()}",
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


def existing(connection: Connection, tables: Iterable[str]) -> set[str]:
    """Those of some tables that the database has."""
    names = list(tables)
    rows = connection.execute(
        "SELECT n FROM unnest(%s::text[], %s::text[]) AS t (n, q) WHERE to_regclass(q) IS NOT NULL",
        (names, [qualified(name) for name in names]),
    ).fetchall()
    return {str(row[0]) for row in rows}


def key_columns(connection: Connection, table: str) -> tuple[str, ...]:
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
