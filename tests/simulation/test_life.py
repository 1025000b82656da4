"""Growth against its closed form and against single fish, deaths against their hazard, outbreaks, ration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation import life

NO_EVENT = -1


@dataclass
class Lived:
    """A stage as the kernel left it; arrays are (containers, days)."""

    lived: int
    population: np.ndarray
    dead: np.ndarray
    culled: np.ndarray
    cause: np.ndarray
    mu: np.ndarray
    v: np.ndarray
    weight_cg: np.ndarray
    ration: np.ndarray


def keys(stream: int, n: int) -> np.ndarray:
    return (np.arange(1, n + 1) * 1_000_003 + stream * 7_919).astype(np.uint64)


def live(fish: list[int], days: int, **changes: Any) -> Lived:
    """Live `days` in len(fish) containers: 10 degC, TGC 3, no size effect, no hazard, no noise, no event."""
    n = len(fish)
    given_values: dict[str, Any] = {
        "first_day": 10_000,
        "fish": np.array(fish, dtype=np.int64),
        "mu0": np.full(n, 5.0),
        "v0": np.full(n, 0.09),
        "temp_c": np.full((n, days), 10.0),
        "response_c": np.array([1.0, 5.0, 12.0, 22.0]),
        "response_share": np.array([0.0, 1.0, 1.0, 0.0]),
        "tgc": np.full(n, 3.0),
        "individual_cv": 0.0,
        "size_exponent": 0.0,
        "yolk_growth": 0.0,
        "fasting_from": days,
        "hazard": np.zeros(days),
        "batch_noise": np.zeros(days // 7 + 1),
        "noise_keys": keys(1, n),
        "noise_sd": 0.0,
        "noise_ar1": 0.5,
        "noise_batch_share": 0.8,
        "pulse": np.zeros(days),
        "pulse_cause": np.zeros(days, dtype=np.int8),
        "death_keys": keys(2, n),
        "cause_keys": keys(3, n),
        "cause_cumulative": np.array([0.4, 0.7, 1.0]),
        "cull_on": NO_EVENT,
        "cull_share": 0.0,
        "cull_keys": keys(4, n),
        "vaccinate_on": NO_EVENT,
        "vaccination_loss": 0.0,
        "fcr": 1.1,
        "appetite_keys": keys(5, n),
        "appetite_sd": 0.0,
        "target_cg": 0,
    }
    assert set(changes) <= set(given_values)
    out = [np.zeros((n, days), dtype=kind) for kind in (np.int32, np.int32, np.int32, np.int8)]
    out += [np.zeros((n, days)) for _ in range(2)]
    out += [np.zeros((n, days), dtype=np.int64) for _ in range(2)]
    lived = life.live_stage(*(given_values | changes).values(), *out)
    return Lived(lived, *out)


def weight_g(mu: np.ndarray, v: np.ndarray) -> np.ndarray:
    """E[L^3] of a normal L, by Gauss-Hermite quadrature rather than by its formula."""
    x, w = np.polynomial.hermite_e.hermegauss(12)
    return ((mu[..., None] + np.sqrt(v)[..., None] * x) ** 3 * w).sum(axis=-1) / w.sum()


@given(
    temp=st.floats(5.0, 12.0),
    tgc=st.floats(0.5, 4.0),
    start=st.floats(0.3, 18.0),
    days=st.integers(1, 450),
)
def test_the_cube_root_of_weight_is_linear_in_degree_days(temp: float, tgc: float, start: float, days: int) -> None:
    found = live(
        [1000],
        days,
        mu0=np.array([start]),
        v0=np.zeros(1),
        temp_c=np.full((1, days), temp),
        tgc=np.array([tgc]),
    )
    degree_days = temp * np.arange(1, days + 1)
    root = start + tgc / 1000.0 * degree_days
    np.testing.assert_allclose(found.mu[0], root, rtol=1e-12)
    np.testing.assert_allclose(found.weight_cg[0] / 100.0, root**3, rtol=1e-12, atol=0.00501)


def test_growth_follows_the_response_to_temperature_and_stops_in_the_cold() -> None:
    temps = np.array([-1.0, 0.5, 1.0, 3.0, 8.5, 12.0, 17.0, 22.0, 25.0])
    share = np.interp(temps, [1.0, 5.0, 12.0, 22.0], [0.0, 1.0, 1.0, 0.0])
    found = live([10], len(temps), temp_c=temps[None, :])
    steps = np.diff(found.mu[0], prepend=5.0)
    np.testing.assert_allclose(steps, 3.0 / 1000.0 * np.maximum(temps, 0.0) * share, atol=1e-14)


def test_size_response_scales_each_days_growth_by_a_power_of_weight() -> None:
    found = live([10], 300, size_exponent=-0.1, v0=np.array([0.3]))
    mu = np.concatenate([[5.0], found.mu[0]])
    v = np.concatenate([[0.3], found.v[0]])
    expected = 3.0 / 1000.0 * 10.0 * (weight_g(mu[:-1], v[:-1]) / 1000.0) ** -0.1
    np.testing.assert_allclose(np.diff(mu), expected, rtol=1e-10)


def test_alevins_grow_by_their_yolk_without_feed_or_warmth() -> None:
    found = live([10], 90, tgc=np.zeros(1), yolk_growth=0.001, fcr=0.0)
    np.testing.assert_allclose(found.mu[0], 5.0 + 0.001 * np.arange(1, 91), rtol=1e-12)
    assert not found.ration.any()


def test_fasting_stops_growth_and_feed() -> None:
    found = live([100], 30, fasting_from=20)
    assert (found.ration[0, :20] > 0).all()
    assert not found.ration[0, 20:].any()
    assert (np.diff(found.mu[0, 19:]) == 0.0).all()
    assert (np.diff(found.mu[0, :20]) > 0.0).all()


@pytest.mark.parametrize(("cv", "spread"), [(0.0, 0.09), (0.1, 0.0), (0.11, 0.2)])
def test_moments_are_those_of_single_fish(cv: float, spread: float) -> None:
    """A Monte Carlo of fish with their own growth, in plain NumPy, over varying temperature."""
    rng = np.random.default_rng(42)
    fish, days = 400_000, 200
    temps = 8.0 + 3.0 * np.cos(np.arange(days) / 30.0)
    multiplier = 1.0 + cv * rng.standard_normal(fish)
    start = 5.0 + math.sqrt(spread) * rng.standard_normal(fish)
    root = start + multiplier * (3.0 / 1000.0 * temps.sum())
    weights = root**3
    found = live([10], days, individual_cv=cv, v0=np.array([spread]), temp_c=temps[None, :])
    mu, v = found.mu[0, -1], found.v[0, -1]
    noise = 5.0 / math.sqrt(fish)
    assert root.mean() == pytest.approx(mu, abs=noise * math.sqrt(v))
    assert root.var() == pytest.approx(v, rel=noise * math.sqrt(2.0))
    assert weights.mean() == pytest.approx(found.weight_cg[0, -1] / 100.0, abs=noise * weights.std())


@given(
    fish=st.lists(st.integers(0, 60_000), min_size=1, max_size=5),
    hazard=st.floats(0.0, 3.0),
    pulse=st.floats(0.0, 3.0),
    noise=st.floats(0.0, 2.0),
    cull=st.floats(0.0, 1.0),
    vaccination=st.floats(0.0, 0.5),
)
def test_every_fish_is_alive_dead_or_culled_on_every_day(
    fish: list[int], hazard: float, pulse: float, noise: float, cull: float, vaccination: float
) -> None:
    days = 25
    found = live(
        fish,
        days,
        hazard=np.full(days, hazard),
        pulse=np.full(days, pulse),
        noise_sd=noise,
        cull_on=10,
        cull_share=cull,
        vaccinate_on=5,
        vaccination_loss=vaccination,
    )
    gone = np.cumsum(found.dead.astype(np.int64) + found.culled, axis=1)
    np.testing.assert_array_equal(found.population + gone, np.broadcast_to(np.array(fish)[:, None], gone.shape))
    for counts in (found.population, found.dead, found.culled):
        assert (counts >= 0).all()
    assert not np.delete(found.culled, 10, axis=1).any()


@given(st.lists(st.integers(0, 10_000_000), min_size=1, max_size=5), st.integers(0, 2**40))
def test_nothing_dies_without_hazard(fish: list[int], first_day: int) -> None:
    found = live(fish, 60, first_day=first_day, noise_sd=1.5)
    assert not found.dead.any()
    np.testing.assert_array_equal(found.population[:, -1], fish)


@pytest.mark.parametrize(("fish", "hazard"), [(50, 0.003), (3_000, 0.001), (200_000, 0.0004)])
def test_mean_deaths_are_the_hazard_whatever_the_noise(fish: int, hazard: float) -> None:
    """Mean-corrected noise: exp(sd z - sd^2/2) has mean 1, so the noise spreads deaths and does not add any."""
    containers, days = 3_000, 63
    sd = 0.8
    found = live(
        [fish] * containers,
        days,
        hazard=np.full(days, hazard),
        noise_sd=sd,
        noise_batch_share=0.0,
    )
    per_fish_day = found.dead.sum() / (found.population + found.dead).sum()
    weekly = found.dead.reshape(containers, -1, 7).sum(axis=2)
    error = math.sqrt(weekly.var(axis=0).sum() * containers * 3.0) / weekly.sum()  # weeks are correlated: x 3
    assert error < 0.03
    assert per_fish_day == pytest.approx(hazard, rel=4.0 * error)


def test_container_noise_is_an_ar1_with_the_given_memory() -> None:
    containers, weeks, memory, sd = 4_000, 8, 0.45, 1.0
    days = 7 * weeks
    found = live(
        [10_000_000] * containers,
        days,
        hazard=np.full(days, 1e-4),
        noise_sd=sd,
        noise_ar1=memory,
        noise_batch_share=0.0,
    )
    log_rate = np.log(found.dead.reshape(containers, weeks, 7).sum(axis=2))
    assert np.ptp(log_rate.std(axis=0)) < 0.1
    assert log_rate.std() == pytest.approx(sd, abs=0.03)
    for week in range(weeks - 1):
        assert np.corrcoef(log_rate[:, week], log_rate[:, week + 1])[0, 1] == pytest.approx(memory, abs=0.06)


def test_causes_have_their_shares_and_an_event_names_its_own() -> None:
    containers = 20_000
    hazard, pulse = 0.001, 0.003
    found = live(
        [100_000] * containers,
        1,
        hazard=np.full(1, hazard),
        pulse=np.full(1, pulse),
        pulse_cause=np.full(1, 4, dtype=np.int8),
    )
    shares = np.bincount(found.cause[:, 0], minlength=5) / containers
    own = hazard / (hazard + pulse)
    np.testing.assert_allclose(shares, [0.4 * own, 0.3 * own, 0.3 * own, 0.0, 1.0 - own], atol=0.02)


@given(st.integers(0, 500_000), st.floats(0.0, 1.0))
def test_a_cull_takes_its_share_to_the_fish(fish: int, share: float) -> None:
    found = live([fish], 3, cull_on=1, cull_share=share)
    assert abs(int(found.culled[0, 1]) - fish * share) <= 1.0


@pytest.mark.parametrize("appetite_sd", [0.0, 0.1])
def test_feed_is_fcr_times_growth(appetite_sd: float) -> None:
    n, days, fcr = 40, 200, 1.15
    found = live([2_000] * n, days, fcr=fcr, individual_cv=0.1, appetite_sd=appetite_sd)
    mu = np.concatenate([np.full((n, 1), 5.0), found.mu], axis=1)
    v = np.concatenate([np.full((n, 1), 0.09), found.v], axis=1)
    growth_kg = 2_000 * np.diff(weight_g(mu, v), axis=1) / 1000.0
    ration_kg = found.ration / 10_000.0
    if appetite_sd == 0.0:
        np.testing.assert_allclose(ration_kg, fcr * growth_kg, atol=0.000051)
    share = ration_kg / (fcr * growth_kg)
    assert share.mean() == pytest.approx(1.0, abs=1e-5 + 4.0 * appetite_sd / math.sqrt(n * days))
    assert share.std() == pytest.approx(appetite_sd, abs=1e-4 + 0.05 * appetite_sd)


@given(st.floats(130.0, 2_000.0))
def test_the_stage_ends_on_the_first_day_that_the_batch_reaches_its_target(target_g: float) -> None:
    days, target_cg = 300, round(target_g * 100)
    setting: dict[str, Any] = {
        "mu0": np.array([4.8, 5.0, 5.2]),
        "v0": np.full(3, 0.1),
        "hazard": np.full(days, 0.001),
        "individual_cv": 0.1,
    }
    fish = [900, 300, 50]
    free = live(fish, days, **setting)
    found = live(fish, days, target_cg=target_cg, **setting)
    total = free.population.astype(np.int64)
    reached = (total * free.weight_cg).sum(axis=0) >= target_cg * total.sum(axis=0)
    assert found.lived == (int(np.argmax(reached)) + 1 if reached.any() else days)
    np.testing.assert_array_equal(found.population[:, : found.lived], free.population[:, : found.lived])


SPREAD = np.array([0.15, 0.35, 0.30, 0.15, 0.05])


def breaks(key: int, planned_weeks: int, per_cycle: float, **changes: Any) -> tuple[np.ndarray, np.ndarray]:
    pulse, cause = np.zeros(7 * planned_weeks), np.zeros(7 * planned_weeks, dtype=np.int8)
    setting = {"limit": 12, "loss_median": 0.03, "loss_sdlog": 0.0} | changes
    weeks = np.ones(planned_weeks)
    weeks[planned_weeks - len(SPREAD) + 1 :] = 0.0  # so that no event is cut by the stay's end
    life.outbreaks(np.uint64(key), weeks, per_cycle, *setting.values(), SPREAD, np.array([0.5, 1.0]), pulse, cause)
    return pulse, cause


@given(st.integers(0, 2**64 - 1), st.floats(0.0, 6.0), st.floats(0.001, 0.5))
def test_outbreaks_add_exactly_their_dose(key: int, per_cycle: float, loss: float) -> None:
    pulse, _ = breaks(key, 64, per_cycle, loss_median=loss)
    doses = pulse.sum() / -math.log1p(-loss)
    assert doses == pytest.approx(round(doses), abs=1e-9)
    assert round(doses) <= 12
    assert (pulse >= 0.0).all()


def test_an_outbreak_spreads_over_its_weeks_evenly_within_each() -> None:
    pulses = (breaks(key, 64, 0.5)[0] for key in range(200))
    alone = [p for p in pulses if p.sum() == pytest.approx(-math.log1p(-0.03), rel=1e-12)]
    assert len(alone) > 30
    for pulse in alone:
        weeks = pulse.reshape(-1, 7)
        start = int(np.flatnonzero(weeks[:, 0])[0])
        assert start * 7 == np.flatnonzero(pulse)[0]
        assert (weeks == weeks[:, :1]).all()
        np.testing.assert_allclose(weeks[start : start + 5].sum(axis=1) / pulse.sum(), SPREAD, rtol=1e-12)


def test_the_number_of_outbreaks_and_their_losses_have_the_published_distribution() -> None:
    doses = [breaks(key, 64, 2.4)[0].sum() / -math.log1p(-0.03) for key in range(4_000)]
    assert np.mean(doses) == pytest.approx(2.4, abs=4.0 * math.sqrt(2.4 / 4_000))
    single = np.array([breaks(k, 64, 1e9, limit=1, loss_sdlog=1.15)[0].sum() for k in range(4_000)])
    logs = np.log(-np.expm1(-single))
    assert logs.mean() == pytest.approx(math.log(0.03), abs=4.0 * 1.15 / math.sqrt(4_000))
    assert logs.std() == pytest.approx(1.15, rel=0.05)
