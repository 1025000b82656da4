"""Moves between containers: no fish lost from the books, none of their weight, and even shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.fish.transfer import Actions, dealt_out, transfer
from engine.simulation.numerics.weights import Population, mean_weight_g, mu_for_weight


def moved_by(leaving: Population, destinations: int, loss: float, key: int = 5) -> tuple[Actions, Population]:
    return transfer(leaving, np.ones(destinations), loss, np.uint64(key))


@st.composite
def populations(draw: st.DrawFn) -> Population:
    """Fish, mu and v of one to twelve containers, empty and nearly empty ones among them."""
    counts = st.one_of(st.integers(0, 3), st.integers(0, 600_000))
    fish = draw(st.lists(counts, min_size=1, max_size=12))
    sizes = draw(st.lists(st.floats(0.4, 20.0), min_size=len(fish), max_size=len(fish)))
    cvs = draw(st.lists(st.floats(0.0, 0.12), min_size=len(fish), max_size=len(fish)))
    mu = np.array(sizes)
    return Population(fish=np.array(fish, dtype=np.int64), mu=mu, v=(mu * np.array(cvs)) ** 2)


LOSSES = st.sampled_from([0.0, 0.0005, 0.01, 0.4])
DESTINATIONS = st.integers(1, 14)


@given(populations(), DESTINATIONS, LOSSES, st.integers(0, 2**64 - 1))
def test_fish_leaving_are_those_that_arrive_or_are_lost(
    origin: Population, destinations: int, loss: float, key: int
) -> None:
    fish = origin.fish
    moved, there = moved_by(origin, destinations, loss, key)
    left = np.bincount(moved.source, moved.arrived + moved.lost, minlength=len(fish))
    np.testing.assert_array_equal(left, fish)
    came = np.bincount(moved.dest, moved.arrived, minlength=destinations)
    np.testing.assert_array_equal(there.fish, came)
    assert (moved.arrived >= 0).all()
    assert (moved.lost >= 0).all()


@given(populations(), DESTINATIONS, LOSSES)
def test_each_action_takes_from_what_the_ones_before_it_left(
    origin: Population, destinations: int, loss: float
) -> None:
    fish = origin.fish
    moved, _ = moved_by(origin, destinations, loss)
    left = fish.copy()
    for source, before, taken in zip(moved.source, moved.before, moved.arrived + moved.lost, strict=True):
        assert before == left[source]
        assert 0 < taken <= before
        left[source] -= taken
    pairs = list(zip(moved.source, moved.dest, strict=True))
    assert len(set(pairs)) == len(pairs)
    assert not left.any()


@given(populations(), DESTINATIONS)
def test_fish_are_dealt_out_evenly(origin: Population, destinations: int) -> None:
    fish = origin.fish
    moved, there = moved_by(origin, destinations, 0.0)
    if len(fish) == destinations:
        np.testing.assert_array_equal(there.fish, fish)
        np.testing.assert_array_equal(moved.source, moved.dest)
    else:
        assert np.ptp(there.fish) <= 1
        assert there.fish.sum() == fish.sum()
        assert len(moved.source) <= len(fish) + destinations - 1


@given(populations(), st.lists(st.floats(0.85, 1.15), min_size=1, max_size=14))
def test_fish_are_dealt_out_by_shares(origin: Population, shares: list[float]) -> None:
    total, n, fill = int(origin.fish.sum()), len(shares), np.array(shares)
    dealt = dealt_out(total, fill)
    assert dealt.sum() == total
    assert (dealt[: min(n, total)] > 0).all()
    assert np.abs(dealt - total * fill / fill.sum()).max() <= 2.0
    if len(origin.fish) != n:
        moved, there = transfer(origin, fill, 0.0, np.uint64(1))
        np.testing.assert_array_equal(there.fish, dealt)
        assert moved.arrived.sum() == total


@given(populations(), DESTINATIONS, LOSSES)
def test_the_weight_and_the_spread_of_what_arrives_are_exact(
    origin: Population, destinations: int, loss: float
) -> None:
    mu, v = origin.mu, origin.v
    moved, there = moved_by(origin, destinations, loss)
    for j in np.flatnonzero(there.fish):
        here = moved.dest == j
        n, m, var = moved.arrived[here], mu[moved.source[here]], v[moved.source[here]]
        # the mixture's moments from the raw ones: E[L], E[L^2], E[L^3]
        first, second = np.average(m, weights=n), np.average(m * m + var, weights=n)
        third = np.average(m**3 + 3.0 * m * var, weights=n)
        assert there.mu[j] ** 3 + 3.0 * there.mu[j] * there.v[j] == pytest.approx(third, rel=1e-12)
        assert there.v[j] == pytest.approx(second - first * first, rel=1e-9, abs=1e-12 * second)


def test_losses_have_their_mean() -> None:
    origin = Population(fish=np.array([30_000, 9_000, 70_000]), mu=np.full(3, 5.0), v=np.full(3, 0.1))
    lost = [moved_by(origin, 4, 0.002, key)[0].lost.sum() for key in range(2_000)]
    mean = 109_000 * 0.002
    assert np.mean(lost) == pytest.approx(mean, abs=4.0 * np.sqrt(mean / 2_000))
    assert np.var(lost) == pytest.approx(mean, rel=0.15)


@given(st.floats(0.05, 9_000.0), st.floats(0.0, 0.2))
def test_mu_for_weight_inverts_the_mean_weight(weight_g: float, cv: float) -> None:
    v = (weight_g ** (1.0 / 3.0) * cv) ** 2
    assert mean_weight_g(mu_for_weight(weight_g, v), v) == pytest.approx(weight_g, rel=1e-13)
