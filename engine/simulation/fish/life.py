"""Kernel of a day of the fish in a container, up to its deaths."""

from __future__ import annotations

from typing import NamedTuple

from engine.simulation.fish.breathing import Breathing, breathe
from engine.simulation.fish.days import Daily, State, Today, Water
from engine.simulation.fish.growth import Growing, appetite_left, grow
from engine.simulation.fish.mortality import Dying
from engine.simulation.numerics.compilation import kernel


class Physiology(NamedTuple):
    """How the fish of a stage breathe, grow and die."""

    breathing: Breathing
    growing: Growing
    dying: Dying


@kernel
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
    oxygen_mean = breathe(today=today, state=state, water=water, breathing=breathing, daily=daily)
    appetite = appetite_left(oxygen_mean, event_hazard, growing)
    grow(today=today, is_fed=is_fed, appetite=appetite, state=state, growing=growing, daily=daily)
