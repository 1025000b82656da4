"""Cuts a schedule into time slices of nearly equal work."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from engine.farm.infrastructure import Farm
from engine.farm.occupancy import Ints, occupancy
from engine.farm.schedule import Batch

USUAL_BATCHES = 40
FEWEST = 2


def usual_count(batches: int) -> int:
    """Partitions unless told otherwise: of about 40 batches, at least 2, never more than batches."""
    return min(batches, max(FEWEST, -(-batches // USUAL_BATCHES)))


def predicted_readings(batches: tuple[Batch, ...], farm: Farm, as_of_day: int) -> Ints:
    """Readings of each batch's sensors before the as-of date if it is harvested on its last planned day."""
    rows = occupancy(batches)
    sensors = np.array([0, *(len(c.sensor_ids) for c in farm.containers)], dtype=np.int64)
    readings = rows.days_within(rows.start_day.min(initial=0), as_of_day) * sensors[rows.container]
    totals = np.zeros(len(batches), dtype=np.int64)
    np.add.at(totals, rows.batch, readings * farm.model.readings_per_day)
    return totals


def balanced(weights: Sequence[int] | Ints, count: int) -> tuple[range, ...]:
    """Ranges of ordinals from 1 that hold all of `weights` in order, in `count` parts of nearly equal sum.

    Each cut falls where the running sum is nearest to its equal share; no part is empty. `count` must lie in
    1 to len(weights).
    """
    total = np.concatenate([[0], np.cumsum(np.asarray(weights, dtype=np.int64))])
    size = len(total) - 1
    cuts = [0]
    for part in range(1, count):
        # whole numbers throughout: compare count * running sum with part * total
        goal = int(total[-1]) * part
        at = int(np.searchsorted(total * count, goal))
        if at > 0 and goal - int(total[at - 1]) * count <= int(total[at]) * count - goal:
            at -= 1
        cuts.append(min(max(at, cuts[-1] + 1), size - (count - part)))
    cuts.append(size)
    return tuple(range(a + 1, b + 1) for a, b in pairwise(cuts))
