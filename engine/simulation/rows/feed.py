"""Rows of feeding_event, feed_purchase and feed_container_stock."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.biology.fish import MEALS_A_DAY, Feed
from engine.simulation.feed.rations import MEAL_FIGURES, MealColumns, list_meals
from engine.simulation.numerics.calendar import DAY_US, HOUR_US
from engine.simulation.rows.columns import BatchRows, biomass_units, code, edges, part_counts
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.lives import Lives
from lake.columns import Nullable

MIN_STOCK = 50  # 0.0001 kg: what is less rounds to no stock


def feed_tables(lives: Lives) -> dict[str, BatchRows]:
    """feeding_event, feed_purchase and feed_container_stock."""
    purchases = purchase_rows(lives)
    return {
        "feeding_event": meal_rows(lives),
        "feed_purchase": purchases,
        "feed_container_stock": stock_rows(lives, purchases),
    }


def count_feed_rows(feed: Feed, fed_days: int, feeders: int, days: int) -> float:
    """Meals in so many days of fed containers, and the lots that reach so many feeders in `days`."""
    return MEALS_A_DAY * fed_days + feeders * days / feed.lot_cover_days


def meal_rows(lives: Lives) -> BatchRows:
    """The meals, stay by stay."""
    policy = lives.schedule.biology.model.feed
    hours = np.array([round(h * HOUR_US) for h in policy.feeding_hours_utc])
    served = np.array([sum(fed.served for fed in life.feeding) for life in lives])
    rows = np.empty((MEAL_FIGURES, int(served.sum())), dtype=np.int64)
    end = 0
    for life in lives:
        for stage, ids, known, fed in zip(life.stages, life.ids, life.estimates, life.feeding, strict=True):
            fish = stage.before(stage.population, stage.fish)
            biomass = biomass_units(fish, stage.before(known.weight_cg, known.arrival_cg))
            end = list_meals(
                end,
                served=MealColumns(meals=fed.meals, cost=fed.cost, feed=fed.feed_id, biomass=biomass),
                of_container=np.stack([ids, np.array(stage.container_ids), fed.feed_container_id], axis=1),
                first_day=stage.start_day,
                hours=hours,
                rows=rows,
            )
    stay, container, store, feed, day, hour, amount, biomass, cost, percent = rows
    # rows wait to be written: a view would keep all columns until then
    stay, amount, biomass, cost = (values.copy() for values in (stay, amount, biomass, cost))
    return lives.rows(
        {
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
        },
        served,
    )


def purchase_rows(lives: Lives) -> BatchRows:
    """The lots, in order of delivery."""
    feeds, policy = lives.schedule.farm.model.feeds, lives.schedule.biology.model.feed
    counts = np.array([sum(len(fed.lots.day) for fed in life.feeding) for life in lives])
    lots = lives.flat(lambda life: (fed.lots for fed in life.feeding))
    feed, day = np.concatenate([each.feed_id for each in lots]), np.concatenate([each.day for each in lots])
    brands = pa.array([f.brand for f in feeds], pa.string())
    numbers = [f"{life.history.batch.number}-FEED-{i:04d}" for life, i in lives.numbered(counts)]
    return lives.rows(
        {
            "id": lives.row_ids("feed_purchase", counts),
            "feed_id": feed,
            "feed_container_id": np.concatenate([each.feed_container_id for each in lots]),
            "purchase_date": day,
            "quantity_kg": np.concatenate([each.quantity for each in lots]),
            "cost_per_kg": np.concatenate([each.price for each in lots]),
            "closing_kg": np.concatenate([each.left for each in lots]),
            "supplier": brands.take(pa.array(feed - 1)),
            "batch_number": pa.array(numbers, pa.string()),
            "expiry_date": day + policy.shelf_life_days,
        },
        counts,
    )


def stock_rows(lives: Lives, purchases: BatchRows) -> BatchRows:
    """What lies in the stores that the fish are fed from: a lot's remainder to 10 g, none where that is nothing.

    What a batch left behind when it moved on or was harvested is written off.
    """
    bought, bounds = purchases.columns, edges([*purchases.counts.values()])
    quantity = (bought["closing_kg"] + MIN_STOCK) // (2 * MIN_STOCK)
    still_fed = np.zeros(len(quantity), dtype=bool)
    for life, begin, end in zip(lives, bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        if stores := _stores(life):
            still_fed[begin:end] = np.isin(bought["feed_container_id"][begin:end], stores)
    stocked = np.flatnonzero((quantity > 0) & still_fed)
    hour = lives.schedule.biology.model.feed.delivery_hour_utc
    return lives.rows(
        {
            "feed_container_id": bought["feed_container_id"][stocked],
            "feed_purchase_id": bought["id"][stocked],
            "quantity_kg": quantity[stocked],
            "entry_date": bought["purchase_date"][stocked] * DAY_US + round(hour * HOUR_US),
        },
        part_counts(stocked, bounds),
    )


def _stores(life: BatchLife) -> list[int]:
    """The stores of the places where fish of a batch are left."""
    farm = life.schedule.farm
    living = [
        farm.container(c)
        for stage in life.stages
        if not stage.emptied.all()
        for c, emptied in zip(stage.container_ids, stage.emptied.tolist(), strict=True)
        if not emptied
    ]
    return sorted({s for c in living for s in c.place.feed_container_ids})
