"""The sample: few batches, so old on the as-of date that every stage and every table is there to look at."""

from __future__ import annotations

from itertools import pairwise

from engine.farm.schedule import STAGE_DAYS
from engine.planning.starts import MIN_AGE_DAYS

AGES = (960, 690, 600, 410, 320, 230, 140, MIN_AGE_DAYS)
"""Days lived on the as-of date: one batch is harvested, two are at sea, and one is in each stage before."""
APART = STAGE_DAYS[0] // 2
RINGS = 4
"""Rings a batch at sea: half the usual, for the data go by containers."""


def sample_pattern(geographies: int) -> tuple[int, str]:
    """Batches in each geography and the stagger, as the plan takes them, that give the ages of AGES.

    The geographies take turns; where their number asks for more batches than ages, the oldest are joined by older ones.
    """
    batches = -(-len(AGES) // geographies)
    gaps = [older - younger for older, younger in pairwise(AGES)]
    more = batches * geographies - len(AGES)
    return batches, ",".join(map(str, [APART] * more + gaps))
