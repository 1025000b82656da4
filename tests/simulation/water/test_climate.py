"""Water as a field: the same for everyone, longer spans leave earlier days alone, statistics as published."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.biology.parameters import Biology, parse_biology
from engine.biology.water import HALL_VARIABLES, SEA_VARIABLES
from engine.farm.infrastructure import Farm, parse_farm, read_farm
from engine.simulation.water.climate import EXCHANGES_KEPT, Climate

DAYS = 20_500
KEPT_BEFORE = 30  # days, as published.yaml has fault_window_days


def made(farm: Farm, biology: Biology, seed: int = 7, days: int = DAYS, first_day: int = 0) -> Climate:
    return Climate(farm=farm, biology=biology, seed=seed, days=days, first_day=first_day)


@pytest.fixture(scope="module")
def climate(small_farm: Farm, biology: Biology) -> Climate:
    return made(small_farm, biology)


def places(climate: Climate) -> list[np.ndarray]:
    farm = climate.farm
    return [climate.sea(a) for a in farm.areas] + [climate.hall(h) for h in farm.halls]


def changed(biology: Biology, **environment: float) -> Biology:
    data = yaml.safe_load(biology.text)
    for name, value in environment.items():
        data["environment"][name]["value"] = value
    return parse_biology(yaml.safe_dump(data), "changed")


def test_the_same_seed_gives_the_same_water_in_whatever_order_it_is_asked(
    climate: Climate, small_farm: Farm, biology: Biology
) -> None:
    again = made(small_farm, biology)
    backwards = [again.hall(h) for h in reversed(small_farm.halls)]
    backwards += [again.sea(a) for a in reversed(small_farm.areas)]
    for found, kept in zip(reversed(backwards), places(climate), strict=True):
        assert found.tobytes() == kept.tobytes()


def test_no_two_places_and_no_two_seeds_share_their_water(climate: Climate, small_farm: Farm, biology: Biology) -> None:
    other = places(made(small_farm, biology, seed=8))
    first = [p[0].tobytes() for p in (*places(climate), *other)]
    assert len(set(first)) == len(first)


@given(end=st.integers(15_000, DAYS - 1), first_day=st.integers(0, 14_999))
def test_a_longer_span_leaves_earlier_days_as_they_were(
    climate: Climate, small_farm: Farm, biology: Biology, end: int, first_day: int
) -> None:
    short = made(small_farm, biology, days=end, first_day=first_day)
    assert short.known_from == max(0, first_day - KEPT_BEFORE)
    for found, whole in (
        (short.sea(small_farm.areas[0]), climate.sea(small_farm.areas[0])),
        (short.hall(small_farm.halls[0]), climate.hall(small_farm.halls[0])),
    ):
        assert found.shape[1] == end - short.known_from
        assert found.tobytes() == whole[:, short.known_from : end].tobytes()


@given(start=st.integers(15_000, 16_000), days=st.integers(1, 60), lead=st.integers(0, 40))
def test_any_part_of_a_stay_has_the_same_water(climate: Climate, start: int, days: int, lead: int) -> None:
    """Two batches that follow each other, and a forecast, ask for other spans."""
    for container in (climate.farm.container(1), climate.farm.containers[-1]):
        part, part_stays = climate.at_readings(container, start, start + days)
        whole, whole_stays = climate.at_readings(container, start - lead, start + days + lead)
        slots = slice(6 * lead, 6 * (lead + days))
        np.testing.assert_array_equal(part, whole[:, slots])
        np.testing.assert_array_equal(part_stays, whole_stays[slots])


def test_a_container_swims_in_its_places_water(climate: Climate, small_farm: Farm) -> None:
    tank, ring = small_farm.container(1), small_farm.containers[-1]
    for container, field, rows in (
        (tank, climate.hall(tank.hall), HALL_VARIABLES),
        (ring, climate.sea(ring.area), SEA_VARIABLES),
    ):
        water = climate.water(container, 15_000, 15_100)
        assert water.shape == (len(rows), 100)
        np.testing.assert_array_equal(water, field[:, 15_000:15_100])
        np.testing.assert_array_equal(water[0], climate.temperature(container, 15_000, 15_100))


def test_a_larger_farm_leaves_the_water_of_the_same_places(climate: Climate, biology: Biology) -> None:
    """Twice as many areas on a coast twice as long: the first of them lie where they lay."""
    data = yaml.safe_load(climate.farm.text)
    for geography in data["geographies"]:
        geography["areas"]["count"] *= 2
        for bounds in ("latitude", "longitude"):
            low, high = geography[bounds]
            geography[bounds] = [low, low + 2 * (high - low)]
    large = made(parse_farm(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), "large farm"), biology)
    areas = {area.name: area for area in large.farm.areas}
    assert len(areas) == 2 * len(climate.farm.areas)
    same = [large.sea(areas[area.name]).tobytes() == climate.sea(area).tobytes() for area in climate.farm.areas]
    assert all(same)


def test_the_day_at_its_readings_has_the_days_mean(climate: Climate, small_farm: Farm) -> None:
    """So that the fish's temperature is what a sensor shows on average."""
    for container in (small_farm.container(1), small_farm.containers[-1]):
        field, _ = climate.at_readings(container, 15_000, 15_400)
        daily = climate.water(container, 15_000, 15_400)
        by_day = field.reshape(len(field), 400, 6).mean(axis=2)
        np.testing.assert_allclose(np.delete(by_day, 1, axis=0), np.delete(daily, 1, axis=0), atol=1e-9)
        np.testing.assert_allclose(by_day[1], climate.oxygen_outside(container, 15_000, 15_400), atol=1e-9)


