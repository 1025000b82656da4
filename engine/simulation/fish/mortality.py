"""Kernels of death: how many fish die in a day, of what and how large they are; and the smallest, graded out."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.fish.days import Daily, State, Today
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import lean_kernel
from engine.simulation.numerics.weights import mean_weight_g, sd_weight_g

HANDLING, ENVIRONMENTAL, OTHER = 1, 3, 5  # positions in lake.codes.MORTALITY_CAUSES: a test compares them
SQRT_TWO_PI = 2.5066282746310002


class Dying(NamedTuple):
    """Of what fish die, and how the dead are found; hazards are a fish's, a day.

    base_hazard (days,): the batch's. event_hazard (n, days): the events' beside it; event_cause (n, days): theirs.
    handling_hazard (n, days): what treatments and vaccination add; settling_hazard (days,): what the move to sea adds.
    The log of the base hazard has noise of noise_sd that wanders, over noise_days, shared by the batch (noise_key) with
    weight batch_share; that of the whole hazard has day_sd, of each day anew.
    cause_cumulative: running shares of the base hazard's causes; cause_memory: how likely what decides the cause stays
    from day to day. Above warm_c (degC) the base hazard rises by e^(warm_slope (T - warm_c)); what is short of
    oxygen_critical (% saturation), squared, adds oxygen_hazard. recent_days: over which recent deaths are averaged.
    round_chance (n, days): that a container's dead are collected on a day; found_share of them then is.
    Keys (n,): of the containers' streams.
    """

    base_hazard: np.ndarray
    event_hazard: np.ndarray
    event_cause: np.ndarray
    handling_hazard: np.ndarray
    settling_hazard: np.ndarray
    noise_sd: float
    noise_days: float
    batch_share: float
    day_sd: float
    cause_cumulative: np.ndarray
    cause_memory: float
    warm_c: float
    warm_slope: float
    oxygen_critical: float
    oxygen_hazard: float
    recent_days: float
    round_chance: np.ndarray
    found_share: float
    noise_key: np.uint64
    noise_keys: np.ndarray
    death_keys: np.ndarray
    cause_keys: np.ndarray
    dead_size_keys: np.ndarray
    round_keys: np.ndarray
    day_keys: np.ndarray


@lean_kernel
def die(today: Today, state: State, dying: Dying, daily: Daily) -> None:
    """The day's deaths, and the dead that are collected: how many, of which one cause and mean size.

    Until then they are counted among the fish, since nobody knows of them.
    """
    c, d, day = today.c, today.d, today.day
    base = dying.base_hazard[d] * noise_factor(c, d, dying)
    settling, handling, event = dying.settling_hazard[d], dying.handling_hazard[c, d], dying.event_hazard[c, d]
    short = max(dying.oxygen_critical - daily.oxygen_min[c, d], 0.0)
    extreme = dying.oxygen_hazard * short * short
    if today.temp_c > dying.warm_c:
        extreme += base * (am.exp(dying.warm_slope * (today.temp_c - dying.warm_c)) - 1.0)
    rate = base + settling + handling + event + extreme
    of_day = am.exp(dying.day_sd * am.irwin_hall(dying.day_keys[c], d) - 0.5 * dying.day_sd * dying.day_sd)
    alive = state.fish[c] - state.lying[c]
    deaths = am.poisson_quantile(alive * (1.0 - am.exp(-rate * of_day)), am.uniform(dying.death_keys[c], day))
    deaths = min(deaths, alive)
    state.lying[c] += deaths
    state.recent[c] += (rate - state.recent[c]) / min(float(d + 1), dying.recent_days)
    if d == 0 or am.uniform(dying.cause_keys[c], 3 * day) >= dying.cause_memory:
        for i in range(2):
            state.blame[c, i] = am.uniform(dying.cause_keys[c], 3 * day + 1 + i)
    u = state.blame[c, 0] * rate
    if u < handling:
        daily.cause[c, d] = HANDLING
    elif u < handling + event:
        daily.cause[c, d] = dying.event_cause[c, d]
    elif u < handling + event + extreme:
        daily.cause[c, d] = ENVIRONMENTAL
    elif u < handling + event + extreme + settling:
        daily.cause[c, d] = OTHER
    else:
        daily.cause[c, d] = am.choose(state.blame[c, 1], dying.cause_cumulative)
    found = 0
    draw = am.uniform(dying.round_keys[c], day)
    chance = dying.round_chance[c, d]
    if draw < chance:  # what is left of the draw is even again
        found = min(int(state.lying[c] * dying.found_share + draw / chance), state.lying[c])
    mean_g = mean_weight_g(state.mu[c], state.v[c])
    size_g = mean_g
    if found > 0:  # the dead are a sample of all
        size_g += (
            sd_weight_g(state.mu[c], state.v[c]) * am.normal(dying.dead_size_keys[c], day) / math.sqrt(float(found))
        )
    daily.dead_cg[c, d] = am.whole(min(max(size_g, 0.3 * mean_g), 3.0 * mean_g) * 100.0)
    daily.dead[c, d] = found
    state.lying[c] -= found
    state.fish[c] -= found


@lean_kernel
def noise_factor(c: int, d: int, dying: Dying) -> float:
    """What the base hazard's noise makes of it today, 1 on average."""
    share = dying.batch_share
    own_share = math.sqrt(1.0 - share * share)
    noise = share * wandering(dying.noise_key, d, dying.noise_days)
    noise += own_share * wandering(dying.noise_keys[c], d, dying.noise_days)
    factor: float = am.exp(dying.noise_sd * noise - 0.5 * dying.noise_sd * dying.noise_sd)
    return factor


@lean_kernel
def wandering(key: np.uint64, d: int, days: float) -> float:
    """A standard deviate on day d of a stay that goes from value to value, `days` apart, each drawn anew.

    When the first one falls is drawn, too, so that no day of the stay is like another in all containers.
    """
    since = d / days + am.uniform(key, 0)
    knot = int(since)
    way = since - knot
    left = 1.0 - way
    between = left * am.irwin_hall(key, knot + 1) + way * am.irwin_hall(key, knot + 2)
    return float(between / math.sqrt(left * left + way * way))


@lean_kernel
def clear_dead(c: int, d: int, state: State, daily: Daily) -> None:
    """Collect every dead fish of a container in the evening, since it is emptied or graded: only the living go on."""
    daily.dead[c, d] += state.lying[c]
    state.fish[c] -= state.lying[c]
    state.lying[c] = 0
    daily.population[c, d] = state.fish[c]


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
