"""One SELECT on a run's lake, and nothing that writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from lake.errors import InputError
from lake.next_step import command
from lake.views import Connection, connect

READING = ("SELECT", "EXPLAIN", "MULTI")  # a PIVOT counts as several statements
TABLES_QUERY = (
    "SELECT table_name, sum(rows)::BIGINT AS rows, sum(bytes)::BIGINT AS bytes, count(*) AS files "
    "FROM manifest_part GROUP BY table_name ORDER BY min(rowid)"
)


@contextmanager
def answer(run_dir: Path, query: str = TABLES_QUERY) -> Iterator[duckdb.DuckDBPyRelation]:
    """The rows of a query on a complete run, to be read within the block; unless given, the tables and their rows.

    InputError: the run is not complete, the query is not one statement that reads, or DuckDB refuses it.
    """
    with connect(run_dir) as connection:
        try:
            yield _reading(connection, query)
        except duckdb.Error as error:
            raise InputError("the query", str(error).strip(), f"the tables: {command('sql', run_dir)}") from None


def _reading(connection: Connection, query: str) -> duckdb.DuckDBPyRelation:
    kinds = [str(statement.type).rpartition(".")[2] for statement in connection.extract_statements(query)]
    if len(kinds) != 1 or kinds[0] not in READING:
        raise InputError(
            "the query", f"one SELECT is wanted, found {', '.join(kinds) or 'nothing'}", "the lake is read only"
        )
    result = connection.sql(query)
    # a table of EXPLAIN's text cannot be read from again
    return connection.from_arrow(result.to_arrow_table()) if kinds[0] == "EXPLAIN" else result
