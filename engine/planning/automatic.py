"""Finds the batches and the stagger that a person left open: --batches auto, --stagger auto, --target-saturation."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import MAX_BATCHES
from engine.farm.validation import MAX_AGE_DAYS
from engine.planning.allocation import NoRoom
from engine.planning.bounds import Bound, upper_bound
from engine.planning.capacity import capacity_report, steady_days
from engine.planning.planner import Request, check_request, plan, sea_day_range
from engine.planning.starts import MIN_AGE_DAYS, Stagger, even_stagger, plan_starts, stagger_in_turn
from lake.errors import InputError

STEADY_DAYS = 365
"""--batches auto plans so many that the steady state lasts a year."""
MAX_THINNING = 64
"""--stagger auto thins the fullest shared stagger so many times at the most."""


def solve_request(
    request: Request, batches: int | None, stagger: Stagger | None, target: float | None, farm: Farm, biology: Biology
) -> Request:
    """The request with `batches` a geography and `stagger`, those that are None found.

    batches None: the fewest whose steady state lasts a year. stagger None: the fullest that the farm holds or,
    with a `target` for the total saturation, the longest that reaches it: one for all geographies if that does,
    else each its own. InputError when nothing reaches the target, with what the farm can reach.
    """
    known = replace(
        request, batches=1 if batches is None else batches, stagger_days=stagger if stagger is not None else 1
    )
    check_request(known, farm)
    if stagger is not None and target is None:
        return _with_batches(known, batches, stagger, farm)
    shortest, longest = sea_day_range(known, farm, biology)
    stage_days = (*known.stage_days[:-1], longest)
    bound = upper_bound(farm, stage_days, known.rules, shortest)
    if stagger is None and len(bound.paces) < len(farm.geography_names):
        raise InputError(
            "--stagger",
            f"auto finds none: a geography of farm {farm.name} has no hall for a stage, or no area with "
            f"{known.rules.min_rings} rings",
            "give the farm some, or ask for fewer rings",
        )
    if target is None:
        return _with_batches(known, batches, _fullest_stagger(upper_bound(farm, stage_days, known.rules), farm), farm)
    if target > bound.total:
        problem = f"{target:.4g} is more than any plan reaches: {_bound_in_words(bound)}"
        raise InputError("--target-saturation", problem, HINT)
    if stagger is not None:
        asked = _with_batches(known, batches, stagger, farm)
        reached = _saturation(asked, farm, biology)
        if reached < target:
            raise _out_of_reach(target, reached, asked, bound)
        return asked
    return _with_longest_stagger(
        known, batches, target=target, bound=upper_bound(farm, stage_days, known.rules), farm=farm, biology=biology
    )


HINT = "lower the target, allow --areas-per-batch 2 or more --rings, or shorten --adult-days"


def _bound_in_words(bound: Bound) -> str:
    return f"the farm's bound is {bound.total:.4f}, " + " and ".join(
        f"a batch every {float(pace.days):.4g} days in {pace.geography}" for pace in bound.paces
    )


def _out_of_reach(target: float, reached: float, request: Request, bound: Bound) -> InputError:
    return InputError(
        "--target-saturation",
        f"{request.batches} batches a geography every {request.stagger.text} days reach {reached:.4f}, "
        f"not {target:.4g}; {_bound_in_words(bound)}",
        "give --stagger auto or --batches auto (a steady state needs time), or lower the target",
    )


def _fullest_stagger(bound: Bound, farm: Farm) -> Stagger:
    return even_stagger(farm, tuple(pace.days for pace in bound.paces))


def _with_longest_stagger(
    known: Request, batches: int | None, target: float, bound: Bound, farm: Farm, biology: Biology
) -> Request:
    """The longest stagger that reaches the target."""
    count = len(bound.paces)
    shortest = math.ceil(max(pace.days for pace in bound.paces))
    best, low, high = None, shortest, shortest * MAX_THINNING
    if batches is not None:
        high = min(high, (MAX_AGE_DAYS - MIN_AGE_DAYS) // (batches + 1) - count)
    while low <= high:
        days = (low + high) // 2 if best is not None else low
        candidate = _with_batches(known, batches, stagger_in_turn(days, count), farm)
        if _saturation(candidate, farm, biology) >= target:
            best, low = candidate, days + 1
        elif best is None:
            break
        else:
            high = days - 1
    if best is not None:
        return best
    reached, last = 0.0, known
    for last in _separate_staggers(known, batches, bound, farm):
        reached = _saturation(last, farm, biology)
        if reached >= target:
            return last
    raise _out_of_reach(target, reached, last, bound)


def _separate_staggers(known: Request, batches: int | None, bound: Bound, farm: Farm) -> Iterator[Request]:
    """Staggers of each geography's own: in whole days, then as full as they get."""
    whole = tuple(Fraction(math.ceil(pace.days)) for pace in bound.paces)
    yield _with_batches(known, batches, even_stagger(farm, whole), farm)
    yield _with_batches(known, batches, _fullest_stagger(bound, farm), farm)


def _with_batches(known: Request, batches: int | None, stagger: Stagger, farm: Farm) -> Request:
    request = replace(known, stagger_days=stagger)
    if batches is not None:
        return request

    def lasts(count: int) -> bool:
        return steady_days(plan_starts(farm, count, stagger, request.as_of_day), request.stage_days) >= STEADY_DAYS

    high = 2
    while not lasts(high):
        high *= 2
        if high > MAX_BATCHES:
            raise InputError("--batches", f"auto finds no steady state with stagger {stagger.text}", "lengthen it")
    low = high // 2
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if lasts(middle) else (middle, high)
    return replace(request, batches=high)


def _saturation(request: Request, farm: Farm, biology: Biology) -> float:
    """Planned total saturation; 0 when the farm has no room."""
    try:
        return capacity_report(plan(request, farm, biology), request.rules).total
    except NoRoom:
        return 0.0
