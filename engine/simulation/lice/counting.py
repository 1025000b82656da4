"""Kernels of lice in the rings of a batch: a week passes, and they are counted on sampled fish."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.lice.stages import ADULT_FEMALE, STAGES, LiceModel, negative_binomial_quantile, next_week
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.weights import Population, mean_weight_g


class Counting(NamedTuple):
    """How lice live in the rings and are counted on `fish` sampled; a container may stand for several rings.

    container (rings,): the position of each ring's, in order. day (counts,): of the stay, ascending. pressure (rings,
    weeks): larvae from outside, lice a fish and week. own_infection: larvae from the batch's own rings, a week, for
    each adult female a fish in them on average. lice_keys, count_keys (rings,): of the rings' streams.
    """

    model: LiceModel
    container: np.ndarray
    day: np.ndarray
    pressure: np.ndarray
    own_infection: float
    fish: int
    lice_keys: np.ndarray
    count_keys: np.ndarray


class LiceCounts(NamedTuple):
    """Lice of rings at the weekly counts: see record.SeaLice.

    lice (rings, counts, STAGES): true mean, lice a fish. counted (rings, counts, STAGES): lice seen on the `sampled`
    (rings, counts) fish.
    """

    lice: np.ndarray
    counted: np.ndarray
    sampled: np.ndarray


def blank_counts(rings: int, counts: int) -> LiceCounts:
    """Counts before they are made."""
    return LiceCounts(
        lice=np.zeros((rings, counts, STAGES)),
        counted=np.zeros((rings, counts, STAGES), dtype=np.int64),
        sampled=np.zeros((rings, counts), dtype=np.int64),
    )


@kernel
def live_a_week(
    w: int, mean_temp_c: np.ndarray, population: Population, present: np.ndarray, lice: np.ndarray, counting: Counting
) -> None:
    """Let week w of the stay pass for the lice of every ring.

    mean_temp_c (n,): of the week, by container, degC; present (n,): it has not been harvested. lice (rings, STAGES): a
    fish, turned into those of the week's end.
    """
    noise = np.zeros(STAGES)
    breeding = 0.0
    rings = 0
    for r in range(lice.shape[0]):
        c = counting.container[r]
        if present[c] and population.fish[c] > 0:
            breeding += lice[r, ADULT_FEMALE]
            rings += 1
    own = counting.own_infection * breeding / max(rings, 1)
    for r in range(lice.shape[0]):
        c = counting.container[r]
        if not present[c] or population.fish[c] == 0:
            continue
        for s in range(STAGES):
            noise[s] = am.normal(counting.lice_keys[r], STAGES * w + s)
        next_week(
            lice=lice[r],
            pressure=counting.pressure[r, w] + own,
            temp_c=mean_temp_c[c],
            fish=float(population.fish[c]),
            weight_g=mean_weight_g(population.mu[c], population.v[c]),
            noise=noise,
            model=counting.model,
        )


@kernel
def count_lice(
    k: int, population: Population, present: np.ndarray, lice: np.ndarray, counting: Counting, counts: LiceCounts
) -> float:
    """Make count k of the lice of every ring that holds fish; returns the adult females a fish counted.

    present (n,): the container has not been harvested. lice (rings, STAGES): a fish.
    """
    females = 0
    fish = 0
    for r in range(lice.shape[0]):
        c = counting.container[r]
        if not present[c] or population.fish[c] == 0:
            continue
        sampled = min(counting.fish, population.fish[c])
        counts.sampled[r, k] = sampled
        for s in range(STAGES):
            counts.lice[r, k, s] = lice[r, s]
            counts.counted[r, k, s] = negative_binomial_quantile(
                sampled * lice[r, s], counting.model.count_size[s], am.uniform(counting.count_keys[r], STAGES * k + s)
            )
        females += counts.counted[r, k, ADULT_FEMALE]
        fish += sampled
    return females / fish if fish > 0 else 0.0
