"""The families of rows: every event table is made, and foreseen, by exactly one."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.farm.schedule import Schedule
from engine.forecast.representatives import simulate_representatives
from engine.simulation.emission import FAMILIES, Family
from engine.simulation.rows.expected_life import ExpectedLife, expected_life
from engine.simulation.rows.life import BatchLife
from lake.tables import EVENT_TABLE_NAMES
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
