"""Kernels of the sun above a latitude: how long the day is, how high it stands at noon, what light comes through.

Forsythe et al. 1995, A model comparison for daylength as a function of latitude and day of the year, Ecological
Modelling 80: the CBM model, day and night parted where the sun's upper edge is seen on the horizon.
"""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

TWO_PI = 6.283185307179586
SIN_HORIZON = 0.014543315936696236  # of 0.8333 degrees, the sun's centre below the horizon at sunrise
TILT = 0.39795  # sine of the ecliptic's obliquity


@kernel
def sine_turns(turns: float) -> float:
    """sin(2 pi turns)."""
    return am.cos_turns(turns - 0.25)


@kernel
def sin_declination(day_of_year: float) -> float:
    """The sine of the sun's declination on a day of the year from 1."""
    turns = 0.00860 * (day_of_year - 186.0) / TWO_PI
    tangent = 0.9671396 * sine_turns(turns) / am.cos_turns(turns)
    half = am.acos_turns(1.0 / np.sqrt(1.0 + tangent * tangent))
    if tangent < 0.0:
        half = -half
    return TILT * am.cos_turns(0.2163108 / TWO_PI + 2.0 * half)


@kernel
def day_lengths_h(latitude_deg: float, day_of_year: np.ndarray) -> np.ndarray:
    """Hours from sunrise to sunset on days of the year from 1, (n,); 0 and 24 within the polar night and day."""
    out = np.empty(day_of_year.shape[0])
    sin_l, cos_l = sine_turns(latitude_deg / 360.0), am.cos_turns(latitude_deg / 360.0)
    for i in range(day_of_year.shape[0]):
        sin_d = sin_declination(day_of_year[i])
        cos_d = np.sqrt(1.0 - sin_d * sin_d)
        out[i] = 24.0 - 48.0 * am.acos_turns((SIN_HORIZON + sin_l * sin_d) / (cos_l * cos_d))
    return out


@kernel
def noon_heights(latitude_deg: float, day_of_year: np.ndarray) -> np.ndarray:
    """The sine of the sun's elevation at noon on days of the year from 1, (n,)."""
    out = np.empty(day_of_year.shape[0])
    sin_l, cos_l = sine_turns(latitude_deg / 360.0), am.cos_turns(latitude_deg / 360.0)
    for i in range(day_of_year.shape[0]):
        sin_d = sin_declination(day_of_year[i])
        out[i] = sin_l * sin_d + cos_l * np.sqrt(1.0 - sin_d * sin_d)
    return out


@kernel
def daylight(
    height: np.ndarray, cloud: np.ndarray, clear: tuple[float, float], dimming: tuple[float, float]
) -> np.ndarray:
    """W/m2 under the sky, (n,): `height`: sine of the sun's elevation, `cloud`: share of the sky that is covered."""
    out = np.zeros(height.shape[0])
    for i in range(height.shape[0]):
        through = 1.0
        if cloud[i] > 0.0:
            through -= dimming[0] * am.exp(dimming[1] * am.log(cloud[i]))
        out[i] = max(clear[0] * height[i] - clear[1], 0.0) * max(through, 0.0)
    return out
