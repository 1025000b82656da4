"""Kernel of the weather at the times of observation: wind, waves, clouds, rain and air above one sea area."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

GRAVITY = 9.80665
TWO_PI = 6.283185307179586
RAYLEIGH_MEAN = 0.886226925452758  # of a Weibull with shape 2 and scale 1: the winds of a place are nearly so
FULL_TURN = 360


class Draws(NamedTuple):
    """Standard normals of n observations, (n,), and a uniform for the amount of rain."""

    wind: np.ndarray
    direction: np.ndarray
    cloud: np.ndarray
    air: np.ndarray
    wave: np.ndarray
    rain: np.ndarray


class Usual(NamedTuple):
    """What is usual at each observation, (n,): the air with the time of day (degC), wind (m/s), rain since the last
    observation (mm); and for all: the prevailing wind (degrees), cloud (share), share of spells with rain.
    """

    air_c: np.ndarray
    wind_m_s: np.ndarray
    rain_mm: np.ndarray
    wind_from_deg: float
    cloud: float
    rain_share: float


class SkyModel(NamedTuple):
    """See engine.biology.weather. shelter: share of the open sea's waves that reach the site."""

    air_sd_c: float
    direction_sd_deg: float
    cloud_sd: float
    rain_cloud: float
    storm_m_s: float
    wave_s2_m: float
    wave_swell_m: float
    wave_steepness: float
    wave_direction_sd_deg: float
    shelter: float


class Sky(NamedTuple):
    """Weather at n observations, (n,): degC, m/s, degrees that it comes from, mm, m, s, degrees, per cent."""

    air_c: np.ndarray
    wind_m_s: np.ndarray
    wind_deg: np.ndarray
    rain_mm: np.ndarray
    wave_m: np.ndarray
    wave_s: np.ndarray
    wave_deg: np.ndarray
    cloud: np.ndarray


@kernel
def bearing(degrees: float) -> int:
    """Whole degrees, 0 to 359."""
    return am.whole(degrees) % FULL_TURN


@kernel
def observe_sky(draws: Draws, usual: Usual, storm: np.ndarray, model: SkyModel) -> tuple[np.ndarray, ...]:
    """The weather at n observations, as fields of Sky; storm (n,): at least a strong gale blows.

    Rain falls from the thickest clouds. Waves follow the wind of this and the last observation, and their length their
    height.
    """
    n = draws.wind.shape[0]
    air_c, wind, rain = np.empty(n), np.empty(n), np.zeros(n)
    wave_m, wave_s = np.empty(n), np.empty(n)
    wind_deg, wave_deg, cloud = (
        np.empty(n, dtype=np.int64),
        np.empty(n, dtype=np.int64),
        np.empty(n, dtype=np.int64),
    )
    before = usual.wind_m_s[0]
    for i in range(n):
        air_c[i] = usual.air_c[i] + model.air_sd_c * draws.air[i]
        u = am.normal_cdf(draws.wind[i])
        wind[i] = usual.wind_m_s[i] / RAYLEIGH_MEAN * np.sqrt(-am.log(max(1.0 - u, 1e-9)))
        if storm[i]:
            wind[i] = max(wind[i], model.storm_m_s * (1.0 + 0.2 * u))
        from_deg = usual.wind_from_deg + model.direction_sd_deg * draws.direction[i]
        wind_deg[i] = bearing(from_deg)
        covered = min(max(usual.cloud + model.cloud_sd * draws.cloud[i], 0.0), 1.0)
        if am.normal_cdf(draws.cloud[i]) > 1.0 - usual.rain_share:
            rain[i] = -am.log(draws.rain[i]) * usual.rain_mm[i] / usual.rain_share
            covered = max(covered, model.rain_cloud)
        cloud[i] = am.whole(100.0 * covered)
        risen = 0.5 * (wind[i] * wind[i] + before * before)
        wave_m[i] = model.shelter * (model.wave_s2_m * risen + model.wave_swell_m)
        wave_s[i] = np.sqrt(TWO_PI * wave_m[i] / (GRAVITY * model.wave_steepness))
        wave_deg[i] = bearing(from_deg + model.wave_direction_sd_deg * draws.wave[i])
        before = wind[i]
    return air_c, wind, wind_deg, rain, wave_m, wave_s, wave_deg, cloud
