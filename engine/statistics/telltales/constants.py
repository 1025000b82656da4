"""Columns that say the same in every row of a run, as the Parquet files' own statistics tell without reading a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from engine.statistics.measure import Basis, Measure
from lake.manifest import Manifest
from lake.store_path import source

MIN_ROWS = 50  # of a table: fewer may well agree


@dataclass(frozen=True)
class Constant:
    """A column whose value is the same in each of `rows` rows; None: it is never filled. reason: "" for none known."""

    column: str
    rows: int
    value: Any
    reason: str

    def to_json(self) -> dict[str, Any]:
        value = self.value if self.value is None or isinstance(self.value, bool | int | float) else str(self.value)
        return {"column": self.column, "rows": self.rows, "value": value, "reason": self.reason}


def constant_columns(run: Path, manifest: Manifest, reasons: dict[str, str]) -> list[Constant]:
    """Every constant column of the tables of MIN_ROWS rows and more, in the tables' order. reasons: by table.column."""
    return [
        Constant(column=f"{table}.{name}", rows=rows, value=value, reason=reasons.get(f"{table}.{name}", ""))
        for table, files in manifest.files.items()
        for name, rows, value in _of_table([run / file for file in files])
    ]


def unexplained(constants: list[Constant], tables: int) -> Measure:
    """How many columns are constant for no reason that is known."""
    basis = Basis("tables", "every table of 50 rows and more")
    return basis.measure(float(sum(not constant.reason for constant in constants)), tables)


def _of_table(files: list[Path]) -> Iterator[tuple[str, int, Any]]:
    metadata = [pq.ParquetFile(source(file)).metadata for file in files]
    rows = sum(m.num_rows for m in metadata)
    if rows < MIN_ROWS:
        return
    groups = [m.row_group(i) for m in metadata for i in range(m.num_row_groups)]
    for i in range(metadata[0].num_columns):
        chunks = [group.column(i) for group in groups]
        same, value = _constant(chunks)
        if same:
            yield chunks[0].path_in_schema, rows, value


def _constant(chunks: list[Any]) -> tuple[bool, Any]:
    """Whether all rows of a column's chunks are equal, and to what; not so where a chunk has no statistics."""
    found: set[Any] = set()
    nulls = rows = 0
    for chunk in chunks:
        statistics = chunk.statistics
        if statistics is None or not statistics.has_null_count:
            return False, None
        nulls, rows = nulls + statistics.null_count, rows + chunk.num_values
        if statistics.null_count == chunk.num_values:
            continue
        if not statistics.has_min_max:
            return False, None
        found |= {statistics.min, statistics.max}
        if len(found) > 1:
            return False, None
    if nulls == rows:
        return True, None
    return nulls == 0 and len(found) == 1, next(iter(found), None)
