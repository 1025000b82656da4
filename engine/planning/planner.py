"""From a request to a schedule: starts, then containers, then eggs, then partitions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import EGGS, MAX_BATCHES, MAX_SEED, NAME, STAGE_DAYS, Batch, Schedule, Stay, to_date, to_day
from engine.farm.validation import MAX_AGE_DAYS, MAX_STAY_DAYS
from engine.forecast import sizing
from engine.forecast.growth import plan_sea_stays
from engine.inputs.bounded import FIRST_DATE, LAST_DATE
from engine.planning.allocation import allocate
from engine.planning.finishing import finish_schedule, partition_schedule
from engine.planning.partitions import usual_partition_count
from engine.planning.places import USUAL_RINGS, Rules
from engine.planning.starts import MIN_AGE_DAYS, Stagger, Start, moved_starts, plan_starts, stagger_every
from lake.codes import SEA
from lake.errors import InputError, shortened


@dataclass(frozen=True)
class Request:
    """What to plan: `batches` in each geography, one start every `stagger_days` over all of them, or a Stagger.

    eggs: lowest and highest number a batch, or None to fit each batch to its containers' limits.
    rings: rings a batch at sea, or the fewest and the most, of which each batch gets what fills the sea.
    areas_per_batch: 1, or 2 neighbouring areas. shared_areas: an area may hold several batches at once.
    fallow_days: days that a container stays empty between batches. harvest_confidence: plan each stay at sea so
    long that such a share of batches reaches its harvest weight, within adult_days; None: adult_days for all.
    partitions: None for about 40 batches each. start_day: of the first batch; None: the last starts 50 days before the
    as-of date.
    """

    name: str
    batches: int
    stagger_days: int | Stagger
    as_of_day: int
    seed: int = 1
    adult_days: int = STAGE_DAYS[-1]
    rings: int | tuple[int, int] = USUAL_RINGS
    partitions: int | None = None
    eggs: tuple[int, int] | None = None
    areas_per_batch: int = 1
    shared_areas: bool = True
    fallow_days: int = 0
    harvest_confidence: float | None = None
    start_day: int | None = None

    @property
    def stagger(self) -> Stagger:
        return stagger_every(self.stagger_days) if isinstance(self.stagger_days, int) else self.stagger_days

    @property
    def stage_days(self) -> tuple[int, ...]:
        return (*STAGE_DAYS[:-1], self.adult_days)

    @property
    def rules(self) -> Rules:
        low, high = (self.rings, self.rings) if isinstance(self.rings, int) else self.rings
        return Rules(
            min_rings=low,
            max_rings=high,
            areas_per_batch=self.areas_per_batch,
            shared_areas=self.shared_areas,
            fallow_days=self.fallow_days,
        )


def plan(request: Request, farm: Farm, biology: Biology, *, farm_file: str = "", biology_file: str = "") -> Schedule:
    """The schedule of a request: the same for the same inputs, and without a conflict.

    InputError when the request makes no sense; NoRoom, which is one, when the farm has no room for it (batch,
    day and pool named).
    """
    check_request(request, farm)
    starts, stays = place_batches(request, farm, biology)
    batches = tuple(
        Batch(
            id=i,
            number=start.number,
            geography_id=start.geography_id,
            eggs=_eggs_for(request, start, stays=each, farm=farm, biology=biology),
            stays=each,
        )
        for i, (start, each) in enumerate(zip(starts, stays, strict=True), 1)
    )
    parts = request.partitions if request.partitions is not None else usual_partition_count(len(batches))
    if parts > len(batches):
        raise InputError("--partitions", f"{parts} partitions for {len(batches)} batches", "ask for fewer")
    schedule = Schedule(
        name=request.name,
        seed=request.seed,
        as_of_day=request.as_of_day,
        farm=farm,
        biology=biology,
        batches=batches,
        partitions=(),
        text="",
        stage_days=request.stage_days,
        farm_file=farm_file,
        biology_file=biology_file,
        areas_per_batch=request.areas_per_batch,
        fallow_days=request.fallow_days,
    )
    return finish_schedule(partition_schedule(schedule, parts))


def place_batches(request: Request, farm: Farm, biology: Biology) -> tuple[list[Start], list[tuple[Stay, ...]]]:
    """The request's starts and their stays; NoRoom when the farm has none, InputError for starts before 1970."""
    starts = plan_starts(farm, request.batches, request.stagger, request.as_of_day)
    if request.start_day is not None:
        starts = moved_starts(farm, starts, request.start_day)
        _require_in_time(request, starts[0].start_day, starts[-1].start_day)
    elif starts[0].start_day < to_day(FIRST_DATE):
        raise InputError(
            "--stagger",
            f"{request.batches} batches a geography every {request.stagger.text} days before "
            f"{to_date(request.as_of_day)} would start on {to_date(starts[0].start_day)}, and the water is simulated "
            f"from {FIRST_DATE} on",
            "plan fewer batches or a shorter stagger",
        )
    rules, wanted = request.rules, None
    if request.eggs is not None and rules.min_rings < rules.max_rings:
        wanted = [_rings_for_eggs(request, start, farm, biology) for start in starts]
    days = _sea_days(request, starts, farm, biology)
    return starts, allocate(farm, starts, request.stage_days, rules, sea_days=days, wanted_rings=wanted)


