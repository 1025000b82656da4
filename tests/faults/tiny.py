"""The least schedule that shows a whole life: two batches, two partitions, half a year, a third of a second."""

from __future__ import annotations

from dataclasses import replace

from engine.biology.parameters import Biology, read_biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Schedule, Stay
from engine.farm.schedule_text import format_schedule
from tests import small_plan

NAME = "tiny"
SEED, OTHER_SEED = 3, 4
START, AS_OF = 19_000, 19_187
DAYS = (8, 12, 12, 30, 30, 90)
YOUNGER_BY, EGGS = 100, 2_000  # days, eggs a batch


def make_schedule(farm: Farm, biology: Biology, seed: int = SEED) -> Schedule:
    """A harvested batch in the Faroes, and one on land in Scotland."""
    batches = (_batch(farm, 1, 1, START), _batch(farm, 2, 2, START + YOUNGER_BY))
    schedule = Schedule(
        name=NAME,
        seed=seed,
        as_of_day=AS_OF,
        farm=farm,
        biology=biology,
        batches=batches,
        partitions=(range(1, 2), range(2, 3)),
        text="",
    )
    return replace(schedule, text=format_schedule(schedule))


def shipped(seed: int = SEED) -> Schedule:
    """On the small farm, by the published biology."""
    return make_schedule(small_plan.make_farm(), read_biology("published"), seed)


def _batch(farm: Farm, number: int, geography: int, start: int) -> Batch:
    stays, day = [], start
    for stage, days in enumerate(DAYS, 1):
        first = next(c for c in farm.containers if c.stage == stage and c.geography_id == geography)
        there = [c.id for c in farm.containers if c.place == first.place]
        stays.append(Stay(stage=stage, container_ids=tuple(there[:1]), start_day=day, end_day=day + days))
        day += days
    prefix = ("FAR", "SCO")[geography - 1]
    return Batch(
        id=number,
        number=f"{prefix}-2022-{number:03d}",
        geography_id=geography,
        eggs=EGGS,
        stays=tuple(stays),
        harvest_target_g=None,
    )
