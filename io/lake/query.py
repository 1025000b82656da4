"""One SELECT on a run's lake, and nothing that writes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from lake.checked import OnStep, read_checked, unheard
from lake.dictionary import dictionary
from lake.errors import InputError
from lake.held import held_for_reading
from lake.interrupting import tell_percent
from lake.next_step import command
from lake.tables import TABLES
from lake.view_sql import described_sql
from lake.views import RUN_TABLES, Connection, connect

READING = ("SELECT", "EXPLAIN", "MULTI")  # a PIVOT counts as several statements
DESCRIBE = re.compile(r"\s*(?:describe|desc|show)\s+(?:table\s+)?\"?(\w+)\"?\s*(?:;\s*)?(?:--.*)?", re.IGNORECASE)
TABLES_QUERY = (
    "SELECT table_name, sum(rows)::BIGINT AS rows, sum(bytes)::BIGINT AS bytes, count(*) AS files "
    "FROM manifest_part GROUP BY table_name ORDER BY min(rowid)"
)


@contextmanager
def answer(
    run_dir: Path, query: str = TABLES_QUERY, *, check: bool = True, on_step: OnStep = unheard
) -> Iterator[duckdb.DuckDBPyRelation]:
    """The rows of a query on a complete run, to be read within the block; unless given, the tables and their rows.

    check: read files only whose bytes are those that the manifest records. on_step: hears of the
    hashing, and `lake.interrupting.percent` then of the query. InputError: the run is not complete, a file is not as
    recorded, the query is not one statement that reads, or DuckDB refuses it.
    """
    query = _without_end(query)
    with held_for_reading(run_dir):
        tables = _tables_read(query)
        manifest = read_checked(run_dir, tables, check=check, on_step=on_step)
        with connect(run_dir, manifest, tables=tables, with_comments="duckdb_" in query.lower()) as connection:
            if on_step is not unheard:
                tell_percent(connection)
            try:
                yield _reading(connection, _with_meaning(query))
            except duckdb.Error as error:
                raise InputError("the query", str(error).strip(), f"the tables: {command('sql', run_dir)}") from None


def _with_meaning(query: str) -> str:
    """The query; for a DESCRIBE of a table one that tells its columns' meaning too."""
    asked = DESCRIBE.fullmatch(query)
    return described_sql(dictionary()[asked[1].lower()]) if asked and asked[1].lower() in TABLES else query


def _tables_read(query: str) -> Collection[str] | None:
    """The tables that a query reads; None for all of them, where that isn't plain to see.

    Only views of these are made, so that a query can't read what was not checked.
    """
    if query == TABLES_QUERY:
        return ()
    if "parquet" in query.lower():
        return None  # read_parquet, a path, or the files' footers
    try:
        with duckdb.connect() as empty:
            names = {name.lower() for name in empty.get_table_names(query)}
    except duckdb.Error:
        return None
    return names - RUN_TABLES if names and names <= RUN_TABLES | set(TABLES) else None


def _without_end(query: str) -> str:
    """The query without the semicolons and comments that end it: DuckDB puts it into another."""
    with suppress(duckdb.Error):
        for at, kind in reversed(duckdb.tokenize(query)):
            if kind != duckdb.token_type.comment and query[at : at + 1] != ";":
                break
            query = query[:at]
    return query


def _reading(connection: Connection, query: str) -> duckdb.DuckDBPyRelation:
    kinds = [str(statement.type).rpartition(".")[2] for statement in connection.extract_statements(query)]
    if len(kinds) != 1 or kinds[0] not in READING:
        cure = "give them one at a time" if set(kinds) <= set(READING) and kinds else "the lake is read only"
        raise InputError("the query", f"one SELECT is wanted, found {', '.join(kinds) or 'nothing'}", cure)
    result = connection.sql(query)
    # a table of EXPLAIN's text cannot be read from again
    return connection.from_arrow(result.to_arrow_table()) if kinds[0] == "EXPLAIN" else result
