"""The COPY: partitions of a run over several connections, each a transaction with its row in the load log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

from lake.columns import from_file
from lake.errors import InputError
from lake.manifest import PartitionRecord, PartRecord
from lake.tables import TABLES
from warehouse.database import Connection, identifier
from warehouse.encoding import Context, encoder, project
from warehouse.history_rows import states
from warehouse.load_log import Load, record_part
from warehouse.master_data import check_columns
from warehouse.moments import Parents
from warehouse.part_files import open_part
from warehouse.selection import Extract, PartitionRows
from warehouse.sharing import Piece, Stopped, share
from warehouse.uat.expressions import Mapping

BATCH_ROWS = 65_536  # about 8 MB encoded: with fewer, calls take as long as rows; with more, memory and no gain

Progress = Callable[[str, int], None]


def max_rows(extract: Extract, partitions: Iterable[PartitionRecord]) -> dict[str, int]:
    """Rows of an extract's partitions by lake table, at most."""
    rows: dict[str, int] = {}
    for partition in partitions:
        part = PartitionRows(extract, partition)
        for table in partition.tables:
            rows[table] = rows.get(table, 0) + part.max_rows(table)
    return rows


def lake_batches(path: Path | pa.BufferReader, mapping: Mapping) -> Iterator[pa.RecordBatch]:
    """The mapped columns of a Parquet file, BATCH_ROWS rows at a time."""
    with pq.ParquetFile(path) as file:
        yield from map(from_file, file.iter_batches(BATCH_ROWS, columns=mapping.lake_columns))


def copy_table(
    connection: Connection,
    mapping: Mapping,
    path: Path,
    context: Context,
    *,
    first_row: int = 0,
    sent: Callable[[int], None] = lambda rows: None,
) -> int:
    """COPY one Parquet file into its table; rows written.

    `first_row`: the table's rows in the partitions before; `sent` hears of every batch of rows.
    """

    numbered = _numbered(lake_batches(path, mapping), first_row)
    return copy_rows(connection, mapping, (project(rows, mapping, context, n) for n, rows in numbered), sent)


def _numbered(batches: Iterator[pa.RecordBatch], first: int) -> Iterator[tuple[pa.Array, pa.RecordBatch]]:
    """Rows with their numbers in the lake's table, which begin with `first`."""
    for rows in batches:
        yield pa.array(np.arange(first, first + rows.num_rows, dtype=np.int64)), rows
        first += rows.num_rows


def copy_rows(
    connection: Connection,
    mapping: Mapping,
    batches: Iterator[pa.RecordBatch],
    sent: Callable[[int], None],
    *,
    frozen: bool = False,
) -> int:
    """COPY rows, which are the target's already, into its table; rows written.

    `frozen`: into a table that was emptied in the same transaction; no row is looked at again to see who may see it.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, mapping.columns))
    query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY, FREEZE {})").format(
        identifier(mapping.uat), names, sql.SQL("on" if frozen else "off")
    )
    encode = encoder(mapping)
    with connection.cursor() as cursor:
        # the writer's own thread sends while this one decodes and encodes the next rows
        with cursor.copy(query, writer=QueuedLibpqWriter(cursor)) as copy:
            copy.write(encode.write_header())
            for rows in batches:
                copy.write(encode.write_batch(rows))
                sent(rows.num_rows)
            copy.write(encode.finish())
        return cursor.rowcount


@dataclass(frozen=True)
class CopyJob:
    """What is copied: the rows of an extract, in the target's terms, for a load.

    `progress` hears of rows sent; `beat` is called some times a second on the calling thread.
    """

    extract: Extract
    context: Context
    load: Load
    progress: Progress
    beat: Callable[[], None] = lambda: None

    @cached_property
    def first_rows(self) -> dict[int, dict[str, int]]:
        """By partition and table: rows of that table in the partitions before it, in the manifest's order."""
        before: dict[str, int] = {}
        firsts = {}
        for partition in self.extract.manifest.partitions:
            firsts[partition.partition] = {t: before.get(t, 0) for t in partition.tables}
            for table, part in partition.tables.items():
                before[table] = before.get(table, 0) + part.rows
        return firsts


