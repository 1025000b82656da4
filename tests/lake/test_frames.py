"""A table as a pandas frame: no objects, every value the same."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import smoltworks
from lake.errors import InputError
from lake.frames import pandas_frame
from lake.tables import TABLES


@pytest.mark.parametrize("table", ["feeding_event", "batch", "container_assignment", "lice_count", "lice_limit"])
def test_a_frame_has_every_value_and_computes(small_run: Path, table: str) -> None:
    run = smoltworks.open_run(small_run)
    frame, rows = run.pandas(table), run.arrow(table)
    assert (len(frame), list(frame.columns)) == (rows.num_rows, rows.column_names)
    for column in TABLES[table].columns:
        values = frame[column.name]
        kind = values.dtype
        if column.codes:
            assert kind == "category"
        elif column.type == pa.string():
            assert pd.api.types.is_string_dtype(kind) or kind.kind == "O"
        elif pa.types.is_decimal(column.type):
            assert kind == "float64"
        elif pa.types.is_temporal(column.type):
            assert pd.api.types.is_datetime64_any_dtype(kind)
        elif column.type == pa.bool_():
            assert pd.api.types.is_bool_dtype(kind)
        else:
            assert pd.api.types.is_integer_dtype(kind)
        expected = rows.column(column.name).to_pylist()
        found = [None if pd.isna(v) else v for v in values.tolist()]
        assert found == [plain(v) for v in expected], column.name


def plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return pd.Timestamp(value) if isinstance(value, date) else value


def test_no_rows_make_a_frame_of_the_same_kinds() -> None:
    for table in TABLES.values():
        frame = pandas_frame(table.file_schema.empty_table())
        assert list(frame.columns) == table.file_schema.names
        assert all(frame[c.name].dtype == "float64" for c in table.columns if pa.types.is_decimal(c.type))


def test_without_pandas_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InputError, match="pip install pandas"):
        pandas_frame(pa.table({"a": [1]}))
