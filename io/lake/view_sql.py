"""The lake's views as SQL text: their columns under the names that views give, and what they mean as comments.

`lake_sql()` is the file RUN/lake.sql: every table as a view over the folder it lies in, for any DuckDB since 1.0,
relative to the run's folder. It is the same for every run of a version.
"""

from __future__ import annotations

from collections.abc import Iterator

from lake.dictionary import ColumnEntry, TableEntry, dictionary

HEADER = """\
-- The lake of a Smoltworks run as DuckDB views, with what tables and columns mean as comments. Paths are relative to
-- the run's folder: begin DuckDB there, or name it first:  SET file_search_path = 'path/to/the/run';
--     cd path/to/the/run && duckdb -init lake.sql
-- lake.duckdb holds the same views and no data:  duckdb lake.duckdb
-- What a column means:  SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'lice_count';
"""
STORE_HEADER = """\
-- The lake of a Smoltworks run in an object store as DuckDB views, for a DuckDB that may fetch its extension httpfs:
--     INSTALL httpfs; CREATE SECRET (TYPE s3, PROVIDER credential_chain);  .read lake.sql
-- It lies at {url}; without httpfs, smoltworks sql reads it.
-- What a column means:  SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'lice_count';
"""


def selected(entry: TableEntry) -> str:
    """What a view selects of its files: all, and again by the views' name what the files call otherwise."""
    return ", ".join(["*", *(f"{column.name} AS {column.view_name}" for column in renamed(entry))])


def renamed(entry: TableEntry) -> list[ColumnEntry]:
    """The columns that views know by a second name."""
    return [column for column in entry.columns if column.view_name != column.name]


def comments(entry: TableEntry) -> Iterator[str]:
    """The statements that put a table's meaning on its view, and each column's on the column."""
    yield f"COMMENT ON VIEW {entry.name} IS {quoted(entry.comment)};"
    for column in entry.columns:
        yield f"COMMENT ON COLUMN {entry.name}.{column.name} IS {quoted(column.comment)};"
    for column in renamed(entry):
        words = f"the same as {column.name}: {column.comment}"
        yield f"COMMENT ON COLUMN {entry.name}.{column.view_name} IS {quoted(words)};"


def lake_sql(store: str = "") -> str:
    """The text of RUN/lake.sql; store: the URL of a run in an object store."""
    header = STORE_HEADER.format(url=store) if store else HEADER
    return header + "".join(f"\n{statement}" for statement in statements(store and f"{store}/")) + "\n"


def statements(top: str = "") -> Iterator[str]:
    """Every view and comment of lake.sql; top: what stands before a path in the run."""
    for entry in dictionary().values():
        paths = quoted(f"{top}lake/{entry.name}/part-*.parquet")
        files = f"read_parquet({paths}, hive_partitioning = false)"
        yield f"CREATE OR REPLACE VIEW {entry.name} AS SELECT {selected(entry)} FROM {files};"
        yield from comments(entry)


def described_sql(entry: TableEntry) -> str:
    """A SELECT of what a DESCRIBE tells, with key, unit, joins and meaning: the views' columns in their order."""
    rows = [_described(column, column.name, column.meaning) for column in entry.columns]
    rows += [_described(c, c.view_name, f"the same as {c.name}") for c in renamed(entry)]
    names = 'column_name, column_type, "null", "key", unit, joins, meaning, codes'
    return f"SELECT * FROM (VALUES {', '.join(rows)}) AS described({names})"


def _described(column: ColumnEntry, name: str, meaning: str) -> str:
    values = (
        name,
        column.type,
        "YES" if column.nullable else "NO",
        "KEY" if column.key else "",
        column.unit,
        column.joins,
        meaning,
        ", ".join(f"{code} ({words})" for code, words in column.codes.items()),
    )
    return "(" + ", ".join(quoted(value) if value else "NULL" for value in values) + ")"


def quoted(text: str) -> str:
    """A text as SQL has it."""
    return "'" + text.replace("'", "''") + "'"
