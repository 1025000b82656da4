"""Writes one partition's parts: rows in, Parquet files out, none of which bears its final name before it is whole."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from lake.columns import Values, record_batch, storage_dtype
from lake.disk import disk
from lake.fingerprint import fingerprints
from lake.layout import USUAL, Layout
from lake.manifest import PartRecord
from lake.part_bytes import PartBytes
from lake.part_object import PartObject
from lake.store_path import StorePath
from lake.tables import TABLES
from lake.tables.declaration import Table

# columns that are looked for by value, while a row group has few of all values: by a Bloom filter of half a kilobyte
# a reader skips most row groups, where least and greatest value alone would have it open a quarter of all
LOOKED_FOR = ("container_id", "sensor_id")
BLOOM = {"ndv": 512, "fpp": 0.05}
TEXT_BYTES = 20  # of a text in memory and where it ends, about
# a page is closed past so many bytes; of rows, Arrow would close it at 20,000
PAGE_BYTES = 1 << 22
PAGE_ROWS = (1 << 31) - 1
# keys of a file's metadata: the schema that Arrow's readers look for, and JSON for all others
ARROW_SCHEMA, MEANINGS = "ARROW:schema", "smoltworks"


def part_path(table: str, part: int) -> str:
    """The part's path relative to the run."""
    return f"lake/{table}/part-{part:04d}.parquet"


def parquet_options(table: Table, layout: Layout = USUAL) -> dict[str, object]:
    """How a table's columns are encoded: as declared, else by a dictionary.

    A page holds what a row group has of a column unless the layout says otherwise, since each is compressed by itself:
    times that come again with every sensor are found again within a page alone. Plain ones compress better on level 3.
    """
    found = [c.name for c in table.columns if c.name in LOOKED_FOR]
    options: dict[str, object] = {
        "compression": "zstd",
        "compression_level": {c.name: 3 if c.plain else 1 for c in table.columns},
        "use_dictionary": [c.name for c in table.columns if not (c.delta or c.plain or c.type == pa.bool_())],
        "column_encoding": {c.name: "DELTA_BINARY_PACKED" for c in table.columns if c.delta},
        "store_decimal_as_integer": True,
        "store_schema": False,  # open_writer stores one that every reader knows
        "data_page_size": PAGE_BYTES,
        "max_rows_per_page": PAGE_ROWS,
        "write_batch_size": 1 << 14,
    }
    if found:
        options["bloom_filter_options"] = dict.fromkeys(found, BLOOM)
    if layout.page_rows:
        pages = {"max_rows_per_page": layout.page_rows, "write_batch_size": min(1 << 14, layout.page_rows)}
        options |= {"write_page_index": True, **pages}
    return options


