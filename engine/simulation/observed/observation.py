"""Kernels of what people observe: weekly growth samples."""

from __future__ import annotations

import math

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.series import interpolate

CM_A_ROOT = 4.5  # about 100^(1/3) over the cube root of K: length over the cube-root weight, cm / g^(1/3)
THIRD = 1.0 / 3.0


@kernel
def selection_errors(keys: np.ndarray, sd: float, limit: float) -> np.ndarray:
    """By how much the fish that come into a container's samples differ from all, in SD of the cube-root weight, (n,).

    A Laplace deviate of the given sd, cut off at `limit` sd: most containers are sampled fairly, a few are not.
    """
    out = np.empty(keys.shape[0])
    for c in range(keys.shape[0]):
        u = am.uniform(keys[c], 0) - 0.5
        size = min(-am.log(1.0 - 2.0 * abs(u)) / math.sqrt(2.0), limit)
        out[c] = sd * (size if u > 0.0 else -size)
    return out


@kernel
def draw_fish(
    key: np.uint64,
    index: int,
    mu: float,
    root_sd: float,
    condition_g: np.ndarray,
    condition: np.ndarray,
    condition_sd: float,
) -> tuple[int, int]:
    """One fish of a container: weight (0.01 g) and length (0.01 cm), from the stream's draws `index` and `index` + 1.

    mu, root_sd: mean and SD of the cube-root weight. K = 100 W / L^3 is drawn near normal and within 3.5 condition_sd
    (Irwin-Hall) of `condition` (n,), told at the weights condition_g (n,): by weight and not by stage, so that no fish
    is shorter after a transfer than before. It gives the rounded weight its length, by Newton.
    """
    root = max(mu + root_sd * am.normal(key, index), 0.2 * mu)
    weight = max(1, am.whole(root * root * root * 100.0))
    k = interpolate(weight / 100.0, condition_g, condition) + condition_sd * am.irwin_hall(key, index + 1)
    cubed = weight / k
    length = CM_A_ROOT * root
    for _ in range(3):  # from within 10 %, the error squares each time
        length = THIRD * (length + length + cubed / (length * length))
    return weight, max(1, am.whole(length * 100.0))


@kernel
def weigh(
    keys: np.ndarray,
    selection: np.ndarray,
    first_day: int,
    every: int,
    also_on: int,
    last_day: int,
    enough_cg: int,
    size: int,
    population: np.ndarray,
    mu: np.ndarray,
    v: np.ndarray,
    condition_g: np.ndarray,
    condition: np.ndarray,
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

    population, mu, v (n, days); selection (n,): see selection_errors; condition: see draw_fish. Days of the stay:
    also_on is weighed on too, those after last_day are not. A container is weighed no more once a sample before its
    latest had reached enough_cg (0.01 g): the latest itself has no say, so that what it errs does not decide whether it
    is the last.

    Per sample: container (position), day, size and statistics (samples, 7): mean, sd, least, greatest weight (0.01 g),
    mean and sd of length (0.01 cm), mean K (0.01). Per fish: its sample (position), number from 1, weight (0.01 g) and
    length (0.01 cm). The statistics are those of the rounded values.
    """
    n, days = population.shape
    samples = 0
    fish = 0
    for c in range(n):
        before_cg = 0
        enough = False
        for d in range(min(days, last_day + 1)):
            if (d % every != every - 1 and d != also_on) or enough:
                continue
            count = min(size, population[c, d])
            if count == 0:
                continue
            root_sd = math.sqrt(v[c, d])
            root = mu[c, d] + selection[c] * root_sd
            weight_sum = 0
            length_sum = 0
            k_sum = 0.0
            least = 1 << 40
            greatest = 0
            begin = fish
            for i in range(count):
                index = ((first_day + d) * size + i) * 2
                weight, length = draw_fish(keys[c], index, root, root_sd, condition_g, condition, condition_sd)
                fish_sample[fish] = samples
                fish_number[fish] = i + 1
                fish_weight[fish] = weight
                fish_length[fish] = length
                weight_sum += weight
                length_sum += length
                long = float(length)
                k_sum += weight / (long * long * long)
                least = min(least, weight)
                greatest = max(greatest, weight)
                fish += 1
            weight_mean = weight_sum / count
            length_mean = length_sum / count
            weight_ss = 0.0
            length_ss = 0.0
            for f in range(begin, fish):
                off = fish_weight[f] - weight_mean
                weight_ss += off * off
                off = fish_length[f] - length_mean
                length_ss += off * off
            free = max(count - 1, 1)
            mean_cg = am.whole(weight_mean)
            sample_container[samples] = c
            sample_day[samples] = first_day + d
            sample_size[samples] = count
            statistics[samples, 0] = mean_cg
            statistics[samples, 1] = am.whole(math.sqrt(weight_ss / free))
            statistics[samples, 2] = least
            statistics[samples, 3] = greatest
            statistics[samples, 4] = am.whole(length_mean)
            statistics[samples, 5] = am.whole(math.sqrt(length_ss / free))
            statistics[samples, 6] = am.whole(k_sum / count * 100_000_000.0)  # 0.01 g and 0.01 cm
            samples += 1
            enough = before_cg >= enough_cg > 0
            before_cg = mean_cg
    return samples, fish
