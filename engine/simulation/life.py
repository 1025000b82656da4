"""Kernels of a batch's life: growth, death and ration by container and day, and moves between containers.

A population's weights are tracked by the moments of their cube root L = W^(1/3): L grows linearly in thermal time
(Iwama & Tautz 1981) and is near normal with mean mu and variance v, so mean weight is E[L^3] = mu^3 + 3 mu v.
"""

from __future__ import annotations

import math

import numpy as np

from engine.simulation import arithmetic as am
from engine.simulation.compilation import kernel

HANDLING, OTHER = 1, 5  # positions in lake.event_tables.MORTALITY_CAUSES


@kernel
def mean_weight_g(mu: float, v: float) -> float:
    """Mean weight (g) of a population whose cube-root weight is normal with mean mu, variance v."""
    return mu * (mu * mu + 3.0 * v)


@kernel
def mu_for_weight(weight_g: float, v: float) -> float:
    """The mu that gives `weight_g` at variance v: Newton on mu^3 + 3 mu v = W."""
    mu = am.cbrt(weight_g)
    for _ in range(6):
        mu -= (mu * (mu * mu + 3.0 * v) - weight_g) / (3.0 * (mu * mu + v))
    return mu


@kernel
def response(x: float, xs: np.ndarray, ys: np.ndarray) -> float:
    """Piecewise-linear y(x), constant beyond the ends."""
    if x <= xs[0]:
        return float(ys[0])
    for i in range(1, xs.shape[0]):
        if x < xs[i]:
            return float(ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1]))
    return float(ys[-1])


