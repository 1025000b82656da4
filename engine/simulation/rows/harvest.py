"""Rows of harvest_event, harvest_lot and harvest_waste."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.farm.infrastructure import Farm
from engine.simulation.harvest.lots import Harvest
from engine.simulation.health.entries import HARVEST_HOUR
from engine.simulation.numerics.calendar import DAY_US, HOUR_US
from engine.simulation.rows.columns import BatchRows, Columns, codes, edges, part_counts, row_ids
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.lives import Lives

WASTE = ("VISCERA_AND_BLOOD", "DISCARD")


def harvest_tables(lives: Lives) -> dict[str, BatchRows]:
    """harvest_event, harvest_lot and harvest_waste: nothing before the harvest."""
    counts = np.array([len(life.harvest.ring) for life in lives])
    events, bounds = lives.row_ids("harvest_event", counts), edges(counts)
    return {
        "harvest_event": lives.rows(_event_rows(lives, events, counts), counts),
        "harvest_lot": _lot_rows(lives, events, bounds),
        "harvest_waste": _waste_rows(lives, events, bounds),
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


def _event_rows(lives: Lives, events: np.ndarray, counts: np.ndarray) -> Columns:
    """One event a ring that still held fish, so many of each life."""
    harvests = [(life, life.harvest) for life in lives]
    rings = [(life, life.names(life.stages[-1]), harvest.ring.tolist()) for life, harvest in harvests]
    return {
        "id": events,
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


def _lot_rows(lives: Lives, events: np.ndarray, bounds: np.ndarray) -> BatchRows:
    """The lots of each event, by grade and size class; they sum to it in fish and grams. bounds: of lives' events."""
    harvests = [life.harvest for life in lives]
    counts = np.array([len(harvest.event) for harvest in harvests])
    columns: Columns = {
        "id": lives.row_ids("harvest_lot", counts),
        "event_id": events[_joined_events(harvests, bounds)],
        "product_grade_id": np.concatenate([harvest.grade for harvest in harvests]) + 1,
        "size_class": np.concatenate([harvest.size_class for harvest in harvests]),
        "unit_count": np.concatenate([harvest.count for harvest in harvests]),
        "live_weight_kg": np.concatenate([harvest.lot_live_g for harvest in harvests]),
        "gutted_weight_kg": np.concatenate([harvest.gutted_g for harvest in harvests]),
    }
    return lives.rows(columns, counts)


def _joined_events(harvests: list[Harvest], bounds: np.ndarray) -> np.ndarray:
    """The event of each lot, among the events of all lives."""
    first_events = bounds[:-1].tolist()
    return np.concatenate([harvest.event + first for harvest, first in zip(harvests, first_events, strict=True)])


def _waste_rows(lives: Lives, events: np.ndarray, bounds: np.ndarray) -> BatchRows:
    """What gutting took, and what of the last grade was thrown away; a kind without weight has no row."""
    harvests, schedule = [life.harvest for life in lives], lives.schedule
    share = schedule.biology.model.harvest.reject_discard_share
    last_grade = len(schedule.farm.model.grades) - 1
    of_lot, gutted_g = _joined_events(harvests, bounds), np.concatenate([harvest.gutted_g for harvest in harvests])
    gutted, rejected = (np.zeros(len(events), dtype=np.int64) for _ in range(2))
    np.add.at(gutted, of_lot, gutted_g)
    is_last_grade = np.concatenate([harvest.grade for harvest in harvests]) == last_grade
    np.add.at(rejected, of_lot[is_last_grade], gutted_g[is_last_grade])
    live_g = np.concatenate([harvest.live_g for harvest in harvests])
    weight = np.stack([live_g - gutted, np.floor(rejected * share + 0.5).astype(np.int64)], axis=1)
    event, category = np.nonzero(weight)
    columns: Columns = {
        "event_id": events[event],
        "category": codes("harvest_waste", "category", WASTE)[category],
        "weight_kg": weight[event, category],
    }
    return lives.rows(columns, part_counts(event, bounds))
