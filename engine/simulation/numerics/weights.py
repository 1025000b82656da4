"""Weights of a population by the moments of their cube root L = W^(1/3), g^(1/3): normal with mean mu, variance v.

L grows linearly in thermal time (Iwama & Tautz 1981, Aquaculture 25) and is near normal, so that W = L^3 has its
moments in closed form. The plural functions take arrays of one shape too, outside kernels.
"""

from __future__ import annotations

from typing import NamedTuple, TypeVar

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

Real = TypeVar("Real", float, np.ndarray)


class Population(NamedTuple):
    """What lives in n containers: fish, and mu and v of their cube-root weight, (n,) each."""

    fish: np.ndarray
    mu: np.ndarray
    v: np.ndarray


def mean_weights_g(mu: Real, v: Real) -> Real:
    """Mean weight, g: E[L^3] = mu^3 + 3 mu v."""
    weight_g: Real = mu * (mu * mu + 3.0 * v)
    return weight_g


def sd_weights_g(mu: Real, v: Real) -> Real:
    """Standard deviation of weight, g: the root of Var(L^3) = 9 mu^4 v + 36 mu^2 v^2 + 15 v^3."""
    mu2 = mu * mu
    sd_g: Real = np.sqrt(v * (9.0 * mu2 * mu2 + v * (36.0 * mu2 + 15.0 * v)))
    return sd_g


mean_weight_g = kernel(mean_weights_g)
sd_weight_g = kernel(sd_weights_g)


@kernel
def mu_for_weight(weight_g: float, v: float) -> float:
    """The mu that gives `weight_g` at variance v: Newton on mu^3 + 3 mu v = W."""
    mu = am.cbrt(weight_g)
    for _ in range(6):
        mu -= (mu * (mu * mu + 3.0 * v) - weight_g) / (3.0 * (mu * mu + v))
    return mu
