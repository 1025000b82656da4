"""Temperature, its anomalies and oxygen, against made-up seas and figures worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.statistics import water
from tests.statistics.hand_made import MakeRecords, batch, ring


def monthly(years: int, areas: int, value: Callable[[int, int], float], gaps: bool = False) -> pl.DataFrame:
    """area_months' frame: value(area, index); with gaps, each area has only two months of three."""
    rows = [
        {"area_id": a, "index": 24_000 + i, "month": i % 12 + 1, "temp_c": value(a, i)}
        for a in range(areas)
        for i in range(12 * years)
        if not gaps or (i + a) % 3
    ]
    return pl.DataFrame(rows)


def test_areas_offsets_do_not_show_in_a_geographys_months() -> None:
    """Areas that are apart by constants, and read in different months, give the season itself."""
    offset = [0.5, -0.3, 0.1, -0.3]

    def season(i: int) -> float:
        return 8 + 3 * math.cos(2 * math.pi * (i - 7) / 12)

    months = monthly(8, 4, lambda a, i: season(i) + offset[a])
    series, found = water.geography_months(months)
    assert sorted(found.to_list()) == pytest.approx(sorted(offset))
    assert series["temp_c"].to_list() == pytest.approx([season(i) for i in range(96)])
    anomalies = water.monthly_anomalies(series)
    assert anomalies["anomaly"].abs().max() == pytest.approx(0, abs=1e-12)
    gappy, _ = water.geography_months(monthly(8, 3, lambda a, i: season(i) + offset[a], gaps=True))
    assert np.abs(gappy["temp_c"].to_numpy() - [season(i) for i in range(96)]).max() < 0.25


def test_anomalies_of_a_known_process_are_found_again() -> None:
    """AR(1) of .7 and SD .5 over 60 years of months."""
    rng = np.random.default_rng(3)
    noise = np.zeros(720)
    for i in range(1, 720):
        noise[i] = 0.7 * noise[i - 1] + math.sqrt(1 - 0.49) * 0.5 * rng.normal()
    series, _ = water.geography_months(monthly(60, 2, lambda a, i: 8 + 3 * math.cos(i * math.pi / 6) + noise[i]))
    found = water.anomaly_measures([water.monthly_anomalies(series)])
    sd = found["monthly sea temperature anomaly, standard deviation"].value
    correlation = found["monthly sea temperature anomaly, lag-1 autocorrelation"].value
    assert sd == pytest.approx(0.5, abs=0.05)
    assert correlation == pytest.approx(0.7, abs=0.06)


def test_the_anomalies_variance_is_unbiased_over_few_years() -> None:
    """White noise of SD 1 over three years, three hundred times: the mean square is 1, not 2/3."""
    rng = np.random.default_rng(5)
    squares = []
    for _ in range(300):
        values = rng.normal(size=36)
        series = pl.DataFrame({"index": range(36), "month": [i % 12 + 1 for i in range(36)], "temp_c": values})
        sd = water.anomaly_measures([water.monthly_anomalies(series)])
        value = sd["monthly sea temperature anomaly, standard deviation"].value
        assert value is not None
        squares.append(value**2)
    assert np.mean(squares) == pytest.approx(1, abs=0.05)


def test_pairs_of_anomalies_never_bridge_two_geographies_or_a_gap() -> None:
    one = pl.DataFrame({"index": [0, 1, 5, 6], "anomaly": [1.0, 2.0, -3.0, 1.0], "degrees_of_freedom": 1.0})
    other = pl.DataFrame({"index": [7, 8], "anomaly": [-2.0, -1.0], "degrees_of_freedom": 1.0})
    found = water.anomaly_measures([one, other])["monthly sea temperature anomaly, lag-1 autocorrelation"]
    assert found.value == pytest.approx(np.corrcoef([1, -3, -2], [2, 1, -1])[0, 1])


def test_oxygen_by_season_and_hour(make_records: MakeRecords) -> None:
    """Ring 1 in March: 98 by day, 96 by night. Ring 2 in September: 78 and 68."""

    def read(stay: int, on: date, hour: int, value: float, parameter: int = 2) -> dict[str, Any]:
        at = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
        return {
            "container_id": stay,
            "batch_container_assignment_id": stay,
            "parameter_id": parameter,
            "reading_time": at,
            "value": value,
        }

    spring, autumn = date(2020, 3, 1), date(2020, 9, 1)
    records = make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1), {**ring(2, 1, container=2), "assignment_date": autumn}],
        environmental_reading=[
            read(1, spring, 12, 98.0),
            read(1, spring, 0, 96.0),
            read(2, autumn, 16, 78.0),
            read(2, autumn, 4, 68.0),
            read(2, autumn, 4, 1.0, parameter=1),
        ],
    )
    found = {name.removeprefix("oxygen in rings, "): m.value for name, m in water.oxygen(records).items()}
    assert found["mean"] == pytest.approx((97 + 73) / 2)
    assert found["August to October below February to April by"] == pytest.approx(97 - 73)
    assert found["night below day by"] == pytest.approx(88 - 82)
    assert found["days with a reading below 70 %"] == pytest.approx(50)


def test_crowded_rings_are_held_against_nearly_empty_ones_of_the_same_month(make_records: MakeRecords) -> None:
    """7 lower on the one day of September that both have, 4 in February, on two; October and Scotland have no pair."""
    days: list[tuple[int, date, float, float]] = [
        (1, date(2020, 9, 1), 500.0, 80.0),
        (2, date(2020, 9, 1), 9000.0, 72.0),
        (2, date(2020, 9, 2), 9000.0, 74.0),
        (2, date(2020, 10, 1), 9000.0, 10.0),
        *((1, date(2021, 2, n), 500.0, 99.0) for n in (1, 2, 3)),
        *((2, date(2021, 2, n), 9000.0, 95.0) for n in (1, 2)),
        (3, date(2021, 2, 1), 500.0, 500.0),
        (1, date(2021, 2, 4), 3000.0, 500.0),
    ]
    records = make_records(
        batch=[batch(1), batch(2, geography=2)],
        container_assignment=[ring(1, 1), ring(2, 1), ring(3, 2, container=2)],
        daily_state=[
            {"assignment_id": stay, "date": on, "population": 1, "biomass_kg": kg} for stay, on, kg, _ in days
        ],
    )
    oxygen = pl.DataFrame([{"assignment_id": stay, "date": on, "oxygen": value} for stay, on, _, value in days])
    found = water.oxygen_by_density(records, oxygen)
    assert found.value == pytest.approx((7 * 1 + 4 * 2) / 3)
    assert found.count == 3
