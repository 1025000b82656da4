"""Record batches: the declared schema, the values given, no copy where the bytes fit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.columns import Nullable, record_batch, storage_dtype
from lake.tables import TABLES
from lake.tables.declaration import Column, Table
from tests.lake.declared_rows import TABLE, columns_of, length


def meaning(column: Column, stored: Any) -> Any:
    """What a stored value stands for, in Python's own types."""
    if stored is None or isinstance(stored, str):
        return stored
    stored = int(stored)
    if column.codes:
        return column.codes[stored]
    if column.type == pa.bool_():
        return bool(stored)
    if pa.types.is_decimal(column.type):
        return Decimal(stored).scaleb(-column.type.scale)
    if column.type == pa.date32():
        return date(1970, 1, 1) + timedelta(days=stored)
    if pa.types.is_timestamp(column.type):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=stored)
    if pa.types.is_time(column.type):
        return (datetime(1970, 1, 1) + timedelta(microseconds=stored)).time()
    return stored


@given(st.data(), TABLE)
def test_a_batch_has_the_declared_schema_and_the_values_given(data: st.DataObject, table: Table) -> None:
    columns = data.draw(columns_of(table))
    rows = record_batch(table, columns)
    assert rows.schema.equals(table.schema, check_metadata=True)
    assert rows.num_rows == length(columns)
    rows.validate(full=True)
    for column in table.columns:
        given_values = columns[column.name]
        valid = [True] * rows.num_rows
        if isinstance(given_values, Nullable):
            valid, given_values = given_values.valid.tolist(), given_values.values
        stored = given_values.to_pylist() if isinstance(given_values, pa.Array) else given_values.tolist()
        found = rows.column(column.name)
        for i, (value, stands) in enumerate(zip(stored, valid, strict=True)):
            if not stands:
                assert found[i].as_py() is None
            else:
                assert found[i].as_py() == meaning(column, value)


@given(st.data(), TABLE)
def test_arrays_of_the_storage_type_are_wrapped_and_not_copied(data: st.DataObject, table: Table) -> None:
    columns = data.draw(columns_of(table, min_rows=1))
    rows = record_batch(table, columns)
    for column in table.columns:
        values = columns[column.name]
        if column.type == pa.bool_() or isinstance(values, pa.Array):
            continue
        values = values.values if isinstance(values, Nullable) else values
        array = rows.column(column.name)
        array = array.indices if column.codes else array
        assert array.buffers()[1].address == values.ctypes.data, column.name


@given(st.data(), TABLE)
def test_wider_arrays_and_strided_ones_give_the_same_batch(data: st.DataObject, table: Table) -> None:
    columns = data.draw(columns_of(table))

    def other(values: Any) -> Any:
        if isinstance(values, Nullable):
            return Nullable(other(values.values), values.valid)
        if isinstance(values, pa.Array) or values.dtype == np.bool_:
            return values
        return np.repeat(values.astype(np.int64), 2)[::2]

    changed = {name: other(values) for name, values in columns.items()}
    assert record_batch(table, changed).equals(record_batch(table, columns))


@given(st.data(), TABLE)
def test_a_missing_an_unknown_and_a_short_column_are_refused(data: st.DataObject, table: Table) -> None:
    columns = data.draw(columns_of(table, min_rows=2))
    name = data.draw(st.sampled_from(sorted(columns)))
    missing = {n: v for n, v in columns.items() if n != name}
    values = columns[name]
    short = Nullable(values.values[:1], values.valid[:1]) if isinstance(values, Nullable) else values[:1]
    for wrong in (missing, columns | {"colour": np.zeros(2)}, columns | {name: short}):
        with pytest.raises(ValueError, match=f"table {table.name}: "):
            record_batch(table, wrong)


def test_decimals_are_held_as_whole_numbers_of_the_last_digit() -> None:
    for table in TABLES.values():
        for column in table.columns:
            if pa.types.is_decimal(column.type):
                assert column.type.byte_width == 8
                assert storage_dtype(column) == np.int64
