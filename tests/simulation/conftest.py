"""The small schedule as lived and as written: histories, and every table's rows as Arrow tables."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pyarrow as pa
import pytest

from engine.farm.schedule import Schedule
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory
from engine.simulation.rows.life import BatchLife
from engine.simulation.water.climate import Climate
from tests.simulation.climates import climate_for
from tests.simulation.emitted import tables_of
from tests.simulation.eventful import EventfulLife, Rows, eventful, rows_of, rows_of_life
from tests.simulation.trade_lives import LivedTo


@pytest.fixture(scope="session")
def small_climate(small_schedule: Schedule) -> Climate:
    return climate_for(small_schedule)


@pytest.fixture(scope="session")
def histories(small_schedule: Schedule, small_climate: Climate) -> list[BatchHistory]:
    return [simulate_batch(small_schedule, small_climate, batch) for batch in small_schedule.batches]


@pytest.fixture(scope="session")
def lives(small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]) -> list[BatchLife]:
    """Each batch's life; what people saw, fed and did in it is found once for all tests."""
    return [BatchLife(schedule=small_schedule, history=h, climate=small_climate) for h in histories]


@pytest.fixture(scope="session")
def lived_to(small_schedule: Schedule, small_climate: Climate) -> LivedTo:
    """A batch, by its position, as simulated up to an earlier as-of date in that date's own climate; kept."""

    @cache
    def climate(day: int) -> Climate:
        s = small_schedule
        return Climate(farm=s.farm, biology=s.biology, seed=s.seed, days=day, first_day=small_climate.first_day)

    @cache
    def life(position: int, day: int) -> BatchLife:
        early = replace(small_schedule, as_of_day=day)
        history = simulate_batch(early, climate(day), early.batches[position])
        return BatchLife(schedule=early, history=history, climate=climate(day))

    return life


@pytest.fixture(scope="session")
def care_rows(lives: list[BatchLife]) -> list[Rows]:
    """What was done for each batch and written of it."""
    return [rows_of_life(life) for life in lives]


@pytest.fixture(scope="session")
def eventful_life(small_schedule: Schedule, histories: list[BatchHistory]) -> EventfulLife:
    """A batch, by its position, to which everything happens, and what was done for it and written of it; kept."""

    @cache
    def life(position: int) -> tuple[BatchHistory, Rows]:
        history = eventful(histories[position])
        return history, rows_of(small_schedule, history)

    return life


@pytest.fixture(scope="session")
def tables(small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]) -> dict[str, pa.Table]:
    return tables_of(small_schedule, small_climate, histories)
