"""What is compared of a history table: as many states by batch and kind as the lake tells of, each as it must be.

A state's kind is its place among those of its table, told by its id; the last kind is the row itself, in every column.
The conditions are those of warehouse.uat.history, written anew in SQL, so that one can be held against the other.
"""

from __future__ import annotations

from types import MappingProxyType

from warehouse.reconciling.comparisons import Comparison, Measure
from warehouse.reconciling.derived_comparisons import to_batch
from warehouse.uat.expressions import LakeColumn
from warehouse.uat.history import ARRIVED_KG, COUNTED, ENDED, LATER_STAGES, STAGE_BEGUN, Earlier, History, Now
from warehouse.uat.identifiers import literal, qualified
from warehouse.uat.tables import HISTORY_TABLES, TARGET_TABLES
from warehouse.uat.tables.history import OWN

# What is looked up for a row t, as DuckDB sees it in the whole lake.
LOOKED_UP = MappingProxyType(
    {
        **{
            STAGE_BEGUN.format(stage): "(SELECT min(a.assignment_date) FROM whole.container_assignment a "
            f"WHERE a.batch_id = t.id AND a.lifecycle_stage_id = {stage})"
            for stage in LATER_STAGES
        },
        ARRIVED_KG: "CASE WHEN t.initial_count > 0 THEN coalesce("
        "(SELECT sum(m.transferred_count) FROM whole.transfer_action m WHERE m.dest_assignment_id = t.id"
        " HAVING sum(m.transferred_count) > 0),"
        " (SELECT count(*) FROM whole.scenario s WHERE s.batch_id = t.batch_id HAVING count(*) > 0)) END",
        COUNTED: "CASE WHEN t.outcome <> 'pending' AND t.vaccination_type_id IS NULL THEN (SELECT min(c.count_date)"
        " FROM whole.lice_count c WHERE c.assignment_id = t.batch_assignment_id AND c.count_date > t.treatment_date)"
        " END",
        ENDED: "CASE WHEN t.resolution_status THEN nullif(t.entry_date < try_cast(list_last(regexp_extract_all("
        r"t.resolution_notes, '\b\d{4}-\d{2}-\d{2}\b')) AS TIMESTAMP), false) END",
    }
)


def derive_history(history: History) -> Comparison:
    """The comparison of a history table, from its states; in the target t is the state, r the row."""
    table, kinds = history.table, history.states
    place = f"((t.history_id - {{offsets[{history.mapping.ids}]}} - 1) % {kinds})"
    measures: list[Measure] = []
    for number, state in enumerate(history.earlier):
        was = " AND ".join([f"{place} = {number}", *_known(history, state)])
        name = f"state {number + 1}"
        measures.append((name, f"count(*) FILTER (WHERE {_went(state)})", f"count(*) FILTER (WHERE {was})"))
    same = f"{place} = {kinds - 1} AND ROW({_row('t', history)}) IS NOT DISTINCT FROM ROW({_row('r', history)})"
    changes = " + ".join([f"count(*) FILTER (WHERE {_went(state)})" for state in history.earlier]) or "0"
    measures += [
        ("the row itself", "count(*)", f"count(*) FILTER (WHERE {same})"),
        ("created", "count(*)", "count(*) FILTER (WHERE t.history_type = '+')"),
        ("changed", changes, "count(*) FILTER (WHERE t.history_type = '~')"),
    ]
    row = f"JOIN {qualified(table.uat)} r ON r.{table.id_column} = t.{table.id_column}"
    return Comparison(
        table=history.table.lake, uat=f"{row} {to_batch(table, 'r')}", measures=tuple(measures), of=history.mapping.uat
    )


def _went(state: Earlier) -> str:
    """SQL for the lake: whether a row t went through a state."""
    return " AND ".join(_holds(condition) for condition in state.rows)


def _holds(condition: Now) -> str:
    """SQL for the lake: whether a condition holds for a row t."""
    column = LOOKED_UP.get(condition.column, f"t.{condition.column}")
    if not condition.values:
        return f"{column} IS NOT NULL"
    return f"{column} IN ({', '.join(_value(value) for value in condition.values)})"


def _value(value: str | bool | int) -> str:
    return literal(value) if isinstance(value, str) else str(value).lower()


def _known(history: History, state: Earlier) -> list[str]:
    """SQL for the target: what the columns of a state must be; ids and figures that are looked up aside."""
    found = []
    for name, expression in history.table.columns.items():
        if not isinstance(expression, LakeColumn) or expression.column not in state.then:
            continue
        value = state.then[expression.column]
        if value is None:
            found.append(f"t.{name} IS NULL")
        elif not isinstance(value, LakeColumn) and not TARGET_TABLES[history.table.uat].column(name).references:
            found.append(f"t.{name} = {_value(value)}")
    return found


def _row(alias: str, history: History) -> str:
    own = {column.name for column in OWN.columns}
    names = [c.name for c in HISTORY_TABLES[history.mapping.uat].columns if c.name not in own]
    return ", ".join(f'{alias}."{name}"' for name in names)
