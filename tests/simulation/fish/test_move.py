"""Moves between containers: no fish lost from the books, none of their weight, and even shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.fish import life
from engine.simulation.numerics.weights import mean_weight_g, mu_for_weight


@dataclass
class Moved:
    source: np.ndarray
    dest: np.ndarray
    before: np.ndarray
    arrived: np.ndarray
    lost: np.ndarray
    fish: np.ndarray
    mu: np.ndarray
    v: np.ndarray


def move(fish: np.ndarray, mu: np.ndarray, v: np.ndarray, destinations: int, loss: float, key: int = 5) -> Moved:
    actions = [np.zeros(len(fish) + destinations, dtype=np.int64) for _ in range(5)]
    there = [np.zeros(destinations, dtype=np.int64), np.zeros(destinations), np.zeros(destinations)]
    count = life.move(fish, mu, v, destinations, loss, np.uint64(key), *actions, *there)
    return Moved(*(a[:count] for a in actions), *there)


@st.composite
def populations(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fish, mu and v of one to twelve containers, empty and nearly empty ones among them."""
    counts = st.one_of(st.integers(0, 3), st.integers(0, 600_000))
    fish = draw(st.lists(counts, min_size=1, max_size=12))
    sizes = draw(st.lists(st.floats(0.4, 20.0), min_size=len(fish), max_size=len(fish)))
    cvs = draw(st.lists(st.floats(0.0, 0.12), min_size=len(fish), max_size=len(fish)))
    mu = np.array(sizes)
    return np.array(fish, dtype=np.int64), mu, (mu * np.array(cvs)) ** 2


LOSSES = st.sampled_from([0.0, 0.0005, 0.01, 0.4])
DESTINATIONS = st.integers(1, 14)


@given(populations(), DESTINATIONS, LOSSES, st.integers(0, 2**64 - 1))
def test_fish_leaving_are_those_that_arrive_or_are_lost(
    origin: tuple[np.ndarray, np.ndarray, np.ndarray], destinations: int, loss: float, key: int
) -> None:
    fish = origin[0]
    moved = move(*origin, destinations, loss, key)
    left = np.bincount(moved.source, moved.arrived + moved.lost, minlength=len(fish))
    np.testing.assert_array_equal(left, fish)
    came = np.bincount(moved.dest, moved.arrived, minlength=destinations)
    np.testing.assert_array_equal(moved.fish, came)
    assert (moved.arrived >= 0).all()
    assert (moved.lost >= 0).all()


@given(populations(), DESTINATIONS, LOSSES)
def test_each_action_takes_from_what_the_ones_before_it_left(
    origin: tuple[np.ndarray, np.ndarray, np.ndarray], destinations: int, loss: float
) -> None:
    fish = origin[0]
    moved = move(*origin, destinations, loss)
    there = fish.copy()
    for source, before, taken in zip(moved.source, moved.before, moved.arrived + moved.lost, strict=True):
        assert before == there[source]
        assert 0 < taken <= before
        there[source] -= taken
    pairs = list(zip(moved.source, moved.dest, strict=True))
    assert len(set(pairs)) == len(pairs)
    assert not there.any()


@given(populations(), DESTINATIONS)
def test_fish_are_dealt_out_evenly(origin: tuple[np.ndarray, np.ndarray, np.ndarray], destinations: int) -> None:
    fish = origin[0]
    moved = move(*origin, destinations, 0.0)
    if len(fish) == destinations:
        np.testing.assert_array_equal(moved.fish, fish)
        np.testing.assert_array_equal(moved.source, moved.dest)
    else:
        assert np.ptp(moved.fish) <= 1
        assert moved.fish.sum() == fish.sum()
        assert len(moved.source) <= len(fish) + destinations - 1


@given(populations(), DESTINATIONS, LOSSES)
def test_the_weight_and_the_spread_of_what_arrives_are_exact(
    origin: tuple[np.ndarray, np.ndarray, np.ndarray], destinations: int, loss: float
) -> None:
    _, mu, v = origin
    moved = move(*origin, destinations, loss)
    for j in np.flatnonzero(moved.fish):
        here = moved.dest == j
        n, m, var = moved.arrived[here], mu[moved.source[here]], v[moved.source[here]]
        # the mixture's moments from the raw ones: E[L], E[L^2], E[L^3]
        first, second = np.average(m, weights=n), np.average(m * m + var, weights=n)
        third = np.average(m**3 + 3.0 * m * var, weights=n)
        assert moved.mu[j] ** 3 + 3.0 * moved.mu[j] * moved.v[j] == pytest.approx(third, rel=1e-12)
        assert moved.v[j] == pytest.approx(second - first * first, rel=1e-9, abs=1e-12 * second)


def test_losses_have_their_mean() -> None:
    origin = np.array([30_000, 9_000, 70_000]), np.full(3, 5.0), np.full(3, 0.1)
    lost = [move(*origin, 4, 0.002, key).lost.sum() for key in range(2_000)]
    mean = 109_000 * 0.002
    assert np.mean(lost) == pytest.approx(mean, abs=4.0 * np.sqrt(mean / 2_000))
    assert np.var(lost) == pytest.approx(mean, rel=0.15)


@given(st.floats(0.05, 9_000.0), st.floats(0.0, 0.2))
def test_mu_for_weight_inverts_the_mean_weight(weight_g: float, cv: float) -> None:
    v = (weight_g ** (1.0 / 3.0) * cv) ** 2
    assert mean_weight_g(mu_for_weight(weight_g, v), v) == pytest.approx(weight_g, rel=1e-13)
