"""Kernels of appetite and growth, by the thermal growth coefficient (Iwama & Tautz 1981, Aquaculture 25)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.fish.days import Daily, State, Today
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import lean_kernel
from engine.simulation.numerics.series import interpolate
from engine.simulation.numerics.weights import mean_weight_g


class Growing(NamedTuple):
    """How the fish of a stage grow and eat.

    tgc (n,): each container's, g^(1/3) per 1000 degree-days. response: share of it over response_c (degC);
    size_response: over size_g, the mean weight; light (days,): by the length of the day. individual_cv: of the TGC
    between fish. yolk: growth without feed, g^(1/3) a day. fcr: feed / growth. appetite_sd: of the daily ration.
    oxygen_full, oxygen_none: % saturation at which the fish eat all and nothing. sickness: appetite is divided by
    1 + sickness x the events' daily hazard. zest_memory: share of what appetite lacks that is still lacking a day
    later; zest_fasted: share of it that a day without feed leaves. appetite_keys (n,): of the containers' streams.
    """

    tgc: np.ndarray
    response_c: np.ndarray
    response: np.ndarray
    size_g: np.ndarray
    size_response: np.ndarray
    light: np.ndarray
    individual_cv: float
    yolk: float
    fcr: float
    appetite_sd: float
    oxygen_full: float
    oxygen_none: float
    sickness: float
    zest_memory: float
    zest_fasted: float
    appetite_keys: np.ndarray


@lean_kernel
def appetite_left(oxygen_mean: float, growing: Growing) -> float:
    """The share of the intended ration that fish take, 0 to 1, at a mean oxygen (% saturation)."""
    return min(max((oxygen_mean - growing.oxygen_none) / (growing.oxygen_full - growing.oxygen_none), 0.0), 1.0)


@lean_kernel
def zest_left(c: int, is_fed: bool, event_hazard: float, state: State, growing: Growing) -> float:
    """The share of its usual appetite that a container has: lost at once by sickness and fasting, back over days."""
    usual = 1.0 / (1.0 + growing.sickness * event_hazard)
    zest: float = min(state.zest[c], usual)
    zest = usual - (usual - zest) * growing.zest_memory if is_fed else zest * growing.zest_fasted
    state.zest[c] = zest
    return zest


@lean_kernel
def grow(today: Today, is_fed: bool, appetite: float, state: State, growing: Growing, daily: Daily) -> None:
    """The day's growth and ration. Fish that are not fed do not grow, not even of their yolk."""
    c, d = today.c, today.d
    temp_c, tgc = today.temp_c, growing.tgc[c]
    mu, v = state.mu[c], state.v[c]
    before_g = mean_weight_g(mu, v)
    g = 0.0
    if is_fed:
        g = growing.yolk
        if tgc > 0.0 and temp_c > 0.0:
            share = interpolate(temp_c, growing.response_c, growing.response)
            share *= interpolate(before_g, growing.size_g, growing.size_response) * growing.light[d]
            g += tgc / 1000.0 * temp_c * share * appetite
        v += growing.individual_cv * growing.individual_cv * g * (2.0 * state.grown[c] + g)
        state.grown[c] += g
        mu += g
    after_g = mean_weight_g(mu, v)
    state.mu[c], state.v[c] = mu, v
    feed_kg = growing.fcr * state.fish[c] * (after_g - before_g) / 1000.0
    noise = 1.0 + growing.appetite_sd * am.normal(growing.appetite_keys[c], today.day)
    daily.appetite[c, d] = appetite
    daily.ration[c, d] = am.whole(feed_kg * max(noise, 0.0) * 10000.0)
    daily.fasted[c, d] = not is_fed
