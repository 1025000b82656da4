"""The target database: connecting without ever showing a password, its tables' names and keys."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterable
from time import monotonic, sleep

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lake.errors import InputError
from warehouse.server_errors import SECRETS, hide_secrets
from warehouse.session import Session, open_session
from warehouse.uat.identifiers import qualified

Connection = Session

CONNECT_SECONDS = 10
OLDEST_SERVER = 15
PATIENCE_SECONDS = 10
KEEPALIVE_SECONDS = 30  # a connection waits for minutes while an index is made, and what lies between may forget it
# It lets people in soon: words of the server, or of libpq while there is none.
SOON = re.compile(r"the database system is (starting up|in recovery mode|not yet accepting connections)")
TAKEN = re.compile(r"too many (clients|connections)|remaining connection slots")


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


_open: weakref.WeakSet[Connection] = weakref.WeakSet()


class Unreachable(InputError):
    """The server can't be reached, or lets nobody in."""


def connect(dsn: str) -> Connection:
    """An autocommit connection with a session of our own settings (warehouse.session).

    InputError when the server can't be reached, refuses, is too old, or does not take the settings.
    """
    safe = without_password(dsn)
    parameters = conninfo_to_dict(dsn)
    end = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection = open_session(
                dsn,
                connect_timeout=int(parameters.get("connect_timeout") or CONNECT_SECONDS),
                application_name=str(parameters.get("application_name") or "smoltworks"),
                keepalives_idle=int(parameters.get("keepalives_idle") or KEEPALIVE_SECONDS),
            )
            break
        except psycopg.Error as e:
            said = hide_secrets(str(e), dsn).strip()
            if not SOON.search(said) or monotonic() > end:
                raise Unreachable(f"database {safe!r}", f"can't connect: {said}", _way_in(said)) from None
        sleep(0.2)
    version = connection.info.server_version  # 150004 is 15.4
    if version // 10_000 < OLDEST_SERVER:
        connection.close()
        raise InputError(
            f"database {safe!r}",
            f"its server is PostgreSQL {version // 10_000}, the oldest that will do is {OLDEST_SERVER}",
            "upgrade the server, or load into another database",
        )
    _open.add(connection)
    return connection


def own_processes() -> list[int]:
    """The server's processes that work for this one."""
    return [each.info.backend_pid for each in list(_open) if not each.closed]


def _way_in(said: str) -> str:
    """What helps when the server, or libpq, says this."""
    if SOON.search(said):
        return "the server is starting, or recovers from a crash: repeat the command when it is done"
    if TAKEN.search(said):
        return "close some of the server's sessions, or give --connections 1, then repeat the command"
    return "check that the server runs and that host, port, database, user and password are right"


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
