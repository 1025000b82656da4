"""Losses, weekly rates, shape and causes of death, against figures worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from engine.statistics import mortality
from tests.statistics.hand_made import MakeRecords, batch, deaths, harvested, lot, ring, states


def test_losses_are_means_over_harvested_batches(make_records: MakeRecords) -> None:
    """Ten Faroese batches lose 1, 2, ... 10 %; the worst two are 9 and 10; an active one doesn't count."""
    records = make_records(
        batch=[*(batch(i) for i in range(1, 11)), batch(11, status="ACTIVE")],
        container_assignment=[ring(i, i) for i in range(1, 12)],
        harvest_event=[harvested(i, 1000 - 10 * i) for i in range(1, 11)],
        harvest_lot=[lot(i, 1000 - 10 * i) for i in range(1, 11)],
    )
    found = mortality.sea_losses(records)
    assert found["mean sea loss, Faroe Islands"].value == pytest.approx(5.5)
    assert found["mean sea loss, Faroe Islands"].count == 10
    assert found["mean sea loss, Scotland"].value is None
    fall = found["fall of the mean sea loss without the worst 20 % of batches"]
    assert fall.value == pytest.approx(100 * (1 - 4.5 / 5.5))


def test_weekly_rate_is_the_official_measure_of_whole_weeks(make_records: MakeRecords) -> None:
    """1000 fish; 100 die in week 0, none in week 1, 90 in week 2. The two days of week 3 and culls are left out."""
    population = [900] * 7 + [900] * 7 + [800] * 7 + [790] * 2
    records = make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1)],
        daily_state=states(1, population),
        mortality_event=[
            *deaths(1, {1: 60, 7: 40, 16: 90, 22: 10}),
            *deaths(1, {17: 10}, cause="OTHER", cull=True),
        ],
    )
    weeks = mortality.ring_weeks(records)
    assert weeks["week"].to_list() == [0, 1, 2]
    assert weeks["rate"].to_list() == pytest.approx([100 / 950, 0.0, 90 / 850])
    assert weeks["log_rate"].to_list() == pytest.approx([math.log(100 / 950), math.log(0.5 / 900), math.log(90 / 850)])


def test_autocorrelation_within_rings_takes_no_account_of_how_rings_differ() -> None:
    """Rings far apart in level, each alternating: strongly correlated over all, negatively within."""
    rng = np.random.default_rng(1)
    levels = np.repeat(np.arange(20), 30)
    week = np.tile(np.arange(30), 20)
    swing = np.where(week % 2 == 0, 0.5, -0.5) + rng.normal(0, 0.05, 600)
    logs = levels + swing
    weeks = pl.DataFrame(
        {
            "assignment_id": levels,
            "batch_id": levels,
            "week": week,
            "dead": 1,
            "rate": np.exp(logs),
            "log_rate": logs,
        }
    )
    found = mortality.weekly_mortality_measures(weeks)
    within = found["weekly ring mortality, lag-1 autocorrelation of the log rate within rings"].value
    over_all = found["weekly ring mortality, lag-1 correlation of the log rate over all rings"].value
    own = logs.reshape(20, 30) - logs.reshape(20, 30).mean(axis=1, keepdims=True)
    expected = np.corrcoef(own[:, :-1].ravel(), own[:, 1:].ravel())[0, 1]
    assert within == pytest.approx(expected)
    assert within is not None
    assert over_all is not None
    assert within < -0.9
    assert over_all > 0.9


def test_a_missing_week_makes_no_pair() -> None:
    weeks = pl.DataFrame(
        {
            "assignment_id": [1] * 4 + [2] * 4,
            "batch_id": 1,
            "week": [0, 1, 3, 4, 0, 1, 2, 3],
            "dead": 1,
            "rate": 1.0,
            "log_rate": [0.0, 1.0, 9.0, 8.0, 2.0, 5.0, 3.0, 7.0],
        }
    )
    found = mortality.weekly_mortality_measures(weeks)
    pairs = np.array([[0, 1], [9, 8], [2, 5], [5, 3], [3, 7]], dtype=float)
    over_all = found["weekly ring mortality, lag-1 correlation of the log rate over all rings"].value
    assert over_all == pytest.approx(np.corrcoef(pairs.T)[0, 1])


