"""Kernels of a day in a container: breath, growth, ration and death; and of moves between containers.

A population's weights are tracked by the moments of their cube root L = W^(1/3): L grows linearly in thermal time
(Iwama & Tautz 1981) and is near normal with mean mu and variance v, so mean weight is E[L^3] = mu^3 + 3 mu v.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.series import interpolate
from engine.simulation.numerics.weights import mean_weight_g, mu_for_weight, sd_weight_g
from engine.simulation.water import oxygen

HANDLING, ENVIRONMENTAL = 1, 3  # positions in lake.codes.MORTALITY_CAUSES
SQRT_TWO_PI = 2.5066282746310002


class Growing(NamedTuple):
    """How the fish of a stage grow and eat.

    response: share of the TGC over response_c (degC). individual_cv: of the TGC between fish. size_exponent: TGC goes
    with (W / 1 kg)^x. yolk: growth without feed, g^(1/3) a day. fcr: feed / growth. appetite_sd: of the daily ration.
    oxygen_full, oxygen_none: % saturation at which the fish eat all and nothing. sickness: appetite is divided by 1 +
    sickness x the events' daily hazard.
    """

    response_c: np.ndarray
    response: np.ndarray
    individual_cv: float
    size_exponent: float
    yolk: float
    fcr: float
    appetite_sd: float
    oxygen_full: float
    oxygen_none: float
    sickness: float


class Breathing(NamedTuple):
    """What the fish take from the water and what comes in: outside (n, days, slots) % saturation, residence h.

    rate: mg of oxygen an hour that a kg of 1 kg fish takes at 0 degC; it goes with e^(temp_slope T), W^size_exponent.
    """

    outside: np.ndarray
    residence: np.ndarray
    volume_m3: np.ndarray
    salinity: float
    rate_mg_kg_h: float
    temp_slope: float
    size_exponent: float


class Dying(NamedTuple):
    """Of what fish die. hazard (days,): the batch's, a day; pulse (n, days): the events' beside it, pulse_cause theirs.

    handling (n, days): what treatments and vaccination add. The log of the weekly hazard has noise of noise_sd, AR(1),
    shared by the batch (batch_noise (weeks,), standard) with weight batch_share. Above warm_c the hazard rises by
    e^(warm_slope (T - warm_c)); what is short of oxygen_critical, squared, adds oxygen_hazard a day.
    """

    hazard: np.ndarray
    pulse: np.ndarray
    pulse_cause: np.ndarray
    handling: np.ndarray
    batch_noise: np.ndarray
    noise_sd: float
    noise_ar1: float
    batch_share: float
    cause_cumulative: np.ndarray
    warm_c: float
    warm_slope: float
    oxygen_critical: float
    oxygen_hazard: float


class Keys(NamedTuple):
    """Keys of each container's streams, uint64 (n,)."""

    noise: np.ndarray
    deaths: np.ndarray
    cause: np.ndarray
    dead_size: np.ndarray
    appetite: np.ndarray


class Population(NamedTuple):
    """What lives in the containers now, (n,): fish, moments of the cube-root weight, growth of the stay, noise."""

    fish: np.ndarray
    mu: np.ndarray
    v: np.ndarray
    grown: np.ndarray
    noise: np.ndarray


class Lived(NamedTuple):
    """What came of each day, (n, days): see record.StageHistory."""

    population: np.ndarray
    dead: np.ndarray
    culled: np.ndarray
    cause: np.ndarray
    mu: np.ndarray
    v: np.ndarray
    weight_cg: np.ndarray
    dead_cg: np.ndarray
    culled_cg: np.ndarray
    ration: np.ndarray
    oxygen_draw: np.ndarray
    oxygen_mean: np.ndarray
    oxygen_min: np.ndarray
    appetite: np.ndarray
    fasted: np.ndarray


@kernel
def draw_percent_h(biomass_kg: float, weight_g: float, temp_c: float, volume_m3: float, water: Breathing) -> float:
    """Oxygen that the fish take, % saturation of the container's water an hour."""
    rate = water.rate_mg_kg_h * am.exp(water.temp_slope * temp_c)
    if weight_g > 0.0:
        rate *= am.exp(water.size_exponent * am.log(weight_g / 1000.0))
    holds_mg_l = oxygen.saturation_mg_l(temp_c, water.salinity)
    return float(biomass_kg / volume_m3 * rate / (10.0 * holds_mg_l))


