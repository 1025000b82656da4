"""Rows of harvest_event, harvest_lot and harvest_waste."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.farm.infrastructure import Farm
from engine.simulation.health.journal import HARVEST_HOUR
from engine.simulation.numerics.calendar import DAY_US, HOUR_US
from engine.simulation.rows.expected import ExpectedBatch, RowCounts
from engine.simulation.rows.shared import Columns, Subject, Tables, code, row_ids

WASTE = ("VISCERA_AND_BLOOD", "DISCARD")


def harvest_tables(subject: Subject) -> Tables:
    """harvest_event, harvest_lot and harvest_waste: nothing before the harvest."""
    return {
        "harvest_event": event_rows(subject),
        "harvest_lot": lot_rows(subject),
        "harvest_waste": waste_rows(subject),
    }


def expected_harvest(expected: ExpectedBatch) -> RowCounts:
    """An event and two kinds of waste for each ring emptied, and as many lots a ring as those lived in give."""
    harvest = expected.harvest
    events = expected.of_emptied_rings(len(harvest.ring))
    return {
        "harvest_event": events,
        "harvest_lot": expected.of_emptied_rings(len(harvest.event)),
        "harvest_waste": len(WASTE) * events,
    }


def count_harvest_rows(farm: Farm) -> int:
    """About how many rows the harvest of a ring gives: its event, and a lot a grade."""
    return 1 + len(farm.model.grades)


def event_ids(subject: Subject) -> np.ndarray:
    """The events' ids, in order of time."""
    return row_ids("harvest_event", subject.batch_id, len(subject.harvest.ring))


def event_times(subject: Subject) -> np.ndarray:
    """The events' times, microseconds."""
    times: np.ndarray = subject.harvest.day * DAY_US + HARVEST_HOUR * HOUR_US
    return times


def event_rows(subject: Subject) -> Columns:
    """One event a ring that still held fish."""
    harvest, sea, batch = subject.harvest, subject.stages[-1], subject.history.batch
    names = subject.names(sea)
    events = len(harvest.ring)
    return {
        "id": event_ids(subject),
        "batch_id": np.full(events, subject.batch_id),
        "container_id": np.array(sea.container_ids)[harvest.ring],
        "assignment_id": subject.ids[-1][harvest.ring],
        "event_date": event_times(subject),
        "dest_geography_id": np.full(events, batch.geography_id),
        "document_ref": pa.array([f"HRV-{batch.number}-{names[c]}" for c in harvest.ring.tolist()], pa.string()),
        "harvested_count": harvest.fish,
        "live_weight_kg": harvest.live_g,
    }


def lot_rows(subject: Subject) -> Columns:
    """The lots of each event, by grade and size class; they sum to it in fish and grams."""
    harvest = subject.harvest
    lots = len(harvest.event)
    return {
        "id": row_ids("harvest_lot", subject.batch_id, lots),
        "batch_id": np.full(lots, subject.batch_id),
        "event_id": event_ids(subject)[harvest.event],
        "product_grade_id": harvest.grade + 1,
        "size_class": harvest.size_class,
        "unit_count": harvest.count,
        "live_weight_kg": harvest.lot_live_g,
        "gutted_weight_kg": harvest.gutted_g,
    }


def waste_rows(subject: Subject) -> Columns:
    """What gutting took, and what of the last grade was thrown away; a kind without weight has no row."""
    harvest = subject.harvest
    share = subject.schedule.biology.model.harvest.reject_discard_share
    last_grade = len(subject.schedule.farm.model.grades) - 1
    events = len(harvest.ring)
    gutted, rejected = (np.zeros(events, dtype=np.int64) for _ in range(2))
    np.add.at(gutted, harvest.event, harvest.gutted_g)
    worst = harvest.grade == last_grade
    np.add.at(rejected, harvest.event[worst], harvest.gutted_g[worst])
    weight = np.stack([harvest.live_g - gutted, np.floor(rejected * share + 0.5).astype(np.int64)], axis=1)
    event, category = np.nonzero(weight)
    kinds = np.array([code("harvest_waste", "category", kind) for kind in WASTE])
    return {
        "batch_id": np.full(len(event), subject.batch_id),
        "event_id": event_ids(subject)[event],
        "category": kinds[category],
        "weight_kg": weight[event, category],
    }
