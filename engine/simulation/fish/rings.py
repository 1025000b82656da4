"""The kernel of a stay at sea: rings day by day, lice week by week, treatments above the limit, harvest."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.fish.days import Daily, Water, blank_days, close_day, state_on_arrival, today_in
from engine.simulation.fish.life import Physiology, breathe_and_grow
from engine.simulation.fish.mortality import clear_dead, die, spread_loss
from engine.simulation.lice.counting import Counting, LiceCounts, blank_counts, count_lice, live_a_week
from engine.simulation.lice.delousing import (
    Delousing,
    Patients,
    RingTreatments,
    blank_treatments,
    book_vessel,
    first_treatments,
    treat_ring,
)
from engine.simulation.lice.stages import STAGES
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.weights import Population, mean_weight_g

UNDECIDED, BY_WEIGHT, BY_PLAN = 0, 1, 2  # why a harvest was decided


class Harvesting(NamedTuple):
    """When rings are emptied: at the target (mean live weight, 0.01 g) or the planned stay's end, `rings_a_day`.

    rings: how many there are, more than containers where a few stand for all. open (planned_days,): whether a plant
    works; last_start: the day of the stay on which the emptying must begin to be over in time.
    """

    target_cg: int
    planned_days: int
    rings: int
    rings_a_day: int
    fasting_days: int
    open: np.ndarray
    last_start: int


class SeaOutcome(NamedTuple):
    """A stay at sea as lived in n containers.

    days_lived, emptied (n,): see record.StageHistory. decided_on: the day of the stay on which the harvest was decided,
    -1 for none; reason: UNDECIDED, BY_WEIGHT or BY_PLAN.
    """

    daily: Daily
    counts: LiceCounts
    treatments: RingTreatments
    days_lived: np.ndarray
    emptied: np.ndarray
    decided_on: int
    reason: int


@kernel
def plan_harvest(d: int, present: np.ndarray, free_from: np.ndarray, harvesting: Harvesting) -> np.ndarray:
    """Each container's day of harvest after the decision on day d: fasted, out of withdrawal, within the plan.

    present, free_from (n,): whether it holds fish, and the day from which no withdrawal holds them. -1 where it does
    not.
    """
    n = present.shape[0]
    harvest_on = np.full(n, -1)
    last = harvesting.planned_days - 1
    first = min(d + harvesting.fasting_days, last)
    rings = 0
    for c in range(n):
        rings += present[c]
    stand_for_all = n < harvesting.rings
    a_day = harvesting.rings_a_day
    span = -(-harvesting.rings // a_day)
    works = harvesting.open.copy()
    if works[first : last + 1].sum() * a_day < rings:
        works[first : last + 1] = True  # a plant works on days of rest rather than keep fish beyond their stay
        if not stand_for_all and (last - first + 1) * a_day < rings:
            a_day = -(-rings // (last - first + 1))
    taken = np.zeros(last + 1, dtype=np.int64)
    for c in range(n):
        if not present[c]:
            continue
        on = min(max(first + (span - 1 if stand_for_all else 0), free_from[c]), last)
        while ((not stand_for_all and taken[on] >= a_day) or not works[on]) and on < last:
            on += 1
        taken[on] += 1
        harvest_on[c] = on
    return harvest_on


class Lived(NamedTuple):
    """What a stay at sea in n containers fills: see SeaOutcome; of treatments, as many as there were."""

    daily: Daily
    counts: LiceCounts
    treatments: RingTreatments
    days_lived: np.ndarray
    emptied: np.ndarray


def simulate_rings(
    arrived: Population,
    water: Water,
    physiology: Physiology,
    counting: Counting,
    delousing: Delousing,
    harvesting: Harvesting,
) -> SeaOutcome:
    """Simulate a stay in n rings, day by day, to its harvest or the last day of `water`. arrived (n,): on its first
    morning. Lice are counted on the days of `counting`, before any treatment of the day."""
    n, days = water.temp_c.shape
    all_rings, weeks = counting.container.shape[0], counting.day.shape[0]
    lived = Lived(
        daily=blank_days(n, days),
        counts=blank_counts(all_rings, weeks),
        treatments=blank_treatments(all_rings * weeks),  # a count calls for one at most
        days_lived=np.full(n, days),
        emptied=np.zeros(n, dtype=np.bool_),
    )
    treated, decided_on, reason = live_in_rings(
        arrived=arrived,
        water=water,
        physiology=physiology,
        counting=counting,
        delousing=delousing,
        harvesting=harvesting,
        lived=lived,
    )
    return SeaOutcome(
        daily=lived.daily,
        counts=lived.counts,
        treatments=first_treatments(lived.treatments, treated),
        days_lived=lived.days_lived,
        emptied=lived.emptied,
        decided_on=decided_on,
        reason=reason,
    )


@kernel
def live_in_rings(
    arrived: Population,
    water: Water,
    physiology: Physiology,
    counting: Counting,
    delousing: Delousing,
    harvesting: Harvesting,
    lived: Lived,
) -> tuple[int, int, int]:
    """Fill the days of a stay in n rings. Returns how many treatments there were, decided_on and reason."""
    n, days = water.temp_c.shape
    state = state_on_arrival(arrived)
    population = Population(fish=state.fish, mu=state.mu, v=state.v)
    daily, counts, treatments = lived.daily, lived.counts, lived.treatments
    days_lived, emptied = lived.days_lived, lived.emptied
    # each look-up of a tuple counts references to all its arrays: once a stay, not once a day
    breathing, growing, dying = physiology.breathing, physiology.growing, physiology.dying
    all_rings = counting.container.shape[0]
    lice = np.zeros((all_rings, STAGES))
    warmth = np.zeros(n)
    present = np.ones(n, dtype=np.bool_)
    # a container's fish are treated with the first of the rings that it stands for
    leading = np.full(n, all_rings)
    for r in range(all_rings):
        leading[counting.container[r]] = min(leading[counting.container[r]], r)
    treat_on = np.full(all_rings, -1)
    booked = np.full(all_rings, -1)
    free_from = np.zeros(n, dtype=np.int64)
    harvest_on = np.full(n, -1)
    method = 0
    number = 0
    treated = 0
    latest = -delousing.interval_days
    decided_on = -1
    reason = UNDECIDED
    by_plan = max(0, harvesting.last_start - harvesting.fasting_days)
    made = 0  # counts
    for d in range(days):
        for c in range(n):
            warmth[c] += water.temp_c[c, d]
        if d % WEEK_DAYS == WEEK_DAYS - 1:
            for c in range(n):
                warmth[c] /= WEEK_DAYS
            live_a_week(
                w=d // WEEK_DAYS,
                mean_temp_c=warmth,
                population=population,
                present=present,
                lice=lice,
                counting=counting,
            )
            warmth[:] = 0.0
        if made < counting.day.shape[0] and d == counting.day[made]:
            females = count_lice(
                k=made, population=population, present=present, lice=lice, counting=counting, counts=counts
            )
            made += 1
            if females > delousing.limit[d] and decided_on < 0 and d - latest >= delousing.interval_days:
                method = am.choose(am.uniform(delousing.batch_key, number), delousing.method_cumulative)
                book_vessel(d + delousing.lead_days, delousing.rings, booked)
                end = booked[all_rings - 1]
                # one whose withdrawal would outlast the stay gives way to the harvest
                if end + delousing.withholding_days[method] < harvesting.last_start:
                    treat_on[:] = booked
                    latest = end
                    number += 1
        fish = 0
        weight_cg = 0
        for c in range(n):
            if not present[c]:
                continue
            due = treat_on[leading[c]]
            fasting = due >= d and due - delousing.fasting_days[method] <= d
            fasting = fasting or (harvest_on[c] >= 0 and d > harvest_on[c] - harvesting.fasting_days)
            today = today_in(c, d, water)
            breathe_and_grow(
                today=today,
                is_fed=not fasting,
                event_hazard=dying.event_hazard[c, d],
                state=state,
                water=water,
                breathing=breathing,
                growing=growing,
                daily=daily,
            )
            if state.fish[c] > 0:
                patients = Patients(
                    day=today.day,
                    temp_c=today.temp_c,
                    weight_g=mean_weight_g(state.mu[c], state.v[c]),
                    recent=state.recent[c],
                )
                for r in range(leading[c], all_rings):
                    if counting.container[r] == c and treat_on[r] == d:
                        efficacy, loss = treat_ring(
                            r=r, number=number - 1, m=method, patients=patients, lice=lice, delousing=delousing
                        )
                        treatments.ring[treated], treatments.day[treated] = r, d
                        treatments.method[treated] = method
                        treatments.efficacy[treated], treatments.loss[treated] = efficacy, loss
                        treated += 1
                        if r == leading[c]:
                            spread_loss(today, loss, delousing.loss_spread, dying)
                            state.zest[c] *= delousing.zest[method]
                            free_from[c] = d + delousing.withholding_days[method] + 1
            die(today, state, dying, daily)
            close_day(today, state, daily)
            fish += state.fish[c]
            weight_cg += state.fish[c] * daily.weight_cg[c, d]
        if decided_on < 0:
            if fish > 0 and weight_cg >= harvesting.target_cg * fish:
                reason = BY_WEIGHT
            elif d >= by_plan:
                reason = BY_PLAN
            if reason != UNDECIDED:
                decided_on = d
                for r in range(all_rings):
                    if treat_on[r] > d:
                        treat_on[r] = -1
                harvest_on = plan_harvest(d, present, free_from, harvesting)
        left = 0
        for c in range(n):
            if present[c] and harvest_on[c] == d:
                clear_dead(c, d, state, daily)
                present[c] = False
                days_lived[c] = d + 1
                emptied[c] = True
            left += present[c]
        if left == 0:
            break
    return treated, decided_on, reason
