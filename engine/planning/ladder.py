"""The UAT ladder: on one day a batch on every rung of life, two before each transition, some near harvest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import STAGE_DAYS, Batch, Cancellation, Schedule, Stay, TotalLoss, to_date, to_day
from engine.forecast import sizing
from engine.inputs.bounded import FIRST_DATE, LAST_DATE
from engine.planning.finishing import finish_schedule, partition_schedule
from engine.planning.partitions import usual_partition_count
from engine.planning.places import USUAL_RINGS
from engine.planning.starts import batch_number
from engine.planning.vacancies import Vacancies
from engine.simulation.fish.history import simulate_batch
from engine.simulation.water.climate import Climate
from lake.codes import SEA, TOTAL_LOSSES
from lake.errors import InputError

WHOLE_LIFE = sum(STAGE_DAYS)
BEFORE_SEA = WHOLE_LIFE - STAGE_DAYS[-1]
ENDED_DAYS_AGO = (120, 10)
"""Completed batches of each geography: their plans ended so many days before the as-of date."""
HARVEST_IN_DAYS = (3, 12, 19)
"""Batches of each geography near harvest: they leave the sea about so many days after the as-of date."""
HARVEST_TOLERANCE_DAYS = 4  # plants rest at weekends
FRESHWATER_DAYS = (88, 84, 45, 10)
"""Days lived in each freshwater stage of 90 by its four batches of each geography: two are about to move on."""
MOVING_STAGE, CONTAINERS_MOVED = 3, 4
"""The first batch of each geography in this stage is moving on: so many containers were emptied on the eve."""
PLANNED_IN_DAYS = (20, 75, 170)
"""Batches of each geography that are planned: their eggs come so many days after the as-of date."""
LOST_IN_STAGE, LOST_AFTER_DAYS, LOST_DAYS_AGO = 3, 30, 40
"""A batch of each geography that was lost: in which stage, on which of its days, how long before the as-of date."""
CANCELLED_IN_DAYS, CANCELLED_DAYS_AGO = 30, 12
"""A batch of each geography whose order was cancelled: when its eggs were to come, and when that was told."""
CANCELLED_BECAUSE = (
    "The supplier withdrew the lot after a health inspection of the broodstock.",
    "The hall is rebuilt that month; the eggs go to a later batch.",
)
MAX_TRIES = 60


@dataclass(frozen=True)
class Rung:
    """A batch of the ladder. kind: completed, near harvest, at sea, the freshwater stage's name, lost, receiving,
    planned or cancelled.

    next_day: when it begins, moves on, is harvested or was lost (simulated where near harvest, else as planned).
    """

    number: str
    kind: str
    next_day: int


@dataclass(frozen=True)
class Ladder:
    """A schedule and what each of its batches stands for, in the schedule's order."""

    schedule: Schedule
    rungs: tuple[Rung, ...]


def plan_ladder(
    name: str,
    as_of_day: int,
    farm: Farm,
    biology: Biology,
    *,
    seed: int = 1,
    partitions: int | None = None,
    farm_file: str = "",
    biology_file: str = "",
) -> Ladder:
    """Batches that show every state of life on the as-of date, in each geography of the farm.

    In every stage stand four batches of each geography: in fresh water at 10, 45, 84 and 88 of 90 days, of which one is
    being moved to its next stage; at sea one halfway, and three that are harvested about 3, 12 and 19
    days after the as-of date. Those three are placed by simulating each with its own draws, so that none is harvested
    already. Two more are completed, and three planned; one was lost with all its fish, one has eggs in some of its
    trays, and the order of one was cancelled. A pure function of its inputs; no container is held twice. InputError
    when the farm has no room (batch and pool named) or a batch can't be brought near harvest.
    """
    first, last = to_day(FIRST_DATE) + 2 * WHOLE_LIFE, to_day(LAST_DATE) - 2 * WHOLE_LIFE
    if not first <= as_of_day <= last:
        raise InputError(
            "--as-of",
            f"the ladder's batches would live before {FIRST_DATE} or after {LAST_DATE}",
            f"give a day from {to_date(first)} to {to_date(last)}",
        )
    builder = _Builder(as_of_day, farm, biology, seed)
    found: list[tuple[Batch, Rung]] = []
    for geography in farm.geographies:
        found += builder.geography(geography.id)
    found.sort(key=lambda each: (each[0].start_day, each[0].geography_id, each[0].number))
    batches = tuple(replace(batch, id=i) for i, (batch, _) in enumerate(found, 1))
    parts = usual_partition_count(len(batches)) if partitions is None else partitions
    if not 1 <= parts <= len(batches):
        raise InputError("--partitions", f"{parts} partitions for {len(batches)} batches", f"give 1 to {len(batches)}")
    schedule = Schedule(
        name=name,
        seed=seed,
        as_of_day=as_of_day,
        farm=farm,
        biology=biology,
        batches=batches,
        partitions=(),
        text="",
        farm_file=farm_file,
        biology_file=biology_file,
    )
    finished = finish_schedule(partition_schedule(schedule, parts))
    return Ladder(finished, tuple(rung for _, rung in found))


