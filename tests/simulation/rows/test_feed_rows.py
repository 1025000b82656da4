"""Meals, lots and stock of whole lives: what is bought is fed or lies in store, and the future changes none of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from engine.simulation.feed.market import feed_index
from engine.simulation.numerics.calendar import HOUR_US
from engine.simulation.rows.feed import feed_tables
from engine.simulation.rows.life import BatchLife
from tests.simulation.trade_lives import LivedTo, alone, changed, rows_of


def stores_in_use(life: BatchLife) -> set[int]:
    """The feed containers of the halls and areas where fish of the batch still live."""
    farm, last = life.schedule.farm, life.stages[-1]
    there = [farm.container(c) for c, emptied in zip(last.container_ids, last.emptied, strict=True) if not emptied]
    return {feed.id for feed in farm.feed_containers if any(feed.place == c.place for c in there)}


def test_what_lies_in_store_is_what_was_bought_and_not_fed(lives: list[BatchLife]) -> None:
    for life in lives:
        tables = {name: rows_of(columns) for name, columns in alone(feed_tables, life).items()}
        kept: Counter[tuple[int, int]] = Counter()
        for lot in tables["feed_purchase"]:
            kept[lot["feed_container_id"], lot["feed_id"]] += lot["quantity_kg"] * 100
        for meal in tables["feeding_event"]:
            kept[meal["feed_container_id"], meal["feed_id"]] -= meal["amount_kg"]
        lots = {lot["id"]: lot for lot in tables["feed_purchase"]}
        stock: Counter[tuple[int, int]] = Counter()
        for row in tables["feed_container_stock"]:
            lot = lots.pop(row["feed_purchase_id"])
            assert row["quantity_kg"] > 0
            assert abs(row["quantity_kg"] * 100 - lot["closing_kg"]) <= 50
            assert row["feed_container_id"] == lot["feed_container_id"]
            assert row["entry_date"] == (lot["purchase_date"] * 24 + 6) * HOUR_US
            stock[lot["feed_container_id"], lot["feed_id"]] += row["quantity_kg"] * 100
        # what a batch left in the stores of places where it no longer lives is written off
        used = stores_in_use(life)
        assert {store for store, _ in stock} <= used
        assert all(lot["closing_kg"] < 50 for lot in lots.values() if lot["feed_container_id"] in used)
        assert all(left >= 0 for left in kept.values())
        # first in first out: one lot at most is cut open in each store, so one rounding to 10 g
        assert all(abs(kept[store] - stock[store]) <= 50 for store in kept if store[0] in used)


def test_little_is_left_of_a_batch_that_was_harvested(lives: list[BatchLife]) -> None:
    for life in lives[:2]:
        assert life.history.harvested
        bought = sum(int(fed.lots.quantity.sum()) * 100 for fed in life.feeding)
        # the harvest comes on the true weight, orders go by the estimated one: some two weeks' feed at the most
        assert sum(int(fed.lots.left.sum()) for fed in life.feeding) < 0.06 * bought


def test_lots_are_numbered_in_order_of_delivery_before_the_days_first_meal(lives: list[BatchLife]) -> None:
    for life in lives[:4]:  # the last is a day old and lives on its yolk
        lots = rows_of(alone(feed_tables, life)["feed_purchase"])
        assert [lot["id"] for lot in lots] == list(range(lots[0]["id"], lots[0]["id"] + len(lots)))
        assert [lot["purchase_date"] for lot in lots] == sorted(lot["purchase_date"] for lot in lots)
        policy = life.schedule.biology.model.feed
        assert policy.delivery_hour_utc < min(policy.feeding_hours_utc)


def test_a_lots_price_follows_the_market_of_its_day(lives: list[BatchLife]) -> None:
    farm, biology = lives[0].schedule.farm, lives[0].schedule.biology
    spread = []
    for life in lives:
        geography = farm.geography_of(life.history.batch).name
        index = feed_index(biology, life.schedule.seed, geography, first_day=0, days=life.schedule.as_of_day)
        for lot in rows_of(alone(feed_tables, life)["feed_purchase"]):
            base = farm.model.feeds[lot["feed_id"] - 1].price_per_kg * biology.region(geography).currency_per_eur
            spread.append(lot["cost_per_kg"] / 100 / (base * index[lot["purchase_date"]]))
    sd = biology.model.feed.lot_price_sd
    assert np.mean(spread) == pytest.approx(1.0, abs=4 * sd / len(spread) ** 0.5)
    assert np.std(spread) == pytest.approx(sd, rel=0.25)


def test_nothing_is_bought_or_fed_where_all_fast(lives: list[BatchLife]) -> None:
    life = lives[2]
    sea = life.stages[-1]
    assert sea.stage == 6
    ration = sea.ration.copy()
    ration[:, 40:44] = 0
    fasting = changed(life, stages=(*life.stages[:-1], replace(sea, ration=ration)))
    tables = alone(feed_tables, fasting)
    days = range(sea.start_day + 40, sea.start_day + 44)
    assert not any(meal["feeding_date"] in days for meal in rows_of(tables["feeding_event"]))
    assert not any(lot["purchase_date"] in days for lot in rows_of(tables["feed_purchase"]))
    assert any(meal["feeding_date"] == days[-1] + 1 for meal in rows_of(tables["feeding_event"]))


def test_nothing_is_fed_in_a_ring_that_has_been_emptied(lives: list[BatchLife]) -> None:
    life = lives[0]
    sea = life.stages[-1]
    ration = np.where(sea.present, sea.ration, 777)  # without meaning there
    odd = changed(life, stages=(*life.stages[:-1], replace(sea, ration=ration)))
    assert rows_of(alone(feed_tables, odd)["feeding_event"]) == rows_of(alone(feed_tables, life)["feeding_event"])


@pytest.mark.parametrize("days", [95, 181, 452, 500, 700])
def test_a_later_as_of_date_leaves_earlier_meals_and_lots(lives: list[BatchLife], lived_to: LivedTo, days: int) -> None:
    """All but what is left of a lot, which is told of the as-of date."""
    life = lives[1]
    day = life.history.batch.start_day + days
    early, late = alone(feed_tables, lived_to(1, day)), alone(feed_tables, life)
    lots = [row for row in rows_of(late["feed_purchase"], "closing_kg") if row["purchase_date"] < day]
    assert rows_of(early["feed_purchase"], "closing_kg") == lots
    meals = [row for row in rows_of(late["feeding_event"]) if row["feeding_date"] < day]
    assert rows_of(early["feeding_event"]) == meals
    assert meals
