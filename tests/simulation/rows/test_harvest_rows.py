"""Rows of a harvest: events, lots and waste agree to the gram and are numbered in order of time."""

from __future__ import annotations

import pytest

from engine.simulation.rows.harvest import harvest_tables
from engine.simulation.rows.life import BatchLife
from tests.simulation.trade_lives import LivedTo, alone, harvest_days, rows_of


@pytest.fixture(scope="module")
def harvested(lives: list[BatchLife]) -> BatchLife:
    """The batch harvested by weight, ring after ring."""
    assert lives[0].history.harvested
    return lives[0]


def test_events_lots_and_waste_agree_to_the_gram(harvested: BatchLife) -> None:
    tables = alone(harvest_tables, harvested)
    events, lots, waste = (rows_of(tables[name]) for name in ("harvest_event", "harvest_lot", "harvest_waste"))
    sea = harvested.stages[-1]
    grams = {c: int(f) * int(w) / 100 for c, f, w in zip(
        sea.container_ids, sea.last(sea.population), sea.last(sea.weight_cg), strict=True)}  # fmt: skip
    alive = dict(zip(sea.container_ids, sea.last(sea.population).tolist(), strict=True))
    assert {e["container_id"] for e in events} == set(sea.container_ids)
    policy = harvested.schedule.biology.model.harvest
    for event in events:
        mine = [lot for lot in lots if lot["event_id"] == event["id"]]
        assert event["harvested_count"] == alive[event["container_id"]]
        assert abs(event["live_weight_kg"] - grams[event["container_id"]]) <= 0.5
        assert sum(lot["unit_count"] for lot in mine) == event["harvested_count"]
        assert sum(lot["live_weight_kg"] for lot in mine) == event["live_weight_kg"]
        gutted = sum(lot["gutted_weight_kg"] for lot in mine)
        spread = 4 * policy.gutted_yield_sd
        assert abs(gutted / event["live_weight_kg"] - policy.gutted_yield) <= spread + 1e-6
        left = {w["category"]: w["weight_kg"] for w in waste if w["event_id"] == event["id"]}
        rejected = sum(lot["gutted_weight_kg"] for lot in mine if lot["product_grade_id"] == 5)
        assert left[0] == event["live_weight_kg"] - gutted
        assert abs(left.get(1, 0) - policy.reject_discard_share * rejected) <= 0.5
        assert sum(left.values()) <= event["live_weight_kg"]
    assert {lot["event_id"] for lot in lots} == {e["id"] for e in events}


def test_events_are_numbered_in_order_of_time_and_leave_earlier_rows_as_they_were(
    harvested: BatchLife, lived_to: LivedTo
) -> None:
    days = harvest_days(harvested.history)
    assert len(set(days)) > 1
    assert (harvested.harvest.day == days).all()
    early = lived_to(0, days[0] + 1)
    assert not early.history.harvested
    for table in ("harvest_event", "harvest_lot"):
        short, long = (rows_of(alone(harvest_tables, life)[table]) for life in (early, harvested))
        assert 0 < len(short) < len(long)
        assert short == long[: len(short)]


@pytest.mark.parametrize("number", [3, 4])
def test_nothing_is_harvested_before_the_harvest(lives: list[BatchLife], number: int) -> None:
    tables = alone(harvest_tables, lives[number])
    assert all(len(made["batch_id"]) == 0 for made in tables.values())
