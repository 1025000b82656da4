"""Batches and staggers found, and the plans offered when there is no room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.planning.allocation import NoRoom
from engine.planning.alternatives import explain_refusal, find_nearest_plans
from engine.planning.automatic import STEADY_DAYS, solve_request
from engine.planning.capacity import capacity_report, steady_days
from engine.planning.planner import Request, place_batches, plan
from engine.planning.starts import Stagger, parse_stagger, plan_starts, stagger_every, stagger_in_turn
from lake.errors import InputError
from tests.planning.farms import AS_OF, biology, shipped

ASKED = Request(name="t", batches=1, stagger_days=1, as_of_day=AS_OF, rings=(8, 20))


def solved(request: Request, batches: int | None, stagger: Stagger | None, target: float | None) -> Request:
    return solve_request(request, batches, stagger=stagger, target=target, farm=shipped(), biology=biology())


def total(request: Request) -> float:
    return capacity_report(plan(request, shipped(), biology()), request.rules).total


def test_without_a_target_the_stagger_is_as_full_as_the_farm_holds() -> None:
    found = solved(replace(ASKED, areas_per_batch=2), 292, None, None)
    assert found.stagger.text == "Faroe Islands=150/19,Scotland=9"
    assert total(found) == pytest.approx((570 + 500 + 860) / 1960, abs=1e-4)


def test_with_a_target_the_stagger_is_the_longest_that_reaches_it() -> None:
    found = solved(ASKED, 200, None, 0.6)
    days = 2 * sum(found.stagger.gaps) // len(found.stagger.gaps)
    assert total(found) >= 0.6
    assert total(replace(found, stagger_days=stagger_in_turn(days + 1, 2))) < 0.6


def test_a_target_beyond_one_stagger_for_all_gives_each_geography_its_own() -> None:
    found = solved(ASKED, 292, None, 0.87)
    assert found.stagger.gaps_by_geography
    assert total(found) >= 0.87


def test_batches_are_the_fewest_with_a_steady_year() -> None:
    found = solved(ASKED, None, stagger_every(8), None)

    def days(batches: int) -> int:
        return steady_days(plan_starts(shipped(), batches, stagger_every(8), AS_OF), ASKED.stage_days)

    assert days(found.batches) >= STEADY_DAYS > days(found.batches - 1)


@pytest.mark.parametrize(
    ("batches", "stagger", "target", "words"),
    [
        (292, None, 0.95, "more than any plan reaches: the farm's bound is 0.8776"),
        (292, stagger_every(11), 0.8, "reach 0.*, not 0.8"),
        (6, None, 0.8, "6 batches a geography"),
    ],
)
def test_a_target_out_of_reach_is_refused_with_what_is(
    batches: int, stagger: Stagger | None, target: float, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        solved(ASKED, batches, stagger, target)


def test_a_nearest_plan_of_fewer_batches_than_partitions_has_fewer_of_these_too() -> None:
    request = Request(name="t", batches=300, stagger_days=5, as_of_day=AS_OF, partitions=100)
    with pytest.raises(NoRoom) as caught:
        plan(request, shipped(), biology())
    fewer, *others = find_nearest_plans(caught.value, request, shipped(), biology())
    assert fewer.option == "--batches 40 --partitions 80"
    assert len(plan(fewer.request, shipped(), biology()).partitions) == 80
    assert all("--partitions" not in each.option and each.request.partitions == 100 for each in others)


def test_a_refusal_names_the_nearest_plans_and_each_is_nearest() -> None:
    request = Request(name="t", batches=300, stagger_days=5, as_of_day=AS_OF)
    with pytest.raises(NoRoom) as caught:
        plan(request, shipped(), biology())
    found = find_nearest_plans(caught.value, request, shipped(), biology())
    assert [each.option for each in found] == [
        "--batches 40",
        "--stagger 6",
        "--adult-days 400",
        "--rings 6",
        "--areas-per-batch 2",
    ]
    for each in found:
        assert total(each.request) == each.saturation > 0
    for nearer in (
        replace(request, batches=41),
        replace(request, stagger_days=stagger_in_turn(11, 2)),
        replace(request, adult_days=401),
        replace(request, rings=7),
    ):
        with pytest.raises(NoRoom):
            place_batches(nearer, shipped(), biology())
    text = str(explain_refusal(caught.value, request, shipped(), biology()))
    for words in (
        "SCO-2018-041 on 2019-11-21",
        "41 batches would",
        "every 11.25 days in Scotland (by Adult); asked: every 10",
        "bound",
        "fits: ",
    ):
        assert words in text


def test_a_geography_of_its_own_pace_is_slowed_alone() -> None:
    request = Request(name="t", batches=200, stagger_days=parse_stagger("FAR=10,SCO=10", shipped()), as_of_day=AS_OF)
    with pytest.raises(NoRoom) as caught:
        plan(request, shipped(), biology())
    options = [each.option for each in find_nearest_plans(caught.value, request, shipped(), biology())]
    assert '--stagger "Faroe Islands=10,Scotland=45/4"' in options
