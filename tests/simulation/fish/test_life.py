"""Growth against its closed form and against single fish, deaths against their hazard, outbreaks, ration."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.biology.parameters import read_biology
from engine.simulation.fish.breathing import Breathing
from engine.simulation.fish.days import Daily, Water
from engine.simulation.fish.growth import Growing
from engine.simulation.fish.life import Physiology
from engine.simulation.fish.mortality import ENVIRONMENTAL, HANDLING, OTHER, Dying
from engine.simulation.fish.tanks import TankPlan, simulate_tanks
from engine.simulation.numerics.weights import Population
from lake.codes import MORTALITY_CAUSES

NEVER = -1
SLOTS = 6


def keys(stream: int, n: int) -> np.ndarray:
    return (np.arange(1, n + 1) * 1_000_003 + stream * 7_919).astype(np.uint64)


def live(fish: list[int], days: int, **changes: Any) -> Daily:
    """Live `days` in len(fish) tanks: 10 degC, TGC 3, no size effect, no hazard, no noise, no event, air's oxygen."""
    n = len(fish)
    settings: dict[str, Any] = {
        "fish": np.array(fish, dtype=np.int64),
        "mu": np.full(n, 5.0),
        "v": np.full(n, 0.09),
        "first_day": 10_000,
        "temp_c": np.full((n, days), 10.0),
        "oxygen_outside": np.full((n, days, SLOTS), 100.0),
        "residence_h": np.zeros((n, days, SLOTS)),
        "salinity": 0.0,
        "fasting_from": days,
        "cleared_on": np.full(n, NEVER),
        "cull_on": NEVER,
        "cull_share": 0.0,
        "cull_keys": keys(4, n),
        "tgc": np.full(n, 3.0),
        "response_c": np.array([1.0, 5.0, 12.0, 22.0]),
        "response": np.array([0.0, 1.0, 1.0, 0.0]),
        "individual_cv": 0.0,
        "size_g": np.ones(1),
        "size_response": np.ones(1),
        "light": np.ones(days),
        "yolk": 0.0,
        "fcr": 1.1,
        "appetite_sd": 0.0,
        "oxygen_full": 75.0,
        "oxygen_none": 35.0,
        "sickness": 0.0,
        "zest_memory": 0.0,
        "zest_fasted": 1.0,
        "appetite_keys": keys(5, n),
        "volume_m3": np.full(n, 100.0),
        "rate_mg_kg_h": 95.0,
        "temp_slope": 0.07,
        "breath_exponent": -0.2,
        "base_hazard": np.zeros(days),
        "event_hazard": np.zeros((n, days)),
        "event_cause": np.zeros((n, days), dtype=np.int8),
        "handling_hazard": np.zeros((n, days)),
        "settling_hazard": np.zeros(days),
        "noise_sd": 0.0,
        "noise_days": 5.0,
        "batch_share": 0.8,
        "day_sd": 0.0,
        "cause_cumulative": np.array([0.4, 0.7, 1.0]),
        "cause_memory": 0.0,
        "warm_c": 30.0,
        "warm_slope": 0.3,
        "oxygen_critical": 45.0,
        "oxygen_hazard": 0.0004,
        "recent_days": 14.0,
        "round_chance": np.ones((n, days)),
        "found_share": 1.0,
        "noise_key": np.uint64(77),
        "noise_keys": keys(1, n),
        "death_keys": keys(2, n),
        "cause_keys": keys(3, n),
        "dead_size_keys": keys(6, n),
        "round_keys": keys(7, n),
        "day_keys": keys(8, n),
    }
    assert set(changes) <= set(settings)
    s = settings | changes

    def take(kind: Any, **renamed: str) -> Any:
        return kind(**{name: s[renamed.get(name, name)] for name in kind._fields})

    return simulate_tanks(
        arrived=take(Population),
        water=take(Water),
        physiology=Physiology(
            breathing=take(Breathing, size_exponent="breath_exponent"), growing=take(Growing), dying=take(Dying)
        ),
        plan=take(TankPlan),
    )


