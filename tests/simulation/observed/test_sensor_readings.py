"""What one sensor shows: noise, drift that services end, and faults that are as listed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.numerics.calendar import DAY_US
from engine.simulation.observed.sensor_readings import (
    DROPOUT,
    FLAT_LINE,
    SPIKE,
    FaultRates,
    Faults,
    Probes,
    Readings,
    SensorGroup,
    Water,
    daily_means,
    find_faults,
    level_in_container,
    read_group,
)

SLOTS, FIRST_DAY = 6, 17_000
FIRST = FIRST_DAY * SLOTS
STEP = DAY_US // SLOTS
WINDOW, MIN, MAX = 180, np.array([1, 1, 3]), np.array([60, 2, 60])


def one_sensor(**changes: Any) -> Probes:
    """A sensor without bias, drift and noise that shows 0.0001 of the unit."""
    probes = Probes(
        container=np.array([7]),
        first_sensor=np.array([70]),
        parameter=np.array([1]),
        variable=np.array([0]),
        in_container=np.array([False]),
        noise=np.array([[11]], dtype=np.uint64),
        service=np.array([[12]], dtype=np.uint64),
        fault=np.array([[13]], dtype=np.uint64),
        bias=np.array([[0.0]]),
        phase=np.array([[0]]),
        interval=360,
        noise_sd=np.array([0.0]),
        drift=np.array([[0.0, 0.0]]),
        limits=np.array([[-1000.0, 1000.0]]),
        spike=np.array([4.0]),
        unit=np.array([1]),
    )
    return probes._replace(**changes)


def faults(*listed: tuple[int, int, int, int, float]) -> Faults:
    """(kind, begin, first, end, size) of the one sensor, in readings from the stay's first."""
    kind, *span, size = np.array(listed, dtype=float).reshape(-1, 5).T
    spans = (FIRST + np.array(span).T).astype(np.int64)
    return Faults(
        place=np.zeros(len(kind), dtype=np.int64),
        kind=kind.astype(np.int8),
        span=np.ascontiguousarray(spans),
        size=size,
    )


def group_of_one(
    probes: Probes, level: np.ndarray, days: int, listed: Faults | None = None, lead: int = 0
) -> SensorGroup:
    """The sensor in water of `level`, for so many days."""
    water = Water(
        field=level[None, :],
        residence=np.zeros(len(level)),
        draw=np.zeros((1, days)),
        first=FIRST,
        lead=lead,
        slots=SLOTS,
    )
    return SensorGroup(days_lived=np.array([days]), water=water, probes=probes, faults=listed or faults())


def read(probes: Probes, level: np.ndarray, listed: Faults | None = None, lead: int = 0) -> tuple[np.ndarray, ...]:
    """Times, in readings from the stay's first, and values; level begins `lead` readings before the stay."""
    days = (len(level) - lead) // SLOTS
    columns = Readings._make(np.empty(days * SLOTS, dtype=np.int64) for _ in Readings._fields)
    rows = read_group(0, group_of_one(probes, level, days, listed, lead=lead), np.array([99]), columns)
    found = Readings._make(column[:rows] for column in columns)
    assert [set(column) for column in found[:4]] in ([{7}, {99}, {70}, {1}], [set()] * 4)
    assert not (found.time_us % STEP).any()
    return found.time_us // STEP - FIRST, found.value / 10_000.0


def test_without_errors_a_sensor_shows_the_water() -> None:
    level = np.round(np.sin(np.arange(3000)), 4)
    times, values = read(one_sensor(), level)
    np.testing.assert_array_equal(times, np.arange(3000))
    np.testing.assert_allclose(values, level, atol=1e-9)


@given(st.integers(0, 2**64 - 1), st.floats(0.01, 3.0))
def test_noise_is_white_and_normal(key: int, sd: float) -> None:
    n = 30_000
    _, values = read(one_sensor(noise=np.array([[key]], dtype=np.uint64), noise_sd=np.array([sd])), np.zeros(n))
    z = values / sd
    error = 5.0 / math.sqrt(n)
    assert abs(z.mean()) < error
    assert z.std() == pytest.approx(1.0, abs=error)
    assert abs(np.corrcoef(z[:-1], z[1:])[0, 1]) < error
    assert np.abs(z).max() < 3.47 + 1e-3 / sd
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.05, abs=0.01)


def test_drift_starts_anew_at_each_service_at_a_rate_of_its_range() -> None:
    low, high, phase = -0.003, -0.0005, 100
    probes = one_sensor(drift=np.array([[low, high]]), phase=np.array([[phase]]), interval=360)
    _, values = read(probes, np.zeros(7200))
    since = (FIRST + np.arange(7200) + phase) % 360
    begins = np.flatnonzero(since == 0)
    np.testing.assert_allclose(values[begins], 0.0, atol=1e-9)
    rates = values[begins[:-1] + 359] / 359
    assert ((rates >= low - 1e-6) & (rates <= high + 1e-6)).all()
    assert len(set(rates.round(6))) > len(rates) // 2
    for begin, rate in zip(begins[:-1], rates, strict=True):
        np.testing.assert_allclose(values[begin : begin + 360], rate * np.arange(360), atol=3e-4)


def test_a_sensor_shows_its_resolution_within_its_range() -> None:
    probes = one_sensor(unit=np.array([500]), limits=np.array([[12.45, 12.55]]), noise_sd=np.array([0.2]))
    _, values = read(probes, np.full(3000, 12.5))
    assert set(values) == {12.45, 12.5, 12.55}


