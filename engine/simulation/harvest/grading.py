"""Kernels of a harvest: a ring's fish by gutted weight and by grade, and the lots that they make."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.weights import mean_weight_g


@kernel
def partial_moments(mu: float, v: float, root: float) -> tuple[float, float]:
    """The share of a population whose cube-root weight L is below `root`, and its weight E[L^3; L < root] (g a fish).

    L is normal with mean mu, variance v > 0 (g^(1/3)). With z = (root - mu) / sd and the density f(z),
    E[L^3; L < root] = (mu^3 + 3 mu v) F(z) - sd f(z) (3 mu^2 + 3 mu sd z + v (z^2 + 2)).
    """
    sd = math.sqrt(v)
    z = (root - mu) / sd
    share = am.normal_cdf(z)
    bend = sd * am.normal_density(z) * (3.0 * mu * mu + 3.0 * mu * sd * z + v * (z * z + 2.0))
    return share, mean_weight_g(mu, v) * share - bend


@kernel
def size_classes(mu: float, v: float, edges_g: np.ndarray, share: np.ndarray, weight_g: np.ndarray) -> None:
    """Split a population at the live weights `edges_g` (ascending): each class's share and the mean weight of its fish.

    share, weight_g: (edges + 1,). A class without fish has weight 0. Shares sum to 1.
    """
    classes = edges_g.shape[0] + 1
    below_share = 0.0
    below_g = 0.0
    mean_g = mean_weight_g(mu, v)
    for k in range(classes):
        upto_share = 1.0
        upto_g = mean_g
        if k < classes - 1:
            if v > 0.0:
                upto_share, upto_g = partial_moments(mu, v, am.cbrt(edges_g[k]))
            elif mean_g >= edges_g[k]:
                upto_share = 0.0
                upto_g = 0.0
        share[k] = max(upto_share - below_share, 0.0)
        weight_g[k] = 0.0
        if share[k] > 0.0:
            low = edges_g[k - 1] if k > 0 else 0.0
            weight_g[k] = max((upto_g - below_g) / share[k], low)
            if k < classes - 1:
                weight_g[k] = min(weight_g[k], edges_g[k])
        below_share = upto_share
        below_g = upto_g


@kernel
def largest_remainder(whole: int, share: np.ndarray, count: np.ndarray) -> None:
    """Deal `whole` things out by shares that sum to 1: each count within one of its due, the sum exact."""
    left = whole
    for k in range(share.shape[0]):
        count[k] = math.floor(whole * share[k])
        left -= count[k]
    given = np.zeros(share.shape[0], dtype=np.bool_)
    for _ in range(left):
        best = -1
        largest = -1.0
        for k in range(share.shape[0]):
            rest = whole * share[k] - math.floor(whole * share[k])
            if not given[k] and share[k] > 0.0 and rest > largest:
                best = k
                largest = rest
        count[best] += 1
        given[best] = True


class RingCatch(NamedTuple):
    """What a ring held when it was emptied: fish, live weight (g), and mean and variance of the cube-root weight."""

    fish: int
    live_g: int
    mu: float
    v: float


class GradingRules(NamedTuple):
    """How fish become lots. gutted_yield: gutted / live weight; edges_g: gutted weights (g, whole) between the size
    classes; smallest_share: lots of a smaller share of the ring's fish are put to their grade's next heavier one, the
    heaviest to the next lighter.
    """

    gutted_yield: float
    edges_g: np.ndarray
    smallest_share: float


class LotColumns(NamedTuple):
    """Lots, (lots,): grade and size_class (positions), count (fish), live and gutted weight (g)."""

    grade: np.ndarray
    size_class: np.ndarray
    fish: np.ndarray
    live_g: np.ndarray
    gutted_g: np.ndarray


@kernel
def grade_ring(
    ring: RingCatch,
    rules: GradingRules,
    grade_share: np.ndarray,
    rounding: np.ndarray,
    start: int,
    lots: LotColumns,
) -> int:
    """Append the lots of one ring from `start` on, by grade and size; returns the next free place.

    grade_share (grades,), best first. rounding (grades,) in [0, 1): where each lower grade's running count is rounded
    up. Fish and live weight sum to the ring's; a lot's mean gutted weight lies within its class, and no grade has two
    lots of a class.
    """
    classes, grades = rules.edges_g.shape[0] + 1, grade_share.shape[0]
    share, mean_g = np.empty(classes), np.empty(classes)
    of_class = np.empty(classes, dtype=np.int64)
    size_classes(ring.mu, ring.v, rules.edges_g / rules.gutted_yield, share=share, weight_g=mean_g)
    largest_remainder(ring.fish, share, of_class)
    expected = 0.0
    for k in range(classes):
        expected += of_class[k] * mean_g[k]
    cell = np.zeros((grades, classes), dtype=np.int64)
    cell_g = np.zeros((grades, classes), dtype=np.int64)
    dealt = np.zeros(grades, dtype=np.int64)
    graded = 0
    upto = 0.0
    given_g = 0
    for k in range(classes):
        if of_class[k] == 0:
            continue
        graded += of_class[k]
        upto += of_class[k] * mean_g[k]
        # the ring's weight is what was weighed: the classes share it as expected, and lose nothing to rounding
        class_g = (ring.live_g if graded == ring.fish else am.whole(ring.live_g * (upto / expected))) - given_g
        given_g += class_g
        left = of_class[k]
        for g in range(grades - 1, 0, -1):
            due = math.floor(graded * grade_share[g] + rounding[g]) - dealt[g]
            cell[g, k] = min(max(due, 0), left)
            dealt[g] += cell[g, k]
            left -= cell[g, k]
        cell[0, k] = left
        counted = 0
        shared_g = 0
        for g in range(grades):
            counted += cell[g, k]
            cell_g[g, k] = class_g * counted // of_class[k] - shared_g
            shared_g += cell_g[g, k]
    lot = start
    for g in range(grades):
        first = lot
        fish_here = 0
        here_g = 0
        for k in range(classes):
            fish_here += cell[g, k]
            here_g += cell_g[g, k]
            if fish_here > 0 and fish_here >= rules.smallest_share * ring.fish:
                lots.grade[lot], lots.fish[lot], lots.live_g[lot] = g, fish_here, here_g
                lot += 1
                fish_here = 0
                here_g = 0
        if fish_here > 0:
            if lot == first:
                lots.grade[lot], lots.fish[lot], lots.live_g[lot] = g, 0, 0
                lot += 1
            lots.fish[lot - 1] += fish_here
            lots.live_g[lot - 1] += here_g
        kept = first
        for i in range(first, lot):
            gutted_g = am.whole(lots.live_g[i] * rules.gutted_yield)
            k = 0
            while k < classes - 1 and gutted_g >= rules.edges_g[k] * lots.fish[i]:
                k += 1
            if kept > first and lots.size_class[kept - 1] == k:
                lots.fish[kept - 1] += lots.fish[i]
                lots.live_g[kept - 1] += lots.live_g[i]
                lots.gutted_g[kept - 1] += gutted_g
                continue
            lots.grade[kept], lots.size_class[kept], lots.fish[kept] = g, k, lots.fish[i]
            lots.live_g[kept], lots.gutted_g[kept] = lots.live_g[i], gutted_g
            kept += 1
        lot = kept
    return lot
