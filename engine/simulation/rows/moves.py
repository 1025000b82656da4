"""Rows of transfer_workflow and transfer_action: fish moved, fish to be moved, and moves that came to nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from engine.simulation.fish.transfer import transfer
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.numerics.weights import Population
from engine.simulation.rows.columns import (
    Columns,
    Tables,
    biomass_units,
    code,
    codes,
    empty,
    hundredths,
    row_ids,
    stack,
)
from engine.simulation.rows.expected_life import ExpectedLife, RowCounts
from engine.simulation.rows.handling import handling_minutes
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.workflows import Workflow, batch_workflows, broken_off, life_workflows, transfer_templates
from lake.codes import ACTION_STATUSES, SEA
from lake.columns import Nullable

NO_LOSS, NO_KEY = 0.0, np.uint64(0)
EMPTY_SOURCE, MOVE_CANCELLED = "the container was empty", "the move was cancelled"
DONE_COLUMNS = (
    "dest_assignment_id",
    "measured_avg_weight_g",
    "actual_execution_date",
    "water_temp_c",
    "oxygen_level",
    "execution_duration_minutes",
)
"""What is known of an action once it is done."""


@dataclass(frozen=True)
class Actions:
    """The actions of a move, (n,) each. source, dest: positions in the stays; before, moved, lost: fish.

    day: on which it was done, or is planned, since 1970.
    """

    source: np.ndarray
    dest: np.ndarray
    before: np.ndarray
    moved: np.ndarray
    lost: np.ndarray
    day: np.ndarray
    status: tuple[str, ...]
    notes: tuple[str, ...]


def move_tables(life: BatchLife) -> Tables:
    """transfer_workflow and transfer_action."""
    workflows, actions = transfer_rows(life)
    return {"transfer_workflow": workflows, "transfer_action": actions}


def expected_moves(expected: ExpectedLife) -> RowCounts:
    """The moves from stay to stay, those ahead and those cancelled; their actions, and attempts broken off."""
    schedule, batch = expected.schedule, expected.batch
    workflows = batch_workflows(schedule, batch, moves=len(expected.stays) - 1, alive=True)
    actions = 0
    for workflow in workflows:
        sources, into = (len(batch.stays[i].container_ids) for i in (workflow.stage - 1, workflow.stage))
        each = count_actions(sources, into) if workflow.has_actions else 0
        actions += each
        if workflow.status == "COMPLETED":
            actions += sum(reason != "" for reason in broken_off(schedule, batch, workflow.stage, each))
    return {"transfer_workflow": len(workflows), "transfer_action": actions}


def count_move_rows(containers: int, sources: int) -> int:
    """Rows of the move that fills so many containers from `sources` others; 0 for eggs."""
    return 1 + count_actions(sources, containers) if sources else 0


def count_actions(sources: int, containers: int) -> int:
    """Actions that move fish from some containers to others: each source's fish fill one after the other."""
    return containers if containers == sources else containers + sources - 1


def transfer_rows(life: BatchLife) -> tuple[Columns, Columns]:
    """The moves as workflows and as actions; a workflow's totals are the sums of the actions that are done."""
    found = life_workflows(life)
    moves = [_move_rows(life, workflow) for workflow in found]
    actions = stack([empty("transfer_action"), *(rows for rows, _ in moves)])
    rows = len(actions["workflow_id"])
    done = actions["status"] == code("transfer_action", "status", "COMPLETED")
    actions |= {name: Nullable(actions[name], done) for name in DONE_COLUMNS}
    actions |= {
        "id": row_ids("transfer_action", life.batch_id, rows),
        "batch_id": np.full(rows, life.batch_id),
        "notes": pa.array(actions["notes"].tolist(), pa.string()),
    }
    return _workflow_rows(life, found, [total for _, total in moves]), actions


