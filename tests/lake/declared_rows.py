"""Rows for any declared table, made by hypothesis from the declaration alone."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from lake.columns import Nullable, storage_dtype
from lake.tables import TABLES
from lake.tables.declaration import Column, Table

TABLE = st.sampled_from([TABLES[name] for name in sorted(TABLES)])
SURROGATES: tuple[Literal["Cs"]] = ("Cs",)
WORDS = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FFF, exclude_categories=SURROGATES), max_size=5)


def limits(column: Column) -> tuple[int, int]:
    """The least and greatest storage value that a column can hold."""
    if column.codes:
        return 0, len(column.codes) - 1
    if column.type == pa.bool_():
        return 0, 1
    if pa.types.is_decimal(column.type):
        largest = 10**column.type.precision - 1
        return -largest, largest
    days = (-700_000, 2_900_000)  # Python's calendar, so that a test can print what it found
    if column.type == pa.date32():
        return days
    if pa.types.is_timestamp(column.type):
        return days[0] * 86_400_000_000, days[1] * 86_400_000_000
    info = np.iinfo(storage_dtype(column))
    return int(info.min), int(info.max)


@st.composite
def values_of(draw: st.DrawFn, column: Column, rows: int) -> Any:
    if column.type == pa.string() and not column.codes:
        words = WORDS | st.none() if column.nullable else WORDS
        return pa.array(draw(st.lists(words, min_size=rows, max_size=rows)), pa.string())
    low, high = limits(column)
    few = st.integers(max(low, 0), min(high, 3)) | st.integers(low, high)
    data = np.array(draw(st.lists(few, min_size=rows, max_size=rows)), dtype=storage_dtype(column))
    if not column.nullable:
        return data
    valid = draw(st.lists(st.booleans(), min_size=rows, max_size=rows))
    return Nullable(data, np.array(valid, dtype=bool))


@st.composite
def columns_of(draw: st.DrawFn, table: Table, min_rows: int = 0, max_rows: int = 6) -> dict[str, Any]:
    """Columns of some rows, as the simulation gives them to the writer."""
    rows = draw(st.integers(min_rows, max_rows))
    return {c.name: draw(values_of(c, rows)) for c in table.columns}


def batch_column(table: Table) -> str:
    return "id" if table.name == "batch" else "batch_id"


def of_batch(table: Table, columns: dict[str, Any], batch: int) -> dict[str, Any]:
    """The columns as those of one batch."""
    return columns | {batch_column(table): np.full(length(columns), batch, dtype=np.int32)}


def length(columns: dict[str, Any]) -> int:
    first = next(iter(columns.values()))
    return len(first.values) if isinstance(first, Nullable) else len(first)