@kernel
def live_stage(
    first_day: int,
    fish: np.ndarray,
    mu0: np.ndarray,
    v0: np.ndarray,
    temp_c: np.ndarray,
    response_c: np.ndarray,
    response_share: np.ndarray,
    tgc: np.ndarray,
    individual_cv: float,
    size_exponent: float,
    yolk_growth: float,
    fasting_from: int,
    hazard: np.ndarray,
    batch_noise: np.ndarray,
    noise_keys: np.ndarray,
    noise_sd: float,
    noise_ar1: float,
    noise_batch_share: float,
    pulse: np.ndarray,
    pulse_cause: np.ndarray,
    death_keys: np.ndarray,
    cause_keys: np.ndarray,
    cause_cumulative: np.ndarray,
    cull_on: int,
    cull_share: float,
    cull_keys: np.ndarray,
    vaccinate_on: int,
    vaccination_loss: float,
    fcr: float,
    appetite_keys: np.ndarray,
    appetite_sd: float,
    target_cg: int,
    population: np.ndarray,
    dead: np.ndarray,
    culled: np.ndarray,
    cause: np.ndarray,
    mu: np.ndarray,
    v: np.ndarray,
    weight_cg: np.ndarray,
    ration: np.ndarray,
) -> int:
    """Live the days of one stage in `n` containers; returns the days lived (fewer when the target is reached).

    fish, mu0, v0, tgc, *_keys: (n,). temp_c (n, days) degC. hazard, pulse (days,): the batch's and the events'
    daily hazard. batch_noise (weeks,): standard AR(1). Outputs (n, days), all at the end of the day:
    population, dead, culled (fish); cause (code); mu, v (g^(1/3)); weight_cg (mean weight, 0.01 g, whole);
    ration (feed of the day, 0.0001 kg, whole). tgc in g^(1/3) per 1000 degree-days; yolk_growth in g^(1/3) a day;
    fasting_from: first day without feed; target_cg: the batch's mean weight that ends the stage, 0 for none.
    """
    n, days = temp_c.shape
    grown = np.zeros(n)
    noise = np.zeros(n)
    own_share = math.sqrt(1.0 - noise_batch_share * noise_batch_share)
    step = math.sqrt(1.0 - noise_ar1 * noise_ar1)
    half_var = 0.5 * noise_sd * noise_sd
    alive = fish.copy()
    for d in range(days):
        total_fish = 0
        total_cg = 0
        day = first_day + d
        for c in range(n):
            m = mu[c, d - 1] if d > 0 else mu0[c]
            var = v[c, d - 1] if d > 0 else v0[c]
            before_g = mean_weight_g(m, var)
            if d < fasting_from:
                t = temp_c[c, d]
                g = yolk_growth
                if tgc[c] > 0.0 and t > 0.0:
                    g += tgc[c] / 1000.0 * t * response(t, response_c, response_share)
                    if size_exponent != 0.0:
                        g *= am.exp(size_exponent * am.log(before_g / 1000.0))
                var += individual_cv * individual_cv * g * (2.0 * grown[c] + g)
                grown[c] += g
                m += g
            after_g = mean_weight_g(m, var)
            mu[c, d] = m
            v[c, d] = var
            weight_cg[c, d] = am.whole(after_g * 100.0)

            feed_kg = fcr * alive[c] * (after_g - before_g) / 1000.0
            appetite = 1.0 + appetite_sd * am.normal(appetite_keys[c], day)
            ration[c, d] = am.whole(feed_kg * max(appetite, 0.0) * 10000.0)

            if d % 7 == 0:
                z = am.normal(noise_keys[c], d // 7)
                noise[c] = z if d == 0 else noise_ar1 * noise[c] + step * z
            mixed = noise_batch_share * batch_noise[d // 7] + own_share * noise[c]
            base = hazard[d] * am.exp(noise_sd * mixed - half_var)
            extra = vaccination_loss if d == vaccinate_on else 0.0
            rate = base + pulse[d] + extra
            deaths = am.poisson_quantile(alive[c] * (1.0 - am.exp(-rate)), am.uniform(death_keys[c], day))
            deaths = min(deaths, alive[c])
            u = am.uniform(cause_keys[c], 2 * day) * rate
            if u < extra:
                cause[c, d] = HANDLING
            elif u < extra + pulse[d]:
                cause[c, d] = pulse_cause[d]
            else:
                u = am.uniform(cause_keys[c], 2 * day + 1)
                code = 0
                while code < cause_cumulative.shape[0] - 1 and u >= cause_cumulative[code]:
                    code += 1
                cause[c, d] = code
            alive[c] -= deaths
            taken = 0
            if d == cull_on:
                taken = min(alive[c], int(alive[c] * cull_share + am.uniform(cull_keys[c], 0)))
                alive[c] -= taken
            dead[c, d] = deaths
            culled[c, d] = taken
            population[c, d] = alive[c]
            total_fish += alive[c]
            total_cg += alive[c] * weight_cg[c, d]
        if target_cg > 0 and total_fish > 0 and total_cg >= target_cg * total_fish:
            return d + 1
    return int(days)


@kernel
def outbreaks(
    key: np.uint64,
    weeks: np.ndarray,
    per_cycle: float,
    limit: int,
    loss_median: float,
    loss_sdlog: float,
    spread: np.ndarray,
    cause_cumulative: np.ndarray,
    pulse: np.ndarray,
    pulse_cause: np.ndarray,
) -> None:
    """Add a cycle's disease and trauma events to `pulse` (daily hazard) and name their cause in `pulse_cause`.

    weeks: likelihood of an event's start by week; spread: an event's share by week. Draws: 1 for the number of
    events, 3 for each of `limit` events whether it happens or not.
    """
    total = 0.0
    for w in range(weeks.shape[0]):
        total += weeks[w]
    events = min(limit, am.poisson_quantile(per_cycle, am.uniform(key, 0)))
    for e in range(events):
        u = am.uniform(key, 3 * e + 1) * total
        start = 0
        while start < weeks.shape[0] - 1 and u >= weeks[start]:
            u -= weeks[start]
            start += 1
        loss = min(0.9, loss_median * am.exp(loss_sdlog * am.normal(key, 3 * e + 2)))
        dose = -am.log(1.0 - loss)
        u = am.uniform(key, 3 * e + 3)
        code = 0
        while code < cause_cumulative.shape[0] - 1 and u >= cause_cumulative[code]:
            code += 1
        for w in range(spread.shape[0]):
            for d in range(7 * (start + w), min(7 * (start + w + 1), pulse.shape[0])):
                if spread[w] * dose / 7.0 > pulse[d]:
                    pulse_cause[d] = code
                pulse[d] += spread[w] * dose / 7.0


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
