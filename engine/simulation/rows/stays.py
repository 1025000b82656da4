"""Rows of batch, container_assignment, transfer_workflow and transfer_action."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa

from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.rows.columns import Columns, Tables, biomass_units, code, hundredths, row_ids, stack
from engine.simulation.rows.expected_life import ExpectedLife, RowCounts
from engine.simulation.rows.handling import handling_minutes
from engine.simulation.rows.life import BatchLife
from lake.codes import SEA
from lake.columns import Nullable

BATCH_ROWS = 1


def stay_tables(life: BatchLife) -> Tables:
    """batch, container_assignment, transfer_workflow and transfer_action."""
    workflows, actions = transfer_rows(life)
    return {
        "batch": batch_rows(life),
        "container_assignment": assignment_rows(life),
        "transfer_workflow": workflows,
        "transfer_action": actions,
    }


def expected_stays(expected: ExpectedLife) -> RowCounts:
    """A batch, an assignment for each container, and the moves from stay to stay."""
    containers = [len(s.planned.container_ids) for s in expected.stays]
    return {
        "batch": BATCH_ROWS,
        "container_assignment": sum(containers),
        "transfer_workflow": len(containers) - 1,
        "transfer_action": sum(count_actions(sources, into) for sources, into in pairwise(containers)),
    }


def count_stay_rows(containers: int, sources: int) -> int:
    """Rows of a stay in so many containers, into which fish are moved from `sources` others; 0 for eggs."""
    return containers + (1 + count_actions(sources, containers) if sources else 0)


def count_actions(sources: int, containers: int) -> int:
    """Actions that move fish from some containers to others: each source's fish fill one after the other."""
    return containers if containers == sources else containers + sources - 1


def batch_rows(life: BatchLife) -> Columns:
    """The batch's one row."""
    h = life.history
    batch, last = h.batch, h.stages[-1]
    reason = code("batch", "harvest_reason", h.harvest_reason) if h.harvested else 0
    return {
        "id": np.array([batch.id]),
        "batch_number": pa.array([batch.number]),
        "geography_id": np.array([batch.geography_id]),
        "species_id": np.array([1]),
        "lifecycle_stage_id": np.array([last.stage]),
        "status": np.array([code("batch", "status", "COMPLETED" if h.harvested else "ACTIVE")]),
        "batch_type": np.array([code("batch", "batch_type", "STANDARD")]),
        "start_date": np.array([batch.start_day]),
        "expected_end_date": np.array([batch.end_day]),
        "actual_end_date": Nullable(np.array([last.end_day]), np.array([h.harvested])),
        "initial_count": np.array([batch.eggs]),
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
        "container_id": life.joined(lambda s: np.array(s.container_ids)),
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


def transfer_rows(life: BatchLife) -> tuple[Columns, Columns]:
    """The moves as workflows and as actions; a workflow's totals are the sums of its actions."""
    handling, seed = life.schedule.biology.model.handling, life.schedule.seed
    h, number = life.history, len(life.history.moves)
    workflow = row_ids("transfer_workflow", life.batch_id, number)
    totals = np.zeros((number, 5), dtype=np.int64)
    nothing = np.zeros(0, dtype=np.int64)
    parts: list[Columns] = []
    for i in range(max(number, 1)):
        source, dest = h.stages[i], h.stages[min(i + 1, len(h.stages) - 1)]
        move = h.moves[i] if number else None
        sources, dests = (move.source, move.dest) if move else (nothing, nothing)
        weight = life.estimates[i].weight_cg[sources, -1]
        arrived = move.arrived if move else nothing
        biomass = biomass_units(arrived, weight)
        count = len(sources)
        day = np.full(count, move.day if move else 0)
        parts.append(
            {
                "workflow_id": np.full(count, workflow[i] if move else 0),
                "action_number": np.arange(1, count + 1),
                "source_assignment_id": life.ids[i][sources],
                "dest_assignment_id": life.ids[min(i + 1, len(h.stages) - 1)][dests],
                "dest_container_id": np.array(dest.container_ids)[dests],
                "source_population_before": move.before if move else nothing,
                "transferred_count": arrived,
                "mortality_during_transfer": move.lost if move else nothing,
                "transferred_biomass_kg": biomass,
                "measured_avg_weight_g": weight,
                "planned_date": day,
                "actual_execution_date": day,
                "water_temp_c": hundredths(source.temp_c[sources, -1]),
                "oxygen_level": hundredths(source.oxygen_mean[sources, -1]),
                "transfer_method": np.full(
                    count, code("transfer_action", "transfer_method", handling.transfer_methods[source.stage - 1])
                ),
                "execution_duration_minutes": handling_minutes(
                    key=stream_key(seed, Stream.HANDLING_TIME, h.batch.number, source.stage),
                    fish=arrived,
                    rigging=handling.transfer_minutes,
                    per_minute=handling.transfer_per_minute[source.stage - 1],
                    sdlog=handling.transfer_sdlog,
                ),
            }
        )
        if move:
            leaving = int(source.population[:, -1].sum())
            totals[i] = (leaving, arrived.sum(), move.lost.sum(), biomass.sum(), count)
    actions = stack(parts)
    rows = len(actions["workflow_id"])
    actions |= {
        "id": row_ids("transfer_action", life.batch_id, rows),
        "batch_id": np.full(rows, life.batch_id),
        "status": np.full(rows, code("transfer_action", "status", "COMPLETED")),
    }
    day = np.array([m.day for m in h.moves], dtype=np.int64)
    stage = np.arange(1, number + 1)
    workflows = {
        "id": workflow,
        "batch_id": np.full(number, life.batch_id),
        "workflow_number": pa.array([f"TRF-{h.batch.number}-{i}" for i in stage], pa.string()),
        "workflow_type": np.full(number, code("transfer_workflow", "workflow_type", "LIFECYCLE_TRANSITION")),
        "status": np.full(number, code("transfer_workflow", "status", "COMPLETED")),
        "source_lifecycle_stage_id": stage,
        "dest_lifecycle_stage_id": stage + 1,
        "planned_start_date": day,
        "actual_start_date": day,
        "actual_completion_date": day,
        "total_source_count": totals[:, 0],
        "total_transferred_count": totals[:, 1],
        "total_mortality_count": totals[:, 2],
        "total_biomass_kg": totals[:, 3],
        "total_actions_planned": totals[:, 4],
        "actions_completed": totals[:, 4],
        "finance_transaction_id": _paid_by(life, number),
    }
    return workflows, actions


def _paid_by(life: BatchLife, moves: int) -> Nullable:
    """The transaction of each move: the first of the batch's where the fish go to sea, none otherwise."""
    to_sea = np.array([stage.stage == SEA for stage in life.stages[1:]], dtype=bool)
    first = row_ids("intercompany_transaction", life.batch_id, 1)
    return Nullable(np.full(moves, first[0]), to_sea)
