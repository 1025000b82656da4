"""Water stays longest in a ring at slack tide: the moon's period, springs and neaps, and the demand of the hour."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.water.tide import M2_HOURS, S2_HOURS, Current, Net, residence_h

FIRST, SLOTS = 17_000, 24
NET = Net(length_m=40.0, blocking=0.4)
CURRENT = Current(speed_m_s=0.10, background_m_s=0.025, drift=0.6, lunar=0.8, solar=0.28, minor_axis=0.35, phase=0.3)


def stays(
    days: int = 700, first: int = FIRST, phase: float = 0.3, demand: float = 1.0, slots: int = SLOTS
) -> np.ndarray:
    return residence_h(
        first_day=first, days=days, demand=np.full(slots, demand), net=NET, current=CURRENT._replace(phase=phase)
    )


def reference(days: int, phase: float) -> np.ndarray:
    """The same from NumPy: the speed of drift and ellipse, with springs at the new moon of January 2000."""
    hour = FIRST * 24.0 + np.arange(days * SLOTS) * (24.0 / SLOTS)
    (length, blocking), (current, background, drift, lunar, solar, minor, _) = NET, CURRENT
    spring = (datetime(2000, 1, 8, 6, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() / 3600.0
    moon = 2.0 * np.pi * (hour / M2_HOURS + phase)
    sun = 2.0 * np.pi * ((hour - spring) / S2_HOURS + spring / M2_HOURS + phase)
    along = current * (drift + lunar * np.cos(moon) + solar * np.cos(sun))
    across = current * minor * (lunar * np.sin(moon) + solar * np.sin(sun))
    hours: np.ndarray = length / (np.sqrt(along**2 + across**2 + background**2) * (1.0 - blocking)) / 3600.0
    return hours


def test_residence_is_the_ring_over_the_currents_speed() -> None:
    np.testing.assert_allclose(stays(60).ravel(), reference(60, 0.3), rtol=1e-6)


def test_the_strongest_line_is_the_lunar_tide() -> None:
    x = stays().ravel()
    power = np.abs(np.fft.rfft(x - x.mean())) ** 2
    hours = 1.0 / np.fft.rfftfreq(len(x))[1:]
    assert hours[np.argmax(power[1:])] == pytest.approx(M2_HOURS, abs=0.02)


def test_springs_and_neaps_alternate_in_a_fortnight() -> None:
    """The fastest current of a day, which only the tide's range changes."""
    fastest = 1.0 / stays(1500, slots=24).min(axis=1)
    power = np.abs(np.fft.rfft(fastest - fastest.mean())) ** 2
    days = 1.0 / np.fft.rfftfreq(len(fastest))[1:]
    assert days[np.argmax(power[1:])] == pytest.approx(14.765, abs=0.15)
    new_moons = [datetime(2018, 1, 17, tzinfo=UTC), datetime(2018, 8, 11, tzinfo=UTC), datetime(2019, 7, 2, tzinfo=UTC)]
    for moon in new_moons:
        day = int(moon.timestamp() // 86400) - FIRST
        assert fastest[day : day + 4].mean() > np.percentile(fastest, 75)


@given(st.integers(0, 20_000), st.integers(1, 60), st.integers(0, 50), st.floats(0.0, 1.0))
def test_any_span_shows_the_same_days(first: int, days: int, skip: int, phase: float) -> None:
    skip = min(skip, days - 1)
    whole, part = stays(days, first, phase), stays(days - skip, first + skip, phase)
    np.testing.assert_array_equal(whole[skip:], part)


def test_it_is_bounded_by_the_fastest_and_the_stillest_water_and_goes_with_demand() -> None:
    x = stays()
    (length, blocking), (current, background, drift, lunar, solar, _, _) = NET, CURRENT
    fastest = np.hypot(current * (drift + lunar + solar), background)
    assert x.min() >= length / (fastest * (1.0 - blocking)) / 3600.0
    assert x.max() <= length / (background * (1.0 - blocking)) / 3600.0
    np.testing.assert_allclose(stays(demand=1.25), 1.25 * x)
