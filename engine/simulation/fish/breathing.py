"""Kernels of breath: what fish take from the water, and the oxygen that is left in a container."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.fish.days import Daily, State, Today, Water
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import lean_kernel
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


@lean_kernel
def take_in(temp_c: float, salinity: float, state: State, breathing: Breathing) -> None:
    """Note of water what all containers in it share: how its warmth quickens the breath, and the oxygen it holds, mg/L.

    Most containers stand in the water of the one before.
    """
    if state.breath[0] != temp_c:
        state.breath[0] = temp_c
        state.breath[1] = am.exp(breathing.temp_slope * temp_c)
        state.breath[2] = saturation_mg_l(temp_c, salinity)


@lean_kernel
def oxygen_draw_percent_h(c: int, weight_g: float, log_kg: float, state: State, breathing: Breathing) -> float:
    """Oxygen that a container's fish take, % saturation of its water an hour. log_kg: the logarithm of their weight."""
    quickened, holds_mg_l = state.breath[1], state.breath[2]
    rate = breathing.rate_mg_kg_h * quickened
    if weight_g > 0.0:
        rate *= am.exp(breathing.size_exponent * log_kg)
    biomass_kg = state.fish[c] * weight_g / 1000.0
    return float(biomass_kg / breathing.volume_m3[c] * rate / (10.0 * holds_mg_l))


@lean_kernel
def breathe(
    today: Today, weight_g: float, log_kg: float, state: State, water: Water, breathing: Breathing, daily: Daily
) -> float:
    """The day's oxygen in a container; returns its mean, % saturation. log_kg: the logarithm of the mean weight."""
    c, d = today.c, today.d
    take_in(today.temp_c, water.salinity, state, breathing)
    draw = oxygen_draw_percent_h(c=c, weight_g=weight_g, log_kg=log_kg, state=state, breathing=breathing)
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
