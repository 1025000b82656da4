"""What the history tables are filled with: the states that a row went through, the oldest first, the row itself last.

A state is the lake's row as it was known then, in the target's terms by the very expressions that fill the row itself.
Its date is when it was entered: the first one's that of created_at, a later one's that of updated_at by what was known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from lake.codes import SEA
from lake.tables import TABLES
from warehouse.uat.expressions import Derived, Expression, HistoryId, LakeColumn, Mapping, inputs
from warehouse.uat.mapping import EVENTS
from warehouse.uat.people import Choice, Person
from warehouse.uat.tables import HISTORY_TABLES
from warehouse.uat.tables.history import HISTORY_ID, has_history, history_name
from warehouse.uat.times import HOUR, LAST_DAY, MINUTE, RULES, Moment, moment_of

CREATED, CHANGED = "+", "~"
DATE, TYPE, USER, UPDATED = "history_date", "history_type", "history_user_id", "updated_at"

# The target's columns that say who entered a row, and who brought it into a later state.
AUTHORS = ("created_by_id", "initiated_by_id", "recorded_by_id", "user_id", "sampled_by_id")
FINISHERS = ("completed_by_id", "executed_by_id", "cancelled_by_id")

# What a row's state is told by beside the lake's columns: dates and figures looked up in the partition's other tables.
STAGE_BEGUN = "stage_{}_begun"
LATER_STAGES = range(2, SEA + 1)
RECEIVED = "received"
CANCELLED = "cancelled"
ARRIVED_G = "arrived_avg_weight_g"
ARRIVED_KG = "arrived_biomass_kg"
TO_MOVE = "to_move"
COUNTED = "counted_after"
ENDED = "ended"


Value = str | bool | int | LakeColumn | None


@dataclass(frozen=True)
class Now:
    """Rows whose column is one of `values` now; without any, is not null."""

    column: str
    values: tuple[str | bool | int, ...] = ()


@dataclass(frozen=True)
class Earlier:
    """A state before the present one. rows: that went through it, for which all of these hold. then: what the lake's
    columns were, a constant, null, or another column's value. since: when it began; None where the table's own times
    tell it.
    """

    rows: tuple[Now, ...]
    then: MappingProxyType[str, Value]
    since: Moment | None = None


@dataclass(frozen=True)
class History:
    """A table's history. `table`: the mapping of the rows, `mapping`: that of their states.

    changed: since when a row with earlier states is as it is; None where updated_at tells it. authors: who entered a
    row, the first that is somebody. finishers: likewise who brought it into a later state, before the authors.
    """

    table: Mapping
    mapping: Mapping
    earlier: tuple[Earlier, ...] = ()
    changed: Moment | None = None
    authors: tuple[Expression, ...] = ()
    finishers: tuple[Expression, ...] = ()

    @property
    def states(self) -> int:
        """How many a row has at most."""
        return len(self.earlier) + 1


def _worked(*days: str) -> Moment:
    """At the end of a day's work, as warehouse.uat.times has it."""
    return Moment(of=days, keys=("id",), seconds=(15 * HOUR, 18 * HOUR))


def _noted(*times: str) -> Moment:
    """Soon after a time, likewise."""
    return Moment(of=times, keys=("id",), seconds=(10 * MINUTE, 90 * MINUTE), exact=True)


def _state(*rows: Now, then: dict[str, Value], since: Moment | None = None) -> Earlier:
    return Earlier(rows=rows, then=MappingProxyType(then), since=since)


_EMPTY: dict[str, Value] = {"lifecycle_stage_id": 1, "actual_end_date": None}
_NOTHING_RECEIVED: dict[str, Value] = {
    "total_eggs_received": 0,
    "total_mortality_on_arrival": 0,
    "actions_completed": 0,
    "actual_completion_date": None,
}
_NOTHING_MOVED: dict[str, Value] = {
    "total_transferred_count": 0,
    "total_mortality_count": 0,
    "total_biomass_kg": 0,
    "actions_completed": 0,
    "actual_completion_date": None,
    "finance_transaction_id": None,
}
_UNKNOWN_FINDING: dict[str, Value] = {
    "date_results_received": None,
    "findings_summary": None,
    "quantitative_results": None,
}
_LIVED = Now("status", ("ACTIVE", "COMPLETED", "TERMINATED"))

