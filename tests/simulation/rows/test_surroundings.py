"""Weather and light of areas: each day once, with the first batch that is planned there, whatever is run with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Cancellation, Schedule, Stay
from engine.farm.sites import coordinates, own_area_days, own_days
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.surroundings import surroundings_tables
from lake.codes import SEA
from lake.tables import TABLES
from tests.simulation.trade_lives import LivedTo, alone, rows_of


def planned(farm: Farm, number: int, area: int, days: tuple[int, int]) -> Batch:
    ring = farm.areas_in(1)[area].ring_ids[0]
    stay = Stay(stage=SEA, container_ids=(ring,), start_day=days[0], end_day=days[1])
    return Batch(id=number, number=str(number), geography_id=1, eggs=1, stays=(stay,))


def test_a_day_of_an_area_falls_to_the_first_batch_that_is_planned_there(small_schedule: Schedule) -> None:
    farm = small_schedule.farm
    batches = (
        planned(farm, 1, 0, (100, 200)),
        planned(farm, 2, 0, (150, 300)),
        planned(farm, 3, 1, (150, 300)),
        planned(farm, 4, 0, (90, 400)),
    )
    schedule = replace(small_schedule, batches=batches, as_of_day=350)
    found = [own_days(schedule, batch) for batch in batches]
    first, second = (area.id for area in farm.areas_in(1)[:2])
    assert found[0][first].tolist() == list(range(100, 200))
    assert found[1][first].tolist() == list(range(200, 300))
    assert found[2][second].tolist() == list(range(150, 300))
    assert found[3][first].tolist() == [*range(90, 100), *range(300, 350)]
    for batch, days in zip(batches[:3], found, strict=False):
        alone = own_days(replace(schedule, as_of_day=10_000), batch)
        assert [d.tolist() for d in alone.values()] == [d.tolist() for d in days.values()]


def test_what_falls_to_a_batch_is_the_same_in_any_part_of_the_schedule_and_none_of_a_cancelled_one(
    small_schedule: Schedule,
) -> None:
    farm = small_schedule.farm
    dropped = replace(planned(farm, 1, 0, (100, 200)), cancelled=Cancellation(day=50, reason="OTHER"))
    batches = (
        dropped,
        planned(farm, 2, 0, (120, 140)),
        planned(farm, 3, 0, (130, 190)),
        planned(farm, 4, 0, (90, 400)),
    )
    schedule = replace(small_schedule, batches=batches, as_of_day=350)
    area = farm.areas_in(1)[0].id
    whole = [own_days(schedule, batch).get(area, np.arange(0)).tolist() for batch in batches]
    assert whole == [[], [*range(120, 140)], [*range(140, 190)], [*range(90, 120), *range(190, 350)]]
    for batch, days in zip(batches, whole, strict=True):
        part = replace(schedule, batches=(batch,), area_days={batch.id: own_area_days(schedule)[batch.id]})
        assert own_days(part, batch).get(area, np.arange(0)).tolist() == days


@pytest.fixture(scope="module")
def at_sea(lives: list[BatchLife]) -> BatchLife:
    return lives[0]


def test_every_day_of_an_area_is_told_of_at_the_hours_of_observation(at_sea: BatchLife) -> None:
    tables = alone(surroundings_tables, at_sea)
    weather, light = rows_of(tables["weather_data"]), rows_of(tables["photoperiod_data"])
    own = {area: days for area, days in own_days(at_sea.schedule, at_sea.history.batch).items() if len(days)}
    assert [(r["area_id"], r["date"]) for r in light] == sorted(
        ((a, d) for a, days in own.items() for d in days.tolist()), key=lambda at: (at[1], at[0])
    )
    hours = at_sea.schedule.biology.model.weather.hours_utc
    times = [(a, (24 * d + h) * 3_600_000_000) for a, days in own.items() for d in days.tolist() for h in hours]
    assert [(r["area_id"], r["timestamp"]) for r in weather] == sorted(times, key=lambda at: (at[1], at[0]))
    assert len(times) > 400
    for name in ("weather_data", "photoperiod_data"):
        ids = np.array([r["id"] for r in rows_of(tables[name])])
        assert (ids >> TABLES[name].id_bits == at_sea.batch_id).all()
        assert len(set(ids.tolist())) == len(ids)


def test_northern_areas_have_longer_days_in_summer_and_shorter_ones_in_winter(
    small_schedule: Schedule, lives: list[BatchLife]
) -> None:
    areas = coordinates(small_schedule.farm, small_schedule.farm.areas, "areas")
    seen: dict[int, set[tuple[Decimal, int]]] = {}
    for life in lives[:3]:
        for row in rows_of(alone(surroundings_tables, life)["photoperiod_data"]):
            seen.setdefault(row["date"], set()).add((areas[row["area_id"]].latitude, row["day_length_hours"]))
    compared = 0
    for day, places in seen.items():
        month = (date(1970, 1, 1) + timedelta(days=day)).month
        hours = [length for _, length in sorted(places)]
        if len(hours) > 1 and month in (5, 6, 7):
            assert hours == sorted(hours)
            compared += 1
        if len(hours) > 1 and month in (11, 12, 1):
            assert hours == sorted(hours, reverse=True)
            compared += 1
    assert compared > 50


def test_a_later_as_of_date_leaves_what_was_observed(lives: list[BatchLife], lived_to: LivedTo) -> None:
    whole = lives[0]
    day = whole.stages[-1].start_day + 60
    early, late = alone(surroundings_tables, lived_to(0, day)), alone(surroundings_tables, whole)
    weather = [row for row in rows_of(late["weather_data"]) if row["timestamp"] < day * 86_400_000_000]
    assert rows_of(early["weather_data"]) == weather
    light = [row for row in rows_of(late["photoperiod_data"]) if row["date"] < day]
    assert rows_of(early["photoperiod_data"]) == light


def test_a_batch_in_fresh_water_tells_nothing_of_the_sea(lives: list[BatchLife]) -> None:
    tables = alone(surroundings_tables, lives[4])
    for name, rows in tables.items():
        assert set(rows) == {c.name for c in TABLES[name].columns}
        assert len(rows["batch_id"]) == 0
