"""Lice against the published model in plain Python, and in the limits: none from nothing, none after full efficacy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.biology.parameters import Biology
from engine.simulation.lice.stages import LiceModel, negative_binomial_quantile, next_week


@pytest.fixture(scope="module")
def model(biology: Biology) -> LiceModel:
    lice = biology.model.lice
    return LiceModel(
        attached=lice.attached,
        mobile=lice.mobile,
        adult=lice.adult,
        attached_develop=lice.attached_develop,
        mobile_develop=lice.mobile_develop,
        reference=lice.reference,
        cleaner_fish=0.0,
        noise_sd=np.zeros(3),
        ceiling=np.full(3, np.inf),
        count_size=lice.count_size,
    )


def a_week_later(lice: np.ndarray, model: LiceModel, **changes: Any) -> np.ndarray:
    """A week at 9 degC in a ring of 130,000 fish of 2.2 kg with some larvae and no noise; changes lice."""
    usual: dict[str, Any] = {
        "pressure": 0.1,
        "temp_c": 9.0,
        "fish": 130_000.0,
        "weight_g": 2_200.0,
        "noise": np.zeros(3),
    }
    next_week(lice=lice, model=model, **(usual | changes))
    return lice


def by_hand(now: tuple[float, float, float], ip: float, temp: float, fish: float, kg: float) -> tuple[float, ...]:
    """The three equations as biology.md prints them."""
    fx, om, af = now
    d1 = 1 / (1 + math.exp(-(-2.376 + 0.3655 * (temp - 9))))
    d2 = 1 / (1 + math.exp(-(-2.104 + 0.0375 * (temp - 9))))
    dn, dw = fish / 1000 - 130, kg - 2.2
    return (
        (0.00926 + 0.491 * (1 - d1) * fx + ip) * math.exp(-0.00242 * dn),
        (0.0245 + 2.27 * d1 * fx + 0.880 * (1 - d2) * om) * math.exp(-0.00082 * dn + 0.0783 * dw),
        (0.00655 + (0.5 * 0.880 + 0.5 * 0.611) * d2 * om + 0.611 * af) * math.exp(0.1127 * dw),
    )


@given(
    now=st.tuples(*[st.floats(0.0, 20.0)] * 3),
    ip=st.floats(0.0, 2.0),
    temp=st.floats(3.0, 16.0),
    fish=st.floats(1.0, 200_000.0),
    kg=st.floats(0.1, 8.0),
)
def test_a_week_is_the_published_models(
    model: LiceModel, now: tuple[float, float, float], ip: float, temp: float, fish: float, kg: float
) -> None:
    state = a_week_later(np.array(now), model, pressure=ip, temp_c=temp, fish=fish, weight_g=kg * 1000.0)
    np.testing.assert_allclose(state, by_hand(now, ip=ip, temp=temp, fish=fish, kg=kg), rtol=1e-9)


def test_noise_spreads_lice_and_does_not_add_any(model: LiceModel) -> None:
    noisy = model._replace(noise_sd=np.array([1.34, 0.676, 0.633]))
    rng = np.random.default_rng(3)
    states = [a_week_later(np.ones(3), noisy, noise=rng.standard_normal(3)) for _ in range(40_000)]
    calm = a_week_later(np.ones(3), model)
    np.testing.assert_allclose(np.mean(states, axis=0), calm, rtol=0.07)


def test_lice_die_out_without_larvae_after_full_efficacy(model: LiceModel) -> None:
    barren = model._replace(
        attached=model.attached * np.array([0, 1, 1]),
        mobile=model.mobile * np.array([0, 1, 1, 1, 1]),
        adult=model.adult * np.array([0, 1, 1, 1, 1]),
    )
    state = np.array([0.0, 0.0, 0.0])
    for _ in range(10):
        a_week_later(state, barren, pressure=0.0, temp_c=10.0, fish=50_000.0, weight_g=1_000.0)
    assert not state.any()


@pytest.mark.parametrize(("mean", "size"), [(0.3, 5.15), (4.0, 2.46), (20.0, 5.8), (90.0, 5.15)])
def test_counts_are_negative_binomial(mean: float, size: float) -> None:
    u = (np.arange(200_000) + 0.5) / 200_000
    counts = np.array([negative_binomial_quantile(mean, size, x) for x in u])
    assert (np.diff(counts) >= 0).all()
    assert counts.mean() == pytest.approx(mean, rel=0.005)
    assert counts.var() == pytest.approx(mean + mean * mean / size, rel=0.02)
    assert (counts == 0).mean() == pytest.approx((1 + mean / size) ** -size, abs=2e-5)


def test_no_count_is_cut_short() -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    counts = np.array([negative_binomial_quantile(3_000.0, 2.46, x) for x in u])
    assert counts.mean() == pytest.approx(3_000, rel=0.005)
    assert counts.max() > 15_000