# The states before the present one, by lake table, oldest first; a table that isn't here has none.
EARLIER: MappingProxyType[str, tuple[Earlier, ...]] = MappingProxyType(
    {
        "batch": (
            _state(
                Now("status", ("RECEIVING", "ACTIVE", "COMPLETED", "TERMINATED", "CANCELLED")),
                then=_EMPTY | {"status": "PLANNED", "pinned_projection_run_id": None},
            ),
            _state(_LIVED, since=_worked("start_date"), then=_EMPTY | {"status": "RECEIVING"}),
            _state(_LIVED, since=_worked(RECEIVED), then=_EMPTY | {"status": "ACTIVE"}),
            *(
                _state(
                    _LIVED,
                    Now(STAGE_BEGUN.format(stage)),
                    since=_worked(STAGE_BEGUN.format(stage)),
                    then=_EMPTY | {"status": "ACTIVE", "lifecycle_stage_id": stage},
                )
                for stage in LATER_STAGES
            ),
        ),
        "container_assignment": (
            _state(
                Now(ARRIVED_KG),
                then={
                    "population_count": LakeColumn("initial_count"),
                    "avg_weight_g": LakeColumn(ARRIVED_G),
                    "biomass_kg": LakeColumn(ARRIVED_KG),
                    "is_active": True,
                    "departure_date": None,
                    "last_weighing_date": None,
                },
            ),
        ),
        "transfer_workflow": (
            _state(
                Now("status", ("IN_PROGRESS", "COMPLETED", "CANCELLED")),
                then=_NOTHING_MOVED | {"status": "PLANNED", "actual_start_date": None, "cancellation_reason": ""},
            ),
            _state(Now("status", ("COMPLETED",)), then=_NOTHING_MOVED | {"status": "IN_PROGRESS"}),
        ),
        "transfer_action": (
            _state(
                Now("status", ("IN_PROGRESS", "COMPLETED", "FAILED", "SKIPPED")),
                then={
                    "status": "PENDING",
                    "dest_assignment_id": None,
                    "transferred_count": LakeColumn(TO_MOVE),
                    "mortality_during_transfer": 0,
                    "notes": "",
                    "measured_avg_weight_g": None,
                    "actual_execution_date": None,
                    "water_temp_c": None,
                    "oxygen_level": None,
                    "execution_duration_minutes": None,
                },
            ),
        ),
        "creation_workflow": (
            _state(
                Now("status", ("IN_PROGRESS", "COMPLETED", "CANCELLED")),
                then=_NOTHING_RECEIVED
                | {"status": "PLANNED", "actual_start_date": None, "cancellation_reason": "", "cancelled_at": None},
            ),
            _state(Now("status", ("COMPLETED",)), then=_NOTHING_RECEIVED | {"status": "IN_PROGRESS"}),
        ),
        "creation_action": (
            _state(
                Now("status", ("IN_PROGRESS", "COMPLETED", "FAILED", "SKIPPED")),
                then={
                    "status": "PENDING",
                    "egg_count_actual": None,
                    "mortality_on_arrival": 0,
                    "actual_delivery_date": None,
                    "delivery_method": None,
                    "water_temp_on_arrival": None,
                    "egg_quality_score": None,
                    "execution_duration_minutes": None,
                },
            ),
        ),
        "treatment": (_state(Now(COUNTED), then={"outcome": "pending"}),),
        "journal_entry": (_state(Now(ENDED), then={"resolution_status": False, "resolution_notes": ""}),),
        "health_lab_sample": (
            _state(
                Now("date_sent_to_lab"),
                then=_UNKNOWN_FINDING | {"date_sent_to_lab": None, "lab_reference_id": None},
            ),
            _state(Now("date_results_received"), since=_worked("date_sent_to_lab"), then=_UNKNOWN_FINDING),
        ),
        "planned_activity": (
            _state(
                Now("status", ("IN_PROGRESS", "COMPLETED", "CANCELLED")),
                then={"status": "PENDING", "completed_at": None, "transfer_workflow_id": None},
            ),
        ),
    }
)