def _workflow_rows(life: BatchLife, found: tuple[Workflow, ...], totals: list[Columns]) -> Columns:
    """transfer_workflow: one row a workflow, with the totals of its actions."""
    batch, n = life.history.batch, len(found)
    stage = np.array([w.stage for w in found], dtype=np.int64)
    status = [w.status for w in found]
    planned = np.array([w.planned_day for w in found], dtype=np.int64)
    last = np.array([w.last_day for w in found], dtype=np.int64)
    done = np.array([s == "COMPLETED" for s in status], dtype=bool)
    begun = done | np.array([s == "IN_PROGRESS" for s in status], dtype=bool)
    template = transfer_templates(life.schedule.farm)
    activity = np.array([template.get(w.stage + 1, 0) for w in found], dtype=np.int64)
    follows = [w.status != "CANCELLED" and w.stage + 1 in template for w in found]
    sums = {name: np.array([int(total[name]) for total in totals], dtype=np.int64) for name in _NOTHING}
    paid = row_ids("intercompany_transaction", batch.id, 1)[0]
    return {
        "id": row_ids("transfer_workflow", batch.id, n),
        "batch_id": np.full(n, batch.id),
        "workflow_number": pa.array([w.number(batch) for w in found], pa.string()),
        "workflow_type": np.full(n, code("transfer_workflow", "workflow_type", "LIFECYCLE_TRANSITION")),
        "status": codes("transfer_workflow", "status", status),
        "source_lifecycle_stage_id": stage,
        "dest_lifecycle_stage_id": stage + 1,
        "planned_start_date": planned,
        "planned_completion_date": last,
        "actual_start_date": Nullable(planned, begun),
        "actual_completion_date": Nullable(last, done),
        **sums,
        "estimated_total_count": Nullable(sums["estimated_total_count"], ~done),
        "estimated_total_biomass_kg": Nullable(sums["estimated_total_biomass_kg"], ~done),
        "finance_transaction_id": Nullable(np.full(n, paid), done & (stage == SEA - 1)),
        "planned_activity_id": Nullable(
            row_ids("planned_activity", batch.id, 1)[0] + activity, np.array(follows, dtype=bool)
        ),
        "cancellation_reason": pa.array([w.reason for w in found], pa.string()),
    }


_NOTHING = {
    "total_source_count": 0,
    "total_transferred_count": 0,
    "total_mortality_count": 0,
    "total_biomass_kg": 0,
    "total_actions_planned": 0,
    "actions_completed": 0,
    "estimated_total_count": 0,
    "estimated_total_biomass_kg": 0,
}


def _move_rows(life: BatchLife, workflow: Workflow) -> tuple[Columns, Columns]:
    """The actions of a move, and its totals. Of one that is ahead the fish are those that live now."""
    if not workflow.has_actions:
        return empty("transfer_action"), _NOTHING | _living(life)
    stage = life.stages[workflow.stage - 1]
    evening = min(workflow.planned_day, life.schedule.as_of_day) - 1 - stage.start_day
    rows = _action_rows(life, workflow, _actions(life, workflow))
    status = [ACTION_STATUSES[s] for s in rows["status"].tolist()]
    is_done, is_failed = (np.array([s == word for s in status], dtype=bool) for word in ("COMPLETED", "FAILED"))
    moved, lost, biomass = (
        rows[name] for name in ("transferred_count", "mortality_during_transfer", "transferred_biomass_kg")
    )
    skipped = 0 if workflow.status == "CANCELLED" else status.count("SKIPPED")
    total = {
        "total_source_count": stage.population[:, evening].sum(),
        "total_transferred_count": moved[is_done].sum(),
        "total_mortality_count": lost.sum(),
        "total_biomass_kg": biomass[is_done].sum(),
        "total_actions_planned": (~is_failed).sum(),
        "actions_completed": is_done.sum() + skipped,
        "estimated_total_count": (moved + lost)[~is_failed].sum(),
        "estimated_total_biomass_kg": biomass[~is_failed].sum(),
    }
    return rows, _NOTHING | total


def _living(life: BatchLife) -> Columns:
    """What a draft says of the fish: those that live now, in whatever stage."""
    fish, biomass = 0, 0
    for stage, known in zip(life.stages, life.estimates, strict=True):
        living = stage.last(stage.population) * ~stage.emptied
        fish += int(living.sum())
        biomass += int(biomass_units(living, stage.last(known.weight_cg)).sum())
    return {"estimated_total_count": fish, "estimated_total_biomass_kg": biomass}


def _action_rows(life: BatchLife, workflow: Workflow, actions: Actions) -> Columns:
    """transfer_action of one move, without what all moves' rows have alike."""
    i, n, handling = workflow.stage - 1, len(actions.source), life.schedule.biology.model.handling
    stage, known, into = life.stages[i], life.estimates[i], life.history.batch.stays[i + 1].container_ids
    evening = np.minimum(actions.day, life.schedule.as_of_day) - 1 - stage.start_day
    weight = known.weight_cg[actions.source, evening]
    is_done = np.array([status == "COMPLETED" for status in actions.status], dtype=bool)
    minutes, arrivals = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if is_done.any():
        arrivals[is_done] = life.ids[i + 1][actions.dest[is_done]]
        minutes[is_done] = handling_minutes(
            key=stream_key(life.schedule.seed, Stream.HANDLING_TIME, life.history.batch.number, workflow.stage),
            fish=actions.moved[is_done],
            rigging=handling.transfer_minutes,
            per_minute=handling.transfer_per_minute[workflow.stage - 1],
            sdlog=handling.transfer_sdlog,
        )
    method = code("transfer_action", "transfer_method", handling.transfer_methods[workflow.stage - 1])
    return {
        "workflow_id": np.full(n, row_ids("transfer_workflow", life.batch_id, 1)[0] + workflow.row),
        "action_number": np.arange(1, n + 1),
        "source_assignment_id": life.ids[i][actions.source],
        "dest_assignment_id": arrivals,
        "dest_container_id": np.array(into)[actions.dest],
        "source_population_before": actions.before,
        "transferred_count": actions.moved,
        "mortality_during_transfer": actions.lost,
        "transferred_biomass_kg": biomass_units(actions.moved, weight),
        "measured_avg_weight_g": weight,
        "status": codes("transfer_action", "status", actions.status),
        "planned_date": actions.day,
        "actual_execution_date": actions.day,
        "transfer_method": np.full(n, method),
        "water_temp_c": hundredths(stage.temp_c[actions.source, evening]),
        "oxygen_level": hundredths(stage.oxygen_mean[actions.source, evening]),
        "execution_duration_minutes": minutes,
        "notes": np.array(actions.notes, dtype=object),
    }


