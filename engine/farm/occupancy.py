"""A schedule's stays as flat arrays, one row per batch, stage and container: for checks and for loads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from engine.farm.schedule import Batch

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Occupancy:
    """Parallel arrays: batch index (from 0), stage (1 to 6), container id, days [start_day, end_day)."""

    batch: Ints
    stage: Ints
    container: Ints
    start_day: Ints
    end_day: Ints

    def days_within(self, first_day: int, last_day: int) -> Ints:
        """Days of each row inside [first_day, last_day)."""
        inside = np.minimum(self.end_day, last_day) - np.maximum(self.start_day, first_day)
        days: Ints = np.maximum(inside, 0)
        return days


def occupancy(batches: tuple[Batch, ...]) -> Occupancy:
    """Every batch's stays that hold containers, in order of batch, stage and container as given."""
    stays = [(i, stay) for i, batch in enumerate(batches) for stay in batch.held_stays]
    counts = np.array([len(stay.container_ids) for _, stay in stays], dtype=np.int64)
    per_stay = np.array([(i, stay.stage, stay.start_day, stay.end_day) for i, stay in stays], dtype=np.int64).reshape(
        -1, 4
    )
    rows = np.repeat(per_stay, counts, axis=0)
    containers = np.fromiter(chain.from_iterable(stay.container_ids for _, stay in stays), dtype=np.int64)
    return Occupancy(batch=rows[:, 0], stage=rows[:, 1], container=containers, start_day=rows[:, 2], end_day=rows[:, 3])


@dataclass(frozen=True)
class Overlap:
    """Two rows of an Occupancy that hold one container on the days [start_day, end_day)."""

    first_batch: int
    second_batch: int
    first_stage: int
    second_stage: int
    container: int
    start_day: int
    end_day: int


def overlaps(rows: Occupancy) -> list[Overlap]:
    """Neighbours in time that share a container and a day; empty if and only if no rows do. O(n log n)."""
    order = np.lexsort((rows.batch, rows.start_day, rows.container))
    order = order[rows.end_day[order] > rows.start_day[order]]
    first, second = order[:-1], order[1:]
    same = rows.container[first] == rows.container[second]
    clash = np.flatnonzero(same & (rows.start_day[second] < rows.end_day[first]))
    return [
        Overlap(
            first_batch=int(rows.batch[a]),
            second_batch=int(rows.batch[b]),
            first_stage=int(rows.stage[a]),
            second_stage=int(rows.stage[b]),
            container=int(rows.container[a]),
            start_day=int(rows.start_day[b]),
            end_day=int(min(rows.end_day[a], rows.end_day[b])),
        )
        for a, b in zip(first[clash], second[clash], strict=True)
    ]