_NIGHTLY = RULES["batch"].changed

# Since when a row with earlier states is as it is, where its updated_at doesn't tell.
SINCE = MappingProxyType(
    {
        "batch": replace(_NIGHTLY, of=("actual_end_date", CANCELLED, LAST_DAY)),
        "transfer_workflow": _worked("actual_completion_date", "actual_start_date", "planned_start_date"),
        "transfer_action": _worked("actual_execution_date", "planned_date"),
        "creation_action": _worked("actual_delivery_date", "workflow_id.cancelled_at", "expected_delivery_date"),
        "planned_activity": _noted("completed_at", "due_date"),
        "treatment": _noted(COUNTED),
        "journal_entry": _worked(ENDED),
    }
)


def entered(mapping: Mapping) -> Moment:
    """When a table's rows were entered."""
    moment = mapping.columns.get("created_at") or moment_of(mapping.lake, "created_at")
    assert isinstance(moment, Moment)
    return moment


def _on_duty(mapping: Mapping) -> Person:
    """Who enters a table's rows where no column says it: who is on shift at the container, else the manager."""
    places: list[Choice] = []
    for column in TABLES[mapping.lake].columns:
        path = {"container": column.name, "container_assignment": f"{column.name}.container_id"}.get(column.references)
        if path and not places:
            places.append(("OPR", "", path))
    geography = "geography_id" if mapping.lake == "batch" else "batch_id.geography_id"
    return Person(choices=(*places, ("MGR", "FW", geography)), day=entered(mapping).of[0])


def _taken(column: str, reads: tuple[str, ...]) -> Derived:
    """A column of the state, which is put beside those of the lake; `reads`: what telling it takes."""
    return Derived(inputs=reads, compute=lambda rows: rows.column(column), description=f"the state's {column}")


def _history(mapping: Mapping) -> History:
    earlier, changed = EARLIER.get(mapping.lake, ()), SINCE.get(mapping.lake)
    reads = {*inputs(entered(mapping)), *(inputs(changed) if changed else ())}
    for state in earlier:
        reads |= {*state.then, *(condition.column for condition in state.rows)}
        reads |= {*(inputs(state.since) if state.since else ())}
        reads |= {value.column for value in state.then.values() if isinstance(value, LakeColumn)}
    authors, finishers = (
        tuple(mapping.columns[name] for name in names if name in mapping.columns) for names in (AUTHORS, FINISHERS)
    )
    authors = authors or (_on_duty(mapping),)
    reads |= {column for author in authors for column in inputs(author)}
    columns: dict[str, Expression] = dict(mapping.columns)
    if earlier and UPDATED in columns:
        reads |= set(inputs(columns[UPDATED]))
        columns[UPDATED] = _taken(UPDATED, ())
    own: dict[str, Expression] = {
        HISTORY_ID: HistoryId(),
        DATE: _taken(DATE, tuple(sorted(reads))),
        TYPE: _taken(TYPE, ()),
        USER: _taken(USER, ()),
    }
    name = history_name(mapping.uat)
    columns |= own
    ordered = {c.name: columns[c.name] for c in HISTORY_TABLES[name].columns if c.name in columns}
    states = Mapping(lake=mapping.lake, uat=name, columns=MappingProxyType(ordered))
    return History(
        table=mapping,
        mapping=states,
        earlier=earlier,
        changed=changed,
        authors=authors,
        finishers=finishers,
    )


def _check(history: History) -> None:
    """KeyError where a state names a column that the lake's table doesn't have."""
    for state in history.earlier:
        for column in state.then:
            TABLES[history.table.lake].column(column)


HISTORIES = tuple(_history(mapping) for mapping in EVENTS if has_history(mapping.uat) and "." not in mapping.uat)
for _each in HISTORIES:
    _check(_each)
