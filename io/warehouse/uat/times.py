"""When a row was entered and last changed: what created_at, updated_at and their like are filled with.

The lake doesn't hold these times: they follow from the event's own, by a rule a table. A person enters an event within
working hours of its day, or of the next days; an instrument within minutes; what is computed is written by the nightly
run after the day's last readings, or with its computation; a plan stands before what it plans; master data stand before
the run's first day. No time lies past the as-of time, and none, but a plan's, before its event.

A table that RULES doesn't name takes the rule of its first date or time, or of what it first refers to that has one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import pyarrow as pa

from lake.tables import DIMENSION_TABLE_NAMES, EVENT_TABLE_NAMES, TABLES
from lake.tables.declaration import DATE, TIMESTAMP, Column

ENTERED = frozenset({"created_at", "last_computed_at", "last_computed", "date_joined"})
CHANGED = frozenset({"updated_at"})

# days that no column holds, in place of a path
RUN_START = "RUN_START"  # the first day of the run's first batch
LAST_DAY = "LAST_DAY"  # the day before the as-of date

MASTER_DAYS = 600  # master data stand so long before the run's first day
PLANNED_LATELY = (1, 14)  # days before the as-of date, for plans of what lies far beyond it
MINUTE = 60
HOUR = 60 * MINUTE
INTEGERS = frozenset({pa.int8(), pa.int16(), pa.int32(), pa.int64()})


@dataclass(frozen=True)
class Moment:
    """A time in whole seconds, UTC, that follows from a day or a time.

    of: the first of these that isn't null: a lake column; REFERENCE.COLUMN, the column of the event row that REFERENCE
        refers to, and so on; RUN_START or LAST_DAY.
    days, seconds: at least and at most so many later, drawn by `keys`, whole numbers (columns or paths) that tell rows
        apart, and by the day or time itself. exact: seconds from the time itself, not from its day's midnight.
    weekdays: from a Saturday or Sunday on to the Monday.
    plan: may lie before its event, and is some days before the as-of date where it would lie past that.
    not_before: a time that it doesn't precede, and that it is where `of` is null.
    """

    of: tuple[str, ...]
    keys: tuple[str, ...]
    seconds: tuple[int, int]
    days: tuple[int, int] = (0, 0)
    exact: bool = False
    weekdays: bool = False
    plan: bool = False
    not_before: Moment | None = None

    @property
    def paths(self) -> tuple[str, ...]:
        """Every column and path that it reads."""
        own = tuple(p for p in (*self.of, *self.keys) if p not in {RUN_START, LAST_DAY})
        return own + (self.not_before.paths if self.not_before else ())

    @property
    def words(self) -> str:
        """What it is, for who reads the database."""
        what = " or ".join({RUN_START: "the run's first day", LAST_DAY: "the last day"}.get(p, p) for p in self.of)
        first, last = self.days
        if (first, last) != (0, 0):
            days = f"{abs(first)}" if first == last else f"{min(abs(first), abs(last))} to {max(abs(first), abs(last))}"
            what += f", {days} days {'before' if last < 0 else 'after'}"
        unit = MINUTE if self.exact else HOUR
        low, high = (f"{seconds / unit:.4g}" for seconds in self.seconds)
        what += f", {low} to {high} min later" if self.exact else f", between {low} and {high} h UTC"
        what += ", Monday to Friday" if self.weekdays else ""
        return what + ("; not before it was entered" if self.not_before else "")


@dataclass(frozen=True)
class Times:
    """When a table's rows are entered, and when last changed."""

    entered: Moment
    changed: Moment


def _once(entered: Moment) -> Times:
    return Times(entered, entered)


def _then(entered: Moment, changed: Moment) -> Times:
    return Times(entered, replace(changed, not_before=entered))


def _shift(*of: str, keys: tuple[str, ...]) -> Moment:
    """By who is on shift, in the course of the day's work."""
    return Moment(of=of, keys=keys, seconds=(7 * HOUR, 16 * HOUR))


