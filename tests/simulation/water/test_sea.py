"""The open sea: anomalies of the published memory in every decade, heat waves that come and go, rain that fades."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.numerics.calendar import DAYS_A_YEAR
from engine.simulation.water.sea import AnomalyModel, HeatWaves, anomaly, heat_waves, rain

FIRST = 17_000
MEMORY, SD, LINE_YEARS = 0.72, 0.55, 7
MODEL = AnomalyModel(memory=MEMORY, sd=SD, line_years=LINE_YEARS, jitter=0.4)
WAVES = HeatWaves(probability=0.12, peak_c=0.75, length_days=120.0, spread=0.33, peak_day=213.0, peak_day_sd=20.0)


def monthly(series: np.ndarray, first_day: int) -> np.ndarray:
    """Means by calendar month, whole months only."""
    month = np.arange(first_day, first_day + len(series)).astype("datetime64[D]").astype("datetime64[M]").astype(int)
    month -= month[0]
    return (np.bincount(month, series) / np.bincount(month))[1:-1]


def lag_one(x: np.ndarray) -> float:
    return float(np.corrcoef(x[:-1], x[1:])[0, 1])


@pytest.mark.parametrize("years", [7, 8, 9, 12, 16])
def test_every_record_of_a_decade_shows_the_processs_memory_and_spread(years: int) -> None:
    memory, spread = [], []
    for seed in range(60):
        x = monthly(anomaly(np.uint64(seed), FIRST, int(years * DAYS_A_YEAR), MODEL), FIRST)
        memory.append(lag_one(x))
        spread.append(x.std())
    assert np.mean(memory) == pytest.approx(MEMORY, abs=0.03)
    assert np.mean(spread) == pytest.approx(SD, rel=0.06)
    assert min(memory) > 0.60
    assert max(memory) < 0.80
    assert min(spread) > 0.40
    assert max(spread) < 0.72


def test_memory_is_that_of_an_ar1_at_longer_lags_too() -> None:
    lags = range(1, 5)
    found = np.zeros(len(lags))
    seeds = 100
    for seed in range(seeds):
        x = monthly(anomaly(np.uint64(seed), 0, 20_000, MODEL), 0)
        found += [np.corrcoef(x[:-k], x[k:])[0, 1] / seeds for k in lags]
    np.testing.assert_allclose(found, [MEMORY**k for k in lags], atol=0.06)


def test_the_sea_does_not_repeat_itself() -> None:
    x = anomaly(np.uint64(1), 0, 30_000, MODEL)
    period = int(LINE_YEARS * DAYS_A_YEAR)
    for lag in range(period - 40, period * 10, 60):
        if lag < len(x) - 3000:
            assert abs(np.corrcoef(x[:-lag], x[lag:])[0, 1]) < 0.9


@given(st.integers(0, 2**64 - 1), st.integers(0, 20_000), st.integers(1, 400), st.integers(0, 300))
def test_any_span_shows_the_same_days(key: int, first: int, days: int, skip: int) -> None:
    skip = min(skip, days - 1)
    often = WAVES._replace(probability=0.3)
    for whole, part in (
        (
            anomaly(np.uint64(key), first, days, MODEL),
            anomaly(np.uint64(key), first + skip, days - skip, MODEL),
        ),
        (
            heat_waves(np.uint64(key), first, days, often),
            heat_waves(np.uint64(key), first + skip, days - skip, often),
        ),
    ):
        np.testing.assert_array_equal(whole[skip:], part)


def waves(probability: float, peak_c: float) -> np.ndarray:
    return heat_waves(np.uint64(5), 0, 200_000, WAVES._replace(probability=probability, peak_c=peak_c))


def test_heat_waves_come_in_their_share_of_years_and_in_summer() -> None:
    x = waves(0.12, 0.75)
    years = 200_000 / DAYS_A_YEAR
    begins = np.flatnonzero((x[1:] > 0) & (x[:-1] == 0))
    assert len(begins) / years == pytest.approx(0.12, abs=0.04)
    of_year = np.arange(len(x)) % DAYS_A_YEAR
    assert of_year[x > 0].min() > 60
    assert of_year[x > 0].max() < 360
    assert 165 < np.average(of_year, weights=x) < 260
    assert not waves(0.0, 0.75).any()


def test_heat_waves_rise_and_fall_without_a_step_to_the_published_height() -> None:
    x = waves(1.0, 0.75)
    assert np.abs(np.diff(x)).max() < np.pi * 0.75 * 1.33 / (120.0 * 0.67)
    years = (np.arange(len(x)) / DAYS_A_YEAR).astype(int)
    peaks = np.array([x[years == y].max() for y in range(1, years.max())])
    assert peaks.min() > 0.49
    assert peaks.max() < 1.0
    assert peaks.mean() == pytest.approx(0.75, abs=0.02)


def test_stronger_waves_keep_their_days() -> None:
    np.testing.assert_allclose(waves(0.12, 3.0), 4.0 * waves(0.12, 0.75), rtol=1e-12)
    rare, often = waves(0.12, 0.75), waves(0.5, 0.75)
    np.testing.assert_array_equal(often[rare > 0], rare[rare > 0])


def test_rain_freshens_by_what_falls_and_fades() -> None:
    chance, depth, memory = 0.12, 0.9, 4.0
    x = rain(key=np.uint64(2), days=300_000, chance=np.full(300_000, chance), depth=depth, memory_days=memory)
    kept = np.exp(-1.0 / memory)
    assert x.mean() == pytest.approx(chance * depth / (1.0 - kept), rel=0.02)
    assert x.min() >= 0.0
    dry = x[1:] <= kept * x[:-1] + 1e-12
    assert dry.mean() == pytest.approx(1.0 - chance, abs=0.005)
    np.testing.assert_allclose(x[1:][dry], kept * x[:-1][dry], atol=1e-12)
