"""Oxygen by thresholds, salinity at midnight, temperature by distance."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from engine.statistics.telltales import water
from engine.statistics.telltales.places import distances
from tests.statistics.hand_made import PLACES, START, Rows, batch, ring, states
from tests.statistics.telltales.bounds import farm_records, inside

OPTIMAL, STRESSED = "oxygen in rings, optimal", "oxygen in rings, stressed"
MIDNIGHT = "salinity, step at midnight over other hours"
NEAR = "daily temperature anomalies, correlation under 30 km"
LESS_FAR = "daily temperature anomalies, correlation under 30 km less that over 200 km"
PARAMETERS = [{"id": 1, "name": "Temperature"}, {"id": 2, "name": "Dissolved Oxygen"}, {"id": 3, "name": "Salinity"}]


@pytest.mark.parametrize(
    ("temp_c", "salinity", "mg_l"),
    [(0, 0, 14.62), (10, 0, 11.29), (20, 0, 9.09), (10, 35, 9.02), (20, 35, 7.38)],  # Benson & Krause 1984, rounded
)
def test_what_water_holds(temp_c: float, salinity: float, mg_l: float) -> None:
    held = pl.select(water.saturated_mg_l(pl.lit(float(temp_c)), pl.lit(float(salinity)))).item()
    assert held == pytest.approx(mg_l, rel=0.01)


def read(stay: int, hour: int, **values: float) -> Rows:
    time = datetime.combine(START, datetime.min.time(), UTC) + timedelta(hours=hour)
    ids = {"temp_c": 1, "oxygen": 2, "salinity": 3}
    return [
        {
            "batch_id": 1,
            "batch_container_assignment_id": stay,
            "parameter_id": ids[name],
            "reading_time": time,
            "value": value,
        }
        for name, value in values.items()
    ]


def of_readings(rows: Rows) -> list[tuple[float | None, int]]:
    records = farm_records(
        environmental_parameter=PARAMETERS,
        batch=[batch(1)],
        container_assignment=[ring(1, 1), ring(2, 1)],
        environmental_reading=rows,
    )
    found = water.hours(records)
    return [(found[name].value, found[name].count) for name in (OPTIMAL, STRESSED, MIDNIGHT)]


def test_bad_hours_of_oxygen() -> None:
    """At 10 degC and salinity 35 water holds 9.0 mg/L: 95 % of it is optimal, 70 % below, 50 % stresses."""
    for saturations, optimal, stressed, natural in (
        ([95.0] * 45 + [70.0] * 54 + [50.0], 45.0, 1.0, True),
        ([98.0] * 100, 100.0, 0.0, False),
    ):
        rows = [row for n, o in enumerate(saturations) for row in read(1, n, temp_c=10, oxygen=o, salinity=35)]
        rows += read(2, 1, oxygen=95)  # without temperature and salinity it can't be told
        found = of_readings(rows)
        assert [value for value, _ in found[:2]] == pytest.approx([optimal, stressed])
        assert [count for _, count in found[:2]] == [100, 100]
        records = farm_records(
            environmental_parameter=PARAMETERS,
            batch=[batch(1)],
            container_assignment=[ring(1, 1)],
            environmental_reading=rows,
        )
        assert inside(water.hours(records), OPTIMAL, STRESSED) == [natural] * 2


def test_readings_of_halls_are_left_out() -> None:
    """A stay that is not at sea, with as bad an oxygen as may be."""
    rows = [*read(1, 1, temp_c=10, oxygen=95, salinity=35), *read(9, 1, temp_c=10, oxygen=1, salinity=0)]
    assert of_readings(rows)[:2] == [(100.0, 1), (0.0, 1)]


def test_salinity_knows_no_midnight() -> None:
    """Every 4 hours: a walk whose steps are .1 at any hour, or .05 within a day and .2 to the next."""
    for step, at_midnight, ratio in ((0.1, 0.1, 1.0), (0.05, 0.2, 4.0)):
        level, rows = 33.0, []
        for hour in range(0, 240, 4):
            rows += read(1, hour, salinity=level)
            up = 1 if (hour // 4) % 2 else -1
            level += up * (at_midnight if (hour + 4) % 24 == 0 else step)
        rows += read(2, 0, salinity=10.0) + read(2, 48, salinity=30.0)  # a gap is no step
        (_, _, (value, count)) = of_readings(rows)
        assert value == pytest.approx(ratio)
        assert count == 9
        records = farm_records(
            environmental_parameter=PARAMETERS,
            batch=[batch(1)],
            container_assignment=[ring(1, 1), ring(2, 1)],
            environmental_reading=rows,
        )
        assert inside(water.hours(records), MIDNIGHT) == [ratio == 1]


def test_how_far_areas_lie() -> None:
    """A degree of latitude is 111 km; of longitude at 60 degrees north half of it."""
    places = [(1, 1, 60.0, -7.0), (2, 1, 61.0, -7.0), (3, 2, 60.0, -6.0), (4, 1, None, None)]
    records = farm_records(area=[{"id": n, "geography_id": g, "latitude": a, "longitude": b} for n, g, a, b in places])
    found = {(row[0], row[1]): (row[2], row[3]) for row in distances(records).iter_rows()}
    assert len(found) == 6
    assert found[1, 2] == found[2, 1] == (pytest.approx(111.2, abs=0.1), True)
    assert found[1, 3] == (pytest.approx(55.6, abs=0.1), False)


def test_temperature_goes_apart_with_distance() -> None:
    """Two areas 11 km apart and one 330 km off: each a year's course of its own, and weather."""
    rng = np.random.default_rng(6)
    days = 730
    common, near, own = rng.normal(size=days), rng.normal(size=days), rng.normal(size=(3, days))
    for shares, natural in (((0.5, 0.4), True), ((0.9, 0.0), False), ((0.0, 0.0), False)):
        weather = [math.sqrt(shares[0]) * common + math.sqrt(1 - sum(shares)) * own[n] for n in range(3)]
        weather[0] += math.sqrt(shares[1]) * near
        weather[1] += math.sqrt(shares[1]) * near
        weather[2] += math.sqrt(shares[1]) * np.roll(near, 300)
        year = 2 * np.pi * np.arange(days) / 365.25
        temps = [9 + n + (2 + n) * np.cos(year + n) + 0.5 * w for n, w in enumerate(weather)]
        records = farm_records(
            area=[
                {"id": n, "geography_id": 1, "latitude": latitude, "longitude": -7.0}
                for n, latitude in enumerate((60.0, 60.1, 63.0), 1)
            ],
            container=[PLACES["container"][0] | {"id": n, "area_id": n} for n in (1, 2, 3)],
            batch=[batch(1)],
            container_assignment=[ring(n, 1, container=n) for n in (1, 2, 3)],
            daily_state=[row for n in range(3) for row in states(n + 1, [1] * days, temp_c=temps[n].tolist())],
        )
        found = water.temperature_by_distance(records)
        assert (found[NEAR].count, found[LESS_FAR].count) == (1, 1)
        assert found[NEAR].value == pytest.approx(sum(shares), abs=0.08)
        assert found[LESS_FAR].value == pytest.approx(shares[1], abs=0.08)
        assert all(inside(found, NEAR, LESS_FAR)) is natural


def test_a_year_together_is_needed() -> None:
    days = pl.DataFrame(
        {
            "area_id": [1] * 300 + [2] * 300,
            "date": [START + timedelta(n) for n in range(300)] * 2,
            "temp_c": [float(n % 7) for n in range(600)],
        }
    )
    assert water.pair_correlations(days).is_empty()
