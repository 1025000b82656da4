"""The COPY: partitions of a run over several connections, each a transaction with its row in the load log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from queue import SimpleQueue
from threading import Event
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

from lake.errors import InputError
from lake.manifest import Manifest, PartitionRecord
from warehouse.dimensions import check_columns
from warehouse.encode import Context, encoder, project
from warehouse.load_log import Connection, Load, record_part
from warehouse.selection import Chosen, PartitionRows
from warehouse.target import identifier
from warehouse.uat.expressions import Mapping
from warehouse.uat.mapping import EVENTS

BATCH_ROWS = 16_384  # about 2 MB encoded: the server is busy soon and memory stays small

Progress = Callable[[str, int], None]


class Stopped(Exception):
    """Another partition failed or the user interrupted: this one is rolled back."""


def first_rows(manifest: Manifest) -> dict[int, dict[str, int]]:
    """By partition and table: rows of that table in the partitions before it, in the manifest's order."""
    before: dict[str, int] = {}
    firsts = {}
    for partition in manifest.partitions:
        firsts[partition.partition] = {t: before.get(t, 0) for t in partition.tables}
        for table, part in partition.tables.items():
            before[table] = before.get(table, 0) + part.rows
    return firsts


def rows_to_come(run_dir: Path, partitions: Iterable[PartitionRecord], chosen: Chosen) -> dict[str, int]:
    """Rows of some partitions by lake table, at most."""
    rows: dict[str, int] = {}
    for partition in partitions:
        part = PartitionRows(chosen, run_dir, partition)
        for table in partition.tables:
            rows[table] = rows.get(table, 0) + part.at_most(table)
    return rows


def lake_batches(path: Path, mapping: Mapping) -> Iterator[pa.RecordBatch]:
    """The mapped columns of a Parquet file, BATCH_ROWS rows at a time."""
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(BATCH_ROWS, columns=mapping.lake_columns)


def copy_table(
    connection: Connection,
    mapping: Mapping,
    path: Path,
    context: Context,
    first_row: int,
    tick: Callable[[int], None] = lambda rows: None,
) -> int:
    """COPY one Parquet file into its table; rows written. `tick` hears of every batch of rows sent."""

    def numbered() -> Iterator[tuple[pa.Array, pa.RecordBatch]]:
        first = 0
        for rows in lake_batches(path, mapping):
            yield pa.array(np.arange(first, first + rows.num_rows, dtype=np.int64)), rows
            first += rows.num_rows

    return copy_rows(connection, mapping, numbered(), context, first_row, tick)


def copy_rows(
    connection: Connection,
    mapping: Mapping,
    batches: Iterator[tuple[pa.Array, pa.RecordBatch]],
    context: Context,
    first_row: int,
    tick: Callable[[int], None] = lambda rows: None,
) -> int:
    """COPY rows, with their numbers in the file, into their table; rows written."""
    names = sql.SQL(", ").join(map(sql.Identifier, mapping.columns))
    query = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(identifier(mapping.uat), names)
    encode = encoder(mapping)
    with connection.cursor() as cursor:
        # the writer's own thread sends while this one decodes and encodes the next rows
        with cursor.copy(query, writer=QueuedLibpqWriter(cursor)) as copy:
            copy.write(encode.write_header())
            for numbers, rows in batches:
                copy.write(encode.write_batch(project(rows, mapping, context, first_row, numbers)))
                tick(rows.num_rows)
            copy.write(encode.finish())
        return cursor.rowcount


def copy_partition(
    connection: Connection,
    run_dir: Path,
    partition: PartitionRecord,
    firsts: dict[str, int],
    context: Context,
    load: Load,
    chosen: Chosen,
    progress: Progress,
    stop: Event,
) -> dict[str, int]:
    """All chosen rows of one partition and its row in the load log, in one transaction; rows by lake table."""
    begun = perf_counter()
    rows: dict[str, int] = {}
    selected = PartitionRows(chosen, run_dir, partition)
    with connection.transaction():
        for mapping in EVENTS:
            part = partition.tables.get(mapping.lake)
            if part is None or part.rows == 0 or mapping.lake not in chosen.tables:
                continue

            def tick(sent: int, table: str = mapping.lake) -> None:
                if stop.is_set():
                    raise Stopped
                progress(table, sent)

            path, first = run_dir / part.file, firsts[mapping.lake]
            _check(path, part.rows, mapping)
            if chosen.is_whole:
                rows[mapping.lake] = copy_table(connection, mapping, path, context, first, tick)
            else:
                batches = selected.batches(mapping, BATCH_ROWS)
                rows[mapping.lake] = copy_rows(connection, mapping, batches, context, first, tick)
        record_part(connection, load, partition.partition, rows, perf_counter() - begun)
    return rows


def _check(path: Path, rows: int, mapping: Mapping) -> None:
    """InputError unless a Parquet file has the manifest's rows and the columns that the mapping reads."""
    with pq.ParquetFile(path) as file:
        check_columns(file.schema_arrow, mapping, str(path))
        if file.metadata.num_rows != rows:
            raise InputError(
                str(path),
                f"holds {file.metadata.num_rows} rows, the manifest says {rows}",
                "run it again with --resume: the part is made anew",
            )


def copy_partitions(
    pool: list[Connection],
    run_dir: Path,
    manifest: Manifest,
    partitions: list[PartitionRecord],
    context: Context,
    load: Load,
    chosen: Chosen,
    progress: Progress,
    done: Callable[[int, dict[str, int]], None],
) -> None:
    """Copy partitions, largest first, one a connection at a time; `done` hears of each that is committed.

    The first failure stops the others before their next batch of rows; it is raised when they have rolled
    back.
    """
    firsts = first_rows(manifest)
    free: SimpleQueue[Connection] = SimpleQueue()
    for connection in pool:
        free.put(connection)
    stop = Event()

    def work(partition: PartitionRecord) -> tuple[int, dict[str, int]]:
        if stop.is_set():
            raise Stopped
        connection = free.get()
        try:
            rows = copy_partition(
                connection, run_dir, partition, firsts[partition.partition], context, load, chosen, progress, stop
            )
        except BaseException:
            stop.set()
            raise
        finally:
            free.put(connection)
        return partition.partition, rows

    order = sorted(partitions, key=lambda p: (-p.events, p.partition))
    with ThreadPoolExecutor(len(pool)) as executor:
        futures: list[Future[tuple[int, dict[str, int]]]] = [executor.submit(work, p) for p in order]
        try:
            waiting = set(futures)
            while waiting:
                ended, waiting = wait(waiting, return_when=FIRST_EXCEPTION, timeout=0.2)
                for future in ended:
                    if future.exception() is None:
                        done(*future.result())
        except BaseException:
            stop.set()
            raise
    failures = [e for f in futures if (e := f.exception()) is not None]
    for failure in sorted(failures, key=lambda e: isinstance(e, Stopped)):
        raise failure