class _Builder:
    """Places batch after batch, oldest first, in containers that are free."""

    def __init__(self, as_of_day: int, farm: Farm, biology: Biology, seed: int) -> None:
        self.as_of_day, self.farm, self.biology, self.seed = as_of_day, farm, biology, seed
        self.vacancies = Vacancies(farm)
        first_day = as_of_day - 2 * WHOLE_LIFE
        self.climate = Climate(
            farm=farm, biology=biology, seed=seed, days=as_of_day + 2 * WHOLE_LIFE, first_day=first_day
        )
        self.open_end = Schedule(
            name="",
            seed=seed,
            as_of_day=as_of_day + 2 * WHOLE_LIFE,
            farm=farm,
            biology=biology,
            batches=(),
            partitions=(),
            text="",
        )

    def geography(self, geography_id: int) -> Iterator[tuple[Batch, Rung]]:
        """The rungs of one geography, oldest first."""
        ordinals = count(1)
        for ago in ENDED_DAYS_AGO:
            batch = self._batch(geography_id, next(ordinals), self.as_of_day - WHOLE_LIFE - ago)
            yield self._taken(batch, "completed", batch.end_day)
        at_sea = STAGE_DAYS[-1]
        for due in HARVEST_IN_DAYS:
            batch, harvest_day = self._near_harvest(geography_id, next(ordinals), due)
            at_sea = min(at_sea, harvest_day - batch.stays[-1].start_day)
            yield self._taken(batch, "near harvest", harvest_day)
        batch = self._batch(geography_id, next(ordinals), self.as_of_day - BEFORE_SEA - at_sea // 2)
        yield self._taken(batch, "at sea", batch.end_day)
        for stage in range(SEA - 1, 0, -1):
            for days in FRESHWATER_DAYS:
                is_moving = (stage, days) == (MOVING_STAGE, FRESHWATER_DAYS[0])
                lived = STAGE_DAYS[stage - 1] if is_moving else days
                start = self.as_of_day - sum(STAGE_DAYS[: stage - 1]) - lived
                batch = self._batch(geography_id, next(ordinals), start)
                if is_moving:
                    batch = replace(batch, move_under_way=CONTAINERS_MOVED)
                yield self._taken(batch, self.farm.stage_names[stage - 1], batch.stays[stage - 1].end_day)
        yield self._lost(self._batch(geography_id, next(ordinals), self._lost_start()))
        batch = self._batch(geography_id, next(ordinals), self.as_of_day - 1)
        some = replace(batch, trays_received=len(batch.stays[0].container_ids) // 2)
        yield self._taken(some, "receiving", some.start_day + 1)
        batch = self._batch(geography_id, next(ordinals), self.as_of_day + CANCELLED_IN_DAYS)
        reason = CANCELLED_BECAUSE[(geography_id - 1) % len(CANCELLED_BECAUSE)]
        cancelled = Cancellation(day=self.as_of_day - CANCELLED_DAYS_AGO, reason=reason)
        yield self._taken(replace(batch, cancelled=cancelled), "cancelled", batch.start_day)
        for ahead in PLANNED_IN_DAYS:
            batch = self._batch(geography_id, next(ordinals), self.as_of_day + ahead)
            yield self._taken(batch, "planned", batch.start_day)

    def _lost_start(self) -> int:
        """The first day of a batch that is lost."""
        return self.as_of_day - LOST_DAYS_AGO - sum(STAGE_DAYS[: LOST_IN_STAGE - 1]) - LOST_AFTER_DAYS

    def _lost(self, batch: Batch) -> tuple[Batch, Rung]:
        """A batch of which all fish are lost; what befalls them differs between geographies."""
        cause = TOTAL_LOSSES[(batch.geography_id - 1) % len(TOTAL_LOSSES)]
        day = self.as_of_day - LOST_DAYS_AGO
        return self._taken(replace(batch, lost=TotalLoss(day=day, cause=cause)), "lost", day)

    def _taken(self, batch: Batch, kind: str, next_day: int) -> tuple[Batch, Rung]:
        for stay in batch.held_stays:
            self.vacancies.take(stay)
        return batch, Rung(number=batch.number, kind=kind, next_day=next_day)

    def _near_harvest(self, geography_id: int, ordinal: int, due: int) -> tuple[Batch, int]:
        """A batch that leaves the sea about `due` days after the as-of date, and the day when it does.

        A start moved by some days moves the harvest by about as many; where that leads back to a start tried
        before (the number bears the year and keys the draws), the untried start nearest to the best is next.
        """
        goal = self.as_of_day + due
        start, best, tried = goal - WHOLE_LIFE + STAGE_DAYS[-1] // 10, (10**9, 0), set[int]()
        for _ in range(MAX_TRIES):
            tried.add(start)
            batch = self._batch(geography_id, ordinal, start)
            left = simulate_batch(self.open_end, self.climate, batch).stages[-1].end_day
            off = left - goal
            if abs(off) <= HARVEST_TOLERANCE_DAYS:
                return batch, left
            best = min(best, (abs(off), start))
            start -= off
            if start in tried or not 0 < start - (self.as_of_day - 2 * WHOLE_LIFE) < 2 * WHOLE_LIFE:
                start = next(day for n in count(1) for day in (best[1] + n, best[1] - n) if day not in tried)
        home = self.farm.geography(geography_id).name
        raise InputError(
            "--ladder uat",
            f"no start brings a batch of {home} within {HARVEST_TOLERANCE_DAYS} days of its harvest on {to_date(goal)}",
            "try another --seed or --as-of",
        )

    def _batch(self, geography_id: int, ordinal: int, start_day: int) -> Batch:
        """A batch in free containers (not yet taken), with eggs fitted to their limits."""
        farm = self.farm
        number = batch_number(farm.geography(geography_id), start_day, ordinal)
        stays: list[Stay] = []
        day, station = start_day, 0
        for stage, days in enumerate(STAGE_DAYS, 1):
            if stage == SEA:
                rings = min(USUAL_RINGS, farm.model.areas.rings)
                containers = self.vacancies.rings(geography_id, day, day + days, rings)
            else:
                hall = self.vacancies.hall(stage, geography_id, start_day=day, end_day=day + days, station_id=station)
                containers = tuple(hall.container_ids) if hall else ()
                station = hall.station_id if hall else 0
            if not containers:
                pool = f"{farm.geography(geography_id).name} {farm.stage_names[stage - 1]}"
                raise InputError(
                    f"farm {farm.name}",
                    f"no room for batch {number} on {to_date(day)}: {pool} is too small for the ladder",
                    "in each geography it needs four halls for each stage and areas for 29 batches of "
                    f"{USUAL_RINGS} rings",
                )
            stays.append(Stay(stage=stage, container_ids=containers, start_day=day, end_day=day + days))
            day += days
        fit = sizing.fit_eggs(tuple(stays), farm.geography(geography_id).name, self.biology, farm)
        return Batch(
            id=0,
            number=number,
            geography_id=geography_id,
            eggs=sizing.vary_eggs(fit, self.seed, number),
            stays=tuple(stays),
        )


def ladder_data(ladder: Ladder) -> list[dict[str, str]]:
    """The rungs as plain values, for --json; `until` is the last day before it begins, moves on or is harvested."""
    return [
        {"batch": rung.number, "kind": rung.kind, "until": to_date(rung.next_day - 1).isoformat()}
        for rung in ladder.rungs
    ]
