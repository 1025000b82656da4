"""Feeding summaries against a slow account in plain Python, day by day, of what the farm knows."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any

import numpy as np
import pytest

from engine.simulation.feed.rations import Stock, book_growth
from engine.simulation.rows.feed import feed_tables
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.summaries import summary_tables
from lake.tables import TABLES
from tests.simulation.trade_lives import LivedTo, alone, rows_of

EPOCH = date(1970, 1, 1)
CONTAINER, BATCH = TABLES["container_feeding_summary"], TABLES["batch_feeding_summary"]
CONFIDENCE = CONTAINER.column("confidence_level").codes


def misjudged(life: BatchLife) -> BatchLife:
    """The batch as a farm knows it that errs by some per cent, another way every week, so that weights also fall."""
    found = BatchLife(schedule=life.schedule, history=life.history, climate=life.climate)
    estimates = []
    for known, stage in zip(life.estimates, life.stages, strict=True):
        n, days = stage.population.shape
        rng = np.random.default_rng(stage.stage)
        factor = 1.0 + np.repeat(rng.normal(0.0, 0.06, (n, days // 7 + 1)), 7, axis=1)[:, :days]
        weight = np.floor(known.weight_cg * factor).astype(np.int64)
        weight[~stage.present] = 12_345_678  # without meaning there
        estimates.append(replace(known, weight_cg=weight))
    found.__dict__["estimates"] = estimates
    return found


@pytest.fixture(scope="module")
def misjudged_lives(lives: list[BatchLife]) -> list[BatchLife]:
    return [misjudged(life) for life in lives[:4]]


@pytest.fixture(scope="module", params=[0, 1, 2, 3])
def life(request: pytest.FixtureRequest, misjudged_lives: list[BatchLife]) -> BatchLife:
    position: int = request.param
    return misjudged_lives[position]


@pytest.fixture(scope="module")
def summaries(life: BatchLife) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    tables = alone(summary_tables, life)
    return rows_of(tables["container_feeding_summary"]), rows_of(tables["batch_feeding_summary"])


def half_up(above: int, below: int) -> int:
    return (2 * above + below) // (2 * below)


def calendar_periods(day: int) -> list[tuple[int, int]]:
    """First and last day of the week and the month that a day lies in, by the calendar of the standard library."""
    of = EPOCH + timedelta(days=day)
    monday = day - of.weekday()
    month = day - of.day + 1
    return [(monday, monday + 6), (month, month + monthrange(of.year, of.month)[1] - 1)]


def booked_growth(gains: list[tuple[int, int]], weighed: set[int], span: int) -> list[Fraction]:
    """Each day's growth (0.01 g of all fish) from (fish, gain of a fish): the revisions booked bit by bit."""
    revised = [gain - (gains[d - 1][1] if d else 0) if d in weighed else 0 for d, (_, gain) in enumerate(gains)]
    total, out = Fraction(0), []
    for d, (fish, gain) in enumerate(gains):
        bits = sum(revised[max(0, d - span + 1) : d + 1])
        before, total = total, total + fish * (gain - revised[d] + Fraction(bits, span))
        out.append((before, total))
    highest, growth = Fraction(0), []
    for _, now in out:
        growth.append(max(now - highest, Fraction(0)))
        highest = max(highest, now)
    return growth


