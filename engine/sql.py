"""Queries a run's lake with DuckDB, every table a view: python -m engine.sql"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.report.console import input_errors, print_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyRelation

    from lake.views import Connection

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
ROWS_SHOWN = 100
BATCH_ROWS = 10_000
WIDEST = 100_000
READING = ("SELECT", "EXPLAIN", "MULTI")  # a PIVOT counts as several statements
TABLES_QUERY = (
    "SELECT table_name, sum(rows)::BIGINT AS rows, sum(bytes)::BIGINT AS bytes, count(*) AS files "
    "FROM manifest_part GROUP BY table_name ORDER BY min(rowid)"
)


@app.command()
def sql(
    run: Annotated[Path, typer.Argument(help="The folder of a complete run.", metavar="RUN")],
    query: Annotated[
        str | None, typer.Argument(help="One SELECT; without it, the tables and their rows.", metavar="QUERY")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"Most rows to print; {ROWS_SHOWN} on a screen and all as data unless given."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object {columns, rows} on stdout.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a header on stdout.")] = False,
) -> None:
    """Query a run with SQL: every table of the lake is a view; run and manifest_part tell of the run itself.

    Exit codes: 0 done; 2 wrong input, or a query that DuckDB refuses. A run that was not finished is refused
    too: engine.run --resume finishes it.
    """
    with input_errors():
        import duckdb

        from lake.errors import InputError
        from lake.views import connect

        if as_json and as_csv:
            raise InputError("engine.sql", "--json and --csv are both asked for", "give one of them")
        with connect(run) as connection:
            try:
                result = answer(connection, TABLES_QUERY if query is None else query)
                if as_json:
                    print_json(_data(result.limit(limit) if limit else result))
                elif as_csv:
                    _print_csv(result.limit(limit) if limit else result)
                else:
                    _print_table(result, limit or ROWS_SHOWN)
            except duckdb.Error as error:
                raise InputError("the query", str(error).strip(), f"the tables: python -m engine.sql {run}") from None


def answer(connection: Connection, query: str) -> DuckDBPyRelation:
    """The query's rows; InputError unless it is one statement that reads."""
    from lake.errors import InputError

    kinds = [str(statement.type).rpartition(".")[2] for statement in connection.extract_statements(query)]
    if len(kinds) != 1 or kinds[0] not in READING:
        raise InputError(
            "the query", f"one SELECT is wanted, found {', '.join(kinds) or 'nothing'}", "the lake is read only"
        )
    result = connection.sql(query)
    # a table of EXPLAIN's text cannot be read from again
    return connection.from_arrow(result.to_arrow_table()) if kinds[0] == "EXPLAIN" else result


def _data(result: DuckDBPyRelation) -> dict[str, Any]:
    columns = [column.to_pylist() for column in result.to_arrow_table().columns]
    rows = [[json_value(value) for value in row] for row in zip(*columns, strict=True)]
    return {"columns": list(result.columns), "rows": rows}


def json_value(value: Any) -> Any:
    """A value as JSON has it: decimals as numbers, dates and times as ISO text, what is no number as null."""
    import math

    from lake.checks import plain

    if isinstance(value, dict):
        return {str(k): json_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(v) for v in value]
    value = plain(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _print_csv(result: DuckDBPyRelation) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(result.columns)
    for batch in result.project("COLUMNS(*)::VARCHAR").to_arrow_reader(BATCH_ROWS):
        writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _print_table(result: DuckDBPyRelation, limit: int) -> None:
    """A row a line where the screen is wide enough, otherwise a column a line; in a pipe always a row a line."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    rows = result.limit(limit + 1).project("COLUMNS(*)::VARCHAR").fetchall()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name, kind in zip(result.columns, result.types, strict=True):
        number = str(kind).partition("(")[0] in NUMBERS
        table.add_column(escape(name), justify="right" if number else "left", no_wrap=True)
    for row in rows[:limit]:
        table.add_row(*("" if value is None else escape(value) for value in row))
    screen = Console(highlight=False)
    wanted = screen.measure(table, options=screen.options.update(width=WIDEST)).maximum
    if wanted <= screen.width or not screen.is_terminal:
        Console(highlight=False, width=max(wanted, 1)).print(table)
    else:
        broad = max(map(len, result.columns))
        for row in rows[:limit]:
            lines = (f"{name:>{broad}}  {value or ''}" for name, value in zip(result.columns, row, strict=True))
            screen.print("\n".join(lines), "", sep="\n", markup=False, soft_wrap=True)
    if len(rows) > limit:
        sys.stderr.write(f"the first {limit:,} rows; --limit N shows more, --csv gives all\n")


NUMBERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
    | {"FLOAT", "DOUBLE", "DECIMAL"}
)


if __name__ == "__main__":
    app()
