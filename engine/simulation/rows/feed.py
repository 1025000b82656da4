"""Rows of feeding_event and feed_purchase."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.simulation import feeding
from engine.simulation.assimilation import StageEstimate
from engine.simulation.record import StageHistory
from engine.simulation.rows.shared import (
    Columns,
    Subject,
    Tables,
    biomass_units,
    code,
    empty,
    row_ids,
    stack,
)
from engine.simulation.streams import Stream, stream_key
from lake.columns import Nullable

HOUR_US = 3_600_000_000


def feed_tables(subject: Subject) -> Tables:
    """feeding_event and feed_purchase, with feed_container_stock and the summaries."""
    meals, lots = feed_rows(subject)
    return {
        "feeding_event": meals,
        "feed_purchase": lots,
        "feed_container_stock": empty("feed_container_stock"),
        "container_feeding_summary": empty("container_feeding_summary"),
        "batch_feeding_summary": empty("batch_feeding_summary"),
    }


def feed_rows(subject: Subject) -> tuple[Columns, Columns]:
    """The meals and the lots that they drew, both in the declared order."""
    meals: list[Columns] = []
    lots: list[Columns] = []
    for stage, ids, known in zip(subject.stages, subject.ids, subject.estimates, strict=True):
        meal, lot = _stage_rows(subject, stage, ids, known)
        meals.append(meal)
        lots.append(lot)
    meal_columns, lot_columns = stack(meals), stack(lots)
    percent = meal_columns.pop("percent")
    meal_columns["feeding_percentage"] = Nullable(np.maximum(percent, 0), percent >= 0)
    rows = len(lot_columns["purchase_date"])
    farm = subject.schedule.farm
    number = subject.history.batch.number
    lot_columns |= {
        "id": row_ids("feed_purchase", subject.batch_id, rows),
        "supplier": pa.array([farm.model.feeds[f - 1].brand for f in lot_columns["feed_id"]], pa.string()),
        "batch_number": pa.array([f"{number}-FEED-{i:04d}" for i in range(1, rows + 1)], pa.string()),
        "expiry_date": lot_columns["purchase_date"] + subject.schedule.biology.model.feed.shelf_life_days.value,
    }
    return meal_columns, lot_columns


def _stage_rows(
    subject: Subject, stage: StageHistory, ids: np.ndarray, known: StageEstimate
) -> tuple[Columns, Columns]:
    farm, policy = subject.schedule.farm, subject.schedule.biology.model.feed
    containers = [farm.container(c) for c in stage.container_ids]
    feeder_ids = sorted({c.feed_container_id for c in containers})
    feeders = [farm.feed_containers[f - 1] for f in feeder_ids]
    feeder = np.array([feeder_ids.index(c.feed_container_id) for c in containers])
    n, days = stage.ration.shape
    served = np.empty((n, days, 2), dtype=np.int64)
    feeding.serve(stage.ration, policy.morning_share.value, served)
    feed = feeding.choose_feed(stage.weight_cg, np.array([round(f.from_g * 100) for f in farm.model.feeds]))
    keys = np.array(
        [
            [
                stream_key(subject.schedule.seed, Stream.FEED_PRICE, subject.history.batch.number, s.name, f.name)
                for f in farm.model.feeds
            ]
            for s in feeders
        ]
    )
    most = len(feeders) * days * len(farm.model.feeds)
    lot_feeder, lot_feed, lot_day, quantity, price, left = (np.empty(most, dtype=np.int64) for _ in range(6))
    cost = np.zeros((n, days, 2), dtype=np.int64)
    count = feeding.draw_lots(
        feeder,
        feed,
        served,
        stage.start_day,
        np.array([f.capacity_kg for f in feeders]),
        policy.lot_cover_days.value,
        keys,
        np.array([f.price_per_kg * 100 for f in farm.model.feeds]),
        policy.lot_price_sd.value,
        lot_feeder,
        lot_feed,
        lot_day,
        quantity,
        price,
        left,
        cost,
    )
    if count < 0:
        raise OverflowError(f"batch {subject.history.batch.number}: more than {most} feed lots in a stage")
    fish = stage.before(stage.population, stage.fish)
    weight = stage.before(known.weight_cg, known.arrival_cg)
    morning = biomass_units(fish, weight)
    c, d, t = np.nonzero(served)
    amount, biomass = served[c, d, t], morning[c, d]
    # amount (0.0001 kg) / biomass (0.01 kg) x 100 % in millionths: amount x 10^6 / biomass
    percent = np.where(biomass > 0, (amount * 1_000_000 + biomass // 2) // np.maximum(biomass, 1), -1)
    hours = np.array([round(h * HOUR_US) for h in policy.feeding_hours_utc.value])
    meals: Columns = {
        "container_id": np.array(stage.container_ids)[c],
        "batch_assignment_id": ids[c],
        "feed_id": feed[c, d] + 1,
        "feed_container_id": np.array(feeder_ids)[feeder[c]],
        "feeding_date": stage.start_day + d,
        "feeding_time": hours[t],
        "amount_kg": amount,
        "batch_biomass_kg": biomass,
        "percent": percent,
        "feed_cost": cost[c, d, t],
        "method": code("feeding_event", "method", "AUTOMATIC"),
        "batch_id": subject.batch_id,
    }
    lots: Columns = {
        "feed_id": lot_feed[:count] + 1,
        "feed_container_id": np.array(feeder_ids)[lot_feeder[:count]],
        "purchase_date": lot_day[:count],
        "quantity_kg": quantity[:count],
        "cost_per_kg": price[:count],
        "closing_kg": left[:count],
        "batch_id": subject.batch_id,
    }
    return meals, lots
