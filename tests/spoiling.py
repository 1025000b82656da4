"""A run with a wrong value that its manifest vouches for: what the checks, not the hashes, have to find."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from lake.files import file_hash
from lake.manifest import read_manifest, write_manifest


def spoil(run_dir: Path, table: str, column: str) -> None:
    """Add 1 to a column's first value in partition 0, and record the file's new bytes in the manifest."""
    manifest = read_manifest(run_dir)
    first, *others = manifest.partitions
    part = first.tables[table]
    path = run_dir / part.file
    rows = pq.read_table(path)
    values = rows.column(column).to_pylist()
    values[0] += 1
    place = rows.schema.get_field_index(column)
    rows = rows.set_column(place, rows.schema.field(place), pa.array(values, rows.schema.field(place).type))
    pq.write_table(rows, path)
    part = replace(part, bytes=path.stat().st_size, xxh3=file_hash(path))
    spoilt = replace(first, tables={**first.tables, table: part})
    write_manifest(run_dir, replace(manifest, partitions=(spoilt, *others)))