@kernel
def breathe(
    c: int, d: int, temp_c: float, now: Population, growing: Growing, water: Breathing, dying: Dying, out: Lived
) -> float:
    """The day's oxygen in a container and the appetite that it leaves, 0 to 1."""
    weight_g = mean_weight_g(now.mu[c], now.v[c])
    draw = draw_percent_h(now.fish[c] * weight_g / 1000.0, weight_g, temp_c, water.volume_m3[c], water)
    slots = water.outside.shape[2]
    total = 0.0
    least = 1000.0
    for s in range(slots):
        level = max(water.outside[c, d, s] - draw * water.residence[c, d, s], oxygen.LEAST_SATURATION)
        total += level
        least = min(least, level)
    mean = total / slots
    appetite: float = min(max((mean - growing.oxygen_none) / (growing.oxygen_full - growing.oxygen_none), 0.0), 1.0)
    appetite /= 1.0 + growing.sickness * dying.pulse[c, d]
    out.oxygen_draw[c, d] = draw
    out.oxygen_mean[c, d] = mean
    out.oxygen_min[c, d] = least
    out.appetite[c, d] = appetite
    return appetite


@kernel
def grow(
    c: int,
    d: int,
    day: int,
    temp_c: float,
    tgc: float,
    fed: bool,
    appetite: float,
    now: Population,
    growing: Growing,
    keys: Keys,
    out: Lived,
) -> None:
    """The day's growth and ration. tgc: g^(1/3) per 1000 degree-days; without feed only the yolk feeds growth."""
    mu, v = now.mu[c], now.v[c]
    before_g = mean_weight_g(mu, v)
    g = 0.0
    if fed:
        g = growing.yolk
        if tgc > 0.0 and temp_c > 0.0:
            g += tgc / 1000.0 * temp_c * interpolate(temp_c, growing.response_c, growing.response) * appetite
            if growing.size_exponent != 0.0:
                g *= am.exp(growing.size_exponent * am.log(before_g / 1000.0))
        v += growing.individual_cv * growing.individual_cv * g * (2.0 * now.grown[c] + g)
        now.grown[c] += g
        mu += g
    after_g = mean_weight_g(mu, v)
    now.mu[c], now.v[c] = mu, v
    feed_kg = growing.fcr * now.fish[c] * (after_g - before_g) / 1000.0
    noise = 1.0 + growing.appetite_sd * am.normal(keys.appetite[c], day)
    out.ration[c, d] = am.whole(feed_kg * max(noise, 0.0) * 10000.0)
    out.fasted[c, d] = not fed


