"""Weights of a population by the moments of their cube root L = W^(1/3), g^(1/3): normal with mean mu, variance v.

L grows linearly in thermal time (Iwama & Tautz 1981, Aquaculture 25) and is near normal, so that W = L^3 has its
moments in closed form.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.moments import mean_weights_g, sd_weights_g


class Population(NamedTuple):
    """What lives in n containers: fish, and mu and v of their cube-root weight, (n,) each."""

    fish: np.ndarray
    mu: np.ndarray
    v: np.ndarray


mean_weight_g = kernel(mean_weights_g)
sd_weight_g = kernel(sd_weights_g)


@kernel
def mu_for_weight(weight_g: float, v: float) -> float:
    """The mu that gives `weight_g` at variance v: Newton on mu^3 + 3 mu v = W."""
    mu = am.cbrt(weight_g)
    for _ in range(6):
        mu -= (mu * (mu * mu + 3.0 * v) - weight_g) / (3.0 * (mu * mu + v))
    return mu
