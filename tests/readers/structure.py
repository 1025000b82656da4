"""What a Parquet file has that an old reader lacks, told from its footer alone.

Measured on the readers of tests.readers.environments: pyarrow 16 and 17, Polars 1.9 to 1.37 and DataFusion 43 refuse an
embedded Arrow schema that names decimal32 or decimal64; Spark has no TIME, no INT96 that others write alike, and no
nanoseconds; fastparquet reads deltas of more than 28 bits wrong, without a word.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ARROW_SCHEMA = b"ARROW:schema"
ENCODINGS = frozenset({"PLAIN", "RLE", "RLE_DICTIONARY", "DELTA_BINARY_PACKED"})
COMPRESSIONS = frozenset({"ZSTD"})
PHYSICAL = {
    "BOOLEAN": ("None",),
    "INT32": ("None", "Int(bitWidth=8, isSigned=true)", "Int(bitWidth=16, isSigned=true)", "Date", "Decimal"),
    "INT64": ("None", "Timestamp(isAdjustedToUTC=true, timeUnit=microseconds", "Decimal"),
    "BYTE_ARRAY": ("String",),
}
PLAIN_TYPES = (pa.bool_(), pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.date32(), pa.string())
TYPES = (*PLAIN_TYPES, pa.timestamp("us", tz="UTC"), pa.dictionary(pa.int8(), pa.string()))
DELTA_BITS = 28  # of the widest difference between differences of a block
BLOCK = 128


def lacks(file: Path) -> list[str]:
    """What an old reader would stumble over in a file: 'COLUMN: what'; nothing when all is well."""
    with pq.ParquetFile(file) as parquet:
        told = parquet.metadata.metadata or {}
        found = [] if ARROW_SCHEMA in told else ["no Arrow schema: meanings and codes are lost"]
        if ARROW_SCHEMA in told:
            found += _arrow(pa.ipc.read_schema(pa.py_buffer(base64.b64decode(told[ARROW_SCHEMA]))))
        found += _physical(parquet)
        found += _wide_deltas(parquet)
    return found


def _arrow(schema: pa.Schema) -> Iterator[str]:
    for field in schema:
        wide = pa.types.is_decimal128(field.type) and field.type.precision <= 18
        if field.type not in TYPES and not wide:
            yield f"{field.name}: the Arrow schema says {field.type}"


def _physical(parquet: pq.ParquetFile) -> Iterator[str]:
    for i in range(len(parquet.schema)):
        column = parquet.schema.column(i)
        logical = str(column.logical_type)
        if not logical.startswith(PHYSICAL.get(column.physical_type, ())):
            yield f"{column.name}: {column.physical_type} as {logical}"
        for group in range(parquet.num_row_groups):
            chunk = parquet.metadata.row_group(group).column(i)
            if other := set(chunk.encodings) - ENCODINGS:
                yield f"{column.name}: encoded by {', '.join(sorted(other))}"
            if chunk.compression not in COMPRESSIONS:
                yield f"{column.name}: compressed by {chunk.compression}"


def _wide_deltas(parquet: pq.ParquetFile) -> Iterator[str]:
    for group in range(parquet.num_row_groups):
        chunks = parquet.metadata.row_group(group)
        names = [parquet.schema.column(i).name for i in range(chunks.num_columns) if _is_delta(chunks.column(i))]
        rows = parquet.read_row_group(group, columns=names) if names else None
        for name in names:
            assert rows is not None
            bits = delta_bits(whole(rows.column(name)))
            if bits > DELTA_BITS:
                yield f"{name}: differences of {bits} bits"


def _is_delta(chunk: pq.ColumnChunkMetaData) -> bool:
    return chunk.physical_type == "INT64" and "DELTA_BINARY_PACKED" in chunk.encodings


def whole(values: pa.ChunkedArray) -> np.ndarray:
    """The integers that stand in a file for values that aren't null."""
    array = values.combine_chunks().drop_null()
    if pa.types.is_decimal(array.type):
        array = array.cast(pa.decimal64(array.type.precision, array.type.scale))
    return np.frombuffer(array.buffers()[1], np.int64, len(array), array.offset * 8)


def delta_bits(values: np.ndarray) -> int:
    """The bits that a delta of int64 takes at most, block by block."""
    deltas = np.diff(values)
    blocks = [deltas[i : i + BLOCK] for i in range(0, len(deltas), BLOCK)]
    return max((int(block.max() - block.min()).bit_length() for block in blocks), default=0)
