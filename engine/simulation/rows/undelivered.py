"""Rows of a batch whose eggs have yet to come: its order, the trays reserved for them, and what is expected of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.farm.schedule import Batch, Schedule
from engine.simulation.fish.history import harvest_target_cg
from engine.simulation.rows.columns import Columns, Tables, code, empty, row_ids
from engine.simulation.rows.origin import order_rows
from engine.simulation.rows.scenario import baseline, scenario_tables
from lake.columns import Nullable
from lake.tables import EVENT_TABLE_NAMES

FIRST_STAGE = 1


def undelivered_tables(schedule: Schedule, batch: Batch, *, over_capacity_planned: bool) -> Tables:
    """Every event table: batch, container_assignment, creation_workflow and creation_action, its models, scenario,
    projection_run and scenario_projection; the others are empty."""
    workflow, actions = order_rows(schedule, batch, water_c=np.zeros(0))
    return {
        **{name: empty(name) for name in EVENT_TABLE_NAMES},
        "batch": _batch_rows(schedule, batch, over_capacity_planned=over_capacity_planned),
        "container_assignment": reserved_rows(batch, first=0),
        "creation_workflow": workflow,
        "creation_action": actions,
        **scenario_tables(schedule, [batch], [baseline(schedule, batch)]),
    }


def reserved_rows(batch: Batch, first: int) -> Columns:
    """container_assignment: the trays from position `first` on, which eggs are yet to come into.

    The application makes such rows with an order, for its deliveries to refer to: empty and not active.
    """
    trays = batch.stays[0]
    rows = len(trays.container_ids) - first
    nothing, never = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool)
    return {
        "id": row_ids("container_assignment", batch.id, rows, first),
        "batch_id": np.full(rows, batch.id),
        "container_id": np.array(trays.container_ids[first:], dtype=np.int64),
        "lifecycle_stage_id": np.full(rows, FIRST_STAGE),
        "assignment_date": np.full(rows, trays.start_day),
        "departure_date": Nullable(nothing, never),
        "planned_departure_date": np.full(rows, trays.end_day),
        "initial_count": nothing,
        "population_count": nothing,
        "avg_weight_g": Nullable(nothing, never),
        "biomass_kg": nothing,
        "is_active": never,
        "last_weighing_date": Nullable(nothing, never),
    }


def _batch_rows(schedule: Schedule, batch: Batch, *, over_capacity_planned: bool) -> Columns:
    status = batch.planned_status(schedule.as_of_day)
    nothing, never = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=bool)
    return {
        "id": np.array([batch.id]),
        "batch_number": pa.array([batch.number]),
        "geography_id": np.array([batch.geography_id]),
        "species_id": np.array([1]),
        "lifecycle_stage_id": np.array([FIRST_STAGE]),
        "status": np.array([code("batch", "status", status)]),
        "batch_type": np.array([code("batch", "batch_type", "STANDARD")]),
        "start_date": np.array([batch.start_day]),
        "expected_end_date": np.array([batch.end_day]),
        "actual_end_date": Nullable(nothing, never),
        "initial_count": nothing,
        "harvest_target_g": np.array([harvest_target_cg(schedule, batch)]),
        "harvest_decision_date": Nullable(nothing, never),
        "harvest_reason": Nullable(nothing, never),
        "pinned_projection_run_id": row_ids("projection_run", batch.id, 1),
        "over_capacity_planned": np.array([over_capacity_planned]),
        "cutoff_forecast": np.array([code("batch", "cutoff_forecast", status)]),
    }