def account(life: BatchLife) -> dict[tuple[int, int, int], dict[str, Any]]:
    """By stay, first and last day: each period's feed, biomass, growth and weighings, in the units of the columns."""
    span = life.schedule.biology.model.feed.summary_revision_days
    meals: dict[tuple[int, int], list[int]] = {}
    for meal in rows_of(alone(feed_tables, life)["feeding_event"]):
        meals.setdefault((meal["batch_assignment_id"], meal["feeding_date"]), []).append(meal["amount_kg"])
    found: dict[tuple[int, int, int], dict[str, Any]] = {}
    for stage, ids, known, weighed in zip(life.stages, life.ids, life.estimates, life.weighings.stages, strict=True):
        if stage.stage == 1:
            continue
        for c, stay in enumerate(ids.tolist()):
            samples = [int(d) for d, at in zip(weighed.day, weighed.container, strict=True) if at == c]
            lived = int(stage.days_lived[c])
            weights = [int(known.arrival_cg[c]), *(int(w) for w in known.weight_cg[c, :lived])]
            stock = [int(stage.fish[c]), *(int(f) for f in stage.population[c, :lived])]
            gains = [(stock[d], weights[d + 1] - weights[d]) for d in range(lived)]
            growth = booked_growth(gains, {s - stage.start_day for s in samples}, span)
            for d in range(lived):
                day = stage.start_day + d
                for first, last in calendar_periods(day):
                    if last >= life.schedule.as_of_day:
                        continue
                    key = (stay, first, last)
                    if key not in found:
                        if stock[d] == 0:
                            continue
                        found[key] = {"start": half_up(stock[d] * weights[d], 1000), "feed": 0, "meals": 0, "grown": 0}
                        found[key] |= {"evenings": {}, "first": day}
                    row = found[key]
                    given = meals.get((stay, day), [])
                    row["feed"] += sum(given)
                    row["meals"] += len(given)
                    row["grown"] += growth[d]
                    row["end"] = row["evenings"][day] = half_up(stock[d + 1] * weights[d + 1], 1000)
                    row["last"], row["weighed"] = day, [s for s in samples if s <= day]
    return found


