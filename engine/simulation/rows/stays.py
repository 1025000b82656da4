"""Rows of batch and container_assignment."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.farm.schedule import Batch
from engine.simulation.rows.columns import BatchRows, Columns, append, biomass_units, code, codes, join_batches
from engine.simulation.rows.lives import Lives
from engine.simulation.rows.undelivered import reserved_rows
from lake.columns import Nullable

BATCH_ROWS = 1


def stay_tables(lives: Lives) -> dict[str, BatchRows]:
    """batch and container_assignment."""
    return {"batch": batch_rows(lives), "container_assignment": _with_reserved(lives)}


def _reserved_trays(batch: Batch) -> int:
    """Trays that eggs are yet to come into, of a batch whose first eggs have come."""
    trays = len(batch.stays[0].container_ids)
    return 0 if batch.trays_received is None else trays - batch.trays_received


def _with_reserved(lives: Lives) -> BatchRows:
    """The stays' rows, and the trays that eggs are yet to come into."""
    reserved = [_reserved_trays(life.history.batch) for life in lives]
    if not any(reserved):
        return assignment_rows(lives)
    parts = {}
    for life, trays in zip(lives, reserved, strict=True):
        rows = assignment_rows(Lives([life])).columns
        yet_to_come = reserved_rows(life.history.batch, first=len(life.ids[0])) if trays else None
        parts[life.batch_id] = rows if yet_to_come is None else append(rows, yet_to_come)
    return join_batches("container_assignment", parts)


def batch_rows(lives: Lives) -> BatchRows:
    """Each batch's one row."""
    histories = [life.history for life in lives]
    batches = [h.batch for h in histories]
    reasons = [code("batch", "harvest_reason", h.harvest_reason) if h.harvested else 0 for h in histories]
    harvested = np.array([h.harvested for h in histories])
    decided = np.array([h.trigger_day for h in histories])
    status = [
        batch.planned_status(life.schedule.as_of_day) or ("COMPLETED" if life.history.harvested else "ACTIVE")
        for life, batch in zip(lives, batches, strict=True)
    ]
    columns: Columns = {
        "id": np.array([batch.id for batch in batches]),
        "batch_number": pa.array([batch.number for batch in batches], pa.string()),
        "geography_id": np.array([batch.geography_id for batch in batches]),
        "species_id": np.ones(len(lives), dtype=np.int64),
        "lifecycle_stage_id": np.array([h.stages[-1].stage for h in histories]),
        "status": codes("batch", "status", status),
        "batch_type": codes("batch", "batch_type", ["STANDARD"] * len(lives)),
        "start_date": np.array([batch.start_day for batch in batches]),
        "expected_end_date": np.array([batch.end_day for batch in batches]),
        "actual_end_date": Nullable(
            np.array([h.stages[-1].end_day for h in histories]), np.array([not h.lives_on for h in histories])
        ),
        "initial_count": np.array([h.stages[0].fish.sum() for h in histories]),
        "harvest_target_g": np.array([h.harvest_target_cg for h in histories]),
        "harvest_decision_date": Nullable(np.maximum(decided, 0), decided >= 0),
        "harvest_reason": Nullable(np.array(reasons), harvested),
        "pinned_projection_run_id": lives.first_ids("projection_run"),
        "over_capacity_planned": np.array([life.over_capacity_planned for life in lives]),
        "cutoff_forecast": codes("batch", "cutoff_forecast", [life.cutoff_forecast for life in lives]),
    }
    return BatchRows(columns=columns, counts=dict.fromkeys(lives.batch_ids, BATCH_ROWS))


def assignment_rows(lives: Lives) -> BatchRows:
    """One row a stay."""
    emptied = lives.of_stays(lambda s: s.emptied)
    last_weighed = np.concatenate(lives.flat(lambda life: life.weighings.latest))
    population = np.where(emptied, 0, lives.of_stays(lambda s: s.last(s.population))).astype(np.int64)
    known = lives.flat(lambda life: life.estimates)
    weight = np.concatenate([s.last(e.weight_cg) for s, e in zip(lives.stages, known, strict=True)])
    start_day = lives.of_stays(lambda s: s.start_day)
    columns: Columns = {
        "id": lives.stay_ids,
        "container_id": lives.container_ids,
        "lifecycle_stage_id": lives.of_stays(lambda s: s.stage),
        "assignment_date": start_day,
        "departure_date": Nullable(start_day + lives.of_stays(lambda s: s.days_lived), emptied),
        "planned_departure_date": lives.of_stays(lambda s: s.planned_end_day),
        "initial_count": lives.of_stays(lambda s: s.fish),
        "population_count": population,
        "avg_weight_g": weight,
        "biomass_kg": biomass_units(population, weight),
        "is_active": ~emptied,
        "last_weighing_date": Nullable(np.maximum(last_weighed, 0), last_weighed >= 0),
    }
    return lives.rows(columns, lives.stays)
