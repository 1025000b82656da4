"""Feeding summaries against a slow account in plain Python, day by day, of what the farm knows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine.simulation.rows.feed import meal_rows
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.summaries import summary_tables
from lake.tables import TABLES
from tests.simulation.trade_lives import LivedTo, rows_of

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
    tables = summary_tables(life)
    return rows_of(tables["container_feeding_summary"]), rows_of(tables["batch_feeding_summary"])


def half_up(above: int, below: int) -> int:
    return (2 * above + below) // (2 * below)


def account(life: BatchLife) -> dict[tuple[int, int], dict[str, Any]]:
    """By stay and first day: each period's feed, biomass, growth and weighings, in the units of the columns."""
    meals: dict[tuple[int, int], list[int]] = {}
    for meal in rows_of(meal_rows(life)):
        meals.setdefault((meal["batch_assignment_id"], meal["feeding_date"]), []).append(meal["amount_kg"])
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for stage, ids, known, weighed in zip(life.stages, life.ids, life.estimates, life.weighings.stages, strict=True):
        if stage.stage == 1:
            continue
        for c, stay in enumerate(ids.tolist()):
            samples = [int(d) for d, at in zip(weighed.day, weighed.container, strict=True) if at == c]
            fish, weight = int(stage.fish[c]), int(known.arrival_cg[c])
            for d in range(int(stage.days_lived[c])):
                day = stage.start_day + d
                key = (stay, stage.start_day + d // 28 * 28)
                if key not in found:
                    if fish == 0:
                        continue
                    found[key] = {"start": half_up(fish * weight, 1000), "feed": 0, "meals": 0, "grown": 0}
                    found[key]["evenings"] = {}
                row = found[key]
                given = meals.get((stay, day), [])
                row["feed"] += sum(given)
                row["meals"] += len(given)
                row["grown"] += fish * (int(known.weight_cg[c, d]) - weight)
                fish, weight = int(stage.population[c, d]), int(known.weight_cg[c, d])
                row["end"] = row["evenings"][day] = half_up(fish * weight, 1000)
                row["last"], row["weighed"] = day, [s for s in samples if s <= day]
    return found


def test_a_periods_summary_is_what_was_fed_and_grew(
    life: BatchLife, summaries: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    expected = account(life)
    limits = life.schedule.biology.model.feed.summary_confidence_days
    least = life.schedule.biology.model.feed.summary_least_growth
    for row in summaries[0]:
        due = expected.pop((row["container_assignment_id"], row["period_start"]))
        assert row["period_end"] == due["last"]
        assert row["total_feed_kg"] == half_up(due["feed"], 100)
        assert row["data_points"] == due["meals"]
        assert (row["starting_biomass_kg"], row["ending_biomass_kg"]) == (due["start"], due["end"])
        assert row["growth_kg"] == half_up(due["grown"], 1000)
        if row["growth_kg"] > least * row["starting_biomass_kg"] and row["total_feed_kg"] > 0:
            assert row["fcr"] == half_up(1000 * row["total_feed_kg"], row["growth_kg"])
        else:
            assert row["fcr"] is None
        measured = due["weighed"] and due["weighed"][-1] >= row["period_start"]
        assert row["estimation_method"] == (0 if measured else 1)
        age = due["last"] - due["weighed"][-1] if due["weighed"] else 10**6
        assert (
            CONFIDENCE[row["confidence_level"]]
            == ["VERY_HIGH", "HIGH", "MEDIUM", "LOW"][sum(age >= limit for limit in limits)]
        )
    assert not expected


def test_gross_growth_is_the_change_in_biomass_and_what_was_taken_out(life: BatchLife) -> None:
    """Over a stay: growth = end - start + the dead and culled at that evening's weight, to the rounding of its rows."""
    rows = rows_of(summary_tables(life)["container_feeding_summary"])
    for stage, ids, known in zip(life.stages[1:], life.ids[1:], life.estimates[1:], strict=True):
        for c, stay in enumerate(ids.tolist()):
            mine = [row for row in rows if row["container_assignment_id"] == stay]
            lived = slice(0, int(stage.days_lived[c]))
            taken = (stage.dead + stage.culled)[c, lived].astype(int) * known.weight_cg[c, lived] / 1000
            change = mine[-1]["ending_biomass_kg"] - mine[0]["starting_biomass_kg"]
            assert sum(row["growth_kg"] for row in mine) == pytest.approx(change + taken.sum(), abs=len(mine) + 1)
            for before, after in pairwise(mine):
                assert after["starting_biomass_kg"] == before["ending_biomass_kg"]


def test_a_batchs_summary_is_the_sum_of_its_containers(
    life: BatchLife, summaries: tuple[list[dict[str, Any]], list[dict[str, Any]]]
) -> None:
    containers, batches = summaries
    evenings: dict[int, int] = {}
    for due in account(life).values():
        for day, biomass in due["evenings"].items():
            evenings[day] = evenings.get(day, 0) + biomass
    assert [b["period_start"] for b in batches] == sorted({c["period_start"] for c in containers})
    for batch in batches:
        mine = [c for c in containers if c["period_start"] == batch["period_start"]]
        assert batch["period_end"] == max(c["period_end"] for c in mine)
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
        days = range(batch["period_start"], batch["period_end"] + 1)
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
    rows = [row for life in misjudged_lives for row in rows_of(summary_tables(life)["container_feeding_summary"])]
    assert any(row["growth_kg"] <= 0 for row in rows)
    assert any(row["fcr"] is None for row in rows)
    assert {row["estimation_method"] for row in rows} == {0, 1}


def test_periods_are_counted_from_each_stages_first_day(life: BatchLife) -> None:
    rows = rows_of(summary_tables(life)["container_feeding_summary"])
    of_stay = {stay: stage for stage, ids in zip(life.stages, life.ids, strict=True) for stay in ids.tolist()}
    for row in rows:
        stage = of_stay[row["container_assignment_id"]]
        assert (row["period_start"] - stage.start_day) % 28 == 0
        assert row["period_end"] - row["period_start"] <= 27
    assert {of_stay[row["container_assignment_id"]].stage for row in rows} == {s.stage for s in life.stages} - {1}


def test_a_later_as_of_date_leaves_the_periods_that_had_ended(lives: list[BatchLife], lived_to: LivedTo) -> None:
    whole = lives[0]
    start = whole.stages[3].start_day
    for days in (1, 28, 29, 60):
        day = start + days
        early, late = summary_tables(lived_to(0, day)), summary_tables(whole)
        for name in ("container_feeding_summary", "batch_feeding_summary"):
            closed = [row for row in rows_of(late[name]) if row["period_end"] < day]
            rows = rows_of(early[name])
            assert [row for row in rows if row in closed] == closed
            running = [row for row in rows if row not in closed]
            assert all(row["period_end"] == day - 1 for row in running)
            assert bool(running) == (days % 28 > 0)


def test_fish_on_their_yolk_have_no_summary(lives: list[BatchLife]) -> None:
    tables = summary_tables(lives[4])
    for table in (CONTAINER, BATCH):
        assert set(tables[table.name]) == {c.name for c in table.columns}
        assert len(tables[table.name]["batch_id"]) == 0
