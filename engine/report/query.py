"""A query's rows: as a table for people, as CSV, or as JSON has them."""

from __future__ import annotations

import csv
import math
import sys
from typing import Any

from duckdb import DuckDBPyRelation
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from engine.report.wrapping import beside
from lake.checks import plain_value
from lake.interrupting import percent

BATCH_ROWS = 10_000
WIDEST = 100_000
NUMBERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
    | {"FLOAT", "DOUBLE", "DECIMAL"}
)


def querying() -> str:
    """What is being done while DuckDB is at work, and how far it is where it tells."""
    far = percent()
    return "querying" if far is None else f"querying: {far:.0f} %"


def query_data(result: DuckDBPyRelation) -> dict[str, Any]:
    """What --json prints: the columns' names, and the rows as lists."""
    columns = [column.to_pylist() for column in result.to_arrow_table().columns]
    rows = [[json_value(value) for value in row] for row in zip(*columns, strict=True)]
    return {"columns": list(result.columns), "rows": rows}


def json_value(value: Any) -> Any:
    """A value as JSON has it: decimals as numbers, dates and times as ISO text, what is no number as null."""
    if isinstance(value, dict):
        return {str(k): json_value(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(v) for v in value]
    value = plain_value(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def print_csv(result: DuckDBPyRelation) -> None:
    """Every row on stdout, after the columns' names."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(result.columns)
    for batch in result.project("COLUMNS(*)::VARCHAR").to_arrow_reader(BATCH_ROWS):
        writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def print_rows(result: DuckDBPyRelation, limit: int) -> None:
    """A row a line where the screen is wide enough, otherwise a column a line; in a pipe always a row a line."""
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
            cells = zip(result.columns, row, strict=True)
            lines = (beside(name, value or "", screen.width, broad=broad) for name, value in cells)
            screen.print("\n".join(lines), "", sep="\n", markup=False, soft_wrap=True)
    if len(rows) > limit:
        sys.stderr.write(f"the first {limit:,} rows; --limit N shows more, --csv gives all\n")
