"""All fish of a batch lost at once in their hall."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.farm.schedule import TotalLoss
from engine.simulation.fish.outcome import StageOutcome
from engine.simulation.record import HealthEvent
from lake.codes import MORTALITY_CAUSES

CAUSE = MORTALITY_CAUSES.index("ENVIRONMENTAL")  # of all that lake.codes.TOTAL_LOSSES names
ALL = 1.0


def lose_all(outcome: StageOutcome, lost: TotalLoss) -> StageOutcome:
    """A stage that ends with the day of the loss, on the evening of which what is alive dies."""
    stage = outcome.stage
    population, dead, dead_cg, cause = (
        values.copy() for values in (stage.population, stage.dead, stage.dead_cg, stage.cause)
    )
    alive, died = population[:, -1].astype(np.int64), dead[:, -1].astype(np.int64)
    mass = alive * stage.weight_cg[:, -1].astype(np.int64) + died * dead_cg[:, -1].astype(np.int64)
    all_dead = alive + died
    dead[:, -1], population[:, -1] = all_dead, 0
    dead_cg[:, -1] = np.where(all_dead > 0, (2 * mass + all_dead) // np.maximum(2 * all_dead, 1), 0)
    cause[:, -1] = CAUSE
    event = HealthEvent(
        stage=stage.stage,
        containers=tuple(range(len(stage.container_ids))),
        kind=lost.cause,
        cause=CAUSE,
        start_day=lost.day,
        end_day=lost.day + 1,
        loss=ALL,
    )
    ended = replace(
        stage,
        population=population,
        dead=dead,
        dead_cg=dead_cg,
        cause=cause,
        emptied=np.ones_like(stage.emptied),
    )
    return replace(outcome, stage=ended, events=(*outcome.events, event))
