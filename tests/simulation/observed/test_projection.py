"""Projections against the closed form of growth, feed against growth, deaths against their rate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.observed import projection
from engine.simulation.observed.projection import BatchProjection, StageModels, StaysNow, StaysProjection

TGC = (0.0, 0.9, 1.4, 1.3, 2.0, 3.0)
FCR = (0.0, 0.9, 1.0, 1.0, 1.1, 1.2)


def project_batch(
    weight_g: float, fish: int, stage: list[int], temp: list[int], mortality: float = 0.0
) -> BatchProjection:
    out = BatchProjection._make(np.full(len(stage), -1, dtype=np.int64) for _ in BatchProjection._fields)
    projection.project_batch(
        weight_g,
        fish=float(fish),
        stage=np.array(stage),
        temp_hundredths=np.array(temp),
        models=StageModels(tgc=np.array(TGC), fcr=np.array(FCR), mortality=mortality),
        out=out,
    )
    return out


def project_stays(
    now: StaysNow, temp: list[int], mortality: float = 0.0, stage: list[int] | None = None
) -> StaysProjection:
    n, days = len(now.fish), len(temp)
    weights, population = (np.full((n, days), -1, dtype=np.int64) for _ in range(2))
    out = StaysProjection(weight_cg=weights, population=population)
    projection.project_stays(
        now,
        stage=np.array(stage or [6] * days, dtype=np.int64),
        temp_hundredths=np.array(temp, dtype=np.int64),
        models=StageModels(tgc=np.array(TGC), fcr=np.array(FCR), mortality=mortality),
        out=out,
    )
    return out


def stays(weight_cg: list[int], fish: list[int], bias: list[int]) -> StaysNow:
    return StaysNow(weight_cg=np.array(weight_cg), fish=np.array(fish), bias_hundredths=np.array(bias))


def closed_form_g(weight_g: float, tgc: float, degree_days: float) -> float:
    return float((weight_g ** (1 / 3) + tgc / 1000.0 * degree_days) ** 3)


@given(
    weight=st.floats(0.1, 5_000.0),
    temp=st.integers(100, 2_000),
    stage=st.integers(1, 6),
    days=st.integers(1, 900),
)
def test_growth_at_a_constant_temperature_is_the_closed_form(weight: float, temp: int, stage: int, days: int) -> None:
    found = project_batch(weight, 1_000, [stage] * days, [temp] * days).weight_cg
    expected = closed_form_g(weight, TGC[stage - 1], days * temp / 100)
    assert found[-1] / 100 == pytest.approx(expected, rel=1e-9, abs=0.0051)


def test_growth_counts_degree_days_whatever_their_order() -> None:
    temp = [600, 900, 1_400, -100, 0, 1_100] * 20
    warm = sum(t for t in temp if t > 0) / 100
    for order in (temp, sorted(temp), sorted(temp, reverse=True)):
        found = project_batch(400.0, 10, [6] * len(order), order).weight_cg[-1]
        assert found / 100 == pytest.approx(closed_form_g(400.0, 3.0, warm), abs=0.0051)


def test_water_at_or_below_zero_adds_nothing() -> None:
    found = project_batch(250.0, 10, [6] * 30, [0, -150] * 15)
    assert set(found.weight_cg.tolist()) == {25_000}
    assert not found.feed.any()


def test_each_day_grows_by_the_stage_of_its_own() -> None:
    stage = [1] * 10 + [2] * 10 + [3] * 10
    found = project_batch(1.0, 10, stage, [1_000] * 30).weight_cg
    root = 1.0
    for s, weight in zip(stage, found.tolist(), strict=True):
        root += TGC[s - 1] / 100
        assert weight / 100 == pytest.approx(root**3, abs=0.0051)


@given(fish=st.integers(1, 2_000_000), share=st.floats(0.0, 0.01), days=st.integers(1, 900))
def test_deaths_follow_their_daily_rate(fish: int, share: float, days: int) -> None:
    found = project_batch(100.0, fish, [6] * days, [800] * days, mortality=share).population
    assert found[-1] / 100 == pytest.approx(fish * (1.0 - share) ** days, rel=1e-9, abs=0.0051)
    assert (np.diff(found, prepend=fish * 100) <= 0).all()
    if share == 0.0:
        assert found[-1] == fish * 100


@given(weight=st.floats(0.2, 3_000.0), temp=st.integers(200, 1_500), stage=st.integers(2, 6))
def test_feed_is_conversion_times_growth_of_the_living(weight: float, temp: int, stage: int) -> None:
    days, fish, share = 60, 100_000, 0.001
    found = project_batch(weight, fish, [stage] * days, [temp] * days, mortality=share)
    root, alive, total_kg = weight ** (1 / 3), float(fish), 0.0
    for _ in range(days):
        after = root + TGC[stage - 1] / 1000 * temp / 100
        alive *= 1.0 - share
        total_kg += FCR[stage - 1] * alive * (after**3 - root**3) / 1000
        root = after
    assert found.feed.sum() / 10_000 == pytest.approx(total_kg, rel=1e-9, abs=days * 0.00005)


def test_without_deaths_all_feed_is_conversion_times_all_growth() -> None:
    found = project_batch(100.0, 50_000, [6] * 400, [900] * 400)
    growth_kg = 50_000 * (found.weight_cg[-1] / 100 - 100.0) / 1000
    assert found.feed.sum() / 10_000 == pytest.approx(FCR[5] * growth_kg, rel=1e-5)


@given(weight=st.integers(20, 600_000), temp=st.integers(300, 1_300), bias=st.integers(-200, 200))
def test_a_stay_grows_as_the_closed_form_in_water_off_by_its_bias(weight: int, temp: int, bias: int) -> None:
    days = 300
    found = project_stays(stays([weight], [1_000], [bias]), [temp] * days).weight_cg[0]
    for day in (1, 150, days):
        each = closed_form_g(weight / 100, 3.0, day * max(temp + bias, 0) / 100)
        assert found[day - 1] / 100 == pytest.approx(each, rel=1e-9, abs=0.0051)


def test_a_stay_goes_through_the_stages_to_come() -> None:
    found = project_stays(stays([20], [10], [0]), [1_000] * 30, stage=[2] * 10 + [3] * 10 + [6] * 10)
    degree_days = sum(TGC[s - 1] * 100 for s in (2, 3, 6)) / 1000
    assert found.weight_cg[0, -1] / 100 == pytest.approx((0.2 ** (1 / 3) + degree_days) ** 3, abs=0.0051)


def test_a_scenario_that_has_ended_leaves_no_day() -> None:
    assert project_stays(stays([100], [10], [0]), []).weight_cg.shape == (1, 0)


@given(st.permutations(range(4)))
def test_stays_know_nothing_of_each_other(order: list[int]) -> None:
    weight, fish, bias = [40_000, 41_000, 380_000, 90], [900, 0, 17, 60_000], [0, 150, -200, 3]
    temp = [700 + 5 * d for d in range(120)]
    now = stays(weight, fish, bias)
    whole = project_stays(now, temp, mortality=0.0003)
    mixed = project_stays(StaysNow._make(values[order] for values in now), temp, mortality=0.0003)
    for name in ("weight_cg", "population"):
        np.testing.assert_array_equal(getattr(mixed, name), getattr(whole, name)[order])


@given(fish=st.integers(0, 200_000), share=st.floats(0.0, 0.01))
def test_of_a_stays_fish_a_whole_number_dies_each_day(fish: int, share: float) -> None:
    found = project_stays(stays([50_000], [fish], [0]), [800] * 200, mortality=share).population[0]
    alive = fish
    for left in found.tolist():
        alive -= math.floor(alive * share + 0.5)
        assert left == alive
