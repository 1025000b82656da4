"""The kernel of a freshwater stage: tanks day by day."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.fish.days import Daily, Water, blank_days, close_day, state_on_arrival, today_in
from engine.simulation.fish.life import Physiology, breathe_and_grow
from engine.simulation.fish.mortality import clear_dead, cull_smallest, die
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.weights import Population


class TankPlan(NamedTuple):
    """What is done to the fish of a freshwater stage, by day of the stay.

    fasting_from: the first day without feed. cleared_on (n,): the last day before the fish are moved, in whose evening
    no dead one is left. cull_on (-1: never): when the smallest cull_share are graded out. cull_keys (n,): of the
    containers' streams.
    """

    fasting_from: int
    cleared_on: np.ndarray
    cull_on: int
    cull_share: float
    cull_keys: np.ndarray


def simulate_tanks(arrived: Population, water: Water, physiology: Physiology, plan: TankPlan) -> Daily:
    """Simulate a stay in n tanks, day by day, over the days of `water`. arrived (n,): on its first morning."""
    daily = blank_days(*water.temp_c.shape)
    live_in_tanks(arrived=arrived, water=water, physiology=physiology, plan=plan, daily=daily)
    return daily


@kernel
def live_in_tanks(arrived: Population, water: Water, physiology: Physiology, plan: TankPlan, daily: Daily) -> None:
    """Fill the days of a stay in n tanks."""
    n, days = water.temp_c.shape
    state = state_on_arrival(arrived)
    # each look-up of a tuple counts references to all its arrays: once a stay, not once a day
    breathing, growing, dying = physiology.breathing, physiology.growing, physiology.dying
    for d in range(days):
        for c in range(n):
            today = today_in(c, d, water)
            breathe_and_grow(
                today=today,
                is_fed=d < plan.fasting_from,
                event_hazard=dying.event_hazard[c, d],
                state=state,
                water=water,
                breathing=breathing,
                growing=growing,
                daily=daily,
            )
            die(today, state, dying, daily)
            if d == plan.cull_on or d == plan.cleared_on[c]:
                clear_dead(c, d, state, daily)
            if d == plan.cull_on:
                cull = int(state.fish[c] * plan.cull_share + am.uniform(plan.cull_keys[c], 0))
                cull_smallest(today, cull, state, daily)
            close_day(today, state, daily)
