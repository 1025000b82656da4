"""The kernel of a stay at sea: rings day by day, lice week by week, treatments above the limit, harvest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.fish.life import (
    Breathing,
    Dying,
    Growing,
    Keys,
    Lived,
    Population,
    breathe,
    close_day,
    die,
    grow,
)
from engine.simulation.lice.stages import STAGES, LiceModel, inverse_logit, negative_binomial_quantile, next_week
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.weights import mean_weight_g

ADULT_FEMALE = 2
BY_WEIGHT, BY_PLAN = 1, 2  # why a harvest was decided; 0: it was not


class Counting(NamedTuple):
    """Lice in the rings and on the fish sampled, ring by ring; a container that is lived in may stand for several.

    container (rings,): each ring's, in order. pressure (rings, weeks): larvae from outside, lice a fish and week.
    own_infection: larvae from the batch's own rings, a week, for each adult female a fish in them on average.
    lice_keys, count_keys (rings,).
    """

    model: LiceModel
    container: np.ndarray
    pressure: np.ndarray
    own_infection: float
    fish: int
    lice_keys: np.ndarray
    count_keys: np.ndarray


class Treating(NamedTuple):
    """When and how lice are treated; arrays over methods unless said otherwise.

    limit (days,): adult females a fish above which a count calls for a treatment, `lead` days later, `rings_a_day`, not
    sooner than `interval` days after the last. efficacy: logit-normal, of mobiles; attached: the share of it that
    holds for attached lice. loss: share of the fish that die of it, lognormal by its mean, over days as in
    loss_spread (days after,). withholding, fasting: days.
    """

    limit: np.ndarray
    lead: int
    rings_a_day: int
    interval: int
    method_cumulative: np.ndarray
    efficacy_logit: np.ndarray
    efficacy_sd: np.ndarray
    attached: np.ndarray
    loss_mean: np.ndarray
    loss_sdlog: np.ndarray
    loss_spread: np.ndarray
    withholding: np.ndarray
    fasting: np.ndarray
    batch_key: np.uint64
    keys: np.ndarray


class Harvesting(NamedTuple):
    """When rings are emptied: at the target (mean live weight, 0.01 g) or the planned stay's end, `rings_a_day`.

    rings: how many there are, more than containers where a few stand for all. planned: days of the stay.
    """

    target_cg: int
    planned: int
    rings: int
    rings_a_day: int
    fasting: int


class Seen(NamedTuple):
    """What the stay shows beside its days: lice by count (n, counts, STAGES), fish sampled (n, counts), treatments."""

    lice: np.ndarray
    counted: np.ndarray
    sampled: np.ndarray
    lived: np.ndarray
    gone: np.ndarray
    treated_ring: np.ndarray
    treated_day: np.ndarray
    treated_method: np.ndarray
    treated_efficacy: np.ndarray
    treated_loss: np.ndarray


@kernel
def count_lice(
    d: int, warm: np.ndarray, lice: np.ndarray, now: Population, here: np.ndarray, counting: Counting, seen: Seen
) -> float:
    """Let a week pass for the lice of every ring and count them; returns the adult females a fish counted."""
    w = d // 7
    noise = np.zeros(STAGES)
    females = 0
    fish = 0
    breeding = 0.0
    rings = 0
    for r in range(lice.shape[0]):
        c = counting.container[r]
        if here[c] and now.fish[c] > 0:
            breeding += lice[r, ADULT_FEMALE]
            rings += 1
    own = counting.own_infection * breeding / max(rings, 1)
    for r in range(lice.shape[0]):
        c = counting.container[r]
        if not here[c] or now.fish[c] == 0:
            continue
        for s in range(STAGES):
            noise[s] = am.normal(counting.lice_keys[r], STAGES * w + s)
        weight_g = mean_weight_g(now.mu[c], now.v[c])
        pressure = counting.pressure[r, w] + own
        next_week(lice[r], pressure, warm[c] / 7.0, float(now.fish[c]), weight_g, noise, counting.model)
        sampled = min(counting.fish, now.fish[c])
        seen.sampled[r, w] = sampled
        for s in range(STAGES):
            seen.lice[r, w, s] = lice[r, s]
            seen.counted[r, w, s] = negative_binomial_quantile(
                sampled * lice[r, s], counting.model.count_size[s], am.uniform(counting.count_keys[r], STAGES * w + s)
            )
        females += seen.counted[r, w, ADULT_FEMALE]
        fish += sampled
    return females / fish if fish > 0 else 0.0


@kernel
def treat(r: int, d: int, number: int, m: int, row: int, lice: np.ndarray, treating: Treating, seen: Seen) -> float:
    """Treat one ring: fewer lice; returns the share of the fish that it will kill."""
    z = am.normal(treating.keys[r], 2 * number)
    efficacy = inverse_logit(treating.efficacy_logit[m] + treating.efficacy_sd[m] * z)
    sd = treating.loss_sdlog[m]
    z = am.normal(treating.keys[r], 2 * number + 1)
    loss: float = min(0.5, treating.loss_mean[m] * am.exp(sd * z - 0.5 * sd * sd))
    lice[r, 0] *= 1.0 - efficacy * treating.attached[m]
    for s in range(1, STAGES):
        lice[r, s] *= 1.0 - efficacy
    seen.treated_ring[row] = r
    seen.treated_day[row] = d
    seen.treated_method[row] = m
    seen.treated_efficacy[row] = efficacy
    seen.treated_loss[row] = loss
    return loss


@kernel
def spread_loss(c: int, d: int, loss: float, treating: Treating, dying: Dying) -> None:
    """Let a treatment's share of a container's fish die over the days that follow."""
    dose = -am.log(1.0 - loss)
    for i in range(treating.loss_spread.shape[0]):
        if d + i < dying.handling.shape[1]:
            dying.handling[c, d + i] += dose * treating.loss_spread[i]


@kernel
def plan_harvest(
    d: int, here: np.ndarray, free_from: np.ndarray, harvesting: Harvesting, harvest_on: np.ndarray
) -> None:
    """Choose each ring's day of harvest after the decision on day d: fasted, out of withdrawal, within the plan."""
    last = harvesting.planned - 1
    first = min(d + harvesting.fasting, last)
    rings = 0
    for c in range(here.shape[0]):
        rings += here[c]
    stand_for_all = here.shape[0] < harvesting.rings
    a_day = harvesting.rings_a_day
    span = -(-harvesting.rings // a_day)
    if not stand_for_all and first + -(-rings // a_day) - 1 > last:
        a_day = -(-rings // (last - first + 1))
    taken = np.zeros(last + 1, dtype=np.int64)
    for c in range(here.shape[0]):
        if not here[c]:
            continue
        on = min(max(first + (span - 1 if stand_for_all else 0), free_from[c]), last)
        while not stand_for_all and taken[on] >= a_day and on < last:
            on += 1
        taken[on] += 1
        harvest_on[c] = on


@kernel
def live_in_rings(
    first_day: int,
    temp_c: np.ndarray,
    tgc: np.ndarray,
    growing: Growing,
    water: Breathing,
    dying: Dying,
    keys: Keys,
    counting: Counting,
    treating: Treating,
    harvesting: Harvesting,
    now: Population,
    out: Lived,
    seen: Seen,
) -> tuple[int, int, int]:
    """Live a stay at sea; returns (treatments of a ring, day of the stay on which the harvest was decided or -1, why).

    temp_c (n, days) degC; tgc (n,). Lice are counted on every seventh day, before any treatment of the day.
    """
    n, days = temp_c.shape
    all_rings = counting.container.shape[0]
    lice = np.zeros((all_rings, STAGES))
    warm = np.zeros(n)
    here = np.ones(n, dtype=np.bool_)
    # a container's fish are treated with the first of the rings that it stands for
    leading = np.full(n, all_rings)
    for r in range(all_rings):
        leading[counting.container[r]] = min(leading[counting.container[r]], r)
    treat_on = np.full(all_rings, -1)
    free_from = np.zeros(n, dtype=np.int64)
    harvest_on = np.full(n, -1)
    method = 0
    number = 0
    treated = 0
    latest = -treating.interval
    decided = -1
    why = 0
    span = -(-harvesting.rings // harvesting.rings_a_day)
    by_plan = max(0, harvesting.planned - span - harvesting.fasting)
    for d in range(days):
        day = first_day + d
        for c in range(n):
            warm[c] += temp_c[c, d]
        if d % 7 == 6:
            females = count_lice(d, warm, lice, now, here, counting, seen)
            warm[:] = 0.0
            if females > treating.limit[d] and decided < 0 and d - latest >= treating.interval:
                u = am.uniform(treating.batch_key, number)
                method = 0
                while method < treating.method_cumulative.shape[0] - 1 and u >= treating.method_cumulative[method]:
                    method += 1
                start = d + treating.lead
                end = start + (all_rings - 1) // treating.rings_a_day
                # one whose withdrawal would outlast the stay gives way to the harvest
                if end + treating.withholding[method] < harvesting.planned - span:
                    for r in range(all_rings):
                        treat_on[r] = start + r // treating.rings_a_day
                    latest = end
                    number += 1
        fish = 0
        weight_cg = 0
        for c in range(n):
            if not here[c]:
                continue
            due = treat_on[leading[c]]
            fasting = due >= d and due - treating.fasting[method] <= d
            fasting = fasting or (harvest_on[c] >= 0 and d > harvest_on[c] - harvesting.fasting)
            appetite = breathe(c, d, temp_c[c, d], now, growing, water, dying, out)
            grow(c, d, day, temp_c[c, d], tgc[c], not fasting, appetite, now, growing, keys, out)
            if now.fish[c] > 0:
                for r in range(leading[c], all_rings):
                    if counting.container[r] == c and treat_on[r] == d:
                        loss = treat(r, d, number - 1, method, treated, lice, treating, seen)
                        treated += 1
                        if r == leading[c]:
                            spread_loss(c, d, loss, treating, dying)
                            free_from[c] = d + treating.withholding[method] + 1
            die(c, d, day, temp_c[c, d], now, dying, keys, out)
            close_day(c, d, now, out)
            fish += now.fish[c]
            weight_cg += now.fish[c] * out.weight_cg[c, d]
        if decided < 0:
            if fish > 0 and weight_cg >= harvesting.target_cg * fish:
                why = BY_WEIGHT
            elif d >= by_plan:
                why = BY_PLAN
            if why > 0:
                decided = d
                for r in range(all_rings):
                    if treat_on[r] > d:
                        treat_on[r] = -1
                plan_harvest(d, here, free_from, harvesting, harvest_on)
        left = 0
        for c in range(n):
            if here[c] and harvest_on[c] == d:
                here[c] = False
                seen.lived[c] = d + 1
                seen.gone[c] = True
            left += here[c]
        if left == 0:
            break
    for c in range(n):
        if here[c]:
            seen.lived[c] = days
    return treated, decided, why
