"""Kernels of salmon lice in a ring: stages from week to week, and counts on sampled fish.

The model of the Norwegian licecalc (NVI, NR) in three stages a week: attached (copepodids, chalimi), other mobile
(pre-adults, adult males) and adult females, each the mean number a fish.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

ATTACHED, MOBILE, ADULT_FEMALE = 0, 1, 2
STAGES = 3  # of lice, as arrays hold them


class LiceModel(NamedTuple):
    """The coefficients, in the biology file's order; noise_sd, ceiling, count_size are by stage."""

    attached: np.ndarray
    mobile: np.ndarray
    adult: np.ndarray
    attached_develop: np.ndarray
    mobile_develop: np.ndarray
    reference: np.ndarray
    cleaner_fish: float
    noise_sd: np.ndarray
    ceiling: np.ndarray
    count_size: np.ndarray


@kernel
def inverse_logit(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + am.exp(-x))


@kernel
def next_week(
    lice: np.ndarray, pressure: float, temp_c: float, fish: float, weight_g: float, noise: np.ndarray, model: LiceModel
) -> None:
    """Turn `lice` (STAGES,), a fish, into a week later's. noise (STAGES,): standard normal, mean-corrected here.

    pressure: larvae from outside, lice a fish and week; temp_c: the week's mean; fish: in the ring.
    """
    warmer = temp_c - model.reference[2]
    crowd = fish / 1000.0 - model.reference[0]
    size = weight_g / 1000.0 - model.reference[1]
    d1 = inverse_logit(model.attached_develop[0] + model.attached_develop[1] * warmer)
    d2 = inverse_logit(model.mobile_develop[0] + model.mobile_develop[1] * warmer)
    attached, mobile, adult = lice[ATTACHED], lice[MOBILE], lice[ADULT_FEMALE]
    lice[ATTACHED] = (model.attached[0] + model.attached[1] * (1.0 - d1) * attached + pressure) * am.exp(
        model.attached[2] * crowd
    )
    lice[MOBILE] = (model.mobile[0] + model.mobile[1] * d1 * attached + model.mobile[2] * (1.0 - d2) * mobile) * am.exp(
        model.mobile[3] * crowd + model.mobile[4] * size
    )
    lice[ADULT_FEMALE] = (model.adult[0] + model.adult[1] * d2 * mobile + model.adult[2] * adult) * am.exp(
        model.adult[3] * size + model.adult[4] * model.cleaner_fish
    )
    for s in range(STAGES):
        sd = model.noise_sd[s]
        lice[s] = min(lice[s] * am.exp(sd * noise[s] - 0.5 * sd * sd), model.ceiling[s])


@kernel
def negative_binomial_quantile(mean: float, size: float, u: float) -> int:
    """A count of the given mean and variance mean + mean^2 / size, from one uniform, by inversion."""
    if mean <= 0.0:
        return 0
    p = am.exp(-size * am.log(1.0 + mean / size))
    ratio = mean / (mean + size)
    total = p
    n = 0
    limit = int(50.0 * mean) + 100  # beyond any uniform's reach: rounding may keep the total just below 1
    while u > total and n < limit:
        p *= (n + size) / (n + 1.0) * ratio
        n += 1
        total += p
    return n