def _actions(life: BatchLife, workflow: Workflow) -> Actions:
    """What was done of a move, and what is or was to be done."""
    if workflow.status == "COMPLETED":
        return _done_actions(life, workflow, sources=range(len(life.stages[workflow.stage - 1].container_ids)))
    if workflow.status == "IN_PROGRESS":
        begun = len(life.history.stages[workflow.stage].container_ids)
        done = _done_actions(life, workflow, sources=range(begun))
        rest = _planned_actions(life, workflow, day=workflow.last_day, first=begun)
        return Actions(**{f.name: _joined(getattr(done, f.name), getattr(rest, f.name)) for f in fields(Actions)})
    return _planned_actions(life, workflow, day=workflow.planned_day)


def _joined(first: Any, second: Any) -> Any:
    return np.concatenate([first, second]) if isinstance(first, np.ndarray) else first + second


def _planned_actions(life: BatchLife, workflow: Workflow, *, day: int, first: int = 0) -> Actions:
    """The actions that are or were to be done on `day`, from the sources from `first` on: of what lived the evening
    before. Of a move under way the first of them is, too.
    """
    stage = life.stages[workflow.stage - 1]
    evening = min(day, life.schedule.as_of_day) - 1 - stage.start_day
    leaving = Population(
        fish=stage.population[first:, evening].astype(np.int64),
        mu=stage.mu[first:, evening].copy(),
        v=stage.v[first:, evening].copy(),
    )
    into = len(life.history.batch.stays[workflow.stage].container_ids) - first
    made, _ = transfer(leaving, into, NO_LOSS, NO_KEY)
    n, is_cancelled = len(made.source), workflow.status == "CANCELLED"
    status = ["SKIPPED" if is_cancelled else "PENDING"] * n
    if workflow.status == "IN_PROGRESS":
        status[:1] = ["IN_PROGRESS"] * min(n, 1)
    return Actions(
        source=first + made.source,
        dest=first + made.dest,
        before=made.before,
        moved=made.arrived,
        lost=made.lost,
        day=np.full(n, day),
        status=tuple(status),
        notes=(f"Skipped: {MOVE_CANCELLED}" if is_cancelled else "",) * n,
    )


def _done_actions(life: BatchLife, workflow: Workflow, *, sources: range) -> Actions:
    """The actions of a move that is done, with attempts that failed before what repeats them, and empty sources."""
    move = life.history.moves[workflow.stage - 1]
    reasons = broken_off(life.schedule, life.history.batch, workflow.stage, len(move.source))
    last = len(life.history.batch.stays[workflow.stage].container_ids) - 1
    rows: list[tuple[int, int, int, int, int, str, str]] = []
    drawn = 0
    for source in sources:
        dest = rows[-1][1] if rows else 0
        if source not in move.source:
            rows.append((source, min(dest, last), 0, 0, 0, "SKIPPED", f"Skipped: {EMPTY_SOURCE}"))
        while drawn < len(move.source) and move.source[drawn] == source:
            dest, before, moved, lost = (int(a[drawn]) for a in (move.dest, move.before, move.arrived, move.lost))
            if reasons[drawn]:
                rows.append((source, dest, before, moved + lost, 0, "FAILED", f"FAILED: {reasons[drawn]}"))
            rows.append((source, dest, before, moved, lost, "COMPLETED", ""))
            drawn += 1
    columns = [np.array([row[i] for row in rows], dtype=np.int64) for i in range(5)]
    return Actions(
        source=columns[0],
        dest=columns[1],
        before=columns[2],
        moved=columns[3],
        lost=columns[4],
        day=np.full(len(rows), move.day),
        status=tuple(row[5] for row in rows),
        notes=tuple(row[6] for row in rows),
    )
