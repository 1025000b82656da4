"""Rows of harvest_event, harvest_lot and harvest_waste."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from engine.farm.infrastructure import Farm
from engine.simulation.harvest.lots import Harvest
from engine.simulation.health.entries import HARVEST_HOUR
from engine.simulation.numerics.calendar import DAY_US, HOUR_US
from engine.simulation.rows.columns import BatchRows, Columns, codes, row_ids
from engine.simulation.rows.groups import batch_ids, group_ids, group_rows
from engine.simulation.rows.life import BatchLife

WASTE = ("VISCERA_AND_BLOOD", "DISCARD")


def harvest_tables(lives: Sequence[BatchLife]) -> dict[str, BatchRows]:
    """harvest_event, harvest_lot and harvest_waste: nothing before the harvest."""
    harvests = [life.harvest for life in lives]
    counts = [len(harvest.ring) for harvest in harvests]
    events = group_ids("harvest_event", lives, counts)
    before = np.cumsum([0, *counts[:-1]])
    return {
        "harvest_event": group_rows(lives, counts, _event_rows(lives, events)),
        "harvest_lot": _lot_rows(lives, events, before),
        "harvest_waste": _waste_rows(lives, events, before),
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


def _event_rows(lives: Sequence[BatchLife], events: np.ndarray) -> Columns:
    """One event a ring that still held fish."""
    harvests = [(life, life.harvest) for life in lives]
    counts = [len(harvest.ring) for _, harvest in harvests]
    rings = [(life, life.names(life.stages[-1]), harvest.ring.tolist()) for life, harvest in harvests]
    return {
        "id": events,
        "batch_id": batch_ids(lives, counts),
        "container_id": np.concatenate(
            [np.array(life.stages[-1].container_ids)[harvest.ring] for life, harvest in harvests]
        ),
        "assignment_id": np.concatenate([life.ids[-1][harvest.ring] for life, harvest in harvests]),
        "event_date": np.concatenate([event_times(life) for life in lives]),
        "dest_geography_id": np.repeat([life.history.batch.geography_id for life in lives], counts),
        "document_ref": pa.array(
            [f"HRV-{life.history.batch.number}-{names[c]}" for life, names, emptied in rings for c in emptied],
            pa.string(),
        ),
        "harvested_count": np.concatenate([harvest.fish for _, harvest in harvests]),
        "live_weight_kg": np.concatenate([harvest.live_g for _, harvest in harvests]),
    }


def _lot_rows(lives: Sequence[BatchLife], events: np.ndarray, before: np.ndarray) -> BatchRows:
    """The lots of each event, by grade and size class; they sum to it in fish and grams. before: each life's events."""
    harvests = [life.harvest for life in lives]
    counts = [len(harvest.event) for harvest in harvests]
    columns: Columns = {
        "id": group_ids("harvest_lot", lives, counts),
        "batch_id": batch_ids(lives, counts),
        "event_id": events[_joined_events(harvests, before)],
        "product_grade_id": np.concatenate([harvest.grade for harvest in harvests]) + 1,
        "size_class": np.concatenate([harvest.size_class for harvest in harvests]),
        "unit_count": np.concatenate([harvest.count for harvest in harvests]),
        "live_weight_kg": np.concatenate([harvest.lot_live_g for harvest in harvests]),
        "gutted_weight_kg": np.concatenate([harvest.gutted_g for harvest in harvests]),
    }
    return group_rows(lives, counts, columns)


def _joined_events(harvests: list[Harvest], before: np.ndarray) -> np.ndarray:
    """The event of each lot, among the events of all lives."""
    return np.concatenate([harvest.event + first for harvest, first in zip(harvests, before.tolist(), strict=True)])


def _waste_rows(lives: Sequence[BatchLife], events: np.ndarray, before: np.ndarray) -> BatchRows:
    """What gutting took, and what of the last grade was thrown away; a kind without weight has no row."""
    harvests, schedule = [life.harvest for life in lives], lives[0].schedule
    share = schedule.biology.model.harvest.reject_discard_share
    last_grade = len(schedule.farm.model.grades) - 1
    of_lot, gutted_g = _joined_events(harvests, before), np.concatenate([harvest.gutted_g for harvest in harvests])
    gutted, rejected = (np.zeros(len(events), dtype=np.int64) for _ in range(2))
    np.add.at(gutted, of_lot, gutted_g)
    is_last_grade = np.concatenate([harvest.grade for harvest in harvests]) == last_grade
    np.add.at(rejected, of_lot[is_last_grade], gutted_g[is_last_grade])
    live_g = np.concatenate([harvest.live_g for harvest in harvests])
    weight = np.stack([live_g - gutted, np.floor(rejected * share + 0.5).astype(np.int64)], axis=1)
    event, category = np.nonzero(weight)
    counts = np.diff(np.searchsorted(event, [*before, len(events)])).tolist()
    columns: Columns = {
        "batch_id": batch_ids(lives, counts),
        "event_id": events[event],
        "category": codes("harvest_waste", "category", WASTE)[category],
        "weight_kg": weight[event, category],
    }
    return group_rows(lives, counts, columns)
