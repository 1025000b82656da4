"""What is planned ring by ring once a batch's harvest is decided, from the farm's template of a harvest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.infrastructure import Farm
from engine.simulation.harvest.planned import planned_harvest_days
from engine.simulation.health.entries import HARVEST_HOUR
from engine.simulation.numerics.calendar import DAY_US, HOUR_US
from engine.simulation.rows.life import BatchLife

NEVER = -1


@dataclass(frozen=True)
class RingHarvests:
    """Planned harvests of n rings, (n,) each: the day due since 1970; done_us: when it was done, 0 if not yet."""

    template_id: np.ndarray
    container_id: np.ndarray
    due: np.ndarray
    done_us: np.ndarray
    status: tuple[str, ...]
    notes: tuple[str, ...]


def ring_harvests(life: BatchLife) -> RingHarvests:
    """The batch's rings, in order; none before the decision, and none of a farm that plans no harvest."""
    template, due = harvest_template(life.schedule.farm), planned_harvest_days(life.schedule, life.history)
    stage, n = life.stages[-1], len(due) if template != NEVER else 0
    emptied = (stage.start_day + stage.days_lived - 1) * DAY_US + HARVEST_HOUR * HOUR_US
    done, names = np.where(stage.emptied, emptied, 0)[:n], life.names(stage)[:n]
    return RingHarvests(
        template_id=np.full(n, template + 1),
        container_id=np.array(stage.container_ids, dtype=np.int64)[:n],
        due=due[:n],
        done_us=done,
        status=tuple("COMPLETED" if time else "PENDING" for time in done.tolist()),
        notes=tuple(f"Harvest of {name}" for name in names),
    )


def harvest_template(farm: Farm) -> int:
    """The position of the first activity that plans a batch's harvest; NEVER where there is none."""
    activities = farm.model.master.activities
    return next((i for i, template in enumerate(activities) if template.activity == "HARVEST"), NEVER)