def _require_in_time(request: Request, first: int, last: int) -> None:
    """InputError when the first start, as asked for, or the last one lies where no schedule does."""
    low = max(to_day(FIRST_DATE), request.as_of_day - MAX_AGE_DAYS)
    high = request.as_of_day - MIN_AGE_DAYS
    if not low <= first <= high:
        problem = f"{to_date(first)} is out of range"
        cure = f"give {to_date(low)} to {to_date(high)}, {MIN_AGE_DAYS} days before the as-of date"
        raise InputError("--start", problem, cure)
    if last + sum(request.stage_days) > to_day(LAST_DATE):
        raise InputError("--start", f"the last batch would start on {to_date(last)}", "plan fewer batches")


def _sea_days(request: Request, starts: list[Start], farm: Farm, biology: Biology) -> list[int] | None:
    if request.harvest_confidence is None:
        return None
    stays = plan_sea_stays(farm, biology, request.adult_days, request.harvest_confidence)
    before = sum(request.stage_days[:-1])
    return [stays.days_for(start.geography_id, start.start_day + before) for start in starts]


def sea_day_range(request: Request, farm: Farm, biology: Biology) -> tuple[int, int]:
    """Shortest and longest days at sea that the request may plan."""
    if request.harvest_confidence is None:
        return request.adult_days, request.adult_days
    days = plan_sea_stays(farm, biology, request.adult_days, request.harvest_confidence).days.values()
    return min(days), max(days)


def _rings_for_eggs(request: Request, start: Start, farm: Farm, biology: Biology) -> int:
    """Rings that hold the batch's predicted peak biomass, whatever their number."""
    ring = next((c for c in farm.containers if c.geography_id == start.geography_id and c.stage == SEA), None)
    if ring is None:
        return 0
    day, stays = start.start_day, []
    for stage, days in enumerate(request.stage_days, 1):
        stays.append(Stay(stage=stage, container_ids=(ring.id,), start_day=day, end_day=day + days))
        day += days
    geography = farm.geography_of(start).name
    return sizing.rings_for_eggs(
        _draw_eggs(request, start), tuple(stays), limit_kg=ring.biomass_limit_kg, geography=geography, biology=biology
    )


def _eggs_for(request: Request, start: Start, stays: tuple[Stay, ...], farm: Farm, biology: Biology) -> int:
    if request.eggs is not None:
        return _draw_eggs(request, start)
    geography = farm.geography_of(start).name
    return sizing.vary_eggs(sizing.fit_eggs(stays, geography, biology, farm), request.seed, start.number)


def _draw_eggs(request: Request, start: Start) -> int:
    low, high = request.eggs or (0, 0)
    return low + int((high - low + 1) * sizing.keyed_share(request.seed, "eggs", start.number))


def unfit_name(name: str) -> InputError:
    """What is said of a name that no run's folder can have."""
    cure = "leave out slashes, a leading dot, and what can't be seen; 100 characters at most"
    return InputError("--name", f"{shortened(name)} can't name a run's folder", cure)


def check_request(request: Request, farm: Farm) -> None:
    """InputError when an option of the request is out of range."""
    rules, stagger, max_rings = request.rules, request.stagger, farm.model.areas.rings
    gaps = stagger.gaps_by_geography or (stagger.gaps,)
    limits = {
        "--batches": (request.batches, 1, MAX_BATCHES),
        "--stagger": (min(sum(each) for each in gaps), 1, MAX_STAY_DAYS * max(len(each) for each in gaps)),
        "--adult-days": (request.adult_days, 1, MAX_STAY_DAYS),
        "--rings": (rules.min_rings, 1, max_rings),
        "--areas-per-batch": (request.areas_per_batch, 1, 2),
        "--fallow-days": (request.fallow_days, 0, MAX_STAY_DAYS),
        "--seed": (request.seed, 0, MAX_SEED),
        "--partitions": (1 if request.partitions is None else request.partitions, 1, MAX_BATCHES),
    }
    if not re.fullmatch(NAME, request.name) or len(request.name) > 100:
        raise unfit_name(request.name)
    for option, (value, low, high) in limits.items():
        if not low <= value <= high:
            raise InputError(option, f"{value} is out of range", f"give {low} to {high}")
    if not rules.min_rings <= rules.max_rings <= max_rings:
        raise InputError(
            "--rings",
            f"{rules.min_rings}-{rules.max_rings} is out of range",
            f"give 1 to {max_rings}, an area's rings, low first",
        )
    if min(min(each) for each in gaps) < 0:
        raise InputError("--stagger", f"{stagger.text} goes back in time", "give days of 0 or more")
    if request.eggs is not None and not EGGS[0] <= request.eggs[0] <= request.eggs[1] <= EGGS[1]:
        raise InputError(
            "--eggs",
            f"{request.eggs[0]}-{request.eggs[1]} is out of range",
            f"give {EGGS[0]} to {EGGS[1]}, low first",
        )
    if stagger.longest_days(request.batches, len(farm.geography_names)) > MAX_AGE_DAYS - MIN_AGE_DAYS:
        raise InputError(
            "--stagger",
            f"{request.batches} batches a geography every {stagger.text} days before "
            f"{to_date(request.as_of_day)} would start more than a century ago",
            "plan fewer batches or a shorter stagger",
        )
