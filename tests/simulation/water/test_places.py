"""What places make of the water: near ones alike, far ones less; tides without a mean; oxygen's bad weeks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.biology.parameters import Biology
from engine.farm.schedule import Schedule
from engine.simulation.water import nearness, site, tide
from engine.simulation.water.climate import Climate

KEY = np.uint64(77)
CURRENT = tide.Current(
    speed_m_s=0.06, background_m_s=0.02, drift=0.6, lunar=0.8, solar=0.28, minor_axis=0.35, phase=0.3
)


def alike(km: float, keys: int = 200) -> float:
    """The mean correlation of two places so far apart, over many coasts."""
    north = 57.0 + km / nearness.KM_A_DEGREE
    return float(
        np.mean(
            [
                nearness.shares_at(np.uint64(k), 57.0, -6.0, range_km=90.0)
                @ nearness.shares_at(np.uint64(k), north, -6.0, range_km=90.0)
                for k in range(keys)
            ]
        )
    )


def test_near_places_are_alike_and_far_ones_less() -> None:
    same, near, range_km, far = (alike(km) for km in (0.0, 15.0, 90.0, 300.0))
    assert same == pytest.approx(1.0)
    assert near > 0.95
    assert 0.45 < range_km < 0.75
    assert abs(far) < 0.15


def test_a_places_share_has_no_other_place_in_it() -> None:
    shares = nearness.shares_at(KEY, 58.2, -5.1, range_km=90.0)
    assert (shares * shares).sum() == pytest.approx(1.0)
    assert shares.tolist() == nearness.shares_at(KEY, 58.2, -5.1, range_km=90.0).tolist()


def test_the_tide_has_no_mean_of_a_day_and_springs_and_neaps() -> None:
    course = tide.course(18_000, 60, 24, CURRENT)
    np.testing.assert_allclose(course.mean(axis=1), 0.0, atol=1e-12)
    height = np.ptp(course, axis=1)
    assert height.max() > 1.4 * height.min()
    assert np.abs(course).max() < 1.4


def test_oxygen_has_bad_weeks_late_in_the_year_at_some_sites(biology: Biology) -> None:
    env = biology.model.environment
    dips = np.stack([site.oxygen_dips(env, 1, f"area {i}", 365 * 40) for i in range(30)])
    assert (dips >= 0.0).all()
    assert dips.max() == env.oxygen_dip_limit
    day = np.arange(dips.shape[1]) % 365
    autumn, spring = dips[:, (day > 220) & (day < 310)].mean(), dips[:, (day > 40) & (day < 130)].mean()
    assert autumn > 3.0 * spring
    bad = (dips > 20.0).mean(axis=1)
    assert np.quantile(bad, 0.9) > 3.0 * np.quantile(bad, 0.3)
    # an episode lasts: what is bad today is mostly bad tomorrow
    low = dips > 15.0
    assert low[:, 1:][low[:, :-1]].mean() > 0.7


def test_water_stays_longer_in_some_rings_than_in_others(biology: Biology) -> None:
    factors = np.array([site.staleness(biology.model.environment, 1, f"ring {i}") for i in range(2_000)])
    assert factors.mean() == pytest.approx(1.0, abs=0.03)
    assert 0.15 < factors.std() < 0.4


def test_salinity_moves_within_the_day_as_it_does_at_midnight_and_keeps_its_days(
    small_schedule: Schedule, small_climate: Climate
) -> None:
    ring = next(c for c in small_schedule.farm.containers if c.is_at_sea)
    start, end = small_climate.first_day + 500, small_climate.first_day + 900
    field, _ = small_climate.at_readings(ring, start, end)
    salt = field[3].reshape(end - start, -1)
    np.testing.assert_allclose(salt.mean(axis=1), small_climate.water(ring, start, end)[3], atol=0.02)
    steps = np.abs(np.diff(salt.ravel()))
    slots = salt.shape[1]
    midnight = (np.arange(len(steps)) + 1) % slots == 0
    assert steps[midnight].mean() < 1.6 * steps[~midnight].mean()


def test_areas_have_the_same_water_in_whatever_order_they_are_asked(
    small_schedule: Schedule, small_climate: Climate
) -> None:
    farm = small_schedule.farm
    fresh = replace(small_climate, _kept={}, _exchanges={})
    areas = list(farm.areas)
    want = {area.name: fresh.sea(area) for area in reversed(areas)}
    for area in areas:
        np.testing.assert_array_equal(small_climate.sea(area), want[area.name])
