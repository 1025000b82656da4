"""The families of rows: every event table is made by exactly one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from engine.simulation import emission
from engine.simulation.emission import FAMILIES, Emitter, GroupFamily
from engine.simulation.rows.columns import BatchRows, join_batches
from engine.simulation.rows.life import BatchLife
from lake.columns import record_batch
from lake.fingerprint import fingerprints
from lake.tables import EVENT_TABLE_NAMES, TABLES

POSITIONS = (0, 2, 4)  # harvested, at sea, a day old


def test_every_event_table_belongs_to_one_family(lives: list[BatchLife]) -> None:
    for position in POSITIONS:
        made = Counter(table for family in FAMILIES for table in family.tables(lives[position]))
        assert made == Counter(EVENT_TABLE_NAMES)


def _emitter(lives: list[BatchLife]) -> Emitter:
    life = lives[0]
    return Emitter(
        life.schedule, life.climate, frozenset({2}), dict.fromkeys((each.batch_id for each in lives), "ACTIVE")
    )


def test_batches_together_have_the_rows_that_each_has_alone(lives: list[BatchLife]) -> None:
    emitter, few = _emitter(lives), [lives[i].history for i in POSITIONS]
    alone: dict[tuple[int, str], str] = {}
    together: dict[tuple[int, str], str] = {}

    def into(found: dict[tuple[int, str], str], table: str, made: BatchRows) -> None:
        marks = fingerprints(TABLES[table], record_batch(TABLES[table], made.columns), list(made.counts.values()))
        found.update({(batch_id, table): mark for batch_id, mark in zip(made.counts, marks, strict=True)})

    for history in few:
        emitter.emit([history], lambda table, made: into(alone, table, made))
    emitter.emit(few, lambda table, made: into(together, table, made))
    assert together == alone
    assert len(alone) == len(POSITIONS) * len(EVENT_TABLE_NAMES)


def test_a_family_of_several_batches_that_fails_names_the_one(
    lives: list[BatchLife], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = lives[2].history.batch

    def of_batches(lives: Sequence[BatchLife]) -> dict[str, BatchRows]:
        if any(life.batch_id == bad.id for life in lives):
            raise ZeroDivisionError
        return {"batch": join_batches("batch", {life.batch_id: {"id": np.array([1])} for life in lives})}

    monkeypatch.setattr(emission, "FAMILIES", (GroupFamily(of_batches),))
    emitter, seen = _emitter(lives), []
    emitter.emit([lives[0].history, lives[4].history], lambda table, made: seen.append(made.counts))
    assert seen == [{lives[0].batch_id: 1, lives[4].batch_id: 1}]
    with pytest.raises(ZeroDivisionError):
        emitter.emit([life.history for life in lives[:4]], lambda table, made: None)
    assert emitter.at_work == bad.number
