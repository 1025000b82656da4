"""Kernels of death: how many fish die in a day, of what and how large they are; and the smallest, graded out."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.fish.days import Daily, State, Today
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import lean_kernel
from engine.simulation.numerics.weights import mean_weight_g, sd_weight_g

HANDLING, ENVIRONMENTAL = 1, 3  # positions in lake.codes.MORTALITY_CAUSES: a test compares them
SQRT_TWO_PI = 2.5066282746310002


class Dying(NamedTuple):
    """Of what fish die; hazards are a fish's, a day.

    base_hazard (days,): the batch's. event_hazard (n, days): the events' beside it; event_cause (n, days): theirs.
    handling_hazard (n, days): what treatments, transport and vaccination add. The log of the weekly base hazard has
    noise of noise_sd, AR(1) with noise_ar1, shared by the batch (batch_noise (weeks,), standard) with weight
    batch_share. cause_cumulative: running shares of the base hazard's causes. Above warm_c (degC) the base hazard rises
    by e^(warm_slope (T - warm_c)); what is short of oxygen_critical (% saturation), squared, adds oxygen_hazard.
    Keys (n,): of the containers' streams.
    """

    base_hazard: np.ndarray
    event_hazard: np.ndarray
    event_cause: np.ndarray
    handling_hazard: np.ndarray
    batch_noise: np.ndarray
    noise_sd: float
    noise_ar1: float
    batch_share: float
    cause_cumulative: np.ndarray
    warm_c: float
    warm_slope: float
    oxygen_critical: float
    oxygen_hazard: float
    noise_keys: np.ndarray
    death_keys: np.ndarray
    cause_keys: np.ndarray
    dead_size_keys: np.ndarray


@lean_kernel
def die(today: Today, state: State, dying: Dying, daily: Daily) -> None:
    """The day's deaths, their one cause and their mean size."""
    c, d, day = today.c, today.d, today.day
    if d % 7 == 0:
        z = am.normal(dying.noise_keys[c], d // 7)
        step = math.sqrt(1.0 - dying.noise_ar1 * dying.noise_ar1)
        state.noise[c] = z if d == 0 else dying.noise_ar1 * state.noise[c] + step * z
        own_share = math.sqrt(1.0 - dying.batch_share * dying.batch_share)
        mixed = dying.batch_share * dying.batch_noise[d // 7] + own_share * state.noise[c]
        state.of_week[c] = am.exp(dying.noise_sd * mixed - 0.5 * dying.noise_sd * dying.noise_sd)
    base = dying.base_hazard[d] * state.of_week[c]
    handling, event = dying.handling_hazard[c, d], dying.event_hazard[c, d]
    short = max(dying.oxygen_critical - daily.oxygen_min[c, d], 0.0)
    extreme = dying.oxygen_hazard * short * short
    if today.temp_c > dying.warm_c:
        extreme += base * (am.exp(dying.warm_slope * (today.temp_c - dying.warm_c)) - 1.0)
    rate = base + handling + event + extreme
    alive = state.fish[c]
    deaths = am.poisson_quantile(alive * (1.0 - am.exp(-rate)), am.uniform(dying.death_keys[c], day))
    deaths = min(deaths, alive)
    u = am.uniform(dying.cause_keys[c], 2 * day) * rate
    if u < handling:
        daily.cause[c, d] = HANDLING
    elif u < handling + event:
        daily.cause[c, d] = dying.event_cause[c, d]
    elif u < handling + event + extreme:
        daily.cause[c, d] = ENVIRONMENTAL
    else:
        daily.cause[c, d] = am.choose(am.uniform(dying.cause_keys[c], 2 * day + 1), dying.cause_cumulative)
    mean_g = mean_weight_g(state.mu[c], state.v[c])
    size_g = mean_g
    if deaths > 0:  # the dead are a sample of all
        size_g += (
            sd_weight_g(state.mu[c], state.v[c]) * am.normal(dying.dead_size_keys[c], day) / math.sqrt(float(deaths))
        )
    daily.dead_cg[c, d] = am.whole(min(max(size_g, 0.3 * mean_g), 3.0 * mean_g) * 100.0)
    daily.dead[c, d] = deaths
    state.fish[c] = alive - deaths


@lean_kernel
def cull_smallest(today: Today, fish: int, state: State, daily: Daily) -> None:
    """Grade out the smallest fish: the cube-root weights of those that stay are a normal cut off below.

    Mean and variance of the truncated normal (Johnson, Kotz & Balakrishnan 1994); what the culled weigh is what the
    others leave of the sum.
    """
    c, d = today.c, today.d
    alive = state.fish[c]
    if fish <= 0 or fish >= alive:
        return
    before_g = mean_weight_g(state.mu[c], state.v[c])
    share = fish / alive
    q = am.normal_quantile(share)
    lift = am.exp(-0.5 * q * q) / SQRT_TWO_PI / (1.0 - share)
    state.mu[c] += math.sqrt(state.v[c]) * lift
    state.v[c] *= 1.0 + q * lift - lift * lift
    after_g = mean_weight_g(state.mu[c], state.v[c])
    culled_g = (before_g * alive - after_g * (alive - fish)) / fish
    daily.culled_cg[c, d] = am.whole(max(culled_g, 0.05 * before_g) * 100.0)
    daily.culled[c, d] = fish
    state.fish[c] = alive - fish


@lean_kernel
def spread_loss(today: Today, loss: float, spread: np.ndarray, dying: Dying) -> None:
    """Let `loss` of a container's fish, a share, die of handling from today on; spread (days,): its parts by day."""
    dose = -am.log(1.0 - loss)
    for i in range(spread.shape[0]):
        if today.d + i < dying.handling_hazard.shape[1]:
            dying.handling_hazard[today.c, today.d + i] += dose * spread[i]
