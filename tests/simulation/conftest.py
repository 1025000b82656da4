"""The small schedule as lived and as written: histories, and every table's rows as Arrow tables."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from engine.farm.schedule import Schedule
from engine.simulation.emission import Emitter
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory
from engine.simulation.water.climate import Climate
from lake.columns import record_batch
from lake.tables import EVENT_TABLES, TABLES


@pytest.fixture(scope="session")
def small_climate(small_schedule: Schedule) -> Climate:
    s = small_schedule
    return Climate(s.farm, s.biology, s.seed, s.as_of_day, min(b.start_day for b in s.batches))


@pytest.fixture(scope="session")
def histories(small_schedule: Schedule, small_climate: Climate) -> list[BatchHistory]:
    return [simulate_batch(small_schedule, small_climate, batch) for batch in small_schedule.batches]


@pytest.fixture(scope="session")
def tables(small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]) -> dict[str, pa.Table]:
    """Each event table's rows of all batches, in the storage that the lake declares."""
    ids = [b.id for b in small_schedule.batches]
    emitter = Emitter(small_schedule, small_climate, frozenset({2}), dict.fromkeys(ids, "UNDECIDED"))
    found: dict[str, list[pa.RecordBatch]] = {t.name: [] for t in EVENT_TABLES}

    def keep(table: str, columns: dict[str, Any]) -> None:
        rows = record_batch(TABLES[table], columns)
        # the emitter reuses its arrays: copy
        found[table].append(pa.ipc.open_stream(_written(rows)).read_next_batch())

    for history in histories:
        emitter.emit(history, keep)
    return {name: pa.Table.from_batches(batches) for name, batches in found.items()}


def _written(rows: pa.RecordBatch) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_batch(rows)
    return sink.getvalue()
