"""Which part of a run is loaded: some tables, batches, days. What a chosen row must refer to is chosen with it.

A table that another needs is added to those that were named. Rows that happen at a time are taken within the days;
what has no time (batches, stays, purchases, scenarios) is taken whole, for every batch that lived on one of the days;
rows that refer to what was not taken go with it, or lose the reference where the target lets it be null.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lake.columns import from_file
from lake.errors import InputError
from lake.manifest import Manifest, PartitionRecord
from lake.store_path import source
from lake.tables import EVENT_TABLE_NAMES, TABLES
from warehouse.part_files import open_part
from warehouse.uat.expressions import FirstOf, LakeColumn, Mapping
from warehouse.uat.mapping import EVENT_MAPPINGS
from warehouse.uat.tables import TARGET_TABLES

# When a row of a table happened. The other tables' rows go with what they refer to, or are always taken.
TIMES = MappingProxyType(
    {
        "transfer_workflow": "planned_start_date",
        "environmental_reading": "reading_time",
        "feeding_event": "feeding_date",
        "mortality_event": "event_date",
        "mortality_record": "event_date",
        "growth_sample": "sample_date",
        "daily_state": "date",
        "harvest_event": "event_date",
        "lice_count": "count_date",
        "treatment": "treatment_date",
        "health_sampling_event": "sampling_date",
        "journal_entry": "entry_date",
        "health_lab_sample": "sample_date",
        "container_feeding_summary": "period_start",
        "batch_feeding_summary": "period_start",
        "weather_data": "timestamp",
        "photoperiod_data": "date",
        "daily_truth": "date",
        "health_event": "start_date",
        "lice_truth": "date",
        "sensor_fault": "start_time",
    }
)

# The lake never lets it be null, yet a batch is a batch without its projection.
OPTIONAL = frozenset({("batch", "pinned_projection_run_id")})


@dataclass(frozen=True)
class Selection:
    """What the user names; nothing named is everything.

    `batches`: numbers, with * and ? as in file names. `since` is the first day, `until` the first one after.
    """

    tables: tuple[str, ...] = ()
    batches: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def to_json(self) -> dict[str, Any]:
        """What is named, sorted, so that the same selection is the same text."""
        named = {"tables": sorted(set(self.tables)), "batches": sorted(set(self.batches))}
        days = {"since": self.since and self.since.isoformat(), "until": self.until and self.until.isoformat()}
        return {name: value for name, value in (named | days).items() if value}

    def in_words(self) -> str:
        """What is named, as one types it; "all of it" where nothing is."""
        named = (
            f"--{name} {','.join(value) if isinstance(value, list) else value}"
            for name, value in self.to_json().items()
        )
        return " ".join(named) or "all of it"

    @staticmethod
    def from_json(data: dict[str, Any]) -> Selection:
        """From what to_json gave."""
        since, until = (date.fromisoformat(data[name]) if name in data else None for name in ("since", "until"))
        return Selection(
            tables=tuple(data.get("tables", ())), batches=tuple(data.get("batches", ())), since=since, until=until
        )


EVERYTHING = Selection()


@dataclass(frozen=True)
class Reference:
    """What a mapped row refers to: an id in the first of `columns` that is not null. `required`: never without."""

    columns: tuple[str, ...]
    tables: tuple[str, ...]
    required: bool


def references(mapping: Mapping) -> list[Reference]:
    """A mapping's references to event tables."""
    found = []
    for name, expression in mapping.columns.items():
        columns = expression.columns if isinstance(expression, FirstOf) else ()
        if isinstance(expression, LakeColumn):
            columns = (expression.column,)
        tables = tuple(TABLES[mapping.lake].column(column).references for column in columns)
        if tables and set(tables) <= set(EVENT_TABLE_NAMES):
            always = not any(TABLES[mapping.lake].column(column).nullable for column in columns)
            required = always and (mapping.lake, columns[0]) not in OPTIONAL
            required = required or not TARGET_TABLES[mapping.uat].column(name).nullable
            found.append(Reference(columns=columns, tables=tables, required=required))
    return found


