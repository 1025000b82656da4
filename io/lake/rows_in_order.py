"""Columns of rows as they lie: whether these are in order, pieces put together, the way to DuckDB without a copy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from lake.fingerprint import fixed_width

Columns = dict[str, np.ndarray]


def plain(column: pa.Array) -> np.ndarray:
    """A column's values without copying them where they lie so; dates, times and decimals as integers."""
    if pa.types.is_decimal128(column.type):
        halves = np.frombuffer(column.buffers()[1], np.int64)
        return np.ascontiguousarray(halves[2 * column.offset : 2 * (column.offset + len(column)) : 2])
    return fixed_width(column.cast(pa.uint8()) if pa.types.is_boolean(column.type) else column)


def climbs(key: list[np.ndarray]) -> bool:
    """Whether each row's key is greater than that of the row before."""
    return bool(is_higher(key).all())


def is_higher(key: list[np.ndarray]) -> np.ndarray:
    """Whether a row's key is greater than that of the row before, for all rows but the first."""
    higher = key[-1][1:] > key[-1][:-1]
    for column in reversed(key[:-1]):
        higher = (column[1:] > column[:-1]) | ((column[1:] == column[:-1]) & higher)
    return higher


def differs(columns: list[np.ndarray]) -> np.ndarray:
    """Whether a row differs from the one before in any of the columns; the first row does."""
    differs = np.empty(len(columns[0]), bool)
    differs[:1] = True
    np.not_equal(columns[0][1:], columns[0][:-1], out=differs[1:])
    for column in columns[1:]:
        differs[1:] |= column[1:] != column[:-1]
    return differs


def joined(pieces: list[Columns]) -> Columns:
    """The rows of all pieces, of which there is one; they are given away."""
    return {name: np.concatenate([piece.pop(name) for piece in pieces]) for name in list(pieces[0])}


def to_arrow(columns: Mapping[str, np.ndarray | pa.Array], kinds: Mapping[str, pa.DataType]) -> pa.Table:
    """The rows as DuckDB takes them, flags as 0 and 1; kinds: what integers are, where they are no plain ones."""
    arrays = {}
    for name, values in columns.items():
        if isinstance(values, np.ndarray):
            plain_values = values.view(np.uint8) if values.dtype == bool else values
            kind, buffers = pa.from_numpy_dtype(plain_values.dtype), [None, pa.py_buffer(plain_values)]
        else:
            kind, buffers = values.type, values.buffers()
        arrays[name] = pa.Array.from_buffers(kinds.get(name, kind), len(values), buffers)
    return pa.Table.from_arrays(list(arrays.values()), list(arrays))
