"""Kernels of health samplings: fish taken, weighed, measured and scored."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.series import interpolate
from engine.simulation.observed.sampling import ConditionFactor, draw_fish


@kernel
def shortfall(values: np.ndarray, floor: float) -> float:
    """The mean of how far each of `values` (n,) lies below `floor`, 0 where it does not."""
    total = 0.0
    n = len(values)
    for i in range(n):
        total += max(0.0, floor - values[i])
    return total / n


class Samplings(NamedTuple):
    """s samplings, (s,): number in the batch's life, fish taken, and mean and variance of the container's cube-root
    weight, g^(1/3); drivers (s, d): how strongly each of d burdens weighs on it.
    """

    number: np.ndarray
    fish: np.ndarray
    mu: np.ndarray
    v: np.ndarray
    drivers: np.ndarray


class ScoreModel(NamedTuple):
    """How p health parameters follow from d drivers: see `examine`.

    baseline, thinness, general (p,); effects (d, p); thresholds (scores - 1,), ascending.
    """

    baseline: np.ndarray
    effects: np.ndarray
    thinness: np.ndarray
    general: np.ndarray
    unexplained_sd: float
    thresholds: np.ndarray


class ScoreKeys(NamedTuple):
    """Keys of streams: of the fish, of what is common to all parameters, and of each parameter (p,)."""

    fish: np.uint64
    general: np.uint64
    parameter: np.ndarray


class ExaminedFish(NamedTuple):
    """Fish examined, (fish,): the sampling (position), number from 1, weight (0.01 g), length (0.01 cm), and score
    (fish, p).
    """

    sampling: np.ndarray
    number: np.ndarray
    weight: np.ndarray
    length: np.ndarray
    score: np.ndarray


@kernel
def examine(
    samplings: Samplings,
    size: int,
    condition: ConditionFactor,
    model: ScoreModel,
    keys: ScoreKeys,
    statistics: np.ndarray,
    fish: ExaminedFish,
) -> int:
    """Take, weigh, measure and score the fish of s samplings, `size` each at most; returns the number of fish written.

    A fish's latent condition in a parameter is the container's (baseline + drivers x effects + what is unexplained)
    + thinness x the SD by which its K falls short + its own N(0, 1), of which `general` is common to all parameters;
    its score is the number of thresholds below that. Draws: size + 1 a sampling and parameter, the last of them the
    container's.

    statistics (s, 9): mean, sd, smallest and greatest weight (0.01 g), the same of length (0.01 cm), mean K (0.0001),
    all of the rounded fish.
    """
    parameters = model.baseline.shape[0]
    state = np.empty(parameters)
    measured = 0
    for s in range(samplings.fish.shape[0]):
        draw = samplings.number[s] * (size + 1)
        common = am.normal(keys.general, draw + size)
        for p in range(parameters):
            x = model.baseline[p]
            for d in range(samplings.drivers.shape[1]):
                x += samplings.drivers[s, d] * model.effects[d, p]
            own = math.sqrt(1.0 - model.general[p] * model.general[p])
            z = model.general[p] * common + own * am.normal(keys.parameter[p], draw + size)
            x += model.unexplained_sd * z
            state[p] = x
        root_sd = math.sqrt(samplings.v[s])
        begin = measured
        k_sum = 0.0
        for i in range(samplings.fish[s]):
            weight, length = draw_fish(keys.fish, 2 * (draw + i), samplings.mu[s], root_sd, condition=condition)
            fish.sampling[measured] = s
            fish.number[measured] = i + 1
            fish.weight[measured] = weight
            fish.length[measured] = length
            cm = length / 100.0
            k = weight / (cm * cm * cm)
            k_sum += k
            expected = interpolate(weight / 100.0, condition.weight_g, condition.mean)
            thin = (expected - k) / condition.sd if condition.sd > 0.0 else 0.0
            common = am.normal(keys.general, draw + i)
            for p in range(parameters):
                own = math.sqrt(1.0 - model.general[p] * model.general[p])
                x = state[p] + model.thinness[p] * thin
                x += model.general[p] * common + own * am.normal(keys.parameter[p], draw + i)
                score = 0
                for t in range(model.thresholds.shape[0]):
                    if x >= model.thresholds[t]:
                        score += 1
                fish.score[measured, p] = score
            measured += 1
        summarise(fish.weight[begin:measured], statistics[s, :4])
        summarise(fish.length[begin:measured], statistics[s, 4:8])
        statistics[s, 8] = am.whole(k_sum / samplings.fish[s] * 10000.0)
    return measured


@kernel
def summarise(values: np.ndarray, out: np.ndarray) -> None:
    """Mean, sample standard deviation, smallest and greatest of whole `values`, rounded to whole numbers."""
    n = values.shape[0]
    total = 0
    smallest = values[0]
    greatest = values[0]
    for i in range(n):
        total += values[i]
        smallest = min(smallest, values[i])
        greatest = max(greatest, values[i])
    mean = total / n
    squares = 0.0
    for i in range(n):
        squares += (values[i] - mean) * (values[i] - mean)
    out[0] = am.whole(mean)
    out[1] = am.whole(math.sqrt(squares / max(n - 1, 1)))
    out[2] = smallest
    out[3] = greatest
