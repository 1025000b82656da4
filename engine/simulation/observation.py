"""Kernels of what people observe: weekly growth samples."""

from __future__ import annotations

import math

import numpy as np

from engine.simulation import arithmetic as am
from engine.simulation.compilation import kernel


@kernel
def draw_fish(
    key: np.uint64, index: int, mu: float, root_sd: float, condition: float, condition_sd: float
) -> tuple[int, int]:
    """One fish of a container: weight (0.01 g) and length (0.01 cm), from the stream's draws `index` and `index` + 1.

    mu, root_sd: mean and SD of the cube-root weight. condition, condition_sd: of K = 100 W / L^3, which gives length.
    """
    root = max(mu + root_sd * am.normal(key, index), 0.2 * mu)
    k = condition + condition_sd * min(max(am.normal(key, index + 1), -3.5), 3.5)
    weight = max(1, am.whole(root * root * root * 100.0))
    return weight, max(1, am.whole(am.cbrt(weight / k) * 100.0))


@kernel
def weigh(
    keys: np.ndarray,
    first_day: int,
    every: int,
    size: int,
    population: np.ndarray,
    mu: np.ndarray,
    v: np.ndarray,
    condition: float,
    condition_sd: float,
    sample_container: np.ndarray,
    sample_day: np.ndarray,
    sample_size: np.ndarray,
    statistics: np.ndarray,
    fish_sample: np.ndarray,
    fish_number: np.ndarray,
    fish_weight: np.ndarray,
    fish_length: np.ndarray,
) -> tuple[int, int]:
    """Weigh and measure `size` fish of each of n containers every `every` days; returns (samples, fish) written.

    population, mu, v (n, days). Per sample: container (position), day, size and statistics (samples, 7): mean, sd,
    least, greatest weight (0.01 g), mean and sd of length (0.01 cm), mean K (0.01). Per fish: its sample
    (position), number from 1, weight (0.01 g) and length (0.01 cm). The statistics are those of the rounded values.
    """
    n, days = population.shape
    samples = 0
    fish = 0
    for c in range(n):
        for d in range(every - 1, days, every):
            count = min(size, population[c, d])
            if count == 0:
                continue
            root_sd = math.sqrt(v[c, d])
            weight_sum = 0
            length_sum = 0
            k_sum = 0.0
            least = 1 << 40
            greatest = 0
            begin = fish
            for i in range(count):
                index = ((first_day + d) * size + i) * 2
                weight, length = draw_fish(keys[c], index, mu[c, d], root_sd, condition, condition_sd)
                fish_sample[fish] = samples
                fish_number[fish] = i + 1
                fish_weight[fish] = weight
                fish_length[fish] = length
                weight_sum += weight
                length_sum += length
                cm = length / 100.0
                k_sum += weight / (cm * cm * cm)
                least = min(least, weight)
                greatest = max(greatest, weight)
                fish += 1
            weight_mean = weight_sum / count
            length_mean = length_sum / count
            weight_ss = 0.0
            length_ss = 0.0
            for f in range(begin, fish):
                weight_ss += (fish_weight[f] - weight_mean) ** 2
                length_ss += (fish_length[f] - length_mean) ** 2
            free = max(count - 1, 1)
            sample_container[samples] = c
            sample_day[samples] = first_day + d
            sample_size[samples] = count
            statistics[samples, 0] = am.whole(weight_mean)
            statistics[samples, 1] = am.whole(math.sqrt(weight_ss / free))
            statistics[samples, 2] = least
            statistics[samples, 3] = greatest
            statistics[samples, 4] = am.whole(length_mean)
            statistics[samples, 5] = am.whole(math.sqrt(length_ss / free))
            statistics[samples, 6] = am.whole(k_sum / count * 100.0)
            samples += 1
    return samples, fish
