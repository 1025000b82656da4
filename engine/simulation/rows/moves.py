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
from engine.simulation.rows.handling import handling_minutes
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.workflows import Workflow, broken_off, transfer_templates
from lake.codes import SEA
from lake.columns import Nullable

NO_LOSS, NO_KEY = 0.0, np.uint64(0)
EMPTY_SOURCE, MOVE_CANCELLED = "the container was empty", "the move was cancelled"


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


def count_move_rows(containers: int, sources: int) -> int:
    """Rows of the move that fills so many containers from `sources` others; 0 for eggs."""
    return 1 + count_actions(sources, containers) if sources else 0


def count_actions(sources: int, containers: int) -> int:
    """Actions that move fish from some containers to others: each source's fish fill one after the other."""
    return containers if containers == sources else containers + sources - 1


def transfer_rows(life: BatchLife) -> tuple[Columns, Columns]:
    """The moves as workflows and as actions; a workflow's totals are the sums of the actions that are done."""
    moves = [(workflow, _actions(life, workflow)) for workflow in life.workflows if workflow.has_actions]
    actions = _action_rows(life, moves) if moves else empty("transfer_action")
    return _workflow_rows(life, _totals(life, moves, actions)), actions


def _workflow_rows(life: BatchLife, totals: dict[str, np.ndarray]) -> Columns:
    """transfer_workflow: one row a workflow, with the totals of its actions."""
    batch, found = life.history.batch, life.workflows
    n = len(found)
    stage = np.array([w.stage for w in found], dtype=np.int64)
    status = [w.status for w in found]
    planned = np.array([w.planned_day for w in found], dtype=np.int64)
    last = np.array([w.last_day for w in found], dtype=np.int64)
    done = np.array([s == "COMPLETED" for s in status], dtype=bool)
    begun = done | np.array([s == "IN_PROGRESS" for s in status], dtype=bool)
    template = transfer_templates(life.schedule.farm)
    activity = np.array([template.get(w.stage + 1, 0) for w in found], dtype=np.int64)
    follows = [w.status != "CANCELLED" and w.stage + 1 in template for w in found]
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
        **totals,
        "estimated_total_count": Nullable(totals["estimated_total_count"], ~done),
        "estimated_total_biomass_kg": Nullable(totals["estimated_total_biomass_kg"], ~done),
        "finance_transaction_id": Nullable(np.full(n, paid), done & (stage == SEA - 1)),
        "planned_activity_id": Nullable(
            row_ids("planned_activity", batch.id, 1)[0] + activity, np.array(follows, dtype=bool)
        ),
        "cancellation_reason": pa.array([w.reason for w in found], pa.string()),
    }


TOTALS = (
    "total_source_count",
    "total_transferred_count",
    "total_mortality_count",
    "total_biomass_kg",
    "total_actions_planned",
    "actions_completed",
    "estimated_total_count",
    "estimated_total_biomass_kg",
)


def _totals(life: BatchLife, moves: list[tuple[Workflow, Actions]], rows: Columns) -> dict[str, np.ndarray]:
    """TOTALS of each workflow, from the rows of its actions. Of a draft they are those of the fish that live now."""
    totals = np.zeros((len(TOTALS), len(life.workflows)), dtype=np.int64)
    drafts = [workflow.row for workflow in life.workflows if not workflow.has_actions]
    if drafts:
        totals[-2:, drafts] = np.array(_living(life))[:, None]
    if moves:
        moved, lost, biomass, status = (
            rows[name]
            for name in ("transferred_count", "mortality_during_transfer", "transferred_biomass_kg", "status")
        )
        is_done, is_failed, is_skipped = (
            status == code("transfer_action", "status", word) for word in ("COMPLETED", "FAILED", "SKIPPED")
        )
        counts = np.repeat([w.status != "CANCELLED" for w, _ in moves], [len(a.source) for _, a in moves])
        of_rows = np.stack(
            [
                moved * is_done,
                lost,
                biomass * is_done,
                ~is_failed,
                is_done | (is_skipped & counts),
                (moved + lost) * ~is_failed,
                biomass * ~is_failed,
            ]
        )
        ends = np.cumsum([len(a.source) for _, a in moves])
        upto = np.concatenate([np.zeros((len(of_rows), 1), dtype=np.int64), of_rows.cumsum(axis=1)], axis=1)
        here = [workflow.row for workflow, _ in moves]
        totals[1:, here] = np.diff(upto[:, np.concatenate([[0], ends])], axis=1)
        totals[0, here] = [_evening_fish(life, workflow) for workflow, _ in moves]
    return dict(zip(TOTALS, totals, strict=True))


def _evening_fish(life: BatchLife, workflow: Workflow) -> int:
    """The fish in all containers that a move leaves, on the evening before, or now."""
    stage = life.stages[workflow.stage - 1]
    evening = min(workflow.planned_day, life.schedule.as_of_day) - 1 - stage.start_day
    return int(stage.population[:, evening].sum())