def weight_g(mu: np.ndarray, v: np.ndarray) -> np.ndarray:
    """E[L^3] of a normal L, by Gauss-Hermite quadrature rather than by its formula."""
    x, w = np.polynomial.hermite_e.hermegauss(12)
    mean: np.ndarray = ((mu[..., None] + np.sqrt(v)[..., None] * x) ** 3 * w).sum(axis=-1) / w.sum()
    return mean


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
        mu=np.array([start]),
        v=np.zeros(1),
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


def test_size_and_light_scale_each_days_growth() -> None:
    weights, shares, light = np.array([150.0, 400.0, 2_000.0]), np.array([1.0, 0.8, 0.5]), np.linspace(0.9, 1.2, 300)
    found = live([10], 300, size_g=weights, size_response=shares, light=light, v=np.array([0.3]))
    mu = np.concatenate([[5.0], found.mu[0]])
    v = np.concatenate([[0.3], found.v[0]])
    expected = 3.0 / 1000.0 * 10.0 * np.interp(weight_g(mu[:-1], v[:-1]), weights, shares) * light
    np.testing.assert_allclose(np.diff(mu), expected, rtol=1e-10)


def test_alevins_grow_by_their_yolk_without_feed_or_warmth() -> None:
    found = live([10], 90, tgc=np.zeros(1), yolk=0.001, fcr=0.0)
    np.testing.assert_allclose(found.mu[0], 5.0 + 0.001 * np.arange(1, 91), rtol=1e-12)
    assert not found.ration.any()


def test_fasting_stops_growth_and_feed() -> None:
    found = live([100], 30, fasting_from=20)
    np.testing.assert_array_equal(found.fasted[0], np.arange(30) >= 20)
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
    found = live([10], days, individual_cv=cv, v=np.array([spread]), temp_c=temps[None, :])
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
    handling=st.floats(0.0, 0.5),
    rounds=st.floats(0.0, 1.0),
)
def test_every_fish_is_alive_dead_or_culled_on_every_day(
    fish: list[int], hazard: float, pulse: float, noise: float, cull: float, handling: float, rounds: float
) -> None:
    days = 25
    found = live(
        fish,
        days,
        base_hazard=np.full(days, hazard),
        event_hazard=np.full((len(fish), days), pulse),
        handling_hazard=np.full((len(fish), days), handling),
        round_chance=np.full((len(fish), days), rounds),
        noise_sd=noise,
        cull_on=10,
        cull_share=cull,
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
        base_hazard=np.full(days, hazard),
        noise_sd=sd,
        day_sd=0.4,
        batch_share=0.0,
    )
    per_fish_day = found.dead.sum() / (found.population + found.dead).sum()
    weekly = found.dead.reshape(containers, -1, 7).sum(axis=2)
    error = math.sqrt(weekly.var(axis=0).sum() * containers * 3.0) / weekly.sum()  # weeks are correlated: x 3
    assert error < 0.03
    assert per_fish_day == pytest.approx(hazard, rel=4.0 * error)


def daily_log_rates(batch_share: float, containers: int = 3_000, noise_days: float = 6.0) -> np.ndarray:
    """Of rings with the same hazard on 56 days, each of so many fish that chance alone does not show."""
    found = live(
        [2_000_000_000] * containers,
        56,
        base_hazard=np.full(56, 1e-5),
        noise_sd=1.0,
        noise_days=noise_days,
        batch_share=batch_share,
    )
    log_rate: np.ndarray = np.log(found.dead)
    return log_rate


def test_noise_wanders_on_over_its_days_and_knows_no_block_of_days() -> None:
    """Near days are alike, far ones not; the step from any day to the next is as large as from any other."""
    log = daily_log_rates(0.0)
    assert log.std(axis=0) == pytest.approx(1.0, abs=0.06)
    steps = np.diff(log, axis=1).std(axis=0)
    assert steps.max() < 1.12 * steps.min()
    for apart, low, high in ((1, 0.85, 0.97), (6, 0.05, 0.35), (12, -0.06, 0.06)):
        assert low < np.corrcoef(log[:, 0], log[:, apart])[0, 1] < high


def test_containers_share_the_noise_by_the_batchs_weight() -> None:
    log = daily_log_rates(0.6, containers=400)
    shared = log - log.mean(axis=0)
    assert shared.std() == pytest.approx(math.sqrt(1.0 - 0.36), rel=0.1)


