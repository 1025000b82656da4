"""What a schedule's batches live through, and the rows that they leave, as Arrow tables."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from engine.farm.schedule import Schedule
from engine.simulation.emission import Emitter
from engine.simulation.record import BatchHistory
from engine.simulation.rows.columns import BatchRows
from engine.simulation.water.climate import Climate
from lake.columns import record_batch
from lake.tables import EVENT_TABLES, TABLES


def tables_of(schedule: Schedule, climate: Climate, histories: Iterable[BatchHistory]) -> dict[str, pa.Table]:
    """Each event table's rows of all batches, in the storage that the lake declares."""
    cutoff = dict.fromkeys((b.id for b in schedule.batches), "UNDECIDED")
    emitter = Emitter(schedule, climate, frozenset({2}), cutoff)
    found: dict[str, list[pa.RecordBatch]] = {t.name: [] for t in EVENT_TABLES}

    def keep(table: str, rows: BatchRows) -> None:
        found[table].append(_copied(record_batch(TABLES[table], rows.columns)))  # the emitter reuses its arrays

    for history in histories:
        emitter.emit([history], keep)
    return {name: pa.Table.from_batches(batches) for name, batches in found.items()}


def _copied(rows: pa.RecordBatch) -> pa.RecordBatch:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_batch(rows)
    return pa.ipc.open_stream(sink.getvalue()).read_next_batch()