def test_faults_are_as_listed() -> None:
    level = np.arange(600) / 100.0
    listed = faults((DROPOUT, 10, 10, 17, 1.0), (SPIKE, 30, 30, 31, -0.75), (FLAT_LINE, 350, 350, 400, 0.5))
    times, values = read(one_sensor(), level, listed)
    assert set(range(600)) - set(times) == set(range(10, 17))
    expected = level.copy()
    expected[30] -= 3.0
    expected[350:400] = level[350]  # a service at 360 does not end it
    np.testing.assert_allclose(values, expected[times], atol=1e-9)


def test_a_line_that_went_flat_before_the_fish_came_shows_the_water_of_then() -> None:
    level = np.arange(300) / 100.0
    times, values = read(one_sensor(), level, faults((FLAT_LINE, -40, 0, 25, 0.5)), lead=60)
    np.testing.assert_array_equal(times, np.arange(240))
    np.testing.assert_allclose(values[:25], level[20])
    np.testing.assert_allclose(values[25:], level[85:])


def test_fish_lower_their_own_oxygen_and_no_ones_before_they_came() -> None:
    days, lead = 5, 12
    outside, stays = np.linspace(90, 100, lead + days * SLOTS), np.linspace(0.1, 0.8, lead + days * SLOTS)
    draw = np.array([[0.0] * days, [10.0, 11.0, 12.0, 13.0, 14.0]])
    water = Water(field=np.stack([outside, outside]), residence=stays, draw=draw, first=FIRST, lead=lead, slots=SLOTS)
    level = np.empty(len(outside))
    level_in_container(1, 3, water, level)
    np.testing.assert_array_equal(level[:lead], outside[:lead])
    during = slice(lead, lead + 3 * SLOTS)
    np.testing.assert_allclose(level[during], outside[during] - np.repeat(draw[1, :3], SLOTS) * stays[during])


def test_a_days_mean_is_that_of_what_was_read() -> None:
    level = np.arange(60) / 10.0
    listed = faults((DROPOUT, 7, 7, 9, 1.0), (DROPOUT, 18, 18, 24, 1.0), (SPIKE, 31, 31, 32, 1.0))
    times, values = read(one_sensor(), level, listed)
    mean, measured = np.empty((1, 12)), np.empty((1, 12), dtype=np.bool_)
    daily_means(group_of_one(one_sensor(), level, 10, listed), 0, mean, measured)
    assert measured[0].tolist() == [d != 3 and d < 10 for d in range(12)]
    for day in np.flatnonzero(measured[0]):
        assert mean[0, day] == pytest.approx(values[times // SLOTS == day].mean(), abs=1e-12)
    assert not mean[0, ~measured[0]].any()


def all_faults(keys: np.ndarray, first: int, readings: np.ndarray, chance: np.ndarray) -> Faults:
    room = keys.size * (int(readings.max()) // WINDOW + 2)
    found = Faults(
        place=np.empty(room, dtype=np.int64),
        kind=np.empty(room, dtype=np.int8),
        span=np.empty((room, 3), dtype=np.int64),
        size=np.empty(room),
    )
    rates = FaultRates(window=WINDOW, chance=chance, min_readings=MIN, max_readings=MAX)
    count = find_faults(keys, first, readings, rates, out=found)
    return Faults._make(column[:count] for column in found)


OFTEN = np.array([0.2, 0.3, 0.2])


@given(st.integers(0, 2**64 - 1), st.integers(0, 100_000), st.integers(1, 3000), st.integers(0, 2999))
def test_who_asks_for_a_part_sees_the_same_faults(key: int, first: int, readings: int, skip: int) -> None:
    """So that two batches that follow each other in a container see one history."""
    skip = min(skip, readings - 1)
    keys = np.array([[key]], dtype=np.uint64)
    whole = all_faults(keys, first, np.array([readings]), OFTEN)
    parts = [all_faults(keys, first, np.array([max(skip, 1)]), OFTEN)] if skip else []
    parts.append(all_faults(keys, first + skip, np.array([readings - skip]), OFTEN))
    joined: dict[int, list[Any]] = {}
    for part in parts:
        for kind, (begin, start, end), size in zip(part.kind, part.span, part.size, strict=True):
            kept = joined.setdefault(int(begin), [kind, start, end, size])
            assert (kept[0], kept[3]) == (kind, size)
            kept[2] = end
    assert list(joined) == whole.span[:, 0].tolist()
    for (kind, start, end, size), *expected in zip(joined.values(), whole.kind, whole.span, whole.size, strict=True):
        assert [kind, start, end, size] == [expected[0], *expected[1][1:], expected[2]]


def test_faults_have_their_rates_and_lengths_and_never_meet() -> None:
    keys = np.arange(1, 401, dtype=np.uint64).reshape(20, 20)
    readings = np.full(20, 200 * WINDOW)
    found = all_faults(keys, 0, readings, OFTEN)
    windows = keys.size * 200
    for kind in (DROPOUT, SPIKE, FLAT_LINE):
        mine = found.kind == kind
        assert mine.sum() / windows == pytest.approx(OFTEN[kind], rel=0.05)
        lengths = found.span[mine, 2] - found.span[mine, 1]
        assert (lengths.min(), lengths.max()) == (MIN[kind], MAX[kind])
        middle = math.sqrt(MIN[kind] * (MAX[kind] + 1))  # log-uniform
        assert (lengths < middle).mean() == pytest.approx(0.5, abs=0.15)
    order = found.place * 10_000_000 + found.span[:, 1]
    assert (np.diff(order) > 0).all()
    same = np.diff(found.place) == 0
    assert (found.span[1:, 1] >= found.span[:-1, 2])[same].all()
    assert ((np.abs(found.size) >= 0.5) & (np.abs(found.size) <= 1.5)).all()
    assert (found.size > 0).mean() == pytest.approx(0.5, abs=0.03)
    assert not len(all_faults(keys, 0, readings, np.zeros(3)).kind)