def row_group_rows(table: Table, layout: Layout = USUAL) -> int:
    """Rows of a row group of a table, at which it is closed."""
    width = sum(
        TEXT_BYTES if c.type == pa.string() and not c.codes else storage_dtype(c).itemsize for c in table.columns
    )
    return max(1, min(layout.row_group_rows, layout.row_group_bytes // width))


def open_writer(where: Any, table: Table, layout: Layout = USUAL) -> pq.ParquetWriter:
    """A writer of a table's rows to a path or file, which tells its readers the types and meanings.

    The bytes of values are those of the rows in memory; of decimals the file says that they are 128 bits wide, since
    no reader but the newest knows narrower ones.
    """
    writer = pq.ParquetWriter(where, table.schema, **parquet_options(table, layout))
    writer.add_key_value_metadata(_told(table))
    return writer


@cache
def _told(table: Table) -> dict[str, str]:
    meanings = {c.name: f"{c.description} [{c.unit}]" if c.unit else c.description for c in table.columns}
    words = {"table": table.name, "description": table.description, "columns": meanings}
    schema = base64.b64encode(table.file_schema.serialize().to_pybytes()).decode()
    return {ARROW_SCHEMA: schema, MEANINGS: json.dumps(words, separators=(",", ":"))}


class _File(PartBytes):
    """A file that grows by what pyarrow writes to it. It holds nothing open."""

    enough = 1 << 20  # bytes that wait before the disk is bothered; a small part reaches it at once

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._begun = False

    def finish(self) -> str:
        self._pass_on()
        return str(self._hash.hexdigest())

    def abandon(self) -> None:
        """Write nothing more, and remove what was written."""
        self._abandoned = True
        self._waiting = bytearray()  # an error under way may still look at the old one
        if self._begun:
            disk().remove(self.path)

    def _pass_on(self) -> None:
        append, self._begun = self._begun, True
        disk().write(self.path, self._take(), append=append)


def _new_file(path: Path) -> _File | PartObject:
    """A file under a temporary name; in an object store, which shows nothing before it is whole, under its own."""
    return PartObject(path) if isinstance(path, StorePath) else _File(path.with_name(f".{path.name}.tmp"))


class _Part:
    """One open Parquet file: rows wait until a row group is full; a batch is never split.

    Where row groups end depends on the batches' rows alone, not on how many come at once.
    """

    def __init__(self, run_dir: Path, table: Table, number: int, layout: Layout = USUAL) -> None:
        self.table = table
        self.file = part_path(table.name, number)
        self.path = run_dir / self.file
        disk().make_folder(self.path.parent)
        self.rows = 0
        self._named, self._mark = False, ""
        self._full = row_group_rows(table, layout)
        self._enough = min(self._full, (layout.row_group_rows + 1) // 2)
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._out = _new_file(self.path)
        self._writer = open_writer(self._out, table, layout)

    def add(self, rows: pa.RecordBatch, counts: Sequence[int], *, lent: bool = False) -> None:
        """Take the rows of batches, so many of them each; lent: those that wait are copied, for a caller who reuses
        its arrays."""
        self.rows += rows.num_rows
        begin = end = 0
        for count in counts:
            alone = not self._waiting_rows and count >= self._enough
            end += count
            self._waiting_rows += count
            if alone or self._waiting_rows >= self._full:
                self._waiting.append(rows.slice(begin, end - begin))
                self._flush()
                begin = end
        if end > begin:
            rest = rows.slice(begin, end - begin)
            self._waiting.append(_copy(rest) if lent else rest)

    def _flush(self) -> None:
        if self._waiting_rows:
            rows = pa.Table.from_batches(self._waiting)
            self._writer.write_table(rows, row_group_size=self._waiting_rows)
        self._waiting, self._waiting_rows = [], 0

    def close(self) -> Path:
        """Write the rest; the file, which has yet to be synced and to get its name."""
        self._flush()
        self._writer.close()
        self._mark = self._out.finish()
        return self._out.path

    def name(self) -> PartRecord:
        """Give it its final name."""
        disk().rename(self._out.path, self.path)
        self._named = True
        return PartRecord(file=self.file, rows=self.rows, bytes=self._out.size, xxh3=self._mark)

    def abandon(self) -> None:
        """Leave nothing behind; a disk that fails here again has the rest removed by the resume."""
        with suppress(OSError):
            self._out.abandon()
        self._writer.close()
        if self._named:
            with suppress(OSError):
                disk().remove(self.path)


def _copy(rows: pa.RecordBatch) -> pa.RecordBatch:
    return pa.concat_batches([rows, rows.slice(0, 0)])


class PartitionWriter:
    """The parts of one partition. Use as a context: left by an error, it leaves no file behind.

    `add` takes one batch's rows of one table and returns their fingerprint, `add_batches` those of several, `add_rows`
    rows of no batch; `finish` closes, syncs and renames.
    """

    def __init__(self, run_dir: Path, part: int, tables: tuple[str, ...], layout: Layout = USUAL) -> None:
        self._parts = {name: _Part(run_dir, TABLES[name], part, layout) for name in tables}
        self._finished = False

    def __enter__(self) -> PartitionWriter:
        return self

    def add(self, table_name: str, values: Mapping[str, Values]) -> str:
        """Take one batch's rows of a table; their fingerprint. ValueError as of record_batch."""
        part = self._parts[table_name]
        rows = record_batch(part.table, values)
        return self._take(part, rows, [rows.num_rows], lent=True)[0]

    def add_batches(
        self, table_name: str, values: Mapping[str, Values], counts: Sequence[int], *, lent: bool = False
    ) -> list[str]:
        """Take the rows of several batches of a table, so many of them each; each batch's fingerprint.

        lent: the arrays are written anew once this returns. ValueError as of record_batch, and where rows are no
        batch's.
        """
        part = self._parts[table_name]
        rows = record_batch(part.table, values)
        if rows.num_rows != sum(counts):
            raise ValueError(f"table {table_name}: {rows.num_rows} rows, of batches with {sum(counts)}")
        return self._take(part, rows, counts, lent=lent)

    def add_rows(self, table_name: str, rows: pa.Table) -> None:
        """Take rows of a table as they stand, which are no batch's."""
        for some in rows.combine_chunks().to_batches():
            self._parts[table_name].add(some, [some.num_rows])

    @staticmethod
    def _take(part: _Part, rows: pa.RecordBatch, counts: Sequence[int], *, lent: bool) -> list[str]:
        marks = fingerprints(part.table, rows, counts)
        part.add(rows, counts, lent=lent)
        return marks

    @property
    def rows(self) -> int:
        """Rows taken so far, over all tables."""
        return sum(part.rows for part in self._parts.values())

    def finish(self) -> dict[str, PartRecord]:
        """Close every part and, once all are on the disk, give each its final name."""
        disk().sync_files([part.close() for part in self._parts.values()])
        records = {name: part.name() for name, part in self._parts.items()}
        self._finished = True
        return records

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._finished:
            for part in self._parts.values():
                part.abandon()


def write_dimensions(run_dir: Path, tables: Mapping[str, pa.Table]) -> dict[str, PartRecord]:
    """Write dimension tables, each as its single part."""
    with PartitionWriter(run_dir, 0, tuple(tables)) as writer:
        for name, rows in tables.items():
            writer.add_rows(name, rows)
        return writer.finish()