def test_a_cause_stays_by_its_memory_and_keeps_its_share() -> None:
    containers, days, memory = 4_000, 20, 0.8
    found = live([100_000] * containers, days, base_hazard=np.full(days, 0.002), cause_memory=memory)
    same = (found.cause[:, 1:] == found.cause[:, :-1]).mean()
    chance = 0.4**2 + 0.3**2 + 0.3**2
    assert (same - chance) / (1.0 - chance) == pytest.approx(memory, abs=0.02)
    shares = np.bincount(found.cause[:, -1], minlength=3) / containers
    np.testing.assert_allclose(shares, [0.4, 0.3, 0.3], atol=0.03)


def test_while_an_outbreak_rages_its_deaths_have_its_cause() -> None:
    pulse = np.zeros((50, 30))
    pulse[:, 10:20] = 0.5
    found = live(
        [100_000] * 50,
        30,
        base_hazard=np.full(30, 0.001),
        event_hazard=pulse,
        event_cause=np.full((50, 30), 4, dtype=np.int8),
        cause_memory=0.9,
    )
    assert (found.cause[:, 10:20] == 4).mean() > 0.97
    assert not (found.cause[:, :10] == 4).any()
    assert not (found.cause[:, 20:] == 4).any()


def test_what_the_move_to_sea_kills_is_no_injury() -> None:
    found = live([100_000] * 10, 3, settling_hazard=np.array([0.01, 0.0, 0.0]))
    assert (found.dead[:, 0] > 0).all()
    assert (found.cause[:, 0] == OTHER).all()
    assert not found.dead[:, 1:].any()


def test_the_dead_wait_for_a_round_and_none_is_lost() -> None:
    """Without a round nobody knows of them; the next round finds them all, as of the same deaths."""
    rounds = np.ones((200, 14))
    rounds[:, 5:9] = 0.0
    known, found = (
        live([1_000_000] * 200, 14, base_hazard=np.full(14, 0.001), round_chance=chance)
        for chance in (np.ones((200, 14)), rounds)
    )
    assert not found.dead[:, 5:9].any()
    np.testing.assert_array_equal(found.population[:, 5:9], np.repeat(found.population[:, 4:5], 4, axis=1))
    np.testing.assert_array_equal(found.dead[:, 9], known.dead[:, 5:10].sum(axis=1))
    np.testing.assert_array_equal(found.population[:, 9:], known.population[:, 9:])


def test_a_round_finds_its_share_and_the_last_evening_all() -> None:
    containers, days = 500, 20
    found = live(
        [1_000_000] * containers,
        days,
        base_hazard=np.full(days, 0.001),
        found_share=0.6,
        cleared_on=np.full(containers, days - 1),
    )
    whole = live([1_000_000] * containers, days, base_hazard=np.full(days, 0.001))
    assert found.dead[:, 0].sum() / whole.dead[:, 0].sum() == pytest.approx(0.6, abs=0.01)
    np.testing.assert_array_equal(found.dead.sum(axis=1), whole.dead.sum(axis=1))
    np.testing.assert_array_equal(found.population[:, -1], whole.population[:, -1])


def test_a_cull_leaves_no_dead_fish_behind() -> None:
    found = live(
        [100_000],
        5,
        base_hazard=np.full(5, 0.01),
        round_chance=np.zeros((1, 5)),
        cull_on=2,
        cull_share=0.1,
    )
    assert found.dead[0].tolist()[:2] == [0, 0]
    assert found.dead[0, 2] == pytest.approx(3_000, rel=0.1)
    assert found.culled[0, 2] == pytest.approx(0.1 * (100_000 - found.dead[0, 2]), abs=2)


