"""Rows of transfer_workflow and transfer_action: fish moved, fish to be moved, and moves that came to nothing."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from engine.simulation.fish.transfer import transfer
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.numerics.weights import Population
from engine.simulation.rows.columns import (
    BatchRows,
    Columns,
    biomass_units,
    code,
    codes,
    edges,
    empty,
    hundredths,
    part_sums,
    row_ids,
    stack,
)
from engine.simulation.rows.handling import handling_minutes
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.lives import Lives
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


class Moved(NamedTuple):
    """A move of a life that has actions."""

    life: BatchLife
    workflow: Workflow
    actions: Actions


def move_tables(lives: Lives) -> dict[str, BatchRows]:
    """transfer_workflow and transfer_action."""
    moves, moves_made = lives.counted(
        lambda life: [Moved(life=life, workflow=w, actions=_actions(life, w)) for w in life.workflows if w.has_actions]
    )
    counts = part_sums([len(move.actions.source) for move in moves], moves_made)
    actions = _action_rows(moves, lives.row_ids("transfer_action", counts)) if moves else empty("transfer_action")
    return {
        "transfer_workflow": _workflow_rows(lives, _totals(lives, moves, actions)),
        "transfer_action": lives.rows(actions, counts),
    }


def count_move_rows(containers: int, sources: int) -> int:
    """Rows of the move that fills so many containers from `sources` others; 0 for eggs."""
    return 1 + count_actions(sources, containers) if sources else 0


def count_actions(sources: int, containers: int) -> int:
    """Actions that move fish from some containers to others: each source's fish fill one after the other."""
    return containers if containers == sources else containers + sources - 1


def _workflow_rows(lives: Lives, totals: dict[str, np.ndarray]) -> BatchRows:
    """transfer_workflow: one row a workflow, with the totals of its actions."""
    found, counts = lives.counted(lambda life: [(life.history.batch, w) for w in life.workflows])
    n = len(found)
    stage = np.array([w.stage for _, w in found], dtype=np.int64)
    status = codes("transfer_workflow", "status", [w.status for _, w in found])
    planned = np.array([w.planned_day for _, w in found], dtype=np.int64)
    last = np.array([w.last_day for _, w in found], dtype=np.int64)
    done = status == code("transfer_workflow", "status", "COMPLETED")
    begun = done | (status == code("transfer_workflow", "status", "IN_PROGRESS"))
    template = transfer_templates(lives.schedule.farm)
    activity = np.array([template.get(w.stage + 1, 0) for _, w in found], dtype=np.int64)
    follows = [w.status != "CANCELLED" and w.stage + 1 in template for _, w in found]
    columns: Columns = {
        "id": lives.row_ids("transfer_workflow", counts),
        "workflow_number": pa.array([w.number(batch) for batch, w in found], pa.string()),
        "workflow_type": np.full(n, code("transfer_workflow", "workflow_type", "LIFECYCLE_TRANSITION")),
        "status": status,
        "source_lifecycle_stage_id": stage,
        "dest_lifecycle_stage_id": stage + 1,
        "planned_start_date": planned,
        "planned_completion_date": last,
        "actual_start_date": Nullable(planned, begun),
        "actual_completion_date": Nullable(last, done),
        **totals,
        "estimated_total_count": Nullable(totals["estimated_total_count"], ~done),
        "estimated_total_biomass_kg": Nullable(totals["estimated_total_biomass_kg"], ~done),
        "finance_transaction_id": Nullable(
            np.repeat(lives.first_ids("intercompany_transaction"), counts), done & (stage == SEA - 1)
        ),
        "planned_activity_id": Nullable(
            np.repeat(lives.first_ids("planned_activity"), counts) + activity, np.array(follows, dtype=bool)
        ),
        "cancellation_reason": pa.array([w.reason for _, w in found], pa.string()),
    }
    return lives.rows(columns, counts)


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


def _totals(lives: Lives, moves: list[Moved], rows: Columns) -> dict[str, np.ndarray]:
    """TOTALS of each workflow, from the rows of its actions. Of a draft they are those of the fish that live now."""
    bounds = edges([len(life.workflows) for life in lives]).tolist()
    first = dict(zip(lives.batch_ids, bounds[:-1], strict=True))
    totals = np.zeros((len(TOTALS), bounds[-1]), dtype=np.int64)
    for life in lives:
        drafts = [first[life.batch_id] + workflow.row for workflow in life.workflows if not workflow.has_actions]
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
        actions = [len(move.actions.source) for move in moves]
        counts = np.repeat([move.workflow.status != "CANCELLED" for move in moves], actions)
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
        upto = np.concatenate([np.zeros((len(of_rows), 1), dtype=np.int64), of_rows.cumsum(axis=1)], axis=1)
        here = [first[move.life.batch_id] + move.workflow.row for move in moves]
        totals[1:, here] = np.diff(upto[:, edges(actions)], axis=1)
        totals[0, here] = [_evening_fish(move.life, move.workflow) for move in moves]
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


def _action_rows(moves: list[Moved], ids: np.ndarray) -> Columns:
    """transfer_action of all moves."""
    handling = moves[0].life.schedule.biology.model.handling
    rows = stack([_move_rows(*move) for move in moves])
    statuses = [status for move in moves for status in move.actions.status]
    status = codes("transfer_action", "status", statuses)
    done = status == code("transfer_action", "status", "COMPLETED")
    methods = codes("transfer_action", "transfer_method", handling.transfer_methods)
    return {
        "id": ids,
        "workflow_id": rows["workflow"],
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
        "notes": pa.array([note for move in moves for note in move.actions.notes], pa.string()),
    }


def _move_rows(life: BatchLife, workflow: Workflow, actions: Actions) -> Columns:
    """What the actions of one move take from its stage and the next: ids, the source's water and mean weight."""
    i, n, source = workflow.stage - 1, len(actions.source), actions.source
    arrivals, minutes = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    if "COMPLETED" in actions.status:
        done = np.array([status == "COMPLETED" for status in actions.status], dtype=bool)
        arrivals[done] = life.ids[i + 1][actions.dest[done]]
        minutes[done] = _minutes(life, workflow, actions.moved[done])
    stage, into = life.stages[i], life.history.batch.stays[i + 1].container_ids
    evening = np.minimum(actions.day, life.schedule.as_of_day) - 1 - stage.start_day
    return {
        "action_number": np.arange(1, n + 1),
        "workflow": row_ids("transfer_workflow", life.batch_id, 1)[0] + workflow.row,
        "stage": workflow.stage,
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
    made, _ = transfer(leaving, np.ones(into), NO_LOSS, NO_KEY)  # people plan even shares
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
    left = move.source.tolist()
    if not any(reasons) and left == sorted(left) and set(left) == set(sources):  # as most are
        n = len(left)
        return Actions(
            source=move.source,
            dest=move.dest,
            before=move.before,
            moved=move.arrived,
            lost=move.lost,
            day=np.full(n, move.day),
            status=("COMPLETED",) * n,
            notes=("",) * n,
        )
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
