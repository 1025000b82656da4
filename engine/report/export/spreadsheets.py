"""Rows as spreadsheets take them: CSV files, or a workbook with a sheet a table. Null is told from an empty text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lake.dictionary import dictionary
from lake.errors import InputError
from lake.views import Connection

BOM = b"\xef\xbb\xbf"
FORMULA = r"^[=+\-@\t\r]"  # how a text begins that a spreadsheet takes for a formula
MOST_ROWS = 1_048_575  # of a sheet, beside its header
BATCH_ROWS = 20_000
DICTIONARY = "columns"
WIDEST = 40  # characters of a sheet's column
DATE_FORM, TIME_FORM = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
COLUMNS = ("table", "column", "type", "unit", "key", "joins", "nullable", "meaning", "codes")


def write_csv(connection: Connection, query: str, path: Path) -> tuple[int, int]:
    """A table as UTF-8 with a byte order mark; how many rows, and how many texts got a ' before what begins a formula.

    Texts are quoted and null is nothing between two commas; dates are ISO, times UTC.
    """
    import pyarrow.csv as csv

    rows = marked = 0
    options = csv.WriteOptions(include_header=False)
    with path.open("wb") as out:
        for number, batch in enumerate(_batches(connection, query)):
            if number == 0:
                names = ",".join('"' + name + '"' for name in batch.schema.names)
                out.write(BOM + names.encode() + b"\n")
            plain, more = _plain(batch)
            csv.write_csv(plain, out, options)
            rows, marked = rows + batch.num_rows, marked + more
    return rows, marked


class Workbook:
    """A workbook: the columns' meaning first, then a sheet a table. Texts are never formulas."""

    def __init__(self, path: Path, tables: tuple[str, ...]) -> None:
        import xlsxwriter

        # a sheet's rows go to a temporary file as they come
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), {**options, "default_date_format": DATE_FORM})
        self._bold = self._book.add_format({"bold": True})
        self._date = self._book.add_format({"num_format": DATE_FORM})
        self._time = self._book.add_format({"num_format": TIME_FORM})
        self._add(DICTIONARY, COLUMNS, iter(dictionary_rows(tables)))

    def add(self, connection: Connection, table: str, query: str, columns: list[str]) -> int:
        """A table's rows; InputError, before any is written, where a sheet has no room for them."""
        ((count,),) = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()
        if count > MOST_ROWS:
            raise InputError(
                table,
                f"{count:,} rows, and a sheet holds {MOST_ROWS:,}",
                "name the tables that you want with --table, or take --format csv or parquet",
            )
        found = (row for batch in _batches(connection, query) for row in zip(*_columns(batch), strict=True))
        self._add(table, columns, found)
        return int(count)

    def close(self) -> None:
        self._book.close()

    def _add(self, name: str, columns: Any, rows: Iterator[tuple[Any, ...]]) -> None:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for n, column in enumerate(columns):
            sheet.set_column(n, n, min(WIDEST, max(12, len(column) + 2)))
        for n, column in enumerate(columns):
            sheet.write_string(0, n, column, self._bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for n, value in enumerate(row):
                self._write(sheet, last, n, value)
        sheet.autofilter(0, 0, last, len(columns) - 1)

    def _write(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int | float | Decimal):
            sheet.write_number(row, column, value)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value.replace(tzinfo=None), self._time)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self._date)
        else:
            sheet.write_string(row, column, str(value))


def dictionary_rows(tables: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """COLUMNS of each column of some tables."""
    return [
        (
            table,
            column.name,
            column.type,
            column.unit,
            column.key,
            column.joins or None,
            column.nullable,
            column.meaning,
            ", ".join(f"{code}: {words}" for code, words in column.codes.items()) or None,
        )
        for table in tables
        for column in dictionary()[table].columns
    ]


def write_dictionary(path: Path, tables: tuple[str, ...]) -> None:
    """The same as a CSV file."""
    import pyarrow.csv as csv

    rows = [dict(zip(COLUMNS, row, strict=True)) for row in dictionary_rows(tables)]
    with path.open("wb") as out:
        out.write(BOM)
        csv.write_csv(pa.Table.from_pylist(rows), out)


def _batches(connection: Connection, query: str) -> Iterator[pa.RecordBatch]:
    """The rows; a batch without any where there are none."""
    reader = connection.sql(query).to_arrow_reader(BATCH_ROWS)
    some = False
    for batch in reader:
        some = True
        yield batch
    if not some:
        yield pa.RecordBatch.from_pylist([], schema=reader.schema)


def _columns(batch: pa.RecordBatch) -> list[list[Any]]:
    return [column.to_pylist() for column in batch.columns]


def _seconds(times: pa.Array) -> pa.Array:
    """Times to the second, where none has a part of one."""
    try:
        return times.cast(pa.timestamp("s", times.type.tz))
    except pa.ArrowInvalid:
        return times


def _plain(batch: pa.RecordBatch) -> tuple[pa.RecordBatch, int]:
    """The rows as CSV has them: times without their zone, no text that begins a formula; and how many were marked."""
    columns, marked = [], 0
    for column in batch.columns:
        found = column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column
        if pa.types.is_timestamp(found.type):
            found = pc.strftime(_seconds(found), "%Y-%m-%d %H:%M:%S")
        elif pa.types.is_string(found.type) or pa.types.is_large_string(found.type):
            begins = pc.fill_null(pc.match_substring_regex(found, FORMULA), False)
            count = pc.sum(begins).as_py() or 0
            if count:
                marked += count
                found = pc.if_else(begins, pc.binary_join_element_wise("'", found, ""), found)
        columns.append(found)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names), marked
