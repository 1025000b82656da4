"""Five short lives on the small farm, quick enough for kernels that are not compiled; two share an area."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Schedule, Stay
from engine.farm.schedule_text import format_schedule
from tests.small_plan import AS_OF_DAY

SHORT_DAYS = (8, 7, 7, 7, 7, 36)
# number, geography, age in days at the as-of date, station and area of the geography, ring of the area: harvested at
# the plan's end, at sea, in Parr, a day old, and beside the first in its area
LIVES = (
    ("FAR-2025-001", 1, 73, (0, 0), 0),
    ("SCO-2025-001", 2, 50, (0, 0), 0),
    ("SCO-2025-002", 2, 19, (1, 1), 0),
    ("FAR-2025-002", 1, 1, (0, 1), 0),
    ("FAR-2025-003", 1, 60, (1, 0), 1),
)
EGGS = 20_000


def make_tiny_schedule(farm: Farm, biology: Biology, *, partitions: int = 2, name: str = "tiny") -> Schedule:
    """The lives of LIVES on `small_plan.make_farm`, in 1 to 5 partitions."""
    batches = tuple(
        Batch(
            id=i,
            number=number,
            geography_id=geography,
            eggs=EGGS,
            stays=_stays(farm, geography, places, ring=ring, start_day=AS_OF_DAY - age),
        )
        for i, (number, geography, age, places, ring) in enumerate(LIVES, 1)
    )
    bounds = [round(n * len(LIVES) / partitions) + 1 for n in range(partitions + 1)]
    schedule = Schedule(
        name=name,
        seed=11,
        as_of_day=AS_OF_DAY,
        farm=farm,
        biology=biology,
        batches=batches,
        partitions=tuple(range(first, last) for first, last in pairwise(bounds)),
        text="",
        stage_days=SHORT_DAYS,
    )
    return replace(schedule, text=format_schedule(schedule))


def _stays(farm: Farm, geography: int, places: tuple[int, int], *, ring: int, start_day: int) -> tuple[Stay, ...]:
    """One container a stage: `places` number the station and the area in their geography, from 0."""
    station = [s for s in farm.stations if s.geography_id == geography][places[0]]
    halls = {h.stage: h.container_ids[0] for h in farm.halls if h.station_id == station.id}
    at_sea = farm.areas_in(geography)[places[1]].ring_ids[ring]
    stays, day = [], start_day
    for stage, days in enumerate(SHORT_DAYS, 1):
        containers = (halls.get(stage, at_sea),)
        stays.append(Stay(stage=stage, container_ids=containers, start_day=day, end_day=day + days))
        day += days
    return tuple(stays)
