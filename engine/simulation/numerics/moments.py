"""A population's weights by the moments mu, v of their cube root, outside kernels: numbers, or arrays of one shape."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

Real = TypeVar("Real", float, np.ndarray)


def mean_weights_g(mu: Real, v: Real) -> Real:
    """Mean weight, g: E[L^3] = mu^3 + 3 mu v."""
    weight_g: Real = mu * (mu * mu + 3.0 * v)
    return weight_g


def sd_weights_g(mu: Real, v: Real) -> Real:
    """Standard deviation of weight, g: the root of Var(L^3) = 9 mu^4 v + 36 mu^2 v^2 + 15 v^3."""
    mu2 = mu * mu
    sd_g: Real = np.sqrt(v * (9.0 * mu2 * mu2 + v * (36.0 * mu2 + 15.0 * v)))
    return sd_g