def test_a_periods_summary_is_what_was_fed_and_grew(
    life: BatchLife, summaries: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    expected = account(life)
    limits = life.schedule.biology.model.feed.summary_confidence_days
    least = life.schedule.biology.model.feed.summary_least_growth
    for row in summaries[0]:
        due = expected.pop((row["container_assignment_id"], row["period_start"], row["period_end"]))
        assert row["total_feed_kg"] == half_up(due["feed"], 100)
        assert row["data_points"] == due["meals"]
        assert (row["starting_biomass_kg"], row["ending_biomass_kg"]) == (due["start"], due["end"])
        assert row["growth_kg"] == floor(due["grown"] / 1000 + Fraction(1, 2))
        assert row["growth_kg"] >= 0
        if row["growth_kg"] > least * row["starting_biomass_kg"] and row["total_feed_kg"] > 0:
            assert row["fcr"] == half_up(1000 * row["total_feed_kg"], row["growth_kg"])
        else:
            assert row["fcr"] is None
        measured = due["weighed"] and due["weighed"][-1] >= due["first"]
        assert row["estimation_method"] == (0 if measured else 1)
        age = due["last"] - due["weighed"][-1] if due["weighed"] else 10**6
        assert (
            CONFIDENCE[row["confidence_level"]]
            == ["VERY_HIGH", "HIGH", "MEDIUM", "LOW"][sum(age >= limit for limit in limits)]
        )
    assert not expected


def of_kind(rows: list[dict[str, Any]], week: bool) -> list[dict[str, Any]]:
    return [row for row in rows if (row["period_end"] - row["period_start"] == 6) == week]


@pytest.mark.parametrize("week", [True, False])
def test_gross_growth_is_the_change_in_biomass_and_what_was_taken_out(
    life: BatchLife, lives: list[BatchLife], misjudged_lives: list[BatchLife], week: bool
) -> None:
    """Over a stay that the farm knows without weighings: growth = end - start + the dead and culled at that evening's
    weight, to the rounding of its rows; and each period begins where the one before ended.
    """
    known_life = lives[misjudged_lives.index(life)]
    quiet = BatchLife(schedule=life.schedule, history=life.history, climate=life.climate)
    quiet.__dict__["estimates"] = [
        replace(known, weight_cg=np.maximum.accumulate(known.weight_cg, axis=1)) for known in known_life.estimates
    ]
    quiet.__dict__["weighings"] = replace(
        life.weighings,
        stages=tuple(
            replace(s, container=s.container[:0], day=s.day[:0], size=s.size[:0]) for s in life.weighings.stages
        ),
    )
    quiet.__dict__["feeding"] = [
        replace(fed, stock=fed.stock._replace(weight_cg=known.weight_cg))
        for fed, known in zip(life.feeding, quiet.estimates, strict=True)
    ]
    rows = of_kind(rows_of(alone(summary_tables, quiet)["container_feeding_summary"]), week)
    for stage, ids, known in zip(quiet.stages[1:], quiet.ids[1:], quiet.estimates[1:], strict=True):
        for c, stay in enumerate(ids.tolist()):
            mine = [row for row in rows if row["container_assignment_id"] == stay]
            if not mine:
                continue
            until = mine[-1]["period_end"] - stage.start_day + 1
            lived = slice(0, min(int(stage.days_lived[c]), until))
            taken = (stage.dead + stage.culled)[c, lived].astype(int) * known.weight_cg[c, lived] / 1000
            change = mine[-1]["ending_biomass_kg"] - mine[0]["starting_biomass_kg"]
            assert sum(row["growth_kg"] for row in mine) == pytest.approx(change + taken.sum(), abs=len(mine) + 1)
            for before, after in pairwise(mine):
                assert after["period_start"] == before["period_end"] + 1
                assert after["starting_biomass_kg"] == before["ending_biomass_kg"]


def test_a_revision_is_booked_over_the_weeks_after_it_and_growth_is_never_taken_back() -> None:
    """30 g a day; a weighing on day 5 finds the fish 56 g lighter, one on day 70 5,600 g: see by hand."""
    days, span, fish = 150, 56, 10
    gain = np.full(days, 30)
    gain[5], gain[70] = 30 - 56, 30 - 5600
    booked = np.zeros((1, days), dtype=np.int64)
    weighed = np.zeros((1, days), dtype=bool)
    weighed[0, [5, 70]] = True
    stock = Stock(
        fish=np.full((1, days), fish),
        weight_cg=10_000 + np.cumsum(gain)[None],
        fish_arrived=np.array([fish]),
        weight_arrived_cg=np.array([10_000]),
    )
    book_growth(span, days_lived=np.array([days]), stock=stock, weighed=weighed, booked=booked)
    a_day = booked[0] / span / fish
    assert a_day[:5] == pytest.approx(30)
    assert a_day[5:61] == pytest.approx(29)  # 1 g less for 56 days
    assert a_day[61:70] == pytest.approx(30)
    assert a_day[70:] == pytest.approx(0)  # 70 g down a day for 56 days, then 30 g up: not made good by day 149
    assert a_day.min() == 0


def test_a_batchs_summary_is_the_sum_of_its_containers(
    life: BatchLife, summaries: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    containers, batches = summaries
    evenings: dict[int, int] = {}
    for stage, known in zip(life.stages[1:], life.estimates[1:], strict=True):
        for c, lived in enumerate(stage.days_lived.tolist()):
            for d in range(lived):
                biomass = half_up(int(stage.population[c, d]) * int(known.weight_cg[c, d]), 1000)
                evenings[stage.start_day + d] = evenings.get(stage.start_day + d, 0) + biomass
    periods = [(b["period_start"], b["period_end"]) for b in batches]
    assert periods == sorted({(c["period_start"], c["period_end"]) for c in containers})
    for batch in batches:
        at = batch["period_start"], batch["period_end"]
        mine = [c for c in containers if (c["period_start"], c["period_end"]) == at]
        assert batch["container_count"] == len(mine)
        for total, part in (
            ("total_feed_kg", "total_feed_kg"),
            ("total_feed_consumed_kg", "total_feed_kg"),
            ("total_starting_biomass_kg", "starting_biomass_kg"),
            ("total_ending_biomass_kg", "ending_biomass_kg"),
            ("total_growth_kg", "growth_kg"),
        ):
            assert batch[total] == sum(c[part] for c in mine)
        assert batch["total_biomass_gain_kg"] == batch["total_ending_biomass_kg"] - batch["total_starting_biomass_kg"]
        days = [d for d in range(batch["period_start"], batch["period_end"] + 1) if d in evenings]
        assert batch["average_biomass_kg"] == half_up(sum(evenings[d] for d in days), len(days))
        if batch["total_feed_kg"]:
            share = half_up(10_000 * batch["total_feed_kg"], batch["average_biomass_kg"] * len(days))
            assert batch["average_feeding_percentage"] == share
        else:
            assert batch["average_feeding_percentage"] is None
        assert batch["overall_confidence_level"] == max(c["confidence_level"] for c in mine)
        methods = {c["estimation_method"] for c in mine}
        assert batch["estimation_method"] == (2 if len(methods) > 1 else methods.pop())
        rated = [(c["fcr"], c["total_feed_kg"]) for c in mine if c["fcr"] is not None]
        if rated:
            assert batch["weighted_avg_fcr"] == half_up(sum(f * w for f, w in rated), sum(w for _, w in rated))
        else:
            assert batch["weighted_avg_fcr"] is None


def test_the_misjudged_weights_show_every_case(misjudged_lives: list[BatchLife]) -> None:
    """Otherwise the comparisons above would see no growth below nothing and no ratio out of range."""
    rows = [
        row for life in misjudged_lives for row in rows_of(alone(summary_tables, life)["container_feeding_summary"])
    ]
    assert any(row["growth_kg"] == 0 for row in rows)
    assert any(row["fcr"] is None for row in rows)
    assert {row["estimation_method"] for row in rows} == {0, 1}


def test_periods_are_the_calendars_weeks_and_months_for_all_alike(lives: list[BatchLife]) -> None:
    """As the application's trend groups what is predicted; so those of a geography's batches can be put together."""
    for life in lives[:3]:
        tables = alone(summary_tables, life)
        of_stay = {stay: stage for stage, ids in zip(life.stages, life.ids, strict=True) for stay in ids.tolist()}
        for row in rows_of(tables["container_feeding_summary"]) + rows_of(tables["batch_feeding_summary"]):
            assert (row["period_start"], row["period_end"]) in calendar_periods(row["period_start"])
            assert row["period_end"] < life.schedule.as_of_day
        rows = rows_of(tables["container_feeding_summary"])
        for week in (True, False):
            seen = {of_stay[row["container_assignment_id"]].stage for row in of_kind(rows, week)}
            assert seen == {s.stage for s in life.stages} - {1}


def test_a_months_feed_and_growth_are_those_of_its_days(lives: list[BatchLife]) -> None:
    """Weeks and months tell the same days twice: over whole years of a stay both come to the same."""
    rows = rows_of(alone(summary_tables, lives[0])["batch_feeding_summary"])
    for name in ("total_feed_kg", "total_growth_kg"):
        weeks, months = (sum(row[name] for row in of_kind(rows, week)) for week in (True, False))
        assert weeks == pytest.approx(months, rel=0.02)


def test_a_later_as_of_date_leaves_the_periods_that_had_ended(lives: list[BatchLife], lived_to: LivedTo) -> None:
    whole = lives[0]
    start = whole.stages[3].start_day
    for days in (1, 28, 29, 60):
        day = start + days
        early, late = alone(summary_tables, lived_to(0, day)), alone(summary_tables, whole)
        for name in ("container_feeding_summary", "batch_feeding_summary"):
            assert rows_of(early[name]) == [row for row in rows_of(late[name]) if row["period_end"] < day]


def test_fish_on_their_yolk_have_no_summary(lives: list[BatchLife]) -> None:
    tables = alone(summary_tables, lives[4])
    for table in (CONTAINER, BATCH):
        assert set(tables[table.name]) == {c.name for c in table.columns}
        assert len(tables[table.name]["batch_id"]) == 0
