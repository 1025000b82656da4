"""What came of one stage of a batch, in the form that its record has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.simulation.fish.days import Daily, Water
from engine.simulation.numerics.weights import Population
from engine.simulation.record import HealthEvent, SeaLice, StageHistory, Treatment
from engine.simulation.setting import Setting


@dataclass(frozen=True)
class StageOutcome:
    """A stage as lived, and what happened in it. trigger_day: since 1970, -1 before a harvest was decided.

    reason: of the harvest, WEIGHT or PLAN_END.
    """

    stage: StageHistory
    events: tuple[HealthEvent, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    trigger_day: int = -1
    reason: str = ""


@dataclass(frozen=True)
class Residence:
    """How long n containers were lived in, (n,): see StageHistory."""

    days_lived: np.ndarray
    emptied: np.ndarray


def stage_history(
    setting: Setting,
    arrived: Population,
    water: Water,
    daily: Daily,
    residence: Residence,
    lice: SeaLice | None = None,
) -> StageHistory:
    """The record of a stage, cut off after the last day on which a container was lived in."""
    stay, days = setting.stay, int(residence.days_lived.max())
    return StageHistory(
        stage=stay.stage,
        container_ids=stay.container_ids,
        start_day=stay.start_day,
        planned_end_day=stay.end_day,
        days_lived=residence.days_lived,
        emptied=residence.emptied,
        fish=arrived.fish,
        mu0=arrived.mu,
        v0=arrived.v,
        temp_c=np.ascontiguousarray(water.temp_c[:, :days]),
        lice=lice,
        # of one layout whatever was cut off: kernels are compiled anew for each
        **{name: np.ascontiguousarray(values[:, :days]) for name, values in daily._asdict().items()},
    )
