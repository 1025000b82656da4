"""Rows of batch and container_assignment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.farm.schedule import Batch
from engine.simulation.rows.columns import Columns, Tables, append, biomass_units, code, row_ids
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.undelivered import reserved_rows
from lake.columns import Nullable

BATCH_ROWS = 1


def stay_tables(life: BatchLife) -> Tables:
    """batch and container_assignment."""
    return {"batch": batch_rows(life), "container_assignment": _with_reserved(life)}


def _reserved_trays(batch: Batch) -> int:
    """Trays that eggs are yet to come into, of a batch whose first eggs have come."""
    trays = len(batch.stays[0].container_ids)
    return 0 if batch.trays_received is None else trays - batch.trays_received


def _with_reserved(life: BatchLife) -> Columns:
    """The stays' rows, and the trays that eggs are yet to come into."""
    rows, batch = assignment_rows(life), life.history.batch
    if not _reserved_trays(batch):
        return rows
    return append(rows, reserved_rows(batch, first=len(life.ids[0])))


def batch_rows(life: BatchLife) -> Columns:
    """The batch's one row."""
    h = life.history
    batch, last = h.batch, h.stages[-1]
    reason = code("batch", "harvest_reason", h.harvest_reason) if h.harvested else 0
    status = batch.planned_status(life.schedule.as_of_day) or ("COMPLETED" if h.harvested else "ACTIVE")
    return {
        "id": np.array([batch.id]),
        "batch_number": pa.array([batch.number]),
        "geography_id": np.array([batch.geography_id]),
        "species_id": np.array([1]),
        "lifecycle_stage_id": np.array([last.stage]),
        "status": np.array([code("batch", "status", status)]),
        "batch_type": np.array([code("batch", "batch_type", "STANDARD")]),
        "start_date": np.array([batch.start_day]),
        "expected_end_date": np.array([batch.end_day]),
        "actual_end_date": Nullable(np.array([last.end_day]), np.array([not h.lives_on])),
        "initial_count": np.array([h.stages[0].fish.sum()]),
        "harvest_target_g": np.array([h.harvest_target_cg]),
        "harvest_decision_date": Nullable(np.array([max(h.trigger_day, 0)]), np.array([h.trigger_day >= 0])),
        "harvest_reason": Nullable(np.array([reason]), np.array([h.harvested])),
        "pinned_projection_run_id": row_ids("projection_run", batch.id, 1),
        "over_capacity_planned": np.array([life.over_capacity_planned]),
        "cutoff_forecast": np.array([code("batch", "cutoff_forecast", life.cutoff_forecast)]),
    }


def assignment_rows(life: BatchLife) -> Columns:
    """One row a stay."""
    emptied = life.joined(lambda s: s.emptied)
    last_weighed = np.concatenate(life.weighings.latest)
    population = np.where(emptied, 0, life.joined(lambda s: s.last(s.population))).astype(np.int64)
    weight = np.concatenate([s.last(e.weight_cg) for s, e in zip(life.stages, life.estimates, strict=True)])
    return {
        "id": np.concatenate(life.ids),
        "batch_id": np.full(len(emptied), life.batch_id),
        "container_id": life.container_ids,
        "lifecycle_stage_id": life.joined(lambda s: s.stage),
        "assignment_date": life.joined(lambda s: s.start_day),
        "departure_date": Nullable(life.joined(lambda s: s.start_day + s.days_lived), emptied),
        "planned_departure_date": life.joined(lambda s: s.planned_end_day),
        "initial_count": life.joined(lambda s: s.fish),
        "population_count": population,
        "avg_weight_g": weight,
        "biomass_kg": biomass_units(population, weight),
        "is_active": ~emptied,
        "last_weighing_date": Nullable(np.maximum(last_weighed, 0), last_weighed >= 0),
    }