def test_days_are_warmer_and_fuller_of_oxygen_in_the_afternoon_of_summer(climate: Climate, small_farm: Farm) -> None:
    env = climate.biology.model.environment
    ring = small_farm.containers[-1]
    summer, winter = 15_000 + 172 - 26, 15_000 + 355 - 26  # 15,000 is the 26th of January
    for row, height in ((0, env.diurnal_amplitude_c), (1, env.oxygen_diurnal)):
        for first, share in ((summer, 1.0), (winter, 0.0)):
            field, _ = climate.at_readings(ring, first - 10, first + 20)  # a month, over which the tide has no hour
            course = field[row].reshape(30, 6)
            course = (course - course.mean(axis=1)[:, None]).mean(axis=0)
            expected = share * height * np.cos(2.0 * np.pi * (np.arange(6) * 4 - 16) / 24.0)
            np.testing.assert_allclose(course, expected, atol=0.25 * height)  # the sun's tide keeps its hours


def nine_years(farm: Farm, climate: Climate, geography_id: int, first_day: int, days: int) -> dict[int, np.ndarray]:
    """Monthly means of a geography's areas by month of the year, as a company at sea for so long reads them."""
    areas = farm.areas_in(geography_id)
    warm = sum(climate.temperature(farm.container(a.ring_ids[0]), first_day, first_day + days) for a in areas)
    month = np.arange(first_day, first_day + days).astype("datetime64[D]").astype("datetime64[M]").astype(int)
    monthly = np.bincount(month - month[0], warm / len(areas)) / np.bincount(month - month[0])
    found: dict[int, list[float]] = defaultdict(list)
    for i, value in enumerate(monthly[1:-1], month[0] + 1):
        found[i % 12].append(value)
    return {m: np.array(found[m]) for m in range(12)}


BANDS: dict[str, dict[int | None, tuple[float, float]]] = {
    "Faroe Islands": {None: (8.0, 8.8), 2: (6.0, 6.9), 7: (10.2, 11.4)},
    "Scotland": {1: (7.4, 8.7), 7: (13.4, 14.3)},
}


