"""The rows of history tables: each state of a batch of the lake's rows, in the target's terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.encoding import Context, evaluate, project
from warehouse.moments import Read
from warehouse.uat.expressions import HISTORY_NUMBER, Expression, LakeColumn
from warehouse.uat.history import (
    ARRIVED_G,
    ARRIVED_KG,
    CANCELLED,
    CHANGED,
    COUNTED,
    CREATED,
    DATE,
    ENDED,
    LATER_STAGES,
    RECEIVED,
    STAGE_BEGUN,
    TO_MOVE,
    TYPE,
    UPDATED,
    USER,
    Earlier,
    History,
    Now,
    entered,
)

TIMESTAMP = pa.timestamp("us", tz="UTC")


def states(history: History, rows: pa.RecordBatch, numbers: pa.Array, context: Context) -> Iterator[pa.RecordBatch]:
    """The states of rows, those of one kind after those of another, as rows of the history table.

    `numbers` (int64): each row's place in its table, from 0.
    """
    rows = _with_found(history, rows, context.parents.read)
    created = _time(entered(history.table), history, rows, numbers=numbers, context=context)
    latest, before = created.copy(), np.zeros(rows.num_rows, bool)  # of the states so far; whether there was one
    for place, state in enumerate((*history.earlier, None)):
        mask = _passed(state, rows)
        if not mask.any():
            continue
        then, of = rows.filter(pa.array(mask)), numbers.filter(pa.array(mask))
        if state is not None:
            then = _as_it_was(state, then)
        since = history.changed if state is None else state.since
        updated = created[mask]
        if UPDATED in history.table.columns:
            updated = _time(history.table.columns[UPDATED], history, then, numbers=of, context=context)
        began = _time(since, history, then, numbers=of, context=context) if since else updated
        changed = before[mask]
        latest[mask] = np.where(changed, np.maximum(began, latest[mask]), created[mask])
        for name, column in (
            (HISTORY_NUMBER, pc.add(pc.multiply(of, history.states), place + 1)),
            (TYPE, pa.array(np.where(changed, CHANGED, CREATED))),
            (DATE, pa.array(latest[mask], TIMESTAMP)),
            (USER, _who(history, then, of, changed=changed, context=context)),
            (UPDATED, pa.array(updated if state is None else latest[mask], TIMESTAMP)),
        ):
            then = then.append_column(name, column)
        yield project(then, history.mapping, context, of)
        before |= mask


def _who(
    history: History, rows: pa.RecordBatch, numbers: pa.Array, *, changed: np.ndarray, context: Context
) -> pa.Array:
    """The ids of the users who brought rows into a state."""

    def first(expressions: tuple[Expression, ...]) -> pa.Array:
        found = [
            evaluate(e, rows, history.table, context=context, numbers=numbers, to=pa.int32()).cast(pa.int32())
            for e in expressions
        ]
        return pc.coalesce(*found)

    entered_by = first(history.authors)
    if not history.finishers or not changed.any():
        return entered_by
    return pc.if_else(pa.array(changed), pc.coalesce(first(history.finishers), entered_by), entered_by)


def _passed(state: Earlier | None, rows: pa.RecordBatch) -> np.ndarray:
    """Which rows went through a state; all are in the present one."""
    mask = np.ones(rows.num_rows, bool)
    for condition in state.rows if state is not None else ():
        mask &= _holds(condition, rows)
    return mask


def _holds(condition: Now, rows: pa.RecordBatch) -> np.ndarray:
    column = rows.column(condition.column)
    if not condition.values:
        return np.asarray(column.is_valid())
    plain = _plain(column)
    return np.asarray(pc.is_in(plain, pa.array(condition.values, plain.type)))


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column


def _as_it_was(state: Earlier, rows: pa.RecordBatch) -> pa.RecordBatch:
    for name, value in state.then.items():
        place = rows.schema.get_field_index(name)
        kind = _plain(rows.column(place)).type
        if isinstance(value, LakeColumn):
            column = rows.column(value.column).cast(kind)
        elif pa.types.is_decimal(kind) and value is not None:
            column = pa.repeat(
                pa.scalar(Decimal(value), pa.decimal128(kind.precision, kind.scale)), rows.num_rows
            ).cast(kind)
        else:
            column = pa.repeat(pa.scalar(value, kind), rows.num_rows)
        rows = rows.set_column(place, pa.field(name, kind), column)
    return rows


def _time(
    expression: Expression, history: History, rows: pa.RecordBatch, *, numbers: pa.Array, context: Context
) -> np.ndarray:
    """Microseconds since 1970, UTC; 0 where null."""
    times = evaluate(expression, rows, history.table, context=context, numbers=numbers, to=TIMESTAMP)
    return np.asarray(times.cast(pa.int64()).fill_null(0))


def _with_found(history: History, rows: pa.RecordBatch, read: Read) -> pa.RecordBatch:
    """The rows, beside them what is told of them in other tables or in words."""
    find = FOUND.get(history.table.lake)
    for name, column in (find(rows, read) if find else {}).items():
        rows = rows.append_column(name, column)
    return rows


def _of_batch(rows: pa.RecordBatch, read: Read) -> dict[str, pa.Array]:
    """When each stage began, and the eggs were all there, or were cancelled."""
    stays = read("container_assignment", ["batch_id", "lifecycle_stage_id", "assignment_date"])
    first = stays.group_by(["batch_id", "lifecycle_stage_id"]).aggregate([("assignment_date", "min")])
    found = {}
    for stage in LATER_STAGES:
        of_stage = first.filter(pc.equal(first.column("lifecycle_stage_id"), stage))
        found[STAGE_BEGUN.format(stage)] = _look_up(rows.column("id"), of_stage, "batch_id", "assignment_date_min")
    orders = read("creation_workflow", ["batch_id", "actual_completion_date", "cancelled_at"])
    received = _look_up(rows.column("id"), orders, "batch_id", "actual_completion_date")
    found[RECEIVED] = pc.coalesce(received, rows.column("start_date"))
    found[CANCELLED] = _look_up(rows.column("id"), orders, "batch_id", "cancelled_at")
    return found


def _of_stay(rows: pa.RecordBatch, read: Read) -> dict[str, pa.Array]:
    """The fish's weight when they came: eggs' by the scenario, later by the moves that brought them."""
    ids = ["dest_assignment_id"]
    moves = read("transfer_action", [*ids, "transferred_count", "transferred_biomass_kg"])
    moves = moves.set_column(2, "transferred_biomass_kg", moves.column(2).cast(pa.decimal128(18, 2)))
    came = moves.group_by(ids).aggregate([("transferred_count", "sum"), ("transferred_biomass_kg", "sum")])
    scenarios = read("scenario", ["batch_id", "initial_weight"])

    def values(table: pa.Table, key: str, column: str, of: str) -> pa.Array:
        return _look_up(rows.column(of), table, key, column)

    kg = values(came, ids[0], "transferred_biomass_kg_sum", "id").cast(pa.float64())
    fish = values(came, ids[0], "transferred_count_sum", "id").cast(pa.float64())
    moved = pc.if_else(pc.greater(fish, 0), pc.divide(pc.multiply(kg, 1000.0), pc.max_element_wise(fish, 1.0)), None)
    egg = values(scenarios, "batch_id", "initial_weight", "batch_id").cast(pa.float64())
    here = pc.greater(rows.column("initial_count"), 0)
    grams = pc.if_else(here, pc.coalesce(moved, egg), None)
    biomass = pc.divide(pc.multiply(grams, rows.column("initial_count").cast(pa.float64())), 1000.0)
    two = pa.decimal128(12, 2)
    return {ARRIVED_G: pc.round(grams, 2).cast(two), ARRIVED_KG: pc.round(biomass, 2).cast(two)}


def _of_action(rows: pa.RecordBatch, read: Read) -> dict[str, pa.Array]:
    """The fish to be moved, of which some died on the way."""
    return {TO_MOVE: pc.add(rows.column("transferred_count"), rows.column("mortality_during_transfer"))}


def _of_treatment(rows: pa.RecordBatch, read: Read) -> dict[str, pa.Array]:
    """When the lice were next counted, where the outcome waited for it."""
    counts = read("lice_count", ["assignment_id", "count_date"])
    judged = _holds(Now("outcome", ("successful", "partial", "unsuccessful")), rows)
    stays, given = (
        np.asarray(rows.column(name).cast(pa.int64())) for name in ("batch_assignment_id", "treatment_date")
    )
    of, at = (
        np.asarray(counts.column(name).combine_chunks().cast(pa.int64())) for name in ("assignment_id", "count_date")
    )
    order = np.lexsort((at, of))
    of, at = of[order], at[order]
    found = np.zeros(rows.num_rows, np.int64)
    for row in np.flatnonzero(judged & ~_holds(Now("vaccination_type_id"), rows)).tolist():
        first, last = np.searchsorted(of, stays[row]), np.searchsorted(of, stays[row], side="right")
        place = first + np.searchsorted(at[first:last], given[row], side="right")
        if place < last:
            found[row] = at[place]
    return {COUNTED: pa.array(found, TIMESTAMP, mask=found == 0)}


def _of_entry(rows: pa.RecordBatch, read: Read) -> dict[str, pa.Array]:
    """The last day that the end of an entry tells of, where it came later than the entry."""
    days = pc.struct_field(
        pc.extract_regex(rows.column("resolution_notes"), pattern=r"^.*\b(?P<day>\d{4}-\d{2}-\d{2})\b"), "day"
    )
    ended = pc.strptime(days, format="%Y-%m-%d", unit="us").cast(TIMESTAMP)
    later = pc.greater(ended, rows.column("entry_date"))
    return {ENDED: pc.if_else(pc.and_(rows.column("resolution_status"), later), ended, None)}


FOUND: dict[str, Callable[[pa.RecordBatch, Read], dict[str, pa.Array]]] = {
    "batch": _of_batch,
    "container_assignment": _of_stay,
    "transfer_action": _of_action,
    "treatment": _of_treatment,
    "journal_entry": _of_entry,
}


def _look_up(ids: pa.Array, table: pa.Table, key: str, column: str) -> pa.Array:
    """The column's value in the row of each id; null where there is none."""
    place = pc.index_in(ids.cast(pa.int64()), table.column(key).combine_chunks().cast(pa.int64()))
    return table.column(column).combine_chunks().take(place)
