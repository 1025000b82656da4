"""The families of rows: every event table is made, and foreseen, by exactly one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from engine.farm.schedule import Schedule
from engine.forecast.representatives import simulate_representatives
from engine.simulation import emission
from engine.simulation.emission import FAMILIES, Emitter, Family, GroupFamily
from engine.simulation.rows.columns import BatchRows, join_batches
from engine.simulation.rows.expected_life import ExpectedLife, expected_life
from engine.simulation.rows.life import BatchLife
from lake.columns import record_batch
from lake.tables import EVENT_TABLE_NAMES, TABLES
from tests.simulation.eventful import known_in_full

POSITIONS = (0, 2, 4)  # harvested, at sea, a day old


@pytest.fixture(scope="module")
def expected_lives(small_schedule: Schedule) -> list[ExpectedLife]:
    lives = simulate_representatives(small_schedule, [small_schedule.batches[i] for i in POSITIONS])
    return [expected_life(small_schedule, batch, history) for batch, history in lives]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.tables.__name__)
def test_a_family_expects_rows_of_the_tables_that_it_makes(
    family: Family, lives: list[BatchLife], expected_lives: list[ExpectedLife]
) -> None:
    for position, expected in zip(POSITIONS, expected_lives, strict=True):
        assert list(family.expected(expected)) == list(family.tables(lives[position]))


def test_every_event_table_belongs_to_one_family(expected_lives: list[ExpectedLife]) -> None:
    counted = Counter(table for family in FAMILIES for table in family.expected(expected_lives[0]))
    assert counted == Counter(EVENT_TABLE_NAMES)


EXACT = (
    "stay_tables",
    "move_tables",
    "origin_tables",
    "state_tables",
    "health_tables",
)  # of a life whose days are known


@pytest.mark.parametrize("family", [f for f in FAMILIES if f.tables.__name__ in EXACT], ids=EXACT)
def test_a_family_without_chance_expects_the_rows_that_it_makes(
    family: Family, small_schedule: Schedule, lives: list[BatchLife]
) -> None:
    for life in lives:
        tables = family.tables(life)
        made = {name: len(columns["id" if name == "batch" else "batch_id"]) for name, columns in tables.items()}
        assert family.expected(known_in_full(small_schedule, life.history)) == made


def _emitter(lives: list[BatchLife]) -> Emitter:
    life = lives[0]
    return Emitter(
        life.schedule, life.climate, frozenset({2}), dict.fromkeys((each.batch_id for each in lives), "ACTIVE")
    )


def test_batches_together_have_the_rows_that_each_has_alone(lives: list[BatchLife]) -> None:
    emitter, few = _emitter(lives), [lives[i].history for i in POSITIONS]
    alone: dict[tuple[int, str], list[dict[str, Any]]] = {}
    together: dict[tuple[int, str], list[dict[str, Any]]] = {}

    def into(found: dict[tuple[int, str], list[dict[str, Any]]], table: str, made: BatchRows) -> None:
        rows, begin = record_batch(TABLES[table], made.columns), 0
        for batch_id, count in made.counts.items():
            # of readings some tell all
            found[batch_id, table] = rows.slice(begin, min(count, 1_000)).to_pylist()
            begin += count

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
        return {"batch": join_batches("batch", {life.batch_id: {"id": [1]} for life in lives})}

    monkeypatch.setattr(emission, "FAMILIES", (GroupFamily(of_batches, FAMILIES[0].expected),))
    emitter, seen = _emitter(lives), []
    emitter.emit([lives[0].history, lives[4].history], lambda table, made: seen.append(made.counts))
    assert seen == [{lives[0].batch_id: 1, lives[4].batch_id: 1}]
    with pytest.raises(ZeroDivisionError):
        emitter.emit([life.history for life in lives[:4]], lambda table, made: None)
    assert emitter.at_work == bad.number