@pytest.mark.parametrize("years", [6.6, 7.9, 16.5])
def test_every_seed_lies_in_the_published_bands(biology: Biology, years: float) -> None:
    """biology.md section 8, for the spans that the shipped schedules spend at sea, which all end in November 2025."""
    farm, days = read_farm("faroe-scotland"), int(years * 365.25)
    first = 20_411 - days
    for seed in range(30):
        climate = made(farm, biology, seed, days=first + days, first_day=first)
        for geography_id, name in enumerate(farm.geography_names, 1):
            by_month = nine_years(farm, climate, geography_id, first_day=first, days=days)
            for month, (low, high) in BANDS[name].items():
                chosen = by_month.values() if month is None else [by_month[month]]
                assert low <= np.mean([m.mean() for m in chosen]) <= high, (seed, name, month)


@pytest.mark.parametrize("geography_id", [1, 2])
def test_monthly_anomalies_have_the_published_memory_and_spread_in_every_seed(
    biology: Biology, geography_id: int
) -> None:
    farm, days = read_farm("faroe-scotland"), 8 * 365
    first = 20_411 - days
    month = np.arange(first, first + days).astype("datetime64[D]").astype("datetime64[M]").astype(int)
    areas = farm.areas_in(geography_id)
    for seed in range(40):
        climate = made(farm, biology, seed, days=first + days, first_day=first)
        warm = sum(climate.temperature(farm.container(a.ring_ids[0]), first, first + days) for a in areas) / len(areas)
        monthly = (np.bincount(month - month[0], warm) / np.bincount(month - month[0]))[1:-1]
        of_year = np.arange(month[0] + 1, month[-1]) % 12
        anomaly = monthly - np.array([monthly[of_year == m].mean() for m in range(12)])[of_year]
        assert 0.35 <= anomaly.std() <= 0.75
        assert 0.60 <= np.corrcoef(anomaly[:-1], anomaly[1:])[0, 1] <= 0.80


def test_areas_of_one_geography_share_their_weather_and_differ_by_site(climate: Climate) -> None:
    one, two = (climate.sea(area)[0] for area in climate.farm.areas[:2])
    apart = one - two
    env = climate.biology.model.environment
    assert (
        math.sqrt(2.0) * env.daily_sd_c < apart.std() < 3.0 * env.daily_sd_c
    )  # near sites have more in common than far ones
    assert 0.02 < abs(apart.mean()) < 4.0 * math.sqrt(2.0) * env.site_sd_c


def test_oxygen_outside_is_lowest_from_august_to_october(climate: Climate, small_farm: Farm) -> None:
    month = np.arange(DAYS).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    for area in small_farm.areas:
        outside = climate.exchange(small_farm.container(area.ring_ids[0]), 0, DAYS).outside
        by_month = [outside[month == m].mean() for m in range(12)]
        assert set(np.argsort(by_month)[:3]) == {7, 8, 9}
        assert 40.0 < np.percentile(outside, 0.1) < 84.0  # bad weeks
        assert np.percentile(outside, 99.9) < 106.0


def test_grown_rings_lose_as_much_oxygen_as_published(biology: Biology) -> None:
    """5-20 points below outside usually, some more at slack water, for fish that take 15-20 % saturation an hour."""
    farm = read_farm("faroe-scotland")
    climate = made(farm, biology, seed=3, first_day=DAYS - 1000)
    stays = np.concatenate(
        [climate.exchange(farm.container(a.ring_ids[0]), DAYS - 1000, DAYS).residence_h for a in farm.areas]
    )
    for draw in (15.0, 20.0):
        assert 5.0 < np.median(draw * stays) < 12.0
        assert 10.0 < np.percentile(draw * stays, 99.0) < 30.0
    assert stays[:, 1].mean() < stays[:, 4:].mean()  # before dawn they digest least