def _soon(*of: str, keys: tuple[str, ...], minutes: tuple[int, int] = (10, 90)) -> Moment:
    """By a person, minutes after the time itself."""
    first, last = minutes
    return Moment(of=of, keys=keys, seconds=(first * MINUTE, last * MINUTE), exact=True)


def _office(*of: str, keys: tuple[str, ...], days: tuple[int, int] = (0, 1), plan: bool = False) -> Moment:
    """In an office, on a working day."""
    return Moment(of=of, keys=keys, days=days, seconds=(8 * HOUR, 16 * HOUR), weekdays=True, plan=plan)


def _night(*of: str, keys: tuple[str, ...]) -> Moment:
    """By the nightly run, after the day's last readings and harvest."""
    return Moment(of=of, keys=keys, seconds=(23 * HOUR + 20 * MINUTE, 23 * HOUR + 55 * MINUTE))


def _after_work(*of: str, keys: tuple[str, ...]) -> Moment:
    """At the end of the day on which it was done."""
    return Moment(of=of, keys=keys, seconds=(15 * HOUR, 18 * HOUR))


def _computed(*of: str, keys: tuple[str, ...]) -> Moment:
    """With the computation that bears this time."""
    return Moment(of=of, keys=keys, seconds=(1, MINUTE), exact=True)


def _next_morning(*of: str, keys: tuple[str, ...]) -> Moment:
    """The morning after a day's work that ends late."""
    return Moment(of=of, keys=keys, days=(1, 1), seconds=(7 * HOUR, 10 * HOUR))


def _ordered(start: str, key: str) -> Moment:
    """Eggs are ordered a quarter before they are placed: whatever the batch, so that a later one is ordered later."""
    return Moment(of=(start,), keys=(key,), days=(-90, -90), seconds=(8 * HOUR, 16 * HOUR), plan=True)


_BATCH = _ordered("batch_id.start_date", "batch_id")
_MOVE = _office("workflow_id.planned_start_date", keys=("workflow_id",), days=(-28, -7), plan=True)
_SCENARIO = _office("scenario_id.start_date", keys=("scenario_id",), days=(-14, -3), plan=True)
_SAMPLE = _shift("growth_sample_id.sample_date", keys=("growth_sample_id",))
_EXAMINED = "individual_fish_observation_id.sampling_event_id"

