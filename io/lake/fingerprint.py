"""Fingerprints: a hash of a (batch, table)'s values in canonical order, whatever file or encoding they sit in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash

from lake.columns import code_array
from lake.store_path import source
from lake.tables import TABLES
from lake.tables.declaration import Column, Table

DAY_US = 86_400_000_000


def fixed_width(array: pa.Array) -> np.ndarray:
    """The integers of an array where they lie, dates, times and decimals of 64 bits too; nulls hold anything.

    np.asarray imports pandas, which takes a second.
    """
    if not len(array):
        return np.empty(0, np.int64)
    kind = str(array.type) if pa.types.is_integer(array.type) else f"int{array.type.bit_width}"
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def _canonical(column: Column, array: pa.Array, edges: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """What stands for a column's values, and where in it the rows begin that `edges` names.

    Values of fixed width, or lengths and text; validity before them where nulls may be.
    """
    valid = _validity(array) if column.nullable or array.null_count else None
    if column.nullable and valid is not None:
        yield valid, edges
    if column.codes:
        declared = code_array(column.codes)
        array = array.indices if array.dictionary.equals(declared) else _declared_codes(array, declared)
        if array.type != pa.int8():
            array = array.cast(pa.int8())
    if column.type == pa.string() and not column.codes:
        if array.null_count:
            array = array.fill_null(code_array(("",))[0])
        _, ends, data = array.buffers()
        if len(array):
            offsets = np.frombuffer(ends, np.int32)[array.offset : array.offset + len(array) + 1]
            yield offsets[1:] - offsets[:-1], edges
            if data is not None:
                yield np.frombuffer(data, np.uint8), offsets[edges]
        return
    is_flag = column.type == pa.bool_() and not column.codes
    values = _bits(array, array.buffers()[1]) if is_flag else fixed_width(array)
    yield values if valid is None or not array.null_count else np.where(valid, values, values.dtype.type(0)), edges


def _validity(array: pa.Array) -> np.ndarray:
    """1 where a value is, 0 where none is."""
    return _bits(array, array.buffers()[0]) if array.null_count else np.ones(len(array), np.uint8)


def _bits(array: pa.Array, packed: pa.Buffer) -> np.ndarray:
    """The bits that a buffer has of an array's elements, a byte each. Arrow's own way takes ten times as long."""
    if not len(array):
        return np.empty(0, np.uint8)
    begin, skipped = divmod(array.offset, 8)
    size = skipped + len(array)
    return np.unpackbits(np.frombuffer(packed, np.uint8, -(-size // 8), begin), count=size, bitorder="little")[skipped:]


def _declared_codes(array: pa.DictionaryArray, declared: pa.Array) -> pa.Array:
    return pc.index_in(array.dictionary, declared).take(array.indices)


def fingerprint(table: Table, rows: pa.RecordBatch) -> str:
    """32 hex digits over the values of `rows`, which must be in the table's declared schema and order."""
    return fingerprints(table, rows, [rows.num_rows])[0]


def fingerprints(table: Table, rows: pa.RecordBatch, counts: Sequence[int]) -> list[str]:
    """The fingerprint of each of the batches that `rows` hold one after the other, so many of them each."""
    edges = np.cumsum([0, *counts])
    marks = [[f"{table.name}:{count}".encode()] for count in counts]
    for column, array in zip(table.columns, rows.columns, strict=True):
        if column.day:
            array = _since_midnight(array, rows.column(column.day))
        chunks = [
            (np.ascontiguousarray(values).data.cast("B"), (at * values.itemsize).tolist())
            for values, at in _canonical(column, array, edges)
            if values.size
        ]
        name = column.name.encode()
        if len(chunks) == 1:
            ((data, at),) = chunks
            for mark, begin, end in zip(marks, at, at[1:], strict=False):
                mark += name, xxhash.xxh3_64_digest(data[begin:end])
            continue
        for i, mark in enumerate(marks):
            part = xxhash.xxh3_64()
            for data, at in chunks:
                part.update(data[at[i] : at[i + 1]])
            mark += name, part.digest()
    return [xxhash.xxh3_128_hexdigest(b"".join(mark)) for mark in marks]