def test_halls_hold_their_oxygen_but_when_the_power_fails(small_farm: Farm, biology: Biology) -> None:
    steady = made(small_farm, changed(biology, power_failure_probability=0.0))
    failing = made(small_farm, changed(biology, power_failure_probability=0.5, power_failure_depth=60))
    deepest = 0.0
    for hall in small_farm.halls:
        tank = small_farm.container(hall.container_ids[0])
        calm, shaken = steady.exchange(tank, 10_000, DAYS), failing.exchange(tank, 10_000, DAYS)
        assert not calm.residence_h.any()
        assert not shaken.residence_h.any()
        np.testing.assert_array_equal(calm.outside, np.repeat(steady.hall(hall)[1, 10_000:, None], 6, axis=1))
        hit = shaken.outside < calm.outside
        np.testing.assert_array_equal(shaken.outside[~hit], calm.outside[~hit])
        assert 0 < hit.sum() < 28 * 10
        deepest = max(deepest, (calm.outside - shaken.outside).max())
    assert 40.0 < deepest <= 90.0


def test_halls_are_held_at_their_stages_temperature(climate: Climate) -> None:
    farm, env = climate.farm, climate.biology.model.environment
    for hall in farm.halls:
        region = climate.biology.region(farm.geography_of(hall).name)
        temp = climate.hall(hall)[0]
        assert temp.mean() == pytest.approx(region.hall_temperature_c[hall.stage - 1], abs=0.03)
        assert temp.std() == pytest.approx(env.hall_sd_c, rel=0.1)


def test_water_quality_has_the_published_means_and_spread_over_many_halls(biology: Biology) -> None:
    farm = read_farm("faroe-scotland")
    climate = made(farm, biology, seed=1, first_day=DAYS - 3000)
    fields = np.array([climate.hall(h) for h in farm.halls])
    of = dict(zip(HALL_VARIABLES, fields.transpose(1, 0, 2), strict=True))
    # Norwegian sources: CO2 11.6 +- 6.2 mg/L, TAN 499 +- 485 ug/L
    assert of["CO2"].mean() == pytest.approx(11.6, rel=0.15)
    assert of["CO2"].std() == pytest.approx(6.2, rel=0.3)
    assert of["NH4"].mean() == pytest.approx(0.499, rel=0.25)
    assert of["NH4"].std() == pytest.approx(0.485, rel=0.45)
    for name, low, high in (("NO2", 0.02, 0.3), ("NO3", 20.0, 100.0), ("pH", 6.8, 7.4)):
        assert ((of[name] >= low) & (of[name] <= high)).mean() > 0.9
    assert of["NH4"].mean(axis=1).std() > 0.5 * of["NH4"].std()  # halls differ


def test_ammonia_and_nitrite_rise_together_while_a_biofilter_fails(small_farm: Farm, biology: Biology) -> None:
    calm = made(small_farm, changed(biology, biofilter_episodes_a_year=0.0))
    failing = made(small_farm, changed(biology, biofilter_episodes_a_year=1.0))
    for hall in small_farm.halls:
        rise = np.log(failing.hall(hall) / calm.hall(hall))
        nh4, no2 = rise[HALL_VARIABLES.index("NH4")], rise[HALL_VARIABLES.index("NO2")]
        assert 0.005 < (nh4 > 0.1).mean() < 0.1
        assert nh4.max() > math.log(2.5)
        np.testing.assert_allclose(no2, biology.model.environment.biofilter_nitrite_share * nh4, atol=1e-9)
        for name in ("Temperature", "Dissolved Oxygen", "pH", "CO2", "NO3"):
            assert not rise[HALL_VARIABLES.index(name)].any()


