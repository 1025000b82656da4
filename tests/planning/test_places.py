"""Places at sea: against an exhaustive search, and what they must be."""

from __future__ import annotations

from functools import cache
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.farm.schedule import Stay
from engine.planning.allocation import NoRoom, allocate
from engine.planning.places import Rules, max_places, max_usable_rings, sea_places
from engine.planning.starts import Start
from tests.planning.farms import farm_of

STAGE_DAYS = (9, 9, 5, 9, 9, 30)


@st.composite
def rules(draw: st.DrawFn, rings: int, fallow: int = 0) -> Rules:
    fewest = draw(st.integers(1, rings))
    most = draw(st.integers(fewest, rings))
    return Rules(
        min_rings=fewest,
        max_rings=most,
        areas_per_batch=draw(st.sampled_from([1, 2])),
        shared_areas=draw(st.booleans()),
        fallow_days=draw(st.integers(0, fallow)),
    )


def possible(areas: int, rings: int, rule: Rules, stays: list[tuple[int, int]]) -> bool:
    """Whether any shares of the areas' rings serve all stays (first day, first free day): tries every one.

    Rings within an area need no names: stays are intervals, so counts that suffice every day suffice.
    """
    shares = [
        each
        for each in product(range(rule.min_rings + 1), repeat=areas)
        if sum(each) == rule.min_rings and _neighbours(each, rule.areas_per_batch)
    ]

    @cache
    def serve(i: int, there: tuple[tuple[int, tuple[int, ...]], ...]) -> bool:
        if i == len(stays):
            return True
        first, free = stays[i]
        there = tuple(each for each in there if each[0] > first)
        used = [sum(share[a] for _, share in there) for a in range(areas)]
        for share in shares:
            fits = all(
                used[a] + share[a] <= rings and (rule.shared_areas or not (used[a] and share[a])) for a in range(areas)
            )
            if fits and serve(i + 1, tuple(sorted([*there, (free, share)]))):
                return True
        return False

    return serve(0, ())


def _neighbours(share: tuple[int, ...], most: int) -> bool:
    where = [a for a, n in enumerate(share) if n]
    return len(where) <= most and all(b - a == 1 for a, b in pairwise(where))


@given(st.integers(1, 3), st.integers(1, 5), st.data())
@settings(max_examples=250)
def test_never_a_refusal_of_what_an_exhaustive_search_fits(areas: int, rings: int, data: st.DataObject) -> None:
    rule = data.draw(rules(rings, fallow=5))
    days = sorted(data.draw(st.lists(st.integers(0, 60), min_size=1, max_size=8)))
    lengths = data.draw(st.lists(st.integers(10, 30), min_size=len(days), max_size=len(days)))
    starts = [Start(number=f"B-{i}", geography_id=1, start_day=day) for i, day in enumerate(days)]
    at_sea = [day + sum(STAGE_DAYS[:-1]) for day in days]
    stays = [(day, day + n + rule.fallow_days) for day, n in zip(at_sea, lengths, strict=True)]
    fits = possible(areas, rings, rule, stays)
    farm = farm_of(8, areas, rings)
    if fits:
        _require_kept(allocate(farm, starts, STAGE_DAYS, rule, sea_days=lengths), areas, rings, rule)
        return
    with pytest.raises(NoRoom, match="Adult"):
        allocate(farm, starts, STAGE_DAYS, rule, sea_days=lengths)


def _require_kept(placed: list[tuple[Stay, ...]], areas: int, rings: int, rule: Rules) -> None:
    farm = farm_of(8, areas, rings)
    held: dict[int, list[tuple[int, int]]] = {}
    in_area: dict[int, list[tuple[int, int]]] = {}
    for stays in placed:
        sea = stays[-1]
        where = sorted({farm.container(c).area.id for c in sea.container_ids})
        assert rule.min_rings <= len(sea.container_ids) <= rule.max_rings
        assert len(set(sea.container_ids)) == len(sea.container_ids)
        assert len(where) <= rule.areas_per_batch
        assert where[-1] - where[0] < len(where)
        for stay in stays:
            for c in stay.container_ids:
                held.setdefault(c, []).append((stay.start_day, stay.end_day))
        for area in where:
            in_area.setdefault(area, []).append((sea.start_day, sea.end_day))
    for spans in (*held.values(), *(() if rule.shared_areas else in_area.values())):
        for (_, end), (begin, _) in pairwise(sorted(spans)):
            assert begin >= end + rule.fallow_days


@given(st.integers(1, 6), st.integers(1, 22), st.data())
def test_places_are_apart_and_take_all_that_batches_can(count: int, rings: int, data: st.DataObject) -> None:
    rule = data.draw(rules(rings))
    areas = [range(100 * a, 100 * a + rings) for a in range(count)]
    most = max_places([rings] * count, rule)
    assert most >= 1
    batches = data.draw(st.integers(1, most))
    places = sea_places(areas, rule, batches)
    taken = [ring for place in places for ring in place]
    assert len(places) == batches
    assert len(taken) == len(set(taken))
    assert set(taken) <= {ring for area in areas for ring in area}
    for place in places:
        assert rule.min_rings <= len(place) <= rule.max_rings
        assert len({ring // 100 for ring in place}) <= rule.areas_per_batch
    assert len(taken) <= max_usable_rings([rings] * count, rule)
    if rule.areas_per_batch == 2 and rule.shared_areas:
        assert len(taken) == min(rings * count, batches * rule.max_rings)
    if rule.areas_per_batch == 1:
        assert len(taken) == _most_in_single_areas(count, rings, rule, batches)


def _most_in_single_areas(count: int, rings: int, rule: Rules, batches: int) -> int:
    """By dynamic programming over areas: the most rings that `batches` can take, each in one area."""
    best = {0: 0}
    for _ in range(count):
        room = rings // rule.min_rings if rule.shared_areas else 1
        after: dict[int, int] = {}
        for done, taken in best.items():
            for m in range(room + 1):
                filled = taken + min(rings, m * rule.max_rings)
                after[done + m] = max(after.get(done + m, 0), filled)
        best = after
    return best[batches]


@pytest.mark.parametrize(
    ("rule", "places", "usable"),
    [
        (Rules(min_rings=8, max_rings=8), 40, 320),
        (Rules(min_rings=8, max_rings=20), 40, 400),
        (Rules(min_rings=8, max_rings=8, areas_per_batch=2), 50, 400),
        (Rules(min_rings=8, max_rings=20, shared_areas=False), 20, 400),
        (Rules(min_rings=21, max_rings=21), 0, 0),
    ],
)
def test_twenty_areas_of_twenty_rings(rule: Rules, places: int, usable: int) -> None:
    areas = [20] * 20
    assert max_places(areas, rule) == places
    if rule.max_rings <= 20:
        assert max_usable_rings(areas, rule) == usable


def test_a_batch_of_many_eggs_is_given_a_place_of_many_rings() -> None:
    farm = farm_of(8, 3, 20)
    starts = [Start(number=f"B-{i}", geography_id=1, start_day=0) for i in range(5)]
    wanted = [8, 20, 8, 8, 8]
    placed = allocate(farm, starts, STAGE_DAYS, Rules(min_rings=8, max_rings=20), wanted_rings=wanted)
    assert [len(stays[-1].container_ids) for stays in placed][1] == 20
