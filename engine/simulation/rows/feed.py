"""Rows of feeding_event, feed_purchase and feed_container_stock."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.biology.fish import MEALS_A_DAY, Feed
from engine.simulation.feed.rations import MEAL_FIGURES, MealColumns, list_meals
from engine.simulation.numerics.calendar import DAY_US, HOUR_US
from engine.simulation.rows.columns import Columns, Tables, biomass_units, code, row_ids, stack
from engine.simulation.rows.life import BatchLife
from lake.columns import Nullable

MIN_STOCK = 50  # 0.0001 kg: what is less rounds to no stock


def feed_tables(life: BatchLife) -> Tables:
    """feeding_event, feed_purchase and feed_container_stock."""
    purchases = purchase_rows(life)
    return {
        "feeding_event": meal_rows(life),
        "feed_purchase": purchases,
        "feed_container_stock": stock_rows(life, purchases),
    }


def count_feed_rows(feed: Feed, fed_days: int, feeders: int, days: int) -> float:
    """Meals in so many days of fed containers, and the lots that reach so many feeders in `days`."""
    return MEALS_A_DAY * fed_days + feeders * days / feed.lot_cover_days


def meal_rows(life: BatchLife) -> Columns:
    """The meals, stay by stay."""
    policy = life.schedule.biology.model.feed
    hours = np.array([round(h * HOUR_US) for h in policy.feeding_hours_utc])
    rows = np.empty((MEAL_FIGURES, sum(fed.served for fed in life.feeding)), dtype=np.int64)
    end = 0
    for stage, ids, known, fed in zip(life.stages, life.ids, life.estimates, life.feeding, strict=True):
        fish = stage.before(stage.population, stage.fish)
        weight = stage.before(known.weight_cg, known.arrival_cg)
        end = list_meals(
            end,
            served=MealColumns(meals=fed.meals, cost=fed.cost, feed=fed.feed_id, biomass=biomass_units(fish, weight)),
            of_container=np.stack([ids, np.array(stage.container_ids), fed.feed_container_id], axis=1),
            first_day=stage.start_day,
            hours=hours,
            rows=rows,
        )
    stay, container, store, feed, day, hour, amount, biomass, cost, percent = rows
    return {
        "batch_id": np.full(end, life.batch_id, dtype=np.int32),
        "batch_assignment_id": stay,
        "container_id": container,
        "feed_container_id": store,
        "feed_id": feed,
        "feeding_date": day,
        "feeding_time": day * DAY_US + hour,
        "amount_kg": amount,
        "batch_biomass_kg": biomass,
        "feed_cost": cost,
        "feeding_percentage": Nullable(np.maximum(percent, 0), percent >= 0),
        "method": np.full(end, code("feeding_event", "method", "AUTOMATIC"), dtype=np.int8),
    }


def purchase_rows(life: BatchLife) -> Columns:
    """The lots, in order of delivery."""
    columns = stack(
        [
            {
                "feed_id": fed.lots.feed_id,
                "feed_container_id": fed.lots.feed_container_id,
                "purchase_date": fed.lots.day,
                "quantity_kg": fed.lots.quantity,
                "cost_per_kg": fed.lots.price,
                "closing_kg": fed.lots.left,
                "batch_id": life.batch_id,
            }
            for fed in life.feeding
        ]
    )
    rows, feeds = len(columns["purchase_date"]), life.schedule.farm.model.feeds
    number = life.history.batch.number
    brands = pa.array([f.brand for f in feeds], pa.string())
    return columns | {
        "id": row_ids("feed_purchase", life.batch_id, rows),
        "supplier": brands.take(pa.array(columns["feed_id"] - 1)),
        "batch_number": pa.array([f"{number}-FEED-{i:04d}" for i in range(1, rows + 1)], pa.string()),
        "expiry_date": columns["purchase_date"] + life.schedule.biology.model.feed.shelf_life_days,
    }


def stock_rows(life: BatchLife, purchases: Columns) -> Columns:
    """What lies in the stores that the fish are fed from: a lot's remainder to 10 g, none where that is nothing.

    What a batch left behind when it moved on or was harvested is written off.
    """
    quantity = (purchases["closing_kg"] + MIN_STOCK) // (2 * MIN_STOCK)
    farm = life.schedule.farm
    living = [
        farm.container(c)
        for stage in life.stages
        for c, emptied in zip(stage.container_ids, stage.emptied.tolist(), strict=True)
        if not emptied
    ]
    stores = np.array(sorted({s for c in living for s in c.place.feed_container_ids}), dtype=np.int64)
    stocked = np.flatnonzero((quantity > 0) & np.isin(purchases["feed_container_id"], stores))
    hour = life.schedule.biology.model.feed.delivery_hour_utc
    return {
        "batch_id": np.full(len(stocked), life.batch_id),
        "feed_container_id": purchases["feed_container_id"][stocked],
        "feed_purchase_id": purchases["id"][stocked],
        "quantity_kg": quantity[stocked],
        "entry_date": purchases["purchase_date"][stocked] * DAY_US + round(hour * HOUR_US),
    }
