"""Columns of a table's rows: their ids, codes and units, and parts put end to end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from lake.columns import Nullable, storage_dtype
from lake.tables import TABLES

Columns = dict[str, Any]
Tables = dict[str, Columns]


def row_ids(table: str, batch_id: int, rows: int, start: int = 0) -> np.ndarray:
    """Ids of a batch's rows: batch id x 2^k + row; OverflowError when a batch has more rows than 2^k."""
    bits = TABLES[table].id_bits
    if start + rows > 1 << bits:
        raise OverflowError(f"batch {batch_id} has {start + rows} rows in {table}; its ids hold {1 << bits}")
    first = (batch_id << bits) + start
    return np.arange(first, first + rows, dtype=np.int64)


def first_ids(table: str, batch_ids: Sequence[int] | np.ndarray) -> np.ndarray:
    """The id of each batch's first row: see row_ids."""
    ids: np.ndarray = np.array(batch_ids, dtype=np.int64) << TABLES[table].id_bits
    return ids


def edges(lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    """Where parts of such lengths begin that lie end to end, and where the last one ends, (lengths + 1,)."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def part_sums(values: Sequence[int] | np.ndarray, lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    """The sum of the values of each part, of parts of such lengths that lie end to end."""
    sums: np.ndarray = np.diff(edges(values)[edges(lengths)])
    return sums


def part_counts(positions: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """How many of some positions, which rise, lie in each part: see edges."""
    counts: np.ndarray = np.diff(np.searchsorted(positions, bounds))
    return counts


@cache
def _positions(table: str, column: str) -> dict[str, int]:
    """The position of each of an enumeration's values."""
    return {value: i for i, value in enumerate(TABLES[table].column(column).codes)}


def code(table: str, column: str, value: str) -> int:
    """The position of an enumeration's value."""
    return _positions(table, column)[value]


def codes(table: str, column: str, values: Iterable[str]) -> np.ndarray:
    """The positions of an enumeration's values, one a row."""
    position = _positions(table, column)
    return np.array([position[value] for value in values], dtype=np.int64)


def biomass_units(fish: np.ndarray, weight_cg: np.ndarray) -> np.ndarray:
    """Biomass in 0.01 kg of `fish` at a mean weight in 0.01 g, halves up."""
    units: np.ndarray = (fish.astype(np.int64) * weight_cg + 500) // 1000
    return units


def in_units(values: np.ndarray, a_unit: float) -> np.ndarray:
    """Values as whole numbers of units, of which 1 has so many; halves up."""
    units = np.asarray(values * a_unit)
    units += 0.5
    return np.floor(units, out=units).astype(np.int64)


def hundredths(values: np.ndarray) -> np.ndarray:
    """Values as whole hundredths, halves up."""
    return in_units(values, 100.0)


def hundred_thousandths(values: np.ndarray) -> np.ndarray:
    """Values as whole hundred-thousandths, halves up."""
    return in_units(values, 100_000.0)


def text(value: str, rows: int = 1) -> pa.Array:
    """One text in every row. Without a type Arrow would look for pandas, a tenth of a millisecond each time."""
    return pa.array([value], pa.string()) if rows == 1 else pa.repeat(pa.scalar(value, pa.string()), rows)


def empty(table: str) -> Columns:
    """No rows of a table."""
    return dict(_empty(table))


@cache
def _empty(table: str) -> Columns:
    columns = TABLES[table].columns
    return {
        c.name: pa.array([], pa.string()) if c.type == pa.string() and not c.codes else np.zeros(0, dtype=np.int64)
        for c in columns
    }


def join(parts: list[Columns]) -> Columns:
    """Finished columns of several parts of a table, end to end."""
    if len(parts) == 1:
        return parts[0]
    return {name: _joined([part[name] for part in parts]) for name in parts[0]}


def _joined(values: list[Any], dtype: np.dtype | None = None) -> Any:
    kinds = set(map(type, values))
    if Nullable in kinds:
        parts = [v if isinstance(v, Nullable) else Nullable(v, np.ones(len(v), dtype=bool)) for v in values]
        return Nullable(
            np.concatenate([v.values for v in parts], dtype=dtype, casting="unsafe"),
            np.concatenate([v.valid for v in parts]),
        )
    if np.ndarray in kinds:
        return np.concatenate(values, dtype=dtype, casting="unsafe")
    return pa.concat_arrays(values)


@dataclass(frozen=True)
class BatchRows:
    """A table's rows of several batches, one batch after the other.

    counts: how many are each batch's, by its id, in that order. lent: the arrays are written anew for the next batch.
    """

    columns: Columns
    counts: dict[int, int]
    lent: bool = False


def join_batches(table: str, parts: dict[int, Columns]) -> BatchRows:
    """A table's rows of each batch by its id, end to end, as the table stores them."""
    first = next(iter(parts.values()))
    counts = {batch_id: _rows(part) for batch_id, part in parts.items()}
    if len(parts) == 1:
        return BatchRows(columns=first, counts=counts)
    for batch_id, part in parts.items():
        if part.keys() != first.keys() or set(map(_length, part.values())) != {counts[batch_id]}:
            raise ValueError(f"table {table}: columns of batch {batch_id} differ in name or length")
    of_type = _storage(table)
    filled = [part for batch_id, part in parts.items() if counts[batch_id]] or [first]
    columns = {name: _joined([part[name] for part in filled], of_type.get(name)) for name in first}
    return BatchRows(columns=columns, counts=counts)


@cache
def _storage(table: str) -> dict[str, np.dtype]:
    """The type that each column is stored in, by its name."""
    return {c.name: storage_dtype(c) for c in TABLES[table].columns}


def _rows(columns: Columns) -> int:
    return _length(next(iter(columns.values())))


def _length(values: Any) -> int:
    return len(values.values if type(values) is Nullable else values)


def stack(parts: list[Columns]) -> Columns:
    """Columns of several parts, end to end; a part's scalars are repeated over its rows."""
    rows = [next((len(v) for v in part.values() if isinstance(v, np.ndarray) and v.ndim), 0) for part in parts]
    return {name: _stacked([part[name] for part in parts], rows) for name in parts[0]}


def _stacked(values: list[Any], rows: list[int]) -> np.ndarray:
    if isinstance(values[0], np.ndarray):
        return values[0] if len(values) == 1 else np.concatenate(values)
    return np.repeat(values, rows)


def append(first: Columns, second: Columns) -> Columns:
    """The rows of two parts, end to end, of arrays that may be nullable."""
    return join([first, second])