def test_rain_freshens_lochs_and_leaves_the_shelf_salt(biology: Biology) -> None:
    farm = read_farm("faroe-scotland")
    climate = made(farm, biology, seed=5, first_day=DAYS - 3000)
    salt: dict[str, list[np.ndarray]] = {name: [] for name in farm.geography_names}
    for area in farm.areas:
        salt[farm.geography_of(area).name].append(climate.sea(area)[3])
    faroe, scotland = np.array(salt["Faroe Islands"]), np.array(salt["Scotland"])
    assert ((faroe > 34.3) & (faroe < 35.4)).mean() > 0.99
    assert ((scotland > 28.0) & (scotland < 34.2)).mean() > 0.98
    centred = scotland - scotland.mean(axis=1)[:, None]
    assert (centred**3).mean() / (centred**2).mean() ** 1.5 < -0.8  # pulses freshen, nothing salts
    falls = np.diff(scotland, axis=1)
    assert abs(falls.min()) > 2.0 * falls.max()  # at once in the rain, slowly back
    assert np.mean([np.corrcoef(scotland[0], other)[0, 1] for other in scotland[1:]]) > 0.5  # one weather


def test_a_heat_wave_overlay_warms_summers_and_shares_every_other_draw(small_farm: Farm, biology: Biology) -> None:
    usual = made(small_farm, changed(biology, heat_wave_probability=0.0))
    hot = made(small_farm, changed(biology, heat_wave_probability=1.0, heat_wave_c=3.0))
    for area in small_farm.areas:
        warmer = hot.sea(area) - usual.sea(area)
        assert not warmer[1:].any()
        day = np.arange(DAYS) % 365.2425
        assert np.abs(warmer[0][(day < 80) | (day > 345)]).max() < 1e-9
        assert 1.5 < warmer[0].max() <= 3.0 * 1.34


def test_water_stays_within_what_water_can_be(climate: Climate) -> None:
    ranges = climate.biology.model.sensors.physical_range
    for names, fields in ((SEA_VARIABLES, places(climate)[:4]), (HALL_VARIABLES, places(climate)[4:])):
        for name, row in zip(names, np.concatenate(fields, axis=1), strict=True):
            low, high = ranges[name]
            assert low < row.min()
            assert row.max() < high


def test_a_large_farm_keeps_the_fields_of_the_places_asked_for_last(
    small_farm: Farm, biology: Biology, monkeypatch: pytest.MonkeyPatch
) -> None:
    climate, all_kept = made(small_farm, biology), made(small_farm, biology)
    one = all_kept.sea(small_farm.areas[0]).nbytes
    monkeypatch.setattr("engine.simulation.water.climate.KEPT_BYTES", 3 * one)
    for _ in range(2):
        for area in small_farm.areas:
            assert climate.sea(area).tobytes() == all_kept.sea(area).tobytes()
        for hall in small_farm.halls:
            assert climate.hall(hall).tobytes() == all_kept.hall(hall).tobytes()
            assert sum(field.nbytes for field in climate._kept.values()) == climate._kept_bytes <= 3 * one
    assert climate.hall(hall) is climate.hall(hall)


def test_water_that_is_asked_for_again_is_what_was_made_and_little_of_it_is_kept(
    small_farm: Farm, biology: Biology
) -> None:
    climate, tank = made(small_farm, biology), small_farm.container(small_farm.halls[0].container_ids[0])
    first = climate.exchange(tank, 10_000, 10_090)
    assert climate.exchange(tank, 10_000, 10_090) is first
    for start in range(9_000, 9_100):
        climate.exchange(tank, start, start + 10)
    again = climate.exchange(tank, 10_000, 10_090)
    assert again is not first
    assert np.array_equal(again.outside, first.outside)
    assert len(climate._exchanges) <= EXCHANGES_KEPT
    longer, shorter = climate.exchange(tank, 10_000, 10_120), climate.exchange(tank, 10_000, 10_050)
    assert np.array_equal(longer.outside[:90], first.outside)
    assert np.array_equal(shorter.outside, first.outside[:50])
    assert shorter.residence_h.shape == shorter.outside.shape
