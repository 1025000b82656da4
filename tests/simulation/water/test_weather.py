"""The weather of an area against the climate that it is drawn about, and against itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.biology.parameters import Parameters
from engine.farm.schedule import Schedule
from engine.simulation.numerics.calendar import months_since_1970
from engine.simulation.numerics.series import wander
from engine.simulation.water.climate import Climate
from engine.simulation.water.sky import Sky
from engine.simulation.water.weather import observe_weather, storms_over, wander_from

FIRST, YEARS = 10_957, 24
END = FIRST + round(365.25 * YEARS)


@pytest.fixture(scope="module")
def long(small_schedule: Schedule) -> Schedule:
    return replace(small_schedule, as_of_day=END)


@pytest.fixture(scope="module")
def climate(long: Schedule) -> Climate:
    return Climate(farm=long.farm, biology=long.biology, seed=long.seed, days=END, first_day=FIRST)


@pytest.fixture(scope="module", params=[0, 1])
def lived(request: pytest.FixtureRequest, long: Schedule, climate: Climate) -> tuple[int, Sky]:
    geography = int(request.param) + 1
    return geography, observe_weather(long, climate, long.farm.areas_in(geography)[0], (FIRST, END))


def by_month(values: np.ndarray) -> list[np.ndarray]:
    month = np.repeat(months_since_1970(np.arange(FIRST, END)) % 12, 4)
    return [values[month == m] for m in range(12)]


def test_months_are_as_warm_windy_and_wet_as_the_published_climate(long: Schedule, lived: tuple[int, Sky]) -> None:
    """Over 24 years; the sea's trend and lasting anomalies let the air stray from its normals."""
    geography, sky = lived
    region = long.biology.region(long.farm.geography(geography).name)
    for m in range(12):
        assert by_month(sky.air_c)[m].mean() == pytest.approx(region.air_month_c[m], abs=0.9)
        assert by_month(sky.wind_m_s)[m].mean() == pytest.approx(region.wind_month_m_s[m], rel=0.12)
    wet = [values.sum() / YEARS for values in by_month(sky.rain_mm)]
    assert sum(wet) == pytest.approx(sum(region.rain_month_mm), rel=0.08)
    assert np.corrcoef(wet, region.rain_month_mm)[0, 1] > 0.8
    assert sky.cloud.mean() / 100 == pytest.approx(region.cloud_cover, abs=0.08)
    assert (sky.rain_mm > 0).mean() == pytest.approx(region.rain_share, abs=0.03)


def test_rain_falls_on_three_days_in_four_at_torshavn(lived: tuple[int, Sky]) -> None:
    """Humlum & Christiansen 1998; Dunstaffnage has 305 days a year."""
    geography, sky = lived
    share = (sky.rain_mm.reshape(-1, 4).sum(axis=1) > 0).mean()
    assert share == pytest.approx(0.75 if geography == 1 else 305 / 365, abs=0.08)


def test_winds_come_from_where_they_mostly_do_and_waves_with_them(long: Schedule, lived: tuple[int, Sky]) -> None:
    geography, sky = lived
    region = long.biology.region(long.farm.geography(geography).name)
    off = (sky.wind_deg - region.wind_from_deg + 180) % 360 - 180
    assert abs(np.median(off)) < 5
    assert (np.abs(off) < 90).mean() > 0.75
    assert (np.abs(off) > 90).any()
    apart = (sky.wave_deg - sky.wind_deg + 180) % 360 - 180
    assert np.abs(apart).mean() < 30
    assert sky.wind_deg.min() >= 0
    assert max(sky.wind_deg.max(), sky.wave_deg.max()) <= 359


def test_waves_rise_with_the_wind_and_long_waves_are_high(lived: tuple[int, Sky]) -> None:
    _, sky = lived
    assert np.corrcoef(sky.wind_m_s, sky.wave_m)[0, 1] > 0.7
    assert sky.wave_s == pytest.approx(np.sqrt(2 * np.pi * sky.wave_m / (9.80665 * 0.04)))
    assert np.quantile(sky.wave_m, 0.5) < 1.5
    assert sky.wave_m.max() < 12


def test_gales_blow_in_winter(lived: tuple[int, Sky]) -> None:
    _, sky = lived
    strong = [(values > 17.2).mean() for values in by_month(sky.wind_m_s)]  # Beaufort 8
    assert min(strong[0], strong[11]) > max(strong[5], strong[6])


def test_a_storm_blows_while_it_lasts_and_changes_no_other_hour(long: Schedule, climate: Climate) -> None:
    area, without = long.farm.areas_in(1)[0], replace(long.biology, model=without_storms(long.biology.model))
    storm = storms_over(climate, area, (FIRST, END))[-1]
    days = storm.day - 10, storm.day + 20
    calm = observe_weather(long, replace(climate, biology=without), area, days)
    stormy = observe_weather(long, climate, area, days)
    blows = np.zeros(120, dtype=bool)
    for each in storms_over(climate, area, days):
        hours = np.arange(120) * 6 - 24 * (each.day - days[0])
        blows |= (hours >= 0) & (hours < each.hours)
    assert 0 < blows.sum() < 60
    assert (stormy.wind_m_s[blows] >= 20.8).all()
    assert np.array_equal(stormy.wind_m_s[~blows], calm.wind_m_s[~blows])
    assert stormy.wave_m[blows].mean() > calm.wave_m.mean()
    assert np.array_equal(stormy.air_c, calm.air_c)


def without_storms(model: Parameters) -> Parameters:
    places = {kind: place for kind, place in model.events.places.items() if kind != "STORM"}
    return replace(model, events=replace(model.events, places=places))


def test_areas_of_a_geography_share_its_weather_and_no_window_changes_it(long: Schedule, climate: Climate) -> None:
    one, other = long.farm.areas_in(1)[:2]
    whole = observe_weather(long, climate, one, (FIRST, FIRST + 900))
    near = observe_weather(long, climate, other, (FIRST, FIRST + 900))
    far = observe_weather(long, climate, long.farm.areas_in(2)[0], (FIRST, FIRST + 900))
    assert np.corrcoef(whole.wind_m_s, near.wind_m_s)[0, 1] > 0.6
    assert abs(np.corrcoef(whole.wind_m_s, far.wind_m_s)[0, 1]) < 0.4
    part = observe_weather(long, climate, one, (FIRST + 300, FIRST + 400))
    for name in ("air_c", "wind_m_s", "rain_mm", "cloud"):
        assert np.array_equal(getattr(part, name), getattr(whole, name)[1200:1600]), name


@pytest.mark.parametrize("memory", [0.0, 0.3, 0.75, 0.9, 0.99, 0.9999, 1.0])
@pytest.mark.parametrize("begin", [0, 700, 40_000])
def test_a_course_that_begins_late_is_the_whole_ones_part_to_the_last_bit(memory: float, begin: int) -> None:
    for key in np.arange(1, 21, dtype=np.uint64) * np.uint64(0x1234_5678_9ABC_DEF1):
        part = wander_from(key, begin, stop=begin + 50, memory=memory)
        assert part.tobytes() == wander(key, begin + 50, memory, 1.0)[begin:].tobytes()