@dataclass(frozen=True)
class Extract:
    """A selection worked out for one run. `batches` None: all. `since`, `until`: days, None without end."""

    run_dir: Path
    manifest: Manifest
    tables: frozenset[str]
    batches: frozenset[int] | None
    since: date | None
    until: date | None

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the run."""
        return len(self.tables) == len(EVENT_TABLE_NAMES) and self.batches is None and not self.has_days

    @property
    def has_days(self) -> bool:
        """Whether days are chosen."""
        return self.since is not None or self.until is not None

    def is_cut(self, table: str) -> bool:
        """Whether rows of the chosen batches may be missing from a table, by their time or with what they refer to."""
        if table not in self.tables:
            return True
        if not self.has_days:
            return False
        needed = [t for r in references(EVENT_MAPPINGS[table]) if r.required for t in r.tables if t != table]
        return table in TIMES or any(self.is_cut(other) for other in needed)

    @property
    def partitions(self) -> list[PartitionRecord]:
        """Those of the run that hold a chosen batch."""
        return [p for p in self.manifest.partitions if self.has_batch(p.first_batch, p.last_batch)]

    @cached_property
    def _sorted_batches(self) -> tuple[int, ...]:
        return tuple(sorted(self.batches or ()))

    def has_batch(self, first: int, last: int) -> bool:
        """Whether a batch of first to last, inclusive, is chosen."""
        if self.batches is None:
            return True
        place = bisect_left(self._sorted_batches, first)
        return place < len(self._sorted_batches) and self._sorted_batches[place] <= last


def choose(selection: Selection, run_dir: Path, manifest: Manifest) -> Extract:
    """Work out a selection; InputError when it names what is not there, or leaves nothing."""
    unknown = sorted(set(selection.tables) - set(EVENT_TABLE_NAMES))
    if unknown:
        raise InputError("--tables", f"no table {', '.join(unknown)}", f"choose from {', '.join(EVENT_TABLE_NAMES)}")
    if selection.since and selection.until and selection.since >= selection.until:
        raise InputError("--until", f"{selection.until} is not after --since {selection.since}", "give a later day")
    tables = _with_required_tables(selection.tables or EVENT_TABLE_NAMES)
    batches = (
        _batches(selection, run_dir, manifest) if selection.batches or selection.since or selection.until else None
    )
    return Extract(
        run_dir=run_dir,
        manifest=manifest,
        tables=tables,
        batches=batches,
        since=selection.since,
        until=selection.until,
    )


def _with_required_tables(tables: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    left = ["batch", *tables]
    while left:
        table = left.pop()
        if table not in found:
            found.add(table)
            left += [t for r in references(EVENT_MAPPINGS[table]) if r.required for t in r.tables]
    return frozenset(found)


def _batches(selection: Selection, run_dir: Path, manifest: Manifest) -> frozenset[int]:
    columns = ["id", "batch_number", "start_date", "actual_end_date"]
    files = manifest.files.get("batch", [])
    rows = [row for file in files for row in pq.read_table(source(run_dir / file), columns=columns).to_pylist()]
    for pattern in selection.batches:
        if not any(fnmatchcase(row["batch_number"], pattern) for row in rows):
            raise InputError(
                "--batches", f"no batch {pattern}", "give numbers as in the table batch; * and ? may stand"
            )
    chosen = frozenset(
        row["id"]
        for row in rows
        if (not selection.batches or any(fnmatchcase(row["batch_number"], pattern) for pattern in selection.batches))
        and (selection.until is None or row["start_date"] < selection.until)
        and (selection.since is None or row["actual_end_date"] is None or row["actual_end_date"] > selection.since)
    )
    if not chosen:
        raise InputError("selection", "no batch named lived on these days", "name others")
    return chosen


class PartitionRows:
    """An extract's rows of one partition, table by table."""

    def __init__(self, extract: Extract, partition: PartitionRecord) -> None:
        self._extract, self._partition = extract, partition
        self._kept: dict[str, pa.Array] = {}

    def max_rows(self, table: str) -> int:
        """Rows of a table in the parts of its file that hold a chosen batch."""
        part = self._partition.tables.get(table)
        if part is None or table not in self._extract.tables:
            return 0
        if self._extract.batches is None:
            return part.rows
        with pq.ParquetFile(open_part(self._extract.run_dir, part)) as file:
            groups = range(file.num_row_groups)
            return sum(file.metadata.row_group(g).num_rows for g in groups if self._may_hold(file, g, _batch(table)))

    def table(self, name: str, columns: list[str]) -> pa.Table:
        """Some columns of a table's chosen rows."""
        schema = pa.schema([TABLES[name].schema.field(column) for column in columns])
        if name not in self._extract.tables:
            return schema.empty_table()
        chosen = [rows.select(columns) for _, rows in self._read(name, set(columns), 1 << 16)]
        return pa.Table.from_batches(chosen, schema if not chosen else None)

    def batches(self, mapping: Mapping, size: int) -> Iterator[tuple[pa.Array, pa.RecordBatch]]:
        """(row numbers within the file, rows with the mapped columns), at most `size` rows at a time."""
        if mapping.lake not in self._extract.tables:
            return
        refers = references(mapping)
        columns = {*mapping.lake_columns, *(column for r in refers for column in r.columns)}
        for numbers, rows in self._read(mapping.lake, columns, size):
            yield numbers, self._without_dangling(mapping.lake, rows, refers)

    def _read(self, table: str, columns: set[str], size: int) -> Iterator[tuple[pa.Array, pa.RecordBatch]]:
        """Chosen rows by batch, time and what they must refer to."""
        part = self._partition.tables.get(table)
        if part is None:
            return
        batch = _batch(table)
        needed = [r for r in references(EVENT_MAPPINGS[table]) if r.required and self._is_cut(r)]
        wanted = {*columns, batch, *(column for r in needed for column in r.columns)}
        if self._extract.has_days and table in TIMES:
            wanted.add(TIMES[table])
        names = [c.name for c in TABLES[table].columns if c.name in wanted]
        with pq.ParquetFile(open_part(self._extract.run_dir, part)) as file:
            first = 0
            for group in range(file.num_row_groups):
                start, first = first, first + file.metadata.row_group(group).num_rows
                if not self._may_hold(file, group, batch):
                    continue
                for rows in map(from_file, file.iter_batches(size, row_groups=[group], columns=names)):
                    numbers = pa.array(np.arange(start, start + rows.num_rows, dtype=np.int64))
                    start += rows.num_rows
                    mask = self._mask(table, batch, rows, needed)
                    if mask is not None:
                        numbers, rows = numbers.filter(mask), rows.filter(mask)
                    if rows.num_rows:
                        yield numbers, rows

    def _may_hold(self, file: pq.ParquetFile, group: int, batch: str) -> bool:
        column = file.schema_arrow.get_field_index(batch)
        statistics = file.metadata.row_group(group).column(column).statistics
        if self._extract.batches is None or statistics is None or not statistics.has_min_max:
            return True
        return self._extract.has_batch(statistics.min, statistics.max)

    def _mask(self, table: str, batch: str, rows: pa.RecordBatch, needed: list[Reference]) -> pa.Array | None:
        conditions = []
        if self._extract.batches is not None:
            chosen = pa.array(sorted(self._extract.batches), rows.column(batch).type)
            conditions.append(pc.is_in(rows.column(batch), chosen))
        if self._extract.has_days and table in TIMES:
            days = rows.column(TIMES[table]).cast(pa.date32(), safe=False)
            if self._extract.since is not None:
                conditions.append(pc.greater_equal(days, pa.scalar(self._extract.since)))
            if self._extract.until is not None:
                conditions.append(pc.less(days, pa.scalar(self._extract.until)))
        conditions += [self._refers_to_kept(rows, reference) for reference in needed]
        mask = None
        for condition in conditions:
            mask = condition if mask is None else pc.and_(mask, condition)
        return mask

    def _is_cut(self, reference: Reference) -> bool:
        return any(self._extract.is_cut(table) for table in reference.tables)

    def _refers_to_kept(self, rows: pa.RecordBatch, reference: Reference) -> pa.Array:
        """Whether the first reference that is not null leads to a row that is taken."""
        there = [
            pc.if_else(rows.column(column).is_valid(), pc.is_in(rows.column(column), self._ids(table)), None)
            if self._extract.is_cut(table)
            else pc.if_else(rows.column(column).is_valid(), True, None)
            for column, table in zip(reference.columns, reference.tables, strict=True)
        ]
        return pc.coalesce(*there).fill_null(False)

    def _ids(self, table: str) -> pa.Array:
        """The ids of a table's chosen rows."""
        if table not in self._kept:
            self._kept[table] = self.table(table, ["id"]).column(0).combine_chunks()
        return self._kept[table]

    def _without_dangling(self, table: str, rows: pa.RecordBatch, refers: list[Reference]) -> pa.RecordBatch:
        """The rows, null where an optional reference leads to a row that is not taken."""
        for reference in refers:
            if not reference.required and self._is_cut(reference):
                (column,) = reference.columns
                kept = pc.if_else(self._refers_to_kept(rows, reference), rows.column(column), None)
                place = rows.schema.get_field_index(column)
                rows = rows.set_column(place, pa.field(column, kept.type), kept)
        return rows


def _batch(table: str) -> str:
    """The lake column that tells a row's batch."""
    return "id" if table == "batch" else "batch_id"
