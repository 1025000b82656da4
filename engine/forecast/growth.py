"""How long batches stay at sea until they reach their harvest weight, by geography and month of transfer.

Replicate batches are lived in representative containers (representatives.py), spread over the geography's areas, the
month's days and eleven years, each with draws of its own that have nothing to do with any plan's: the result
depends on the farm and the biology alone, and is made once for a process.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay, to_date, to_day
from engine.forecast.representatives import simulate_representatives
from lake.codes import SEA
from lake.errors import InputError

REPLICATES = 60
"""For each geography and month: the 95 % point then lies between the true 90 and 99 % points, usually."""
FIRST_YEAR, YEARS, MONTH_DAYS, AREAS = 2012, 11, 25, 6
MAX_SEA_DAYS = 900
EGGS_A_CONTAINER = 60_000
SEED = 0
_made: dict[tuple[str, str], dict[tuple[int, int], tuple[int, ...]]] = {}


@dataclass(frozen=True)
class SeaPlan:
    """Days at sea for batches by (geography id, month of transfer from 1).

    confidence: asked. reached: the share of replicates that reach their weight within the days.
    """

    confidence: float
    days: dict[tuple[int, int], int]
    reached: dict[tuple[int, int], float]

    def days_for(self, geography_id: int, transfer_day: int) -> int:
        return self.days[geography_id, to_date(transfer_day).month]


def plan_sea_stays(farm: Farm, biology: Biology, adult_days: int, confidence: float) -> SeaPlan:
    """The stay within which a share `confidence` of batches reaches its harvest weight, `adult_days` at the most."""
    days, reached = {}, {}
    for key, found in days_to_harvest(farm, biology).items():
        enough = found[min(len(found) - 1, math.ceil(confidence * len(found)) - 1)]
        days[key] = min(adult_days, enough)
        reached[key] = sum(each <= days[key] for each in found) / len(found)
    return SeaPlan(confidence=confidence, days=days, reached=reached)


def days_to_harvest(farm: Farm, biology: Biology) -> dict[tuple[int, int], tuple[int, ...]]:
    """Days from transfer to harvest weight of every replicate, ascending, by (geography id, month from 1)."""
    key = (farm.sha256, biology.sha256)
    if key not in _made:
        _made[key] = _simulated(farm, biology)
    return _made[key]


def _simulated(farm: Farm, biology: Biology) -> dict[tuple[int, int], tuple[int, ...]]:
    batches: list[Batch] = []
    home: list[tuple[int, int]] = []
    for geography in farm.geographies:
        for month in range(1, 13):
            for i in range(REPLICATES):
                batches.append(_replicate(farm, geography.id, month, ordinal=i, batch_id=len(batches) + 1))
                home.append((geography.id, month))
    schedule = Schedule(
        name="growth",
        seed=SEED,
        as_of_day=max(batch.end_day for batch in batches),
        farm=farm,
        biology=biology,
        batches=tuple(batches),
        partitions=(),
        text="",
    )
    found: dict[tuple[int, int], list[int]] = {key: [] for key in dict.fromkeys(home)}
    for place, (_, history) in zip(home, simulate_representatives(schedule, batches), strict=True):
        found[place].append(history.stages[-1].days)
    return {place: tuple(sorted(days)) for place, days in found.items()}


def _replicate(farm: Farm, geography_id: int, month: int, *, ordinal: int, batch_id: int) -> Batch:
    """A replicate: transferred in the month, in one of the years, to one of the geography's areas."""
    areas = farm.areas_in(geography_id)
    tanks = {hall.stage: hall.container_ids[0] for hall in reversed(farm.halls_in(geography_id))}
    if not areas or len(tanks) < SEA - 1:
        name = farm.geography(geography_id).name
        raise InputError(f"farm {farm.name}", f"{name} has no area, or no hall for a stage", "give the farm some")
    # no two of the cycles have a common factor, so that years, days and areas mix
    transfer = to_day(date(FIRST_YEAR + ordinal % YEARS, month, 1 + ordinal * 9 % MONTH_DAYS))
    area = areas[ordinal * 7 % min(AREAS, len(areas)) * len(areas) // min(AREAS, len(areas))]
    day, stays = transfer - sum(STAGE_DAYS[:-1]), []
    for stage, days in enumerate(STAGE_DAYS[:-1], 1):
        stays.append(Stay(stage=stage, container_ids=(tanks[stage],), start_day=day, end_day=day + days))
        day += days
    stays.append(Stay(stage=SEA, container_ids=(area.ring_ids[0],), start_day=day, end_day=day + MAX_SEA_DAYS))
    return Batch(
        id=batch_id,
        number=f"growth-{geography_id}-{month}-{ordinal}",
        geography_id=geography_id,
        eggs=EGGS_A_CONTAINER,
        stays=tuple(stays),
    )


def sea_plan_data(plan: SeaPlan, farm: Farm) -> dict[str, object]:
    """The sea plan as plain values, for --json."""
    return {
        "confidence": plan.confidence,
        "days_by_month_of_transfer": {
            name: [plan.days[g, month] for month in range(1, 13)] for g, name in enumerate(farm.geography_names, 1)
        },
        "reached_by_month_of_transfer": {
            name: [round(plan.reached[g, month], 3) for month in range(1, 13)]
            for g, name in enumerate(farm.geography_names, 1)
        },
    }