@kernel
def die(c: int, d: int, day: int, temp_c: float, now: Population, dying: Dying, keys: Keys, out: Lived) -> None:
    """The day's deaths, their one cause and their mean size."""
    if d % 7 == 0:
        z = am.normal(keys.noise[c], d // 7)
        step = math.sqrt(1.0 - dying.noise_ar1 * dying.noise_ar1)
        now.noise[c] = z if d == 0 else dying.noise_ar1 * now.noise[c] + step * z
    own_share = math.sqrt(1.0 - dying.batch_share * dying.batch_share)
    mixed = dying.batch_share * dying.batch_noise[d // 7] + own_share * now.noise[c]
    base = dying.hazard[d] * am.exp(dying.noise_sd * mixed - 0.5 * dying.noise_sd * dying.noise_sd)
    handling, pulse = dying.handling[c, d], dying.pulse[c, d]
    short = max(dying.oxygen_critical - out.oxygen_min[c, d], 0.0)
    extreme = dying.oxygen_hazard * short * short
    if temp_c > dying.warm_c:
        extreme += base * (am.exp(dying.warm_slope * (temp_c - dying.warm_c)) - 1.0)
    rate = base + handling + pulse + extreme
    alive = now.fish[c]
    deaths = am.poisson_quantile(alive * (1.0 - am.exp(-rate)), am.uniform(keys.deaths[c], day))
    deaths = min(deaths, alive)
    u = am.uniform(keys.cause[c], 2 * day) * rate
    if u < handling:
        out.cause[c, d] = HANDLING
    elif u < handling + pulse:
        out.cause[c, d] = dying.pulse_cause[c, d]
    elif u < handling + pulse + extreme:
        out.cause[c, d] = ENVIRONMENTAL
    else:
        u = am.uniform(keys.cause[c], 2 * day + 1)
        code = 0
        while code < dying.cause_cumulative.shape[0] - 1 and u >= dying.cause_cumulative[code]:
            code += 1
        out.cause[c, d] = code
    mean_g = mean_weight_g(now.mu[c], now.v[c])
    size_g = mean_g
    if deaths > 0:  # the dead are a sample of all
        size_g += sd_weight_g(now.mu[c], now.v[c]) * am.normal(keys.dead_size[c], day) / math.sqrt(float(deaths))
    out.dead_cg[c, d] = am.whole(min(max(size_g, 0.3 * mean_g), 3.0 * mean_g) * 100.0)
    out.dead[c, d] = deaths
    now.fish[c] = alive - deaths


@kernel
def cull_smallest(c: int, d: int, fish: int, now: Population, out: Lived) -> None:
    """Grade out the smallest fish: the cube-root weights of those that stay are a normal cut off below.

    Mean and variance of the truncated normal (Johnson, Kotz & Balakrishnan 1994); what the culled weigh is what the
    others leave of the sum.
    """
    alive = now.fish[c]
    if fish <= 0 or fish >= alive:
        return
    before_g = mean_weight_g(now.mu[c], now.v[c])
    share = fish / alive
    q = am.normal_quantile(share)
    lift = am.exp(-0.5 * q * q) / SQRT_TWO_PI / (1.0 - share)
    now.mu[c] += math.sqrt(now.v[c]) * lift
    now.v[c] *= 1.0 + q * lift - lift * lift
    after_g = mean_weight_g(now.mu[c], now.v[c])
    culled_g = (before_g * alive - after_g * (alive - fish)) / fish
    out.culled_cg[c, d] = am.whole(max(culled_g, 0.05 * before_g) * 100.0)
    out.culled[c, d] = fish
    now.fish[c] = alive - fish


@kernel
def close_day(c: int, d: int, now: Population, out: Lived) -> None:
    """Note the day's end."""
    out.population[c, d] = now.fish[c]
    out.mu[c, d] = now.mu[c]
    out.v[c, d] = now.v[c]
    out.weight_cg[c, d] = am.whole(mean_weight_g(now.mu[c], now.v[c]) * 100.0)


@kernel
def live_in_tanks(
    first_day: int,
    temp_c: np.ndarray,
    tgc: np.ndarray,
    fasting_from: int,
    cull_on: int,
    cull_share: float,
    cull_keys: np.ndarray,
    growing: Growing,
    water: Breathing,
    dying: Dying,
    keys: Keys,
    now: Population,
    out: Lived,
) -> None:
    """Live a freshwater stage. temp_c (n, days) degC; tgc (n,); fasting_from: first day of the stay without feed.

    On day cull_on (-1: never) the smallest cull_share of the fish are graded out.
    """
    n, days = temp_c.shape
    for d in range(days):
        day = first_day + d
        for c in range(n):
            appetite = breathe(c, d, temp_c[c, d], now, growing, water, dying, out)
            grow(c, d, day, temp_c[c, d], tgc[c], d < fasting_from, appetite, now, growing, keys, out)
            die(c, d, day, temp_c[c, d], now, dying, keys, out)
            if d == cull_on:
                cull_smallest(c, d, int(now.fish[c] * cull_share + am.uniform(cull_keys[c], 0)), now, out)
            close_day(c, d, now, out)


@kernel
def move(
    fish: np.ndarray,
    mu: np.ndarray,
    v: np.ndarray,
    destinations: int,
    loss_share: float,
    key: np.uint64,
    source: np.ndarray,
    dest: np.ndarray,
    before: np.ndarray,
    arrived: np.ndarray,
    lost: np.ndarray,
    dest_fish: np.ndarray,
    dest_mu: np.ndarray,
    dest_v: np.ndarray,
) -> int:
    """Empty the source containers into `destinations`; returns the number of actions written.

    Equal numbers of containers: one into one. Otherwise the fish are dealt out evenly, each destination filled
    before the next. Fish leaving = arrived + lost. A destination's population is the mixture of what arrives:
    its mean weight and the variance of L are exact.
    """
    n = fish.shape[0]
    total = 0
    for i in range(n):
        total += fish[i]
    actions = 0
    j = 0
    room = total // destinations + (1 if total % destinations > 0 else 0)
    for i in range(n):
        left = fish[i]
        while left > 0:
            if n == destinations:
                j = i
                take = left
            else:
                take = min(left, room)
            died = min(take, am.poisson_quantile(take * loss_share, am.uniform(key, actions)))
            source[actions] = i
            dest[actions] = j
            before[actions] = left
            arrived[actions] = take - died
            lost[actions] = died
            actions += 1
            left -= take
            if n != destinations:
                room -= take
                if room == 0 and j < destinations - 1:
                    j += 1
                    room = total // destinations + (1 if j < total % destinations else 0)
    for j in range(destinations):
        count = 0
        weight = 0.0
        mean = 0.0
        for a in range(actions):
            if dest[a] == j:
                count += arrived[a]
                weight += arrived[a] * mean_weight_g(mu[source[a]], v[source[a]])
                mean += arrived[a] * mu[source[a]]
        dest_fish[j] = count
        if count == 0:
            dest_mu[j] = mu[0]
            dest_v[j] = v[0]
            continue
        mean /= count
        spread = 0.0
        for a in range(actions):
            if dest[a] == j:
                s = source[a]
                spread += arrived[a] * (v[s] + (mu[s] - mean) * (mu[s] - mean))
        dest_v[j] = spread / count
        dest_mu[j] = mu_for_weight(weight / count, dest_v[j])
    return actions
