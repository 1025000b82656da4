"""Plans: starts, sizes, partitions and the capacity report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.farm.schedule import Schedule, to_date, to_day
from engine.forecast.sizing import biomass_flags, fit_eggs, keyed_share, predict_peaks
from engine.planning.capacity import capacity_report
from engine.planning.planner import Request, plan
from engine.planning.starts import alternating_starts
from lake.errors import InputError
from tests.planning.farms import AS_OF, biology, shipped


@cache
def planned(batches: int, stagger: int, eggs: tuple[int, int] | None = None) -> Schedule:
    return plan(
        Request(name="test", batches=batches, stagger_days=stagger, as_of_day=AS_OF, seed=7, eggs=eggs),
        shipped(),
        biology(),
    )


def test_two_geographies_take_turns_and_the_last_start_is_fifty_days_old() -> None:
    starts = alternating_starts(shipped(), 275, 6, AS_OF)
    shown = [(s.number, str(to_date(s.start_day))) for s in (starts[0], starts[1], starts[-1])]
    assert shown == [
        ("FAR-2016-001", "2016-09-23"),
        ("SCO-2016-001", "2016-09-29"),
        ("SCO-2025-275", "2025-09-30"),
    ]


requests = st.builds(
    Request,
    name=st.just("test"),
    batches=st.integers(1, 25),
    stagger_days=st.integers(6, 120),
    as_of_day=st.integers(AS_OF - 4000, AS_OF + 4000),
    seed=st.integers(0, 2**63 - 1),
    adult_days=st.integers(1, 450),
    rings=st.integers(1, 8),
    partitions=st.none() | st.integers(1, 2),
)


@given(requests)
@settings(max_examples=40, deadline=None)
def test_a_plan_is_a_pure_function_of_its_request_and_fits_its_containers(request: Request) -> None:
    schedule = plan(request, shipped(), biology())
    assert plan(request, shipped(), biology()).text == schedule.text
    assert len(schedule.batches) == 2 * request.batches
    assert biomass_flags(schedule) == frozenset()
    assert capacity_report(schedule).excesses == ()


def test_the_seed_changes_the_eggs_and_nothing_else() -> None:
    one = planned(20, 40)
    changed = plan(Request(name="test", batches=20, stagger_days=40, as_of_day=AS_OF, seed=8), shipped(), biology())
    assert [b.stays for b in one.batches] == [b.stays for b in changed.batches]
    assert [b.eggs for b in one.batches] != [b.eggs for b in changed.batches]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"batches": 0}, "--batches: 0"),
        ({"stagger_days": -6}, "--stagger: -6"),
        ({"adult_days": 0}, "--adult-days: 0"),
        ({"rings": 21}, "--rings: 21 .*\n.*1 to 20"),
        ({"seed": -1}, "--seed: -1"),
        ({"partitions": 0}, "--partitions: 0"),
        ({"partitions": 9}, "--partitions: 9 partitions for 8 batches"),
        ({"eggs": (900_000, 800_000)}, "--eggs: 900000-800000"),
        ({"batches": 60_000}, "--stagger: .*century"),
        ({"batches": 40, "stagger_days": 258}, "--stagger: .*would start on 1969-12-11.*from 1970-01-02"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(change: dict[str, Any], words: str) -> None:
    request = replace(Request(name="test", batches=4, stagger_days=50, as_of_day=AS_OF), **change)
    with pytest.raises(InputError, match=words):
        plan(request, shipped(), biology())


def test_saturation_is_occupied_over_available_container_days_of_the_steady_state() -> None:
    schedule = planned(275, 6)
    report = capacity_report(schedule)
    first, last = to_day(date(2016, 9, 29)) + 900, to_day(date(2025, 9, 24))
    assert (report.first_day, report.last_day, report.steady) == (first, last, True)
    held = {True: 0, False: 0}
    for batch in schedule.batches:
        for stay in batch.stays:
            days = max(0, min(stay.end_day, last) - max(stay.start_day, first))
            held[stay.stage == 6] += days * len(stay.container_ids)
    span = last - first
    assert report.sea == pytest.approx(held[True] / (860 * span), abs=1e-12)
    assert report.freshwater == pytest.approx(held[False] / (1100 * span), abs=1e-12)
    assert report.total == pytest.approx(sum(held.values()) / (1960 * span), abs=1e-12)
    assert report.total == pytest.approx(0.69, abs=0.005)


def test_the_bottleneck_knows_that_an_area_takes_whole_batches_only() -> None:
    report = capacity_report(planned(275, 6))
    neck = report.bottleneck
    assert (neck.name, neck.capacity, neck.usable, neck.peak) == ("Scotland Adult", 400, 320, 304)
    for pool in report.pools:
        assert pool.peak <= pool.usable <= pool.capacity
        assert pool.mean <= pool.peak


def test_a_plan_too_short_for_a_steady_state_is_measured_whole() -> None:
    schedule = planned(6, 88)
    report = capacity_report(schedule)
    assert (report.first_day, report.last_day, report.steady) == (schedule.batches[0].start_day, AS_OF, False)
    assert 0 < report.sea < report.freshwater < 0.05


def test_the_fit_is_the_most_that_stays_within_every_limit() -> None:
    for batch in planned(6, 88).batches:
        fit = fit_eggs(batch.stays, shipped().geography_of(batch).name, biology(), shipped())
        assert 0.92 * fit - 1000 <= batch.eggs <= fit
        assert not any(p.is_over_limit for p in predict_peaks(replace(batch, eggs=fit), shipped(), biology()))
        assert any(p.is_over_limit for p in predict_peaks(replace(batch, eggs=fit + 1000), shipped(), biology()))


def test_peaks_rise_with_eggs_and_target_and_fall_with_rings() -> None:
    batch = planned(6, 88).batches[0]
    base = predict_peaks(batch, shipped(), biology())
    double = predict_peaks(replace(batch, eggs=2 * batch.eggs), shipped(), biology())
    assert [p.peak_kg for p in double] == pytest.approx([2 * p.peak_kg for p in base])
    small = predict_peaks(replace(batch, harvest_target_g=4000.0), shipped(), biology())[-1]
    assert small.peak_kg < 0.6 * base[-1].peak_kg
    sea = replace(batch.stays[-1], container_ids=batch.stays[-1].container_ids[:4])
    fewer = predict_peaks(replace(batch, stays=(*batch.stays[:-1], sea)), shipped(), biology())[-1]
    assert fewer.peak_kg == pytest.approx(2 * base[-1].peak_kg)


@pytest.mark.parametrize("geography", [1, 2])
def test_simulated_outcomes_stay_below_the_upper_peak(geography: int) -> None:
    """An independent draw of 40,000 rings from the published distributions exceeds the prediction in none."""
    batch = planned(6, 88).batches[geography - 1]
    bio, region = biology().model, biology().region(shipped().geography(geography).name)
    rng, n = np.random.default_rng(1), 40_000
    root = np.full(n, bio.stages.first_feeding_weight_g ** (1 / 3))
    alive = np.full(n, float(batch.eggs))
    for stage in range(5):
        tgc = region.freshwater_tgc[stage] * (1 + region.freshwater_tgc_cv[stage] * rng.standard_normal(n))
        root += tgc / 1000 * region.hall_temperature_c[stage] * 90
        frailty = bio.mortality.freshwater_frailty_sd[stage]
        loss = bio.mortality.freshwater_loss[stage] * np.exp(frailty * rng.standard_normal(n) - frailty**2 / 2)
        alive *= np.exp(-loss) * (1 - bio.mortality.transfer_loss[stage])
    alive *= (1 - bio.mortality.cull_share) * (1 - bio.mortality.vaccination_loss)
    tgc = region.sea_tgc + np.hypot(region.sea_tgc_batch_sd, 0.1) * rng.standard_normal(n)
    degree_days = 450 * (np.mean(region.sea_month_c) + 0.6 * rng.standard_normal(n))
    grown = (root + tgc / 1000 * degree_days) ** 3
    target = region.harvest_target_g + region.harvest_target_sd_g * rng.standard_normal(n)
    ring = (1 + bio.growth.container_tgc_cv * rng.standard_normal(n)) ** 3
    frailty = np.hypot(region.frailty_batch_sd, region.frailty_site_sd)
    hazard = region.sea_hazard
    alive *= np.exp(-hazard * np.exp(frailty * rng.standard_normal(n) - frailty**2 / 2))
    biomass_kg = alive / 8 * np.minimum(grown, target) * ring / 1000
    upper = predict_peaks(batch, shipped(), biology())[-1].peak_kg
    assert (biomass_kg > upper).mean() < 1e-3
    assert biomass_kg.max() > 0.9 * upper  # and the prediction is not idle


def test_batches_of_the_older_size_are_flagged_one_by_one() -> None:
    schedule = planned(6, 88, (3_000_000, 3_800_000))
    assert {b.eggs for b in schedule.batches} <= set(range(3_000_000, 3_800_001))
    assert biomass_flags(schedule) == frozenset(range(1, 13))
    report = capacity_report(schedule)
    assert {e.number for e in report.excesses} == {b.number for b in schedule.batches}


def test_a_keyed_share_depends_on_every_key_and_spreads_evenly() -> None:
    drawn = np.array([keyed_share(1, "eggs", str(i)) for i in range(2000)])
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 0.03
    assert len({keyed_share(1, "eggs", "a"), keyed_share(2, "eggs", "a"), keyed_share(1, "x", "a")}) == 3


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", ""])
def test_a_name_that_is_no_folder_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="--name"):
        plan(Request(name=name, batches=2, stagger_days=100, as_of_day=AS_OF), shipped(), biology())
