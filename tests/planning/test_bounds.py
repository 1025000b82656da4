"""The bound: proved in bounds.py, reached here, and exceeded by no plan."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.farm.schedule import STAGE_DAYS, Schedule
from engine.farm.schedule_file import parse_schedule, read_schedule
from engine.farm.validation import conflict_count, find_complaints
from engine.forecast.sizing import biomass_flags
from engine.planning.advance import NewBatches, advance
from engine.planning.allocation import allocate
from engine.planning.bounds import max_batches, upper_bound
from engine.planning.capacity import capacity_report
from engine.planning.places import Rules
from engine.planning.planner import Request, plan
from engine.planning.starts import Start, parse_stagger
from lake.errors import InputError
from tests.planning.farms import AS_OF, ROOT, biology, farm_of, shipped


@pytest.mark.parametrize(
    ("stagger", "areas", "rings", "bound"),
    [
        # two batches of ten rings an area: 46 and 40 at once; 3,440 tanks and rings of 1,960 x 2
        ("Faroe Islands=450/46,Scotland=45/4", 1, (8, 20), 1720 / 1960),
        ("FAR=450/46,SCO=45/4", 1, 8, (460 + 400 + 46 * 8 + 40 * 8) / 1960),
        # 57 runs of eight rings, and 50 of them in Scotland, where halls and rings are full together
        ("FAR=450/57,SCO=9", 2, (8, 20), (570 + 500 + 860) / 1960),
    ],
)
def test_the_bound_is_reached(stagger: str, areas: int, rings: int | tuple[int, int], bound: float) -> None:
    request = Request(
        name="t",
        batches=292,
        stagger_days=parse_stagger(stagger, shipped()),
        as_of_day=AS_OF,
        rings=rings,
        areas_per_batch=areas,
    )
    report = capacity_report(plan(request, shipped(), biology()), request.rules)
    assert report.bound.total == pytest.approx(bound, abs=1e-12)
    # within a day's load at the window's edges
    assert report.total == pytest.approx(bound, abs=1e-4)
    assert report.reachable == pytest.approx(report.total, abs=1e-4)


@given(
    stations=st.integers(1, 4),
    areas=st.integers(1, 3),
    rings=st.integers(2, 9),
    days=st.integers(20, 257),
    per_batch=st.sampled_from([1, 2]),
    shared=st.booleans(),
    fallow=st.integers(0, 30),
    data=st.data(),
)
@settings(max_examples=60)
def test_no_plan_exceeds_its_bounds(
    stations: int, areas: int, rings: int, days: int, per_batch: int, shared: bool, fallow: int, data: st.DataObject
) -> None:
    fewest = data.draw(st.integers(1, rings))
    most = data.draw(st.integers(fewest, rings))
    request = Request(
        name="t",
        batches=40,
        stagger_days=days,
        as_of_day=AS_OF,
        rings=(fewest, most),
        areas_per_batch=per_batch,
        shared_areas=shared,
        fallow_days=fallow,
    )
    farm = farm_of(stations, areas, rings)
    bound = upper_bound(farm, STAGE_DAYS, request.rules)
    try:
        schedule = plan(request, farm, biology())
    except InputError:
        # a regular stagger is refused only when it is shorter than a geography's pace
        assert any(2 * days < pace.days for pace in bound.paces)
        return
    assert all(2 * days >= pace.days for pace in bound.paces)
    assert conflict_count(schedule) == 0
    report = capacity_report(schedule, request.rules)
    assert report.total <= report.reachable + 1e-12
    assert len(schedule.batches) <= report.max_batches
    if report.steady:
        # a window cuts each container's first and last stay: at most a stay's length of error
        edge = 450 / (report.last_day - report.first_day)
        assert report.total <= report.bound.total * (1 + edge)


def test_the_most_batches_of_a_span_fill_it_in_bursts() -> None:
    farm, rules = farm_of(3, 3, 8), Rules(min_rings=8, max_rings=8)
    span = [Start(number="a", geography_id=1, start_day=0), Start(number="b", geography_id=1, start_day=899)]
    # three at once at sea, 450 days each: three start on day 0 and three on day 450
    assert max_batches(farm, span, STAGE_DAYS, rules) == 6
    bursts = [Start(number=f"B-{i}", geography_id=1, start_day=450 * (i // 3)) for i in range(6)]
    assert len(allocate(farm, bursts, STAGE_DAYS, rules)) == 6


def test_584_87pct_is_what_it_promises() -> None:
    schedule = read_schedule(ROOT / "schedules/584-87pct.yaml")
    report = capacity_report(schedule)
    assert [sum(b.geography_id == g for b in schedule.batches) for g in (1, 2)] == [292, 292]
    assert report.steady
    assert report.total >= 0.97
    assert conflict_count(schedule) == 0
    assert biomass_flags(schedule) == frozenset()
    assert sum(report.rings.values()) == 584
    assert schedule.areas_per_batch == 2


def test_rings_in_two_areas_are_refused_unless_the_schedule_allows_them() -> None:
    schedule = read_schedule(ROOT / "schedules/584-87pct.yaml")

    def found(changed: Schedule) -> list[str]:
        return find_complaints(changed, lambda i, place: f"batches[{i}].{place}")

    assert found(schedule) == []
    assert any("rings in 2 areas" in each for each in found(replace(schedule, areas_per_batch=1)))
    index = next(i for i, b in enumerate(schedule.batches) if b.geography_id == 1)
    batch, areas = schedule.batches[index], shipped().areas
    far = (areas[0].ring_ids[0], areas[2].ring_ids[0])
    apart = replace(batch, stays=(*batch.stays[:-1], replace(batch.stays[-1], container_ids=far)))
    others = (*schedule.batches[:index], apart, *schedule.batches[index + 1 :])
    assert any("no neighbours" in each for each in found(replace(schedule, batches=others)))


def test_fallow_days_are_kept_checked_on_reading_and_known_to_a_later_schedule() -> None:
    request = Request(name="t", batches=20, stagger_days=40, as_of_day=AS_OF, fallow_days=30)
    schedule = plan(request, farm_of(12, 8, 8), biology())
    again = parse_schedule(schedule.text, "again", schedule.farm, biology())
    assert again.fallow_days == 30
    assert again.batches == schedule.batches
    found = find_complaints(replace(schedule, fallow_days=400), lambda i, place: f"batches[{i}].{place}")
    assert any(re.search("lies fallow for .* days between .* and .*, not 400", each) for each in found)
    later = advance(schedule, AS_OF + 300, NewBatches())
    assert len(later.batches) > len(schedule.batches)
    assert find_complaints(later, lambda i, place: f"batches[{i}].{place}") == []
    assert later.fallow_days == 30
