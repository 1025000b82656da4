"""Water as a field: the same for everyone, longer spans leave earlier days alone, statistics as published."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm, read_farm
from engine.farm.schedule import to_date
from engine.simulation.climate import HALL_VARIABLES, SEA_VARIABLES, Climate, ar1, exponential, through_months

DAYS = 20_500


@pytest.fixture(scope="module")
def climate(small_farm: Farm, biology: Biology) -> Climate:
    return Climate(small_farm, biology, 7, DAYS)


def places(climate: Climate) -> list[np.ndarray]:
    farm = climate.farm
    return [climate.sea(a.id) for a in farm.areas] + [climate.hall(h.id) for h in farm.halls]


def test_the_same_seed_gives_the_same_water_in_whatever_order_it_is_asked(
    climate: Climate, small_farm: Farm, biology: Biology
) -> None:
    again = Climate(small_farm, biology, 7, DAYS)
    backwards = [again.hall(h.id) for h in reversed(small_farm.halls)]
    backwards += [again.sea(a.id) for a in reversed(small_farm.areas)]
    for found, kept in zip(reversed(backwards), places(climate), strict=True):
        assert found.tobytes() == kept.tobytes()


def test_no_two_places_and_no_two_seeds_share_their_water(climate: Climate, small_farm: Farm, biology: Biology) -> None:
    other = places(Climate(small_farm, biology, 8, DAYS))
    first = [p[0].tobytes() for p in (*places(climate), *other)]
    assert len(set(first)) == len(first)


@given(end=st.integers(15_000, DAYS - 1), first_day=st.integers(0, 14_999))
def test_a_longer_span_leaves_earlier_days_as_they_were(
    climate: Climate, small_farm: Farm, biology: Biology, end: int, first_day: int
) -> None:
    short = Climate(small_farm, biology, 7, end, first_day)
    for name in ("sea", "hall"):
        found = getattr(short, name)(1)
        assert found.shape[1] == end - first_day
        assert found.tobytes() == getattr(climate, name)(1)[:, first_day:end].tobytes()


def test_a_container_swims_in_its_places_water(climate: Climate, small_farm: Farm) -> None:
    tank, ring = small_farm.container(1), small_farm.containers[-1]
    for container, field, rows in (
        (tank, climate.hall(tank.hall_id), HALL_VARIABLES),
        (ring, climate.sea(ring.area_id), SEA_VARIABLES),
    ):
        water = climate.water(container, 15_000, 15_100)
        assert water.shape == (len(rows), 100)
        np.testing.assert_array_equal(water, field[:, 15_000:15_100])


def test_a_larger_farm_leaves_the_water_of_the_same_places(climate: Climate, biology: Biology) -> None:
    large = Climate(read_farm("faroe-scotland"), biology, 7, DAYS)
    for area in climate.farm.areas:
        assert large.sea(large.farm.area_named(area.name).id).tobytes() == climate.sea(area.id).tobytes()


@given(st.floats(0.0, 0.99), st.floats(0.01, 5.0), st.integers(0, 2**64 - 1))
def test_ar1_has_its_memory_and_spread(memory: float, sd: float, key: int) -> None:
    n = 100_000
    x = ar1(np.uint64(key), n, memory, sd)
    error = 5.0 * math.sqrt((1.0 + memory) / (1.0 - memory) / n)  # fewer independent values than values
    assert abs(x.mean()) < error * sd
    assert x.std() == pytest.approx(sd, rel=error)
    assert np.corrcoef(x[:-1], x[1:])[0, 1] == pytest.approx(memory, abs=0.02)


def test_ar1_is_stationary_from_its_first_day_on() -> None:
    paths = np.array([ar1(np.uint64(key), 20, 0.95, 2.0) for key in range(20_000)])
    np.testing.assert_allclose(paths.std(axis=0), 2.0, rtol=0.03)


def test_lognormal_ar1_has_its_median_and_log_spread() -> None:
    x = exponential(ar1(np.uint64(3), 300_000, 0.9, 0.6), 0.08)
    assert np.median(x) == pytest.approx(0.08, rel=0.03)
    assert np.log(x).std() == pytest.approx(0.6, rel=0.03)


@given(st.lists(st.floats(-5.0, 25.0), min_size=4, max_size=24), st.floats(-2.0, 30.0), st.booleans())
def test_months_are_met_and_joined_without_a_jump(months: list[float], at: float, smooth: bool) -> None:
    values = np.array(months)
    middles = through_months(values, np.arange(len(months), dtype=float), smooth)
    np.testing.assert_allclose(middles, values, atol=1e-12)
    steepest = 4.0 * (np.ptp(values) + 1e-9)
    near = through_months(values, np.array([at - 1e-6, at + 1e-6]), smooth)
    assert abs(near[1] - near[0]) <= steepest * 2e-6 + 1e-12


@given(st.floats(0.0, 11.0))
def test_between_two_months_the_linear_course_is_their_weighted_mean(at: float) -> None:
    values = np.arange(12.0) ** 2
    expected = np.interp(at, np.arange(12.0), values)
    assert through_months(values, np.array([at]), False)[0] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("geography", ["Faroe Islands", "Scotland"])
def test_monthly_means_are_the_published_ones(biology: Biology, geography: str) -> None:
    """Over many seeds, since one has some fifty Januaries whose anomalies last for months."""
    farm, region = read_farm("faroe-scotland"), biology.region(geography)
    env = biology.model.environment
    areas = [a.id for a in farm.areas if farm.geography_names[a.geography_id - 1] == geography][:4]
    dates = [to_date(day) for day in range(DAYS)]
    month = np.array([d.month for d in dates]) - 1
    years_from_epoch = np.array([d.year for d in dates]) + (month + 0.5) / 12.0 - env.epoch_year.value
    trend = region.sea_trend_c_decade.value / 10.0 * years_from_epoch
    temps = np.mean([Climate(farm, biology, s, DAYS).sea(a)[0] for s in range(12) for a in areas], axis=0)
    heat = env.heat_wave_c.value * env.heat_wave_probability.value
    for m, published in enumerate(region.sea_month_c.value):
        expected = published + region.sea_offset_c.value + (heat if 5 <= m <= 9 else 0.0)
        # a month's mean differs from its middle by the curvature of the season
        assert (temps - trend)[month == m].mean() == pytest.approx(expected, abs=0.25)


@pytest.mark.parametrize("geography", ["Faroe Islands", "Scotland"])
def test_monthly_anomalies_have_the_published_memory_and_spread(biology: Biology, geography: str) -> None:
    farm, region = read_farm("faroe-scotland"), biology.region(geography)
    area = next(a.id for a in farm.areas if farm.geography_names[a.geography_id - 1] == geography)
    index = np.arange(DAYS).astype("datetime64[D]").astype("datetime64[M]").astype(int)
    lag, spread = [], []
    for seed in range(40):
        temp = Climate(farm, biology, seed, DAYS).sea(area)[0]
        monthly = np.bincount(index, temp)[:-1] / np.bincount(index)[:-1]
        years = np.arange(len(monthly)) / 12.0
        monthly -= np.polyval(np.polyfit(years, monthly, 1), years)
        cycle = np.array([monthly[m::12].mean() for m in range(12)])
        anomaly = monthly - np.resize(cycle, len(monthly))
        lag.append(np.corrcoef(anomaly[:-1], anomaly[1:])[0, 1])
        spread.append(anomaly.std())
    # the bands of the published statistics table
    assert 0.60 <= np.mean(lag) <= 0.80
    assert 0.35 <= np.mean(spread) <= 0.75
    assert np.mean(spread) == pytest.approx(region.sea_anomaly_sd_c.value, rel=0.25)


def test_areas_of_one_geography_share_their_weather_and_differ_by_site(climate: Climate) -> None:
    one, two = climate.sea(1)[0], climate.sea(2)[0]
    apart = one - two
    env = climate.biology.model.environment
    assert apart.std() == pytest.approx(math.sqrt(2.0) * env.daily_sd_c.value, rel=0.1)
    assert 0.02 < abs(apart.mean()) < 4.0 * math.sqrt(2.0) * env.site_sd_c.value


def test_halls_are_held_at_their_stages_temperature(climate: Climate) -> None:
    farm, env = climate.farm, climate.biology.model.environment
    for hall in farm.halls:
        region = climate.biology.region(farm.geography_names[hall.geography_id - 1])
        temp = climate.hall(hall.id)[0]
        assert temp.mean() == pytest.approx(region.hall_temperature_c.value[hall.stage - 1], abs=0.03)
        assert temp.std() == pytest.approx(env.hall_sd_c.value, rel=0.1)


def test_water_stays_within_what_water_can_be(climate: Climate) -> None:
    ranges = climate.biology.model.sensors.physical_range
    for names, fields in ((SEA_VARIABLES, places(climate)[:4]), (HALL_VARIABLES, places(climate)[4:])):
        for name, row in zip(names, np.concatenate(fields, axis=1), strict=True):
            low, high = ranges[name].value
            assert low < row.min()
            assert row.max() < high
