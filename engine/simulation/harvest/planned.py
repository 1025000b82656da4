"""When the rings of a batch whose harvest is decided are to be emptied: those that are, and those yet to be."""

from __future__ import annotations

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.fish.rings import plan_harvest
from engine.simulation.fish.slaughter import plan_slaughter
from engine.simulation.record import BatchHistory
from lake.codes import VACCINE


def planned_harvest_days(schedule: Schedule, history: BatchHistory) -> np.ndarray:
    """The day of each ring's harvest since 1970, (n,), as planned on the day of the decision; none before it, (0,).

    From what was known then: how many rings there are, and until when treatments withhold them.
    """
    if history.trigger_day < 0:
        return np.zeros(0, dtype=np.int64)
    model, sea = schedule.biology.model, history.stages[-1]
    n = len(sea.container_ids)
    free_from = np.zeros(n, dtype=np.int64)
    for treatment in history.treatments:
        if treatment.stage == sea.stage and treatment.method != VACCINE and treatment.day <= history.trigger_day:
            withheld = model.treatments.methods.of(treatment.method).withholding_days
            free_from[treatment.container] = treatment.day - sea.start_day + withheld + 1
    harvesting = plan_slaughter(
        schedule,
        schedule.farm.geography_of(history.batch).name,
        (sea.start_day, sea.planned_end_day),
        rings=n,
        target_cg=history.harvest_target_cg,
    )
    present = np.ones(n, dtype=np.bool_)
    days: np.ndarray = sea.start_day + plan_harvest(history.trigger_day - sea.start_day, present, free_from, harvesting)
    return days
