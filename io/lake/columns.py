"""Arrow record batches from numpy arrays, by the tables' declaration, without copying where the bytes already fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias, TypeVar

import numpy as np
import pyarrow as pa

from lake.tables.declaration import Column, Table, decimal

DIGITS = 18  # of a 64-bit decimal, at most
_STORAGE = {
    pa.bool_(): np.dtype(np.bool_),
    pa.int8(): np.dtype(np.int8),
    pa.int16(): np.dtype(np.int16),
    pa.int32(): np.dtype(np.int32),
    pa.int64(): np.dtype(np.int64),
    pa.date32(): np.dtype(np.int32),
}


@dataclass(frozen=True)
class Nullable:
    """Values with a mask that is True where the value stands."""

    values: np.ndarray
    valid: np.ndarray


Rows = TypeVar("Rows", pa.RecordBatch, pa.Table)
Values: TypeAlias = "np.ndarray | Nullable"  # or an Arrow array, which passes through


def storage_dtype(column: Column) -> np.dtype:
    """The numpy type of a column's bytes: decimals unscaled int64, times and dates counts, codes int8."""
    if column.codes:
        return np.dtype(np.int8)
    return _STORAGE.get(column.type, np.dtype(np.int64))


def _array(column: Column, values: Values) -> pa.Array:
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return values
    validity: pa.Buffer | None = None
    if isinstance(values, Nullable):
        validity, values = _bits(values.valid), values.values
    data = np.ascontiguousarray(values, dtype=storage_dtype(column))
    stored = _bits(data) if column.type == pa.bool_() else pa.py_buffer(data)
    if column.codes:
        indices = pa.Array.from_buffers(pa.int8(), len(data), [validity, stored])
        return pa.DictionaryArray.from_arrays(indices, code_array(column.codes))
    return pa.Array.from_buffers(column.type, len(data), [validity, stored])


def _bits(flags: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


@cache
def code_array(codes: tuple[str, ...]) -> pa.Array:
    """An enumeration's values as Arrow text; pa.array imports pandas, which takes a second."""
    texts = [code.encode() for code in codes]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(texts)))


def record_batch(table: Table, values: Mapping[str, Values]) -> pa.RecordBatch:
    """The rows as declared. Arrays of the storage type are wrapped, not copied: keep them until written.

    values: one entry a column; ValueError when a column is missing, unknown or of another length.
    """
    names = [c.name for c in table.columns]
    if set(values) != set(names):
        raise ValueError(f"table {table.name}: columns differ: {sorted(set(values) ^ set(names))}")
    arrays = [_array(c, values[c.name]) for c in table.columns]
    if len({len(a) for a in arrays}) > 1:
        raise ValueError(f"table {table.name}: lengths {dict(zip(names, map(len, arrays), strict=True))}")
    return pa.RecordBatch.from_arrays(arrays, schema=table.schema)


def from_file(rows: Rows) -> Rows:
    """Rows that pyarrow read from a part, decimals as the 64-bit integers that they are in memory."""
    schema = _memory_schema(rows.schema)
    return rows if schema is rows.schema else rows.cast(schema)


def _memory_schema(schema: pa.Schema) -> pa.Schema:
    wide = [i for i, f in enumerate(schema) if pa.types.is_decimal128(f.type) and f.type.precision <= DIGITS]
    for i in wide:
        kind = schema.field(i).type
        schema = schema.set(i, schema.field(i).with_type(decimal(kind.precision, kind.scale)))
    return schema
