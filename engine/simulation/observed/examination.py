"""Kernels of health samplings: fish taken, weighed, measured and scored."""

from __future__ import annotations

import math

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.series import interpolate
from engine.simulation.observed.observation import draw_fish


@kernel
def shortfall(values: np.ndarray, floor: float) -> float:
    """The mean of how far each of `values` (n,) lies below `floor`, 0 where it does not."""
    total = 0.0
    n = len(values)
    for i in range(n):
        total += max(0.0, floor - values[i])
    return total / n


@kernel
def examine(
    number: np.ndarray,
    size: int,
    count: np.ndarray,
    mu: np.ndarray,
    v: np.ndarray,
    condition_g: np.ndarray,
    condition: np.ndarray,
    condition_sd: float,
    drivers: np.ndarray,
    baseline: np.ndarray,
    effects: np.ndarray,
    thinness: np.ndarray,
    general: np.ndarray,
    unexplained_sd: float,
    thresholds: np.ndarray,
    fish_key: np.uint64,
    general_key: np.uint64,
    parameter_keys: np.ndarray,
    statistics: np.ndarray,
    of: np.ndarray,
    identifier: np.ndarray,
    weight: np.ndarray,
    length: np.ndarray,
    score: np.ndarray,
) -> int:
    """Take, weigh, measure and score the fish of s samplings; returns the number of fish written.

    Per sampling (s,): its number in the batch's life, `count` <= `size` fish, mu and v of the cube-root weight; drivers
    (s, d). condition_g, condition: the K of a fish by its weight, see draw_fish. Over p parameters: baseline, thinness,
    general; effects (d, p).
    A fish's latent condition in a parameter is the container's (baseline + drivers x effects + what is unexplained)
    + thinness x the SD by which its K falls short + its own N(0, 1), of which `general` is common to all parameters;
    its score is the number of thresholds below that. Draws: size + 1 a sampling and parameter, the last of them the
    container's.

    Out: statistics (s, 9): mean, sd, least and greatest weight (0.01 g), the same of length (0.01 cm), mean K (0.0001),
    all of the rounded fish. Per fish: its sampling (position), number from 1, weight (0.01 g), length (0.01 cm),
    score (fish, p).
    """
    samplings, parameters = count.shape[0], baseline.shape[0]
    state = np.empty(parameters)
    fish = 0
    for s in range(samplings):
        draw = number[s] * (size + 1)
        common = am.normal(general_key, draw + size)
        for p in range(parameters):
            x = baseline[p]
            for d in range(drivers.shape[1]):
                x += drivers[s, d] * effects[d, p]
            own = math.sqrt(1.0 - general[p] * general[p])
            x += unexplained_sd * (general[p] * common + own * am.normal(parameter_keys[p], draw + size))
            state[p] = x
        root_sd = math.sqrt(v[s])
        begin = fish
        k_sum = 0.0
        for i in range(count[s]):
            heavy, long = draw_fish(fish_key, 2 * (draw + i), mu[s], root_sd, condition_g, condition, condition_sd)
            of[fish] = s
            identifier[fish] = i + 1
            weight[fish] = heavy
            length[fish] = long
            cm = long / 100.0
            k = heavy / (cm * cm * cm)
            k_sum += k
            expected = interpolate(heavy / 100.0, condition_g, condition)
            thin = (expected - k) / condition_sd if condition_sd > 0.0 else 0.0
            common = am.normal(general_key, draw + i)
            for p in range(parameters):
                own = math.sqrt(1.0 - general[p] * general[p])
                x = state[p] + thinness[p] * thin
                x += general[p] * common + own * am.normal(parameter_keys[p], draw + i)
                reached = 0
                for t in range(thresholds.shape[0]):
                    if x >= thresholds[t]:
                        reached += 1
                score[fish, p] = reached
            fish += 1
        summarise(weight[begin:fish], statistics[s, :4])
        summarise(length[begin:fish], statistics[s, 4:8])
        statistics[s, 8] = am.whole(k_sum / count[s] * 10000.0)
    return fish


@kernel
def summarise(values: np.ndarray, out: np.ndarray) -> None:
    """Mean, sample standard deviation, least and greatest of whole `values`, rounded to whole numbers."""
    n = values.shape[0]
    total = 0
    least = values[0]
    greatest = values[0]
    for i in range(n):
        total += values[i]
        least = min(least, values[i])
        greatest = max(greatest, values[i])
    mean = total / n
    squares = 0.0
    for i in range(n):
        squares += (values[i] - mean) * (values[i] - mean)
    out[0] = am.whole(mean)
    out[1] = am.whole(math.sqrt(squares / max(n - 1, 1)))
    out[2] = least
    out[3] = greatest
