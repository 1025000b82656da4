"""From a request to a schedule: starts, then containers, then eggs, then partitions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay, to_date
from engine.farm.schedule_text import format_schedule
from engine.farm.validation import OLDEST_DAYS, Field, complaints, refuse
from engine.planning import sizing
from engine.planning.allocation import allocate
from engine.planning.partitions import balanced, usual_count
from engine.planning.starts import YOUNGEST_DAYS, Start, alternating_starts
from engine.planning.workload import predicted_events
from lake.errors import InputError

MOST_BATCHES = 100_000
LONGEST_DAYS = 2_000


@dataclass(frozen=True)
class Request:
    """What to plan: `batches` in each geography, one start every `stagger_days` over all of them.

    eggs: lowest and highest number a batch, or None to fit each batch to its containers' limits.
    rings: rings a batch at sea, all in one area. partitions: None for about 40 batches each.
    """

    name: str
    batches: int
    stagger_days: int
    as_of_day: int
    seed: int = 1
    adult_days: int = STAGE_DAYS[-1]
    rings: int = 8
    partitions: int | None = None
    eggs: tuple[int, int] | None = None


def plan(request: Request, farm: Farm, biology: Biology, *, farm_file: str = "", biology_file: str = "") -> Schedule:
    """The schedule of a request: the same for the same inputs, and without a conflict.

    InputError when the request makes no sense or the farm has no room for it (batch, day and pool named).
    """
    _check(request, farm)
    starts = alternating_starts(farm, request.batches, request.stagger_days, request.as_of_day)
    stage_days = (*STAGE_DAYS[:-1], request.adult_days)
    stays = allocate(farm, starts, stage_days, request.rings)
    batches = tuple(
        Batch(i, start.number, start.geography_id, _eggs(request, start, each, farm, biology), each)
        for i, (start, each) in enumerate(zip(starts, stays, strict=True), 1)
    )
    parts = request.partitions if request.partitions is not None else usual_count(len(batches))
    if parts > len(batches):
        raise InputError("--partitions", f"{parts} partitions for {len(batches)} batches", "ask for fewer")
    schedule = Schedule(
        name=request.name,
        seed=request.seed,
        as_of_day=request.as_of_day,
        farm=farm,
        biology=biology,
        batches=batches,
        partitions=balanced(predicted_events(batches, farm, biology, request.as_of_day), parts),
        text="",
        stage_days=stage_days,
        farm_file=farm_file,
        biology_file=biology_file,
    )
    refuse(f"plan {request.name}", complaints(schedule, _locate))
    return replace(schedule, text=format_schedule(schedule))


def _locate(index: int, place: Field | int) -> str:
    return f"batches[{index}].{place}"


def _eggs(request: Request, start: Start, stays: tuple[Stay, ...], farm: Farm, biology: Biology) -> int:
    if request.eggs is not None:
        low, high = request.eggs
        return low + int((high - low + 1) * sizing.keyed_share(request.seed, "eggs", start.number))
    region = biology.region(farm.geography_names[start.geography_id - 1])
    return sizing.varied(sizing.fitted_eggs(stays, region, biology, farm), request.seed, start.number)


def _check(request: Request, farm: Farm) -> None:
    most_rings = farm.model.areas.rings
    limits = {
        "--batches": (request.batches, 1, MOST_BATCHES),
        "--stagger": (request.stagger_days, 1, LONGEST_DAYS),
        "--adult-days": (request.adult_days, 1, LONGEST_DAYS),
        "--rings": (request.rings, 1, most_rings),
        "--seed": (request.seed, 0, 2**63 - 1),
        "--partitions": (1 if request.partitions is None else request.partitions, 1, MOST_BATCHES),
    }
    for option, (value, low, high) in limits.items():
        if not low <= value <= high:
            raise InputError(option, f"{value} is out of range", f"give {low} to {high}")
    if request.eggs is not None and not 1_000 <= request.eggs[0] <= request.eggs[1] <= 100_000_000:
        raise InputError(
            "--eggs",
            f"{request.eggs[0]}-{request.eggs[1]} is out of range",
            "give 1000 to 100000000, low first",
        )
    first_day = request.as_of_day - request.batches * len(farm.geography_names) * request.stagger_days
    if first_day < request.as_of_day - OLDEST_DAYS + YOUNGEST_DAYS:
        raise InputError(
            "--stagger",
            f"{request.batches} batches a geography every {request.stagger_days} days before "
            f"{to_date(request.as_of_day)} would start more than a century ago",
            "plan fewer batches or a shorter stagger",
        )
