"""The sun against almanacs: what was told of real places and days, north and south of the Faroes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.simulation.numerics import arithmetic as am
from engine.simulation.water.sun import day_lengths_h, daylight, noon_heights

ALMANAC = [  # place, latitude, day of the year, hours and minutes from sunrise to sunset
    ("Reykjavik, 21 December 2004", 64.15, 356, 4, 8),
    ("Lerwick, 21 June 2018", 60.15, 172, 18, 55.5),
    ("Burray in Orkney, 21 December 2014", 58.85, 355, 6, 11),
    ("Loch Shieldaig, shortest day of 2015", 57.52, 356, 6, 36),
    ("Loch Shieldaig, longest day of 2015", 57.52, 172, 18, 2),
    ("Edinburgh, 21 June 2021", 55.95, 172, 17, 36),
    ("London, 1 January 2024", 51.51, 1, 7, 55),
    ("London, 15 February 2024", 51.51, 46, 9, 59),
]


@pytest.mark.parametrize(("place", "latitude", "day", "hours", "minutes"), ALMANAC)
def test_a_day_is_as_long_as_almanacs_say(place: str, latitude: float, day: int, hours: int, minutes: float) -> None:
    found = day_lengths_h(latitude, np.array([float(day)]))[0]
    assert found == pytest.approx(hours + minutes / 60, abs=2.5 / 60), place


def test_days_are_twelve_hours_and_some_minutes_at_the_equinoxes_and_the_sun_may_stay_up_or_away() -> None:
    assert day_lengths_h(62.0, np.array([79.0, 266.0])) == pytest.approx(12.2, abs=0.15)
    assert day_lengths_h(75.0, np.array([172.0, 355.0])).tolist() == pytest.approx([24.0, 0.0], abs=1e-9)


def test_day_length_is_the_published_formula_in_the_standard_librarys_trigonometry() -> None:
    """Forsythe et al. 1995, written anew with the functions that the kernels may not use."""
    days = np.arange(1.0, 367.0)
    for latitude in (55.5, 58.5, 61.4, 62.4):
        found = day_lengths_h(latitude, days)
        for day, hours in zip(days, found, strict=True):
            turn = 0.2163108 + 2 * math.atan(0.9671396 * math.tan(0.0086 * (day - 186)))
            declination = math.asin(0.39795 * math.cos(turn))
            phi = math.radians(latitude)
            x = math.sin(math.radians(0.8333)) + math.sin(phi) * math.sin(declination)
            expected = 24 - 24 / math.pi * math.acos(x / (math.cos(phi) * math.cos(declination)))
            assert hours == pytest.approx(expected, abs=1e-6)


def test_the_sun_stands_high_by_latitude_and_season() -> None:
    """90 degrees - latitude, more by the axis's tilt at midsummer and less at midwinter."""
    heights = np.degrees(np.arcsin(noon_heights(62.0, np.array([172.0, 80.0, 355.0]))))
    assert heights == pytest.approx([28 + 23.44, 28, 28 - 23.44], abs=0.6)


def test_an_angle_is_found_from_its_cosine() -> None:
    for turns in np.linspace(0.0, 0.5, 101):
        assert am.acos_turns(math.cos(2 * math.pi * turns)) == pytest.approx(turns, abs=1e-7)
    assert am.acos_turns(0.3) == pytest.approx(math.acos(0.3) / (2 * math.pi), abs=1e-14)
    assert (am.acos_turns(1.5), am.acos_turns(-1.5)) == pytest.approx((0.0, 0.5), abs=1e-14)


def test_clouds_dim_the_light_and_a_low_sun_gives_none() -> None:
    height, cloud = np.array([0.5, 0.5, 0.5, 0.03]), np.array([0.0, 0.5, 1.0, 0.0])
    light = daylight(height, cloud=cloud, clear=(910.0, 30.0), dimming=(0.75, 3.4))
    assert light == pytest.approx([425.0, 425 * (1 - 0.75 * 0.5**3.4), 425 * 0.25, 0.0])
