"""Kernel of a day of the fish in a container, up to its deaths."""

from __future__ import annotations

from typing import NamedTuple

from engine.simulation.fish.breathing import Breathing, breathe
from engine.simulation.fish.days import Daily, State, Today, Water
from engine.simulation.fish.growth import Growing, appetite_left, grow, zest_left
from engine.simulation.fish.mortality import Dying
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import lean_kernel
from engine.simulation.numerics.weights import mean_weight_g


class Physiology(NamedTuple):
    """How the fish of a stage breathe, grow and die."""

    breathing: Breathing
    growing: Growing
    dying: Dying


@lean_kernel
def breathe_and_grow(
    today: Today,
    is_fed: bool,
    event_hazard: float,
    state: State,
    water: Water,
    breathing: Breathing,
    growing: Growing,
    daily: Daily,
) -> None:
    """The day's oxygen, the appetite that it leaves and the growth that comes of it. is_fed: feed is offered."""
    weight_g = mean_weight_g(state.mu[today.c], state.v[today.c])
    log_kg = am.log(weight_g / 1000.0)
    oxygen_mean = breathe(
        today=today, weight_g=weight_g, log_kg=log_kg, state=state, water=water, breathing=breathing, daily=daily
    )
    zest = zest_left(c=today.c, is_fed=is_fed, event_hazard=event_hazard, state=state, growing=growing)
    appetite = zest * appetite_left(oxygen_mean, growing)
    grow(today=today, is_fed=is_fed, appetite=appetite, state=state, growing=growing, daily=daily)
