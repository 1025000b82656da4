"""Rows of harvest_event, harvest_lot and harvest_waste."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.farm.infrastructure import Farm
from engine.simulation.health.entries import HARVEST_HOUR
from engine.simulation.numerics.calendar import DAY_US, HOUR_US
from engine.simulation.rows.columns import Columns, Tables, codes, row_ids
from engine.simulation.rows.life import BatchLife

WASTE = ("VISCERA_AND_BLOOD", "DISCARD")


def harvest_tables(life: BatchLife) -> Tables:
    """harvest_event, harvest_lot and harvest_waste: nothing before the harvest."""
    return {
        "harvest_event": event_rows(life),
        "harvest_lot": lot_rows(life),
        "harvest_waste": waste_rows(life),
    }


def count_harvest_rows(farm: Farm) -> int:
    """About how many rows the harvest of a ring gives: its event, and a lot a grade."""
    return 1 + len(farm.model.grades)


def event_ids(life: BatchLife) -> np.ndarray:
    """The events' ids, in order of time."""
    return row_ids("harvest_event", life.batch_id, len(life.harvest.ring))


def event_times(life: BatchLife) -> np.ndarray:
    """The events' times, microseconds."""
    times: np.ndarray = life.harvest.day * DAY_US + HARVEST_HOUR * HOUR_US
    return times


def event_rows(life: BatchLife) -> Columns:
    """One event a ring that still held fish."""
    harvest, sea, batch = life.harvest, life.stages[-1], life.history.batch
    names = life.names(sea)
    events = len(harvest.ring)
    return {
        "id": event_ids(life),
        "batch_id": np.full(events, life.batch_id),
        "container_id": np.array(sea.container_ids)[harvest.ring],
        "assignment_id": life.ids[-1][harvest.ring],
        "event_date": event_times(life),
        "dest_geography_id": np.full(events, batch.geography_id),
        "document_ref": pa.array([f"HRV-{batch.number}-{names[c]}" for c in harvest.ring.tolist()], pa.string()),
        "harvested_count": harvest.fish,
        "live_weight_kg": harvest.live_g,
    }


def lot_rows(life: BatchLife) -> Columns:
    """The lots of each event, by grade and size class; they sum to it in fish and grams."""
    harvest = life.harvest
    lots = len(harvest.event)
    return {
        "id": row_ids("harvest_lot", life.batch_id, lots),
        "batch_id": np.full(lots, life.batch_id),
        "event_id": event_ids(life)[harvest.event],
        "product_grade_id": harvest.grade + 1,
        "size_class": harvest.size_class,
        "unit_count": harvest.count,
        "live_weight_kg": harvest.lot_live_g,
        "gutted_weight_kg": harvest.gutted_g,
    }


def waste_rows(life: BatchLife) -> Columns:
    """What gutting took, and what of the last grade was thrown away; a kind without weight has no row."""
    harvest = life.harvest
    share = life.schedule.biology.model.harvest.reject_discard_share
    last_grade = len(life.schedule.farm.model.grades) - 1
    events = len(harvest.ring)
    gutted, rejected = (np.zeros(events, dtype=np.int64) for _ in range(2))
    np.add.at(gutted, harvest.event, harvest.gutted_g)
    is_last_grade = harvest.grade == last_grade
    np.add.at(rejected, harvest.event[is_last_grade], harvest.gutted_g[is_last_grade])
    weight = np.stack([harvest.live_g - gutted, np.floor(rejected * share + 0.5).astype(np.int64)], axis=1)
    event, category = np.nonzero(weight)
    kinds = codes("harvest_waste", "category", WASTE)
    return {
        "batch_id": np.full(len(event), life.batch_id),
        "event_id": event_ids(life)[event],
        "category": kinds[category],
        "weight_kg": weight[event, category],
    }
