"""Two plain classifiers in NumPy, boosted trees and a logistic line, and the area under a classifier's curve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bins = NDArray[np.intp]
Scored = Callable[[Floats, NDArray[np.bool_], Floats], Floats]
ROUNDS, RATE, DEPTH, BINS = 80, 0.1, 3, 24
STEPS = 12
MIN_WEIGHT, RIDGE = 2.0, 1.0  # of a leaf's second derivatives; added to them, so that small leaves say little


@dataclass(frozen=True)
class Node:
    """A leaf (`left` None) with what it adds, or a split: rows whose bin of `feature` is at most `at` go left."""

    value: float = 0.0
    feature: int = 0
    at: int = 0
    left: Node | None = None
    right: Node | None = None


def boosted_scores(train: Floats, is_real: NDArray[np.bool_], test: Floats) -> Floats:
    """How real each row of `test` looks to a model of the rows of `train`: a log-odds. NaN is a bin of its own.

    Both kinds weigh the same, however many rows they have. Newton's steps on the logistic loss.
    """
    edges = [np.unique(np.nanquantile(column, np.linspace(0, 1, BINS)[1:-1])) for column in train.T]
    seen, asked = _binned(train, edges), _binned(test, edges)
    weight = _even(is_real)
    truth = is_real.astype(np.float64)
    margin, scores = np.zeros(len(train)), np.zeros(len(test))
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-margin))
        slope, curve = weight * (truth - p), weight * p * (1 - p)
        tree = _grown(seen, slope, curve, depth=DEPTH)
        margin += RATE * _added(tree, seen)
        scores += RATE * _added(tree, asked)
    return scores


def _even(is_real: NDArray[np.bool_]) -> Floats:
    """Weights of rows by which both kinds weigh the same."""
    weights: Floats = np.where(is_real, 0.5 / is_real.mean(), 0.5 / (1 - is_real.mean()))
    return weights


def _binned(rows: Floats, edges: list[Floats]) -> Bins:
    columns = [
        np.where(np.isnan(column), 0, 1 + np.searchsorted(edge, column))
        for column, edge in zip(rows.T, edges, strict=True)
    ]
    return np.column_stack(columns).astype(np.intp)


def _grown(bins: Bins, slope: Floats, curve: Floats, *, depth: int) -> Node:
    """The tree whose leaves lower the loss most, split by split."""
    value = float(slope.sum() / (curve.sum() + RIDGE))
    if depth == 0:
        return Node(value=value)
    best: tuple[float, int, int] = (1e-9, -1, -1)
    whole = slope.sum() ** 2 / (curve.sum() + RIDGE)
    for feature in range(bins.shape[1]):
        of = bins[:, feature]
        g = np.bincount(of, slope, BINS + 1).cumsum()[:-1]
        h = np.bincount(of, curve, BINS + 1).cumsum()[:-1]
        rest_g, rest_h = slope.sum() - g, curve.sum() - h
        gain = g**2 / (h + RIDGE) + rest_g**2 / (rest_h + RIDGE) - whole
        gain[(h < MIN_WEIGHT) | (rest_h < MIN_WEIGHT)] = 0.0
        at = int(gain.argmax())
        if gain[at] > best[0]:
            best = (float(gain[at]), feature, at)
    _, feature, at = best
    if feature < 0:
        return Node(value=value)
    left = bins[:, feature] <= at
    return Node(
        feature=feature,
        at=at,
        left=_grown(bins[left], slope[left], curve[left], depth=depth - 1),
        right=_grown(bins[~left], slope[~left], curve[~left], depth=depth - 1),
    )


def _added(tree: Node, bins: Bins) -> Floats:
    if tree.left is None or tree.right is None:
        return np.full(len(bins), tree.value)
    added = np.empty(len(bins))
    left = bins[:, tree.feature] <= tree.at
    added[left], added[~left] = _added(tree.left, bins[left]), _added(tree.right, bins[~left])
    return added


def logistic_scores(train: Floats, is_real: NDArray[np.bool_], test: Floats) -> Floats:
    """The same by a logistic regression of standardised features, NaN as the mean; Newton's steps, a slight ridge."""
    middle, spread = np.nanmean(train, axis=0), np.nanstd(train, axis=0)
    seen, asked = (
        _with_one(np.nan_to_num((rows - middle) / np.where(spread > 0, spread, 1))) for rows in (train, test)
    )
    weight = _even(is_real)
    line = np.zeros(seen.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-(seen @ line)))
        slope = seen.T @ (weight * (is_real - p)) - RIDGE * line
        curve = (seen.T * (weight * p * (1 - p))) @ seen + RIDGE * np.eye(len(line))
        line += np.linalg.solve(curve, slope)
    scores: Floats = asked @ line
    return scores


def _with_one(rows: Floats) -> Floats:
    return np.column_stack([np.ones(len(rows)), rows])


def area_under_curve(scores: Floats, is_real: NDArray[Any]) -> float:
    """How often a real row scores higher than one that is not, half for a draw; .5 is chance."""
    order = np.unique(scores, return_inverse=True)[1]
    counts = np.bincount(order)
    ranks = (counts.cumsum() - (counts - 1) / 2)[order]
    real = np.asarray(is_real, dtype=bool)
    n, m = int(real.sum()), int((~real).sum())
    return float((ranks[real].sum() - n * (n + 1) / 2) / (n * m))
