"""When a farm has no room for a plan: the nearest plans that it has room for, each of them planned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.planning.allocation import NoRoom
from engine.planning.bounds import Bound, upper_bound
from engine.planning.capacity import capacity_report
from engine.planning.planner import Request, place_batches, plan, sea_day_range
from engine.planning.starts import Stagger, even_stagger, stagger_in_turn
from lake.codes import SEA
from lake.errors import InputError


@dataclass(frozen=True)
class Alternative:
    """A request that fits: the option that differs, and its planned total saturation."""

    option: str
    request: Request
    saturation: float


def explain_refusal(refusal: NoRoom, request: Request, farm: Farm, biology: Biology) -> InputError:
    """The refusal with the farm's bound and the nearest plans that fit."""
    bound = _bound(request, farm, biology)
    if len(bound.paces) < len(farm.geography_names):
        return refusal
    lines = [
        f"no plan starts a batch oftener than every {float(pace.days):.4g} days in {pace.geography} "
        f"(by {farm.stage_names[pace.stage - 1]}); asked: every {float(days):.4g}"
        for pace, days in zip(bound.paces, _asked_gaps(request, len(bound.paces)), strict=True)
    ]
    room = refusal.shortage.room
    lines.insert(0, f"exact: {room + 1} batches would be there on that day, {room} can be; no arrangement holds more")
    lines.append(f"the farm's bound with these options: {bound.total:.1%} of all container-days")
    found = find_nearest_plans(refusal, request, farm, biology)
    lines += [f"fits: {each.option} ({each.saturation:.1%} saturation)" for each in found]
    if not found:
        lines.append(refusal.cure)
    error = InputError(refusal.where, refusal.problem, "\n  ".join(lines))
    error.more = {
        "bound": {
            "saturation": bound.total,
            "paces": [
                {"geography": pace.geography, "stage": farm.stage_names[pace.stage - 1], "days": float(pace.days)}
                for pace in bound.paces
            ],
            "asked_days": [float(days) for days in _asked_gaps(request, len(bound.paces))],
        },
        "nearest": [{"options": each.option, "saturation": each.saturation} for each in found],
    }
    return error


def _bound(request: Request, farm: Farm, biology: Biology) -> Bound:
    shortest, longest = sea_day_range(request, farm, biology)
    return upper_bound(farm, (*request.stage_days[:-1], longest), request.rules, shortest)


def find_nearest_plans(refusal: NoRoom, request: Request, farm: Farm, biology: Biology) -> list[Alternative]:
    """For each option that can make room, the smallest change that does."""
    found = []
    for option, changed in _candidates(refusal.shortage.stage == SEA, replace(request, partitions=None), farm, biology):
        schedule, each = plan(changed, farm, biology), changed
        if request.partitions is not None:
            parts = min(request.partitions, len(schedule.batches))
            each = replace(changed, partitions=parts)
            option += f" --partitions {parts}" if parts < request.partitions else ""
        found.append(Alternative(option=option, request=each, saturation=capacity_report(schedule, each.rules).total))
    return found


def _candidates(short_at_sea: bool, request: Request, farm: Farm, biology: Biology) -> Iterator[tuple[str, Request]]:
    def fits(changed: Request) -> bool:
        try:
            place_batches(changed, farm, biology)
        except InputError:
            return False
        return True

    fewer = _largest_fitting(1, request.batches - 1, lambda n: fits(replace(request, batches=n)))
    if fewer:
        yield f"--batches {fewer}", replace(request, batches=fewer)
    stagger = _longer_stagger(request, farm, biology, fits)
    if stagger is not None:
        yield (
            f'--stagger "{stagger.text}"' if stagger.gaps_by_geography else f"--stagger {stagger.text}",
            replace(request, stagger_days=stagger),
        )
    if not short_at_sea:
        return
    days = _largest_fitting(1, request.adult_days - 1, lambda n: fits(replace(request, adult_days=n)))
    if days:
        yield f"--adult-days {days}", replace(request, adult_days=days)
    rules = request.rules

    def with_rings(min_rings: int) -> Request:
        fixed = rules.min_rings == rules.max_rings
        return replace(request, rings=min_rings if fixed else (min_rings, rules.max_rings))

    rings = _largest_fitting(1, rules.min_rings - 1, lambda n: fits(with_rings(n)))
    if rings:
        changed = with_rings(rings)
        yield "--rings " + (f"{rings}" if changed.rings == rings else f"{rings}-{rules.max_rings}"), changed
    wider = replace(request, areas_per_batch=2)
    if request.areas_per_batch == 1 and request.shared_areas and fits(wider):
        yield "--areas-per-batch 2", wider


def _largest_fitting(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The largest number in low to high that fits, given that all below it do; 0 for none."""
    best = 0
    while low <= high:
        middle = (low + high) // 2
        if fits(middle):
            best, low = middle, middle + 1
        else:
            high = middle - 1
    return best


def _asked_gaps(request: Request, geographies: int) -> list[Fraction]:
    """Mean days between starts in each geography."""
    stagger = request.stagger
    if stagger.gaps_by_geography:
        return [Fraction(sum(gaps), len(gaps)) for gaps in stagger.gaps_by_geography]
    return [Fraction(sum(stagger.gaps) * geographies, len(stagger.gaps))] * geographies


def _longer_stagger(request: Request, farm: Farm, biology: Biology, fits: Callable[[Request], bool]) -> Stagger | None:
    """The shortest longer stagger that fits: of whole days for all, or, of the geographies' own, those too short."""
    longest = sea_day_range(request, farm, biology)[1]
    bound = upper_bound(farm, (*request.stage_days[:-1], longest), request.rules)
    asked = _asked_gaps(request, len(bound.paces))
    if request.stagger.gaps_by_geography:
        stagger = even_stagger(farm, tuple(max(a, p.days) for a, p in zip(asked, bound.paces, strict=True)))
        return stagger if fits(replace(request, stagger_days=stagger)) else None
    low, high = int(asked[0]) + 1, max(int(asked[0]), *(-int(-p.days // 1) for p in bound.paces)) + 1
    while low < high:
        middle = (low + high) // 2
        if fits(replace(request, stagger_days=stagger_in_turn(middle, len(asked)))):
            high = middle
        else:
            low = middle + 1
    stagger = stagger_in_turn(high, len(asked))
    return stagger if fits(replace(request, stagger_days=stagger)) else None