def copy_partition(connection: Connection, job: CopyJob, partition: PartitionRecord, stop: Event) -> dict[str, int]:
    """All chosen rows of one partition and its row in the load log, in one transaction.

    Rows by lake table, and by history table. Stopped when `stop` was set before the partition is in.
    """
    begun = perf_counter()
    rows: dict[str, int] = {}
    context = partition_context(job, partition)
    with connection.transaction():
        for mapping in job.load.mappings:
            batches = target_rows(job, partition, mapping, context)
            if batches is not None:
                rows[mapping.ids] = copy_rows(connection, mapping, batches, heard(job, mapping, stop))
        record_part(connection, job.load, partition.partition, rows, seconds=perf_counter() - begun)
    return rows


def heard(job: CopyJob, mapping: Mapping, stop: Event) -> Callable[[int], None]:
    """Hears of rows that are sent; Stopped when they are to be the last."""

    def sent(count: int) -> None:
        if stop.is_set():
            raise Stopped
        job.progress(mapping.ids, count)

    return sent


def partition_context(job: CopyJob, partition: PartitionRecord) -> Context:
    """What a target knows of a run, for the rows of one partition."""
    return replace(job.context, parents=Parents(partial(_part, job.extract.run_dir, partition)))


def target_rows(
    job: CopyJob, partition: PartitionRecord, mapping: Mapping, context: Context
) -> Iterator[pa.RecordBatch] | None:
    """A partition's chosen rows of a table, or their history, as the target's; None where it can have none."""
    extract = job.extract
    part = partition.tables.get(mapping.lake)
    if part is None or part.rows == 0 or mapping.lake not in extract.tables:
        return None
    first_row = job.first_rows[partition.partition][mapping.lake]
    file = open_part(extract.run_dir, part)
    _check(file, part, mapping)
    file.seek(0)
    if extract.is_whole:
        batches = _numbered(lake_batches(file, mapping), first_row)
    else:
        selected = PartitionRows(extract, partition).batches(mapping, BATCH_ROWS)
        batches = ((pc.add(n, first_row), batch) for n, batch in selected)
    history = next((h for h in job.load.histories if h.mapping.uat == mapping.uat), None)
    if history is None:
        return (project(batch, mapping, context, numbers) for numbers, batch in batches)
    return (state for numbers, batch in batches for state in states(history, batch, numbers, context))


def _part(run_dir: Path, partition: PartitionRecord, table: str, columns: list[str]) -> pa.Table:
    """Columns of all of a partition's rows of a table."""
    part = partition.tables.get(table)
    schema = pa.schema([TABLES[table].schema.field(column) for column in columns])
    return schema.empty_table() if part is None else from_file(pq.read_table(open_part(run_dir, part), columns=columns))


def _check(source: pa.BufferReader, part: PartRecord, mapping: Mapping) -> None:
    """InputError unless a Parquet file has the manifest's rows and the columns that the mapping reads."""
    with pq.ParquetFile(source) as file:
        check_columns(file.schema_arrow, mapping, part.file)
        if file.metadata.num_rows != part.rows:
            raise InputError(
                part.file,
                f"holds {file.metadata.num_rows} rows, the manifest says {part.rows}",
                "run it again with --resume: the part is made anew",
            )


def copy_partitions(
    pool: list[Connection],
    job: CopyJob,
    partitions: list[PartitionRecord],
    done: Callable[[int, dict[str, int], float], None],
) -> None:
    """Copy partitions, largest first, one a connection at a time; `done` hears of each that is committed, of its rows
    by table and of the seconds that it took.

    The first failure stops the others before their next batch of rows; it is raised when they have rolled
    back.
    """

    def work(partition: PartitionRecord) -> Piece[tuple[int, dict[str, int], float]]:
        def copy(connection: Connection, stop: Event) -> tuple[int, dict[str, int], float]:
            begun = perf_counter()
            rows = copy_partition(connection, job, partition, stop)
            return partition.partition, rows, perf_counter() - begun

        return Piece(name=f"partition {partition.partition}", do=copy, cost=partition.events)

    order = sorted(partitions, key=lambda p: p.partition)
    share(pool, [work(partition) for partition in order], lambda copied: done(*copied), job.beat)
