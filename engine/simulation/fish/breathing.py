"""Kernels of breath: what fish take from the water, and the oxygen that is left in a container."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.fish.days import Daily, State, Today, Water
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.weights import mean_weight_g
from engine.simulation.water.oxygen import MIN_SATURATION, saturation_mg_l


class Breathing(NamedTuple):
    """What the fish take from the water of containers of volume_m3 (n,).

    rate_mg_kg_h: mg of oxygen an hour that a kg of 1 kg fish takes at 0 degC; it goes with e^(temp_slope T) and
    W^size_exponent.
    """

    volume_m3: np.ndarray
    rate_mg_kg_h: float
    temp_slope: float
    size_exponent: float


@kernel
def oxygen_draw_percent_h(
    biomass_kg: float, weight_g: float, temp_c: float, volume_m3: float, salinity: float, breathing: Breathing
) -> float:
    """Oxygen that the fish take, % saturation of the container's water an hour."""
    rate = breathing.rate_mg_kg_h * am.exp(breathing.temp_slope * temp_c)
    if weight_g > 0.0:
        rate *= am.exp(breathing.size_exponent * am.log(weight_g / 1000.0))
    holds_mg_l = saturation_mg_l(temp_c, salinity)
    return float(biomass_kg / volume_m3 * rate / (10.0 * holds_mg_l))


@kernel
def breathe(today: Today, state: State, water: Water, breathing: Breathing, daily: Daily) -> float:
    """The day's oxygen in a container; returns its mean, % saturation."""
    c, d = today.c, today.d
    weight_g = mean_weight_g(state.mu[c], state.v[c])
    draw = oxygen_draw_percent_h(
        biomass_kg=state.fish[c] * weight_g / 1000.0,
        weight_g=weight_g,
        temp_c=today.temp_c,
        volume_m3=breathing.volume_m3[c],
        salinity=water.salinity,
        breathing=breathing,
    )
    slots = water.oxygen_outside.shape[2]
    total = 0.0
    lowest = 1000.0
    for s in range(slots):
        level = max(water.oxygen_outside[c, d, s] - draw * water.residence_h[c, d, s], MIN_SATURATION)
        total += level
        lowest = min(lowest, level)
    mean: float = total / slots
    daily.oxygen_draw[c, d] = draw
    daily.oxygen_mean[c, d] = mean
    daily.oxygen_min[c, d] = lowest
    return mean