def _since_midnight(times: pa.Array, days: pa.Array) -> pa.Array:
    """Microseconds since each day began: what tells a time whose day stands beside it."""
    midnight = fixed_width(days.cast(pa.int32())).astype(np.int64) * DAY_US
    since = fixed_width(times.cast(pa.int64())) - midnight
    return pa.Array.from_buffers(pa.int64(), len(since), [None, pa.py_buffer(since)])


@cache
def empty_fingerprint(table_name: str) -> str:
    """The fingerprint of a batch that has no rows in a table."""
    table = TABLES[table_name]
    columns = [pa.nulls(0, field.type) for field in table.schema]
    return fingerprint(table, pa.RecordBatch.from_arrays(columns, schema=table.schema))


def combine_fingerprints(fingerprints: dict[int, dict[str, str]]) -> str:
    """One fingerprint of a whole run: over batches in order and tables by name, free of partitions."""
    whole = xxhash.xxh3_128()
    for batch in sorted(fingerprints):
        for table in sorted(fingerprints[batch]):
            whole.update(f"{batch}/{table}/{fingerprints[batch][table]};".encode())
    return str(whole.hexdigest())


def part_batches(file: Path, table: Table, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """A part's row groups as declared, or some columns of them; one is held at a time."""
    declared = [c for c in table.columns if columns is None or c.name in columns]
    with pq.ParquetFile(source(file)) as parquet:
        for group in range(parquet.num_row_groups):
            if not (rows := parquet.metadata.row_group(group).num_rows):
                continue
            # a batch of as many rows is decoded into one piece, where a table would be copied once more
            read = parquet.iter_batches(rows, [group], [c.name for c in declared], use_threads=False)
            pieces = [piece.select([c.name for c in declared]) for piece in read]
            (batch,) = pieces if len(pieces) == 1 else pa.Table.from_batches(pieces).combine_chunks().to_batches()
            yield pa.RecordBatch.from_arrays(
                [as_declared(c, a) for c, a in zip(declared, batch.columns, strict=True)],
                schema=pa.schema([table.schema.field(c.name) for c in declared]),
            )


def batch_fingerprints(
    file: Path, table: Table, see: Callable[[pa.RecordBatch], None] = lambda rows: None
) -> Iterator[tuple[int, str]]:
    """(batch id, fingerprint) of every batch in a part, read back from the Parquet; `see` is shown the rows.

    A batch's rows stand together and no row group splits a batch, so one row group is held at a time.
    """
    key = "id" if table.name == "batch" else "batch_id"
    for batch in part_batches(file, table):
        ids = fixed_width(batch.column(table.schema.get_field_index(key)))
        batches, counts = batch_runs(ids)
        yield from zip(batches, fingerprints(table, batch, counts), strict=True)
        see(batch)


def batch_runs(ids: np.ndarray) -> tuple[list[int], list[int]]:
    """Each row's batch as runs: whose they are, and of how many rows; there is a row."""
    edges = np.append(0, np.flatnonzero(ids[1:] != ids[:-1]) + 1)
    return ids[edges].tolist(), np.diff(edges, append=len(ids)).tolist()


def as_declared(column: Column, array: pa.Array) -> pa.Array:
    """A column's values in the type that it is declared with."""
    if pa.types.is_decimal64(column.type) and pa.types.is_decimal128(array.type) and not array.offset:
        # the lower half of what a file's 64 bits were widened to
        low = np.ascontiguousarray(np.frombuffer(array.buffers()[1], np.int64)[: 2 * len(array) : 2])
        return pa.Array.from_buffers(column.type, len(array), [array.buffers()[0], pa.py_buffer(low)])
    if column.codes and not pa.types.is_dictionary(array.type):
        return array.dictionary_encode().cast(column.arrow_type)
    return array if array.type == column.arrow_type else array.cast(column.arrow_type)


def part_fingerprints(
    file: Path, table_name: str, see: Callable[[pa.RecordBatch], None] = lambda rows: None
) -> dict[int, str]:
    """Fingerprints of every batch in one part, `see` being shown its rows.

    ValueError when a batch stands in two places of the file.
    """
    found: dict[int, str] = {}
    for batch, value in batch_fingerprints(file, TABLES[table_name], see):
        if batch in found:
            raise ValueError(f"{file}: the rows of batch {batch} are not contiguous")
        found[batch] = value
    return found
