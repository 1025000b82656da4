"""Cuts a schedule into contiguous time slices of nearly equal work."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from engine.farm.occupancy import Ints

BATCHES_A_PARTITION = 40
MIN_PARTITIONS = 2
MAX_SHIFT = 4
"""Batches by which a cut may lie off the place that alone would suit it best."""


def usual_partition_count(batches: int) -> int:
    """Partitions unless told otherwise: of about 40 batches, at least 2, never more than batches."""
    return min(batches, max(MIN_PARTITIONS, -(-batches // BATCHES_A_PARTITION)))


def balance_partitions(weights: Sequence[int] | Ints, count: int) -> tuple[range, ...]:
    """Ranges of ordinals from 1 that hold all of `weights` in order, in `count` parts of nearly equal sum.

    Every cut is first put where the running sum is nearest to its equal share; then all cuts together are moved,
    each by up to `REACH` batches, so that the part farthest from the equal share is as near to it as it can be.
    No part is empty. `count` must lie in 1 to len(weights).
    """
    total = [0, *(int(x) for x in np.cumsum(np.asarray(weights, dtype=np.int64)))]
    cuts = _move_cuts(total, _nearest_cuts(total, count), count)
    return tuple(range(a + 1, b + 1) for a, b in pairwise(cuts))


def sum_partitions(weights: Sequence[int] | Ints, parts: Sequence[range]) -> list[int]:
    """The sum of `weights` in each part, ranges of ordinals from 1."""
    total = np.concatenate([[0], np.cumsum(np.asarray(weights, dtype=np.int64))])
    return [int(total[part.stop - 1] - total[part.start - 1]) for part in parts]


def _nearest_cuts(total: list[int], count: int) -> list[int]:
    """The first and last place and between them each cut's, nearest to its equal share of the running sum."""
    size, whole = len(total) - 1, np.array(total)
    cuts = [0]
    for part in range(1, count):
        # whole numbers throughout: compare count * running sum with part * total
        goal = total[-1] * part
        at = int(np.searchsorted(whole * count, goal))
        if at > 0 and goal - total[at - 1] * count <= total[at] * count - goal:
            at -= 1
        cuts.append(min(max(at, cuts[-1] + 1), size - (count - part)))
    return [*cuts, size]


def _move_cuts(total: list[int], cuts: list[int], count: int) -> list[int]:
    """`cuts` moved within their reach so that the largest difference from the equal share is least.

    Among the ways to part the batches before a cut, the one with the smallest (largest difference, sum of squared
    differences) is kept: dynamic programming over the places of one cut after the other.
    """
    size, whole = len(total) - 1, total[-1]
    reached: dict[int, tuple[int, int]] = {0: (0, 0)}
    came_from: list[dict[int, int]] = []
    for part in range(1, count + 1):
        low, high = max(part, cuts[part] - MAX_SHIFT), min(size - (count - part), cuts[part] + MAX_SHIFT)
        places = [size] if part == count else range(low, high + 1)
        found: dict[int, tuple[int, int]] = {}
        origin: dict[int, int] = {}
        for place in places:
            for before, (worst, squares) in reached.items():
                if before >= place:
                    continue
                off = abs((total[place] - total[before]) * count - whole)
                score = (max(worst, off), squares + off * off)
                if place not in found or score < found[place]:
                    found[place], origin[place] = score, before
        reached = found
        came_from.append(origin)
    best = [size]
    for origin in reversed(came_from):
        best.append(origin[best[-1]])
    return best[::-1]
