"""Kernels of growth samples: fish taken from containers, weighed and measured."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.series import interpolate

CM_A_ROOT = 4.5  # about 100^(1/3) over the cube root of K: length over the cube-root weight, cm / g^(1/3)
THIRD = 1.0 / 3.0
NEWTON_STEPS = 3  # from within 10 %, the error squares each time


class ConditionFactor(NamedTuple):
    """Fulton's K = 100 W / L^3 (g, cm) of fish: its mean (k,) at the weights weight_g (k,), linear between, and its SD.

    By weight and not by stage, so that no fish is shorter after a transfer than before.
    """

    weight_g: np.ndarray
    mean: np.ndarray
    sd: float


class SamplingPlan(NamedTuple):
    """When n containers are sampled, in days of the stay. first_day: of the stay, since 1970.

    `size` fish are taken on the days of `due` (days,), not after last_day. A container is
    sampled no more once a sample before its latest had reached enough_cg (mean, 0.01 g; 0: never): the latest itself
    has no say, so that what it errs does not decide whether it is the last.
    """

    first_day: int
    due: np.ndarray
    last_day: int
    enough_cg: int
    size: int


class Living(NamedTuple):
    """What lives in n containers, (n, days): fish, mean and variance of their cube-root weight, g^(1/3)."""

    population: np.ndarray
    mu: np.ndarray
    v: np.ndarray


class SampleColumns(NamedTuple):
    """Samples, (samples,): container (position), day (since 1970), size, and statistics (samples, 7).

    Statistics: mean, sd, smallest and greatest weight (0.01 g), mean and sd of length (0.01 cm), mean K (0.01), all of
    the fish's rounded values.
    """

    container: np.ndarray
    day: np.ndarray
    size: np.ndarray
    statistics: np.ndarray


class FishColumns(NamedTuple):
    """Fish of samples, (fish,): the sample (position), number from 1, weight (0.01 g) and length (0.01 cm)."""

    sample: np.ndarray
    number: np.ndarray
    weight: np.ndarray
    length: np.ndarray


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
def draw_fish(key: np.uint64, index: int, mu: float, root_sd: float, condition: ConditionFactor) -> tuple[int, int]:
    """One fish of a container: weight (0.01 g) and length (0.01 cm), from the stream's draws `index` and `index` + 1.

    mu, root_sd: mean and SD of the cube-root weight, g^(1/3). K is drawn near normal and within 3.5 SD (Irwin-Hall). It
    gives the rounded weight its length, by Newton.
    """
    root = max(mu + root_sd * am.normal(key, index), 0.2 * mu)
    weight = max(1, am.whole(root * root * root * 100.0))
    k = interpolate(weight / 100.0, condition.weight_g, condition.mean) + condition.sd * am.irwin_hall(key, index + 1)
    cubed = weight / k
    length = CM_A_ROOT * root
    for _ in range(NEWTON_STEPS):
        length = THIRD * (length + length + cubed / (length * length))
    return weight, max(1, am.whole(length * 100.0))


@kernel
def sample_fish(
    keys: np.ndarray,
    selection: np.ndarray,
    plan: SamplingPlan,
    living: Living,
    condition: ConditionFactor,
    samples: SampleColumns,
    fish: FishColumns,
) -> tuple[int, int]:
    """Weigh and measure fish of each of n containers by `plan`; returns (samples, fish) written.

    keys (n,): of streams. selection (n,): see selection_errors.
    """
    n, days = living.population.shape
    sampled = 0
    measured = 0
    for c in range(n):
        before_cg = 0
        enough = False
        for d in range(min(days, plan.last_day + 1)):
            if not plan.due[d] or enough:
                continue
            count = min(plan.size, living.population[c, d])
            if count == 0:
                continue
            root_sd = math.sqrt(living.v[c, d])
            root = living.mu[c, d] + selection[c] * root_sd
            weight_sum = 0
            length_sum = 0
            k_sum = 0.0
            smallest = 1 << 40
            greatest = 0
            begin = measured
            for i in range(count):
                index = ((plan.first_day + d) * plan.size + i) * 2
                weight, length = draw_fish(keys[c], index, root, root_sd, condition=condition)
                fish.sample[measured] = sampled
                fish.number[measured] = i + 1
                fish.weight[measured] = weight
                fish.length[measured] = length
                weight_sum += weight
                length_sum += length
                length_units = float(length)
                k_sum += weight / (length_units * length_units * length_units)
                smallest = min(smallest, weight)
                greatest = max(greatest, weight)
                measured += 1
            weight_mean = weight_sum / count
            length_mean = length_sum / count
            weight_ss = 0.0
            length_ss = 0.0
            for f in range(begin, measured):
                off = fish.weight[f] - weight_mean
                weight_ss += off * off
                off = fish.length[f] - length_mean
                length_ss += off * off
            freedom = max(count - 1, 1)
            mean_cg = am.whole(weight_mean)
            samples.container[sampled] = c
            samples.day[sampled] = plan.first_day + d
            samples.size[sampled] = count
            samples.statistics[sampled, 0] = mean_cg
            samples.statistics[sampled, 1] = am.whole(math.sqrt(weight_ss / freedom))
            samples.statistics[sampled, 2] = smallest
            samples.statistics[sampled, 3] = greatest
            samples.statistics[sampled, 4] = am.whole(length_mean)
            samples.statistics[sampled, 5] = am.whole(math.sqrt(length_ss / freedom))
            samples.statistics[sampled, 6] = am.whole(k_sum / count * 100_000_000.0)  # 0.01 g and 0.01 cm
            sampled += 1
            enough = before_cg >= plan.enough_cg > 0
            before_cg = mean_cg
    return sampled, measured
