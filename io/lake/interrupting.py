"""Queries that another thread can interrupt: DuckDB hears of no Ctrl-C in much of what it does."""

from __future__ import annotations

import weakref
from contextlib import suppress

import duckdb

_known: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()


def interruptible(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The connection; as long as it lives, `interrupt` ends what it is at."""
    _known.add(connection)
    return connection


def interrupt() -> None:
    """End the queries under way, each with an error where it is waited for."""
    for connection in list(_known):
        with suppress(duckdb.Error):
            connection.interrupt()
