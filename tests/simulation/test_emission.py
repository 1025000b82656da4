"""The families of rows: every event table is made, and foreseen, by exactly one."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.farm.schedule import Schedule
from engine.forecast.representatives import simulate_representatives
from engine.simulation.emission import FAMILIES, Family
from engine.simulation.record import BatchHistory
from engine.simulation.rows.expected_life import ExpectedLife, expected_life
from engine.simulation.rows.life import BatchLife
from engine.simulation.water.climate import Climate
from lake.tables import EVENT_TABLE_NAMES


@pytest.fixture(scope="session")
def expected_lives(small_schedule: Schedule) -> list[ExpectedLife]:
    s = small_schedule
    return [expected_life(s, batch, history) for batch, history in simulate_representatives(s, s.batches)]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.tables.__name__)
def test_a_family_expects_rows_of_the_tables_that_it_makes(
    family: Family,
    small_schedule: Schedule,
    small_climate: Climate,
    histories: list[BatchHistory],
    expected_lives: list[ExpectedLife],
) -> None:
    for history, expected in zip(histories, expected_lives, strict=True):
        made = family.tables(BatchLife(schedule=small_schedule, history=history, climate=small_climate))
        assert list(family.expected(expected)) == list(made)


def test_every_event_table_belongs_to_one_family(expected_lives: list[ExpectedLife]) -> None:
    counted = Counter(table for family in FAMILIES for table in family.expected(expected_lives[0]))
    assert counted == Counter(EVENT_TABLE_NAMES)