RULES: MappingProxyType[str, Times] = MappingProxyType(
    {
        "batch": _then(_ordered("start_date", "id"), _night("actual_end_date", LAST_DAY, keys=("id",))),
        "container_assignment": _then(
            replace(_shift("assignment_date", keys=("id",)), plan=True),
            _night("departure_date", LAST_DAY, keys=("id",)),
        ),
        "transfer_workflow": _then(
            _office("planned_start_date", keys=("id",), days=(-28, -7), plan=True),
            _after_work("actual_completion_date", "actual_start_date", keys=("id",)),
        ),
        "transfer_action": _then(_MOVE, _after_work("actual_execution_date", keys=("id",))),
        "environmental_reading": _once(
            Moment(of=("reading_time",), keys=("sensor_id",), seconds=(20, 5 * MINUTE), exact=True)
        ),
        "weather_data": _once(
            Moment(of=("timestamp",), keys=("area_id",), seconds=(5 * MINUTE, 30 * MINUTE), exact=True)
        ),
        "photoperiod_data": _once(_night("date", keys=("area_id",))),
        "feeding_event": _once(_soon("feeding_time", keys=("batch_assignment_id",))),
        "feed_purchase": _once(_office("purchase_date", keys=("id",))),
        "mortality_event": _once(_shift("event_date", keys=("assignment_id",))),
        "growth_sample": _once(_shift("sample_date", keys=("id",))),
        "individual_growth_observation": _once(_SAMPLE),
        "daily_state": _once(_night("date", keys=("assignment_id",))),
        "harvest_event": _once(_next_morning("event_date", keys=("id",))),
        "harvest_lot": _once(_next_morning("event_id.event_date", keys=("event_id",))),
        "creation_workflow": _then(
            _BATCH, _after_work("actual_completion_date", "actual_start_date", "cancelled_at", keys=("id",))
        ),
        "creation_action": _then(_BATCH, _after_work("actual_delivery_date", keys=("id",))),
        "stage_transition_environment": _once(
            _after_work("batch_transfer_workflow_id.actual_start_date", keys=("batch_transfer_workflow_id",))
        ),
        "health_sampling_event": _once(_shift("sampling_date", keys=("id",))),
        "individual_fish_observation": _once(_shift("sampling_event_id.sampling_date", keys=("sampling_event_id",))),
        "fish_parameter_score": _once(_shift(f"{_EXAMINED}.sampling_date", keys=(_EXAMINED,))),
        "journal_entry": _once(_soon("entry_date", keys=("id",), minutes=(2, 45))),
        "health_lab_sample": _then(
            _shift("sample_date", keys=("id",)),
            _office("date_results_received", "date_sent_to_lab", keys=("id",), days=(0, 0)),
        ),
        "feed_container_stock": _then(
            _soon("entry_date", keys=("feed_purchase_id",)), _night(LAST_DAY, keys=("feed_purchase_id",))
        ),
        "container_feeding_summary": _once(_night("period_end", keys=("container_assignment_id",))),
        "batch_feeding_summary": _once(_night("period_end", keys=("batch_id",))),
        "harvest_waste": _once(_next_morning("event_id.event_date", keys=("event_id",))),
        "fact_harvest": _once(replace(_night("event_date", keys=("event_id",)), days=(1, 1))),
        "intercompany_transaction": _once(
            Moment(of=("posting_date",), keys=("id",), days=(1, 1), seconds=(10 * HOUR, 16 * HOUR))
        ),
        "scenario": _once(_office("start_date", keys=("id",), days=(-14, -3), plan=True)),
        "projection_run": _once(_computed("run_date", keys=("id",))),
        "scenario_projection": _once(_computed("projection_run_id.run_date", keys=("projection_run_id",))),
        "container_forecast_summary": _once(_night("computed_date", keys=("assignment_id",))),
        "planned_activity": _then(_SCENARIO, _soon("completed_at", keys=("id",))),
    }
)


def moment_of(table: str, column: str) -> Moment | None:
    """What fills a column of the target from a lake table; None for a column that is no such time.

    ValueError where nothing in the table tells when its rows came to be; KeyError where a rule names no column of it.
    """
    if column not in ENTERED | CHANGED:
        return None
    times = _times_of(table)
    moment = times.entered if column in ENTERED else times.changed
    for path in moment.paths:
        column_at(table, path)
    return moment


def column_at(table: str, path: str) -> Column:
    """The lake column to which a path leads from a table; KeyError where there is none."""
    first, _, rest = path.partition(".")
    column = TABLES[table].column(first)
    return column_at(column.references, rest) if rest else column


def _times_of(table: str) -> Times:
    if table in RULES:
        return RULES[table]
    if table in DIMENSION_TABLE_NAMES:
        # in the tables' order: what a row refers to was there before it
        days = 2 * DIMENSION_TABLE_NAMES.index(table) - MASTER_DAYS
        office = _office(RUN_START, keys=("id",), days=(days, days), plan=True)
        return _once(office)
    keys = tuple(c for c in TABLES[table].key if TABLES[table].column(c).type in INTEGERS)
    path = _path_to_a_time(table)
    kind = column_at(table, path).type
    return _once(_shift(path, keys=keys) if kind == DATE else _soon(path, keys=keys))


def _path_to_a_time(table: str, seen: frozenset[str] = frozenset()) -> str:
    """The first day or time of a table's rows, or the path to that of what they refer to."""
    always = [c for c in TABLES[table].columns if not c.nullable]
    for column in always:
        if column.type in {DATE, TIMESTAMP}:
            return column.name
    for column in always:
        if column.references in EVENT_TABLE_NAMES and column.references not in {table, *seen}:
            return f"{column.name}.{_path_to_a_time(column.references, seen | {table})}"
    raise ValueError(f"nothing tells when a row of {table} was entered: name it in warehouse.uat.times.RULES")