def _living(life: BatchLife) -> tuple[int, int]:
    """Fish and biomass (0.01 kg) that live now, in whatever stage."""
    fish, biomass = 0, 0
    for stage, known in zip(life.stages, life.estimates, strict=True):
        living = stage.last(stage.population) * ~stage.emptied
        fish += int(living.sum())
        biomass += int(biomass_units(living, stage.last(known.weight_cg)).sum())
    return fish, biomass


def _action_rows(life: BatchLife, moves: list[tuple[Workflow, Actions]]) -> Columns:
    """transfer_action of a batch's moves."""
    handling = life.schedule.biology.model.handling
    rows = stack([_move_rows(life, workflow, actions) for workflow, actions in moves])
    n = len(rows["action_number"])
    statuses = [status for _, actions in moves for status in actions.status]
    status = codes("transfer_action", "status", statuses)
    done = status == code("transfer_action", "status", "COMPLETED")
    methods = codes("transfer_action", "transfer_method", handling.transfer_methods)
    return {
        "id": row_ids("transfer_action", life.batch_id, n),
        "batch_id": np.full(n, life.batch_id),
        "workflow_id": row_ids("transfer_workflow", life.batch_id, 1)[0] + rows["workflow"],
        "action_number": rows["action_number"],
        "source_assignment_id": rows["source"],
        "dest_assignment_id": Nullable(rows["dest"] * done, done),
        "dest_container_id": rows["dest_container"],
        "source_population_before": rows["before"],
        "transferred_count": rows["moved"],
        "mortality_during_transfer": rows["lost"],
        "transferred_biomass_kg": biomass_units(rows["moved"], rows["weight"]),
        "measured_avg_weight_g": Nullable(rows["weight"], done),
        "status": status,
        "planned_date": rows["day"],
        "actual_execution_date": Nullable(rows["day"], done),
        "transfer_method": methods[rows["stage"] - 1],
        "water_temp_c": Nullable(hundredths(rows["temp_c"]), done),
        "oxygen_level": Nullable(hundredths(rows["oxygen"]), done),
        "execution_duration_minutes": Nullable(rows["minutes"], done),
        "notes": pa.array([note for _, actions in moves for note in actions.notes], pa.string()),
    }


def _move_rows(life: BatchLife, workflow: Workflow, actions: Actions) -> Columns:
    """What the actions of one move take from its stage and the next: ids, the source's water and mean weight."""
    i, n, source = workflow.stage - 1, len(actions.source), actions.source
    done = np.array([status == "COMPLETED" for status in actions.status], dtype=bool)
    arrivals, minutes = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if done.any():
        arrivals[done] = life.ids[i + 1][actions.dest[done]]
        minutes[done] = _minutes(life, workflow, actions.moved[done])
    stage, into = life.stages[i], life.history.batch.stays[i + 1].container_ids
    evening = np.minimum(actions.day, life.schedule.as_of_day) - 1 - stage.start_day
    return {
        "workflow": np.full(n, workflow.row),
        "stage": np.full(n, workflow.stage),
        "action_number": np.arange(1, n + 1),
        "source": life.ids[i][source],
        "dest": arrivals,
        "dest_container": np.array(into)[actions.dest],
        "before": actions.before,
        "moved": actions.moved,
        "lost": actions.lost,
        "day": actions.day,
        "weight": life.estimates[i].weight_cg[source, evening],
        "temp_c": stage.temp_c[source, evening],
        "oxygen": stage.oxygen_mean[source, evening],
        "minutes": minutes,
    }


def _minutes(life: BatchLife, workflow: Workflow, fish: np.ndarray) -> np.ndarray:
    """How long it took to move each action's fish."""
    handling = life.schedule.biology.model.handling
    minutes: np.ndarray = handling_minutes(
        key=stream_key(life.schedule.seed, Stream.HANDLING_TIME, life.history.batch.number, workflow.stage),
        fish=fish,
        rigging=handling.transfer_minutes,
        per_minute=handling.transfer_per_minute[workflow.stage - 1],
        sdlog=handling.transfer_sdlog,
    )
    return minutes


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
    moved_from: dict[int, list[tuple[int, int, int, int, str]]] = {}
    columns = (column.tolist() for column in (move.source, move.dest, move.before, move.arrived, move.lost))
    for source, *made in zip(*columns, reasons, strict=True):
        moved_from.setdefault(source, []).append(tuple(made))
    rows: list[tuple[int, int, int, int, int, str, str]] = []
    for source in sources:
        if source not in moved_from:
            dest = rows[-1][1] if rows else 0
            rows.append((source, min(dest, last), 0, 0, 0, "SKIPPED", f"Skipped: {EMPTY_SOURCE}"))
        for dest, before, moved, lost, reason in moved_from.get(source, ()):
            if reason:
                rows.append((source, dest, before, moved + lost, 0, "FAILED", f"FAILED: {reason}"))
            rows.append((source, dest, before, moved, lost, "COMPLETED", ""))
    *numbers, status, notes = zip(*rows, strict=True) if rows else ((),) * 7
    where, into, fish, arrived, died = (np.array(values, dtype=np.int64) for values in numbers)
    return Actions(
        source=where,
        dest=into,
        before=fish,
        moved=arrived,
        lost=died,
        day=np.full(len(rows), move.day),
        status=tuple(status),
        notes=tuple(notes),
    )
