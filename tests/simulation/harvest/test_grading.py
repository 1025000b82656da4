"""Harvest lots against numeric integration and simulated fish; every fish and gram of a ring is in one of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.simulation.harvest import grading
from engine.simulation.harvest.grading import GradingRules, LotColumns, RingCatch
from engine.simulation.harvest.lots import EDGES_G
from lake.codes import SIZE_CLASSES

LIVE_EDGES_G = EDGES_G / 0.84


def test_the_edges_are_those_of_the_declared_classes() -> None:
    assert [f"{low}-{low + 1}" for low in range(9)] + ["9+"] == list(SIZE_CLASSES)
    assert EDGES_G.tolist() == [1000 * low for low in range(1, 10)]


def integrated(mu: float, v: float) -> tuple[np.ndarray, np.ndarray]:
    """Share and weight a fish of each size class by the trapezium rule over the density of the cube-root weight."""
    sd, cuts = v**0.5, [0.0, *np.cbrt(LIVE_EDGES_G), mu + 12 * v**0.5]
    share, weight = [], []
    for low, high in zip(cuts, np.maximum.accumulate(cuts[1:]), strict=False):
        root = np.linspace(min(max(low, mu - 12 * sd), high), high, 20_001)
        density = np.exp(-0.5 * ((root - mu) / sd) ** 2) / (sd * (2 * np.pi) ** 0.5)
        share.append(np.trapezoid(density, root))
        weight.append(np.trapezoid(density * root**3, root))
    return np.array(share), np.array(weight)


@given(st.floats(8.0, 22.0), st.floats(0.02, 0.09))
def test_class_shares_and_weights_agree_with_numeric_integration(mu: float, cv: float) -> None:
    v = (mu * cv) ** 2
    share, mean = np.empty(10), np.empty(10)
    grading.size_classes(mu=mu, v=v, edges_g=LIVE_EDGES_G, share=share, weight_g=mean)
    expected, weight = integrated(mu, v)
    np.testing.assert_allclose(share, expected, atol=1e-7)
    np.testing.assert_allclose(share * mean, weight, atol=1e-3)
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    assert (share * mean).sum() == pytest.approx(mu * (mu * mu + 3 * v), rel=1e-9)


def test_class_shares_and_weights_are_those_of_simulated_fish() -> None:
    rng, mu, v = np.random.default_rng(1), 18.3, 1.44
    fish = rng.normal(mu, v**0.5, 400_000) ** 3
    share, mean = np.empty(10), np.empty(10)
    grading.size_classes(mu=mu, v=v, edges_g=LIVE_EDGES_G, share=share, weight_g=mean)
    of = np.searchsorted(LIVE_EDGES_G, fish, side="right")
    counted = np.bincount(of, minlength=10) / len(fish)
    np.testing.assert_allclose(share, counted, atol=4 * np.sqrt(0.25 / len(fish)))
    for k in np.flatnonzero(counted > 0.001):
        here = fish[of == k]
        assert mean[k] == pytest.approx(here.mean(), abs=5 * here.std() / len(here) ** 0.5)


def test_fish_all_alike_are_of_one_class() -> None:
    share, mean = np.empty(10), np.empty(10)
    grading.size_classes(mu=18.0, v=0.0, edges_g=LIVE_EDGES_G, share=share, weight_g=mean)
    assert share.tolist() == [float(k == int(18.0**3 * 0.84 / 1000)) for k in range(10)]
    assert mean.max() == 18.0**3


@given(st.integers(0, 10**6), st.lists(st.floats(0.0, 1.0), min_size=1, max_size=10))
def test_the_largest_remainders_get_what_is_left(whole: int, weights: list[float]) -> None:
    assume(sum(weights) > 0.01)
    share, count = np.array(weights) / sum(weights), np.empty(len(weights), dtype=np.int64)
    share[-1] = 1.0 - share[:-1].sum()
    assume(share[-1] >= 0)
    grading.largest_remainder(whole, share, count)
    assert count.sum() == whole
    assert (np.abs(count - whole * share) < 1.0 + 1e-6).all()
    rest = whole * share - np.floor(whole * share)
    up = count > np.floor(whole * share)
    if up.any() and not up.all():
        assert rest[up].min() >= rest[~up].max() - 1e-6


class Lots:
    """The lots of one ring by `grade_ring`."""

    def __init__(
        self, fish: int, mu: float, cv: float, shares: list[float], smallest: float = 0.01, yield_: float = 0.84
    ) -> None:
        v = (mu * cv) ** 2
        self.live_g = max(fish, round(fish * mu * (mu * mu + 3 * v)))
        out = LotColumns._make(np.empty(60, dtype=np.int64) for _ in LotColumns._fields)
        start = 3
        end = grading.grade_ring(
            RingCatch(fish=fish, live_g=self.live_g, mu=mu, v=v),
            rules=GradingRules(gutted_yield=yield_, edges_g=EDGES_G, smallest_share=smallest),
            grade_share=np.array(shares),
            rounding=np.linspace(0.05, 0.95, len(shares)),
            start=start,
            lots=out,
        )
        self.grade, self.size, self.count, self.live, self.gutted = (a[start:end] for a in out)


@given(
    fish=st.integers(1, 300_000),
    mu=st.floats(4.0, 23.0),
    cv=st.floats(0.0, 0.1),
    weights=st.lists(st.floats(0.01, 1.0), min_size=2, max_size=5),
    smallest=st.floats(0.0, 0.05),
)
def test_lots_hold_every_fish_and_gram_and_are_of_their_class(
    fish: int, mu: float, cv: float, weights: list[float], smallest: float
) -> None:
    shares = [w / sum(weights) for w in weights]
    lots = Lots(fish=fish, mu=mu, cv=cv, shares=shares, smallest=smallest)
    assert lots.count.sum() == fish
    assert lots.live.sum() == lots.live_g
    assert (lots.count > 0).all()
    assert (np.abs(lots.gutted - 0.84 * lots.live) <= 0.5 * 10 + 1e-6).all()
    for low, count, gutted in zip(lots.size, lots.count, lots.gutted, strict=True):
        assert 1000 * low * count <= gutted
        assert low == 9 or gutted < 1000 * (low + 1) * count
    places = list(zip(lots.grade.tolist(), lots.size.tolist(), strict=True))
    assert places == sorted(set(places))
    for g in set(lots.grade.tolist()):
        of_grade = lots.count[lots.grade == g]
        assert abs(of_grade.sum() - fish * shares[g]) <= len(shares) + 10
        assert len(of_grade) == 1 or of_grade.min() >= smallest * fish


def test_a_rings_lots_are_few_and_their_sizes_those_of_its_fish() -> None:
    """With no smallest lot, the classes hold what integration says, and every grade its share of each."""
    shares = [0.9, 0.06, 0.025, 0.01, 0.005]
    fine, few = (
        Lots(fish=60_000, mu=18.3, cv=0.066, shares=shares, smallest=0.0),
        Lots(fish=60_000, mu=18.3, cv=0.066, shares=shares),
    )
    expected, weight = integrated(18.3, (18.3 * 0.066) ** 2)
    for k in range(10):
        here = fine.size == k
        assert fine.count[here].sum() == pytest.approx(60_000 * expected[k], abs=1.01)
        assert fine.live[here].sum() == pytest.approx(60_000 * weight[k], abs=15_000)
        for g, share in enumerate(shares):
            assert fine.count[here & (fine.grade == g)].sum() == pytest.approx(60_000 * expected[k] * share, abs=5)
    assert 8 <= len(few.count) <= 15
