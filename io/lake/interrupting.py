"""Queries that another thread can interrupt, for DuckDB hears of no Ctrl-C in much of what it does; or look at."""

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


def tell_percent(connection: duckdb.DuckDBPyConnection) -> None:
    """From now on `percent` tells how far its queries are; it shows nothing itself."""
    with suppress(duckdb.Error):
        connection.execute("SET enable_progress_bar_print = false")
        connection.execute("SET enable_progress_bar = true")


def percent() -> float | None:
    """How far a query under way is, 0 to 100; None where DuckDB does not tell."""
    for connection in list(_known):
        with suppress(duckdb.Error):
            if (found := connection.query_progress()) >= 0:
                return found
    return None