def test_causes_have_their_shares_and_an_event_names_its_own() -> None:
    containers = 20_000
    hazard, pulse, handling = 0.001, 0.003, 0.002
    found = live(
        [100_000] * containers,
        1,
        base_hazard=np.full(1, hazard),
        event_hazard=np.full((containers, 1), pulse),
        event_cause=np.full((containers, 1), 4, dtype=np.int8),
        handling_hazard=np.full((containers, 1), handling),
    )
    shares = np.bincount(found.cause[:, 0], minlength=5) / containers
    total = hazard + pulse + handling
    own, treated, event = hazard / total, handling / total, pulse / total
    np.testing.assert_allclose(shares, [0.4 * own, 0.3 * own + treated, 0.3 * own, 0.0, event], atol=0.02)


def test_causes_are_known_by_the_positions_that_the_lake_gives_them() -> None:
    named = [MORTALITY_CAUSES[cause] for cause in (HANDLING, ENVIRONMENTAL, OTHER)]
    assert named == ["HANDLING", "ENVIRONMENTAL", "OTHER"]


def test_heat_and_want_of_oxygen_kill_and_are_named_environmental() -> None:
    """Against the rule itself: base x e^(slope (T - warm)) - base, and the shortfall below the critical level."""
    containers, hazard = 4_000, 0.002
    warm = live(
        [100_000] * containers, 1, temp_c=np.full((containers, 1), 20.0), base_hazard=np.full(1, hazard), warm_c=18.0
    )
    expected = hazard * math.exp(0.3 * 2.0)
    rate = warm.dead.sum() / (100_000 * containers)
    assert rate == pytest.approx(-math.expm1(-expected), rel=0.005)
    assert (warm.cause == ENVIRONMENTAL).mean() == pytest.approx(1.0 - hazard / expected, abs=0.03)
    starved = live([100_000] * containers, 1, oxygen_outside=np.full((containers, 1, SLOTS), 25.0))
    rate = starved.dead.sum() / (100_000 * containers)
    assert rate == pytest.approx(-math.expm1(-0.0004 * 20.0 * 20.0), rel=0.005)
    assert (starved.cause == ENVIRONMENTAL).all()


def test_the_dead_are_a_sample_of_all() -> None:
    """Their mean size varies about the population's as the mean of so many fish does."""
    containers = 6_000
    found = live([50_000] * containers, 1, base_hazard=np.full(1, 0.0005), v=np.full(containers, 0.2))
    died = found.dead[:, 0] > 5
    mu, v = found.mu[died, 0], found.v[died, 0]
    x, w = np.polynomial.hermite_e.hermegauss(12)
    cubes = (mu[:, None] + np.sqrt(v)[:, None] * x) ** 3
    mean = (cubes * w).sum(axis=1) / w.sum()
    sd = np.sqrt(((cubes - mean[:, None]) ** 2 * w).sum(axis=1) / w.sum())
    z = (found.dead_cg[died, 0] / 100.0 - mean) / (sd / np.sqrt(found.dead[died, 0]))
    assert z.mean() == pytest.approx(0.0, abs=4.0 / math.sqrt(died.sum()))
    assert z.std() == pytest.approx(1.0, rel=0.05)


def test_a_cull_takes_the_smallest_and_leaves_the_sum_of_weights() -> None:
    """Against a million fish of which the smallest are taken out."""
    rng = np.random.default_rng(7)
    fish = np.sort(3.0 + 0.35 * rng.standard_normal(1_000_000)) ** 3
    share = 0.08
    found = live(
        [1_000_000],
        1,
        mu=np.array([3.0]),
        v=np.array([0.35 * 0.35]),
        tgc=np.zeros(1),
        cull_on=0,
        cull_share=share,
    )
    taken = int(found.culled[0, 0])
    assert found.weight_cg[0, 0] / 100.0 == pytest.approx(fish[taken:].mean(), rel=0.003)
    assert found.culled_cg[0, 0] / 100.0 == pytest.approx(fish[:taken].mean(), rel=0.05)
    before = fish.mean() * 1_000_000
    after = found.weight_cg[0, 0] / 100.0 * (1_000_000 - taken) + found.culled_cg[0, 0] / 100.0 * taken
    assert after == pytest.approx(before, rel=0.001)