def test_the_worst_weeks_are_those_of_the_highest_rate() -> None:
    """The five weeks of the highest rates hold 5 x 20 of the 294 dead; a big ring's 100 dead at a low rate don't."""
    weeks = pl.DataFrame(
        {
            "assignment_id": range(100),
            "batch_id": 1,
            "week": 0,
            "dead": [20] * 5 + [1] * 94 + [100],
            "rate": [0.5] * 5 + [0.01] * 95,
            "log_rate": 0.0,
        }
    )
    found = mortality.weekly_mortality_measures(weeks)
    share = found["weekly ring mortality, share of deaths in the worst 5 % of ring-weeks"].value
    assert share == pytest.approx(100 / 294)
    ratio = found["weekly ring mortality, mean over median"].value
    assert ratio == pytest.approx((5 * 0.5 + 95 * 0.01) / 100 / 0.01)


def test_shape_over_the_days_at_sea(make_records: MakeRecords) -> None:
    """1 fish of 1000 a day on days 1-21, then none to 59, 1 in ten days to 240, 1 a day from 360 on."""
    dead = {n: 1 for n in range(1, 401) if n <= 21 or (60 <= n <= 240 and n % 10 == 0) or n >= 360}
    population = [1000 - sum(k <= n for k in dead) for n in range(1, 401)]
    records = make_records(
        batch=[batch(1, geography=2)],
        container_assignment=[ring(1, 1, container=2)],
        daily_state=states(1, population),
        mortality_event=deaths(1, dead),
    )
    found = mortality.mortality_by_day(records)

    def weekly(first: int, last: int) -> float:
        fish = sum(population[n - 1] + dead.get(n, 0) / 2 for n in range(first, last + 1))
        return 7 * sum(dead.get(n, 0) for n in range(first, last + 1)) / fish

    late = found["sea mortality from day 360 over days 60-240"]
    assert late.value == pytest.approx(weekly(360, 400) / weekly(60, 240))
    early = found["sea mortality at days 1-21 over days 60-240"]
    assert early.value == pytest.approx(weekly(1, 21) / weekly(60, 240))
    assert found["sea mortality a week, days 1-21, Scotland"].value == pytest.approx(100 * 7 / 989.5, rel=1e-3)
    assert found["sea mortality a week, days 22-60, Scotland"].value == pytest.approx(100 * weekly(22, 60))
    assert found["sea mortality a week, days 421-600, Scotland"].value is None
    total = sum(weekly(a, b) / 7 * (min(b, 365) - a + 1) for a, b in mortality.DAY_INTERVALS[:7])
    total += weekly(361, 400) / 7 * 5
    assert found["sea mortality, risk of a year, Scotland"].value == pytest.approx(100 * (1 - math.exp(-total)))


def test_causes_are_shares_of_the_fish_found_dead_at_sea(make_records: MakeRecords) -> None:
    records = make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1), {**ring(2, 1, container=3), "lifecycle_stage_id": 3}],
        mortality_event=[
            *deaths(1, {1: 30, 2: 10}, cause="DISEASE"),
            *deaths(1, {3: 40}, cause="HANDLING"),
            *deaths(1, {4: 15}, cause="OTHER"),
            *deaths(1, {4: 5}, cause="PREDATION"),
            *deaths(1, {5: 900}, cause="OTHER", cull=True),
            *deaths(2, {1: 900}, cause="UNKNOWN"),
        ],
    )
    found = mortality.causes_of_death(records)
    shares = {name.removeprefix("share of deaths at sea, "): m.value for name, m in found.items()}
    assert shares == pytest.approx(
        {"infectious": 40, "trauma": 40, "unknown": 0, "environmental": 0, "other and predation": 20}
    )