@given(
    outside=st.floats(20.0, 110.0),
    residence=st.floats(0.0, 1.0),
    fish=st.integers(0, 40_000),
)
def test_oxygen_inside_is_what_comes_in_less_what_the_fish_take(outside: float, residence: float, fish: int) -> None:
    found = live(
        [fish],
        1,
        oxygen_outside=np.full((1, 1, SLOTS), outside),
        residence_h=np.full((1, 1, SLOTS), residence),
    )
    # Weiss 1970: fresh water of 10 degC holds 11.28 mg/L
    rate = 95.0 * math.exp(0.7) * (weight_g(np.array([5.0]), np.array([0.09]))[0] / 1000.0) ** -0.2
    density = fish * weight_g(np.array([5.0]), np.array([0.09]))[0] / 1000.0 / 100.0
    draw = density * rate / (10.0 * 11.28)
    assert found.oxygen_draw[0, 0] == pytest.approx(draw, rel=0.002)
    level = max(outside - found.oxygen_draw[0, 0] * residence, 1.0)
    assert found.oxygen_mean[0, 0] == pytest.approx(level)
    assert found.oxygen_min[0, 0] == pytest.approx(level)
    assert found.appetite[0, 0] == pytest.approx(min(max((level - 35.0) / 40.0, 0.0), 1.0))


def test_sick_fish_eat_less() -> None:
    sick = live([1_000], 1, sickness=40.0, event_hazard=np.full((1, 1), 0.01))
    assert sick.appetite[0, 0] == pytest.approx(1.0 / 1.4)


def test_appetite_comes_back_over_days_after_sickness_and_fasting() -> None:
    pulse = np.zeros((1, 12))
    pulse[0, 2] = 0.01
    sick = live([1_000], 12, sickness=100.0, zest_memory=0.5, event_hazard=pulse).appetite[0]
    lacking = 1.0 - sick
    np.testing.assert_allclose(lacking[:2], 0.0, atol=1e-12)
    np.testing.assert_allclose(lacking[2:8], 0.5 * 0.5 ** np.arange(6), rtol=1e-9)
    fasted = live([1_000], 6, fasting_from=3, zest_fasted=0.9).appetite[0]
    np.testing.assert_allclose(fasted, [1, 1, 1, 0.9, 0.81, 0.729], rtol=1e-9)


def test_fish_that_lack_oxygen_eat_and_grow_less_in_the_same_proportion() -> None:
    free = live([1_000], 1)
    short = live([1_000], 1, oxygen_outside=np.full((1, 1, SLOTS), 55.0))
    assert short.appetite[0, 0] == pytest.approx(0.5)
    assert short.mu[0, 0] - 5.0 == pytest.approx(0.5 * (free.mu[0, 0] - 5.0))
    assert short.ration[0, 0] == pytest.approx(0.5 * free.ration[0, 0], rel=0.01)


@given(st.integers(0, 500_000), st.floats(0.0, 1.0))
def test_a_cull_takes_its_share_to_the_fish(fish: int, share: float) -> None:
    found = live([fish], 3, cull_on=1, cull_share=share)
    wanted, culled = fish * share, int(found.culled[0, 1])
    # never none and never all
    assert abs(culled - wanted) <= 1.0 or (culled == 0 and not 1.0 <= wanted < fish - 1.0)


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


def test_published_growth_of_large_fish_and_small_ones() -> None:
    """Specific growth rates at 9 degC, %/day: about .25 for 5 kg (.20-.34), 1.0-1.4 for 500 g; less in winter."""
    growth = read_biology("published").model.growth
    size_g, size_response = growth.response_to_size(at_sea=True)
    for tgc in (region.sea_tgc for region in read_biology("published").model.regions.values()):

        def rate(grams: float, light: float = 1.0, tgc: float = tgc) -> float:
            found = live(
                [10],
                1,
                mu=np.array([grams ** (1 / 3)]),
                v=np.zeros(1),
                temp_c=np.full((1, 1), 9.0),
                tgc=np.array([tgc]),
                size_g=size_g,
                size_response=size_response,
                light=np.array([light]),
            )
            return 100.0 * (float(found.mu[0, 0]) ** 3 / grams - 1.0)

        assert 0.20 <= rate(5_000.0) <= 0.36
        assert 0.9 <= rate(500.0) <= 1.5
        assert rate(5_000.0, 1.0 - growth.daylight_share) < rate(5_000.0)
