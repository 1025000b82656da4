"""SQL that follows from the tables' declarations, so that no table, key, reference or date is forgotten by a check.

`declared_sql()` gives the text of five tables that a check may name:

    batch_rows(table_name, batch_id, rows)     every event table
    dimension_rows(table_name, rows)           every dimension table
    row_reference(table_name, column_name, target, target_number, id, batch_id, container_id, rows)
    row_key(target_number, id, batch_id, container_id)   what references lead to
    repeated_key(table_name, key, value, rows)    keys that occur more than once
    dated_row(table_name, column_name, batch_id, assignment_id, first_day, last_day)

Readings are never scanned: reading_span has them grouped; that a sensor reads once at a time is 04's and 17's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache
from types import MappingProxyType

import pyarrow as pa

from lake.tables import DIMENSION_TABLES, EVENT_TABLES, TABLES
from lake.tables.declaration import TIMESTAMP, Column, Table

READINGS = "environmental_reading"
SPANS = "reading_span"
SPAN_COLUMNS = {"batch_container_assignment_id": "assignment_id"}
ASSIGNMENT = "container_assignment"
# what a date column tells that may lie on or after the as-of date: plans, expectations, dates of use
MAY_LIE_AHEAD = frozenset(
    {
        ("batch", "expected_end_date"),
        ("container_assignment", "planned_departure_date"),
        ("transfer_workflow", "planned_start_date"),
        ("transfer_workflow", "planned_completion_date"),
        ("transfer_action", "planned_date"),
        ("feed_purchase", "expiry_date"),
        ("creation_workflow", "planned_start_date"),
        ("creation_workflow", "planned_completion_date"),
        ("creation_action", "expected_delivery_date"),
        ("scenario", "start_date"),
        ("scenario_projection", "projection_date"),
        ("live_forward_projection", "projection_date"),
        ("container_forecast_summary", "projected_harvest_date"),
        ("container_forecast_summary", "projected_transfer_date"),
        ("container_forecast_summary", "original_harvest_date"),
        ("container_forecast_summary", "target_harvest_date"),
        ("planned_activity", "due_date"),
        ("health_event", "end_date"),
    }
)
# rows that plans make ahead of what they are about: what shows that it has begun
ONCE_BEGUN = {"batch": "initial_count > 0", "container_assignment": "(is_active OR departure_date IS NOT NULL)"}
# the first day after: what it ends was the day before
ENDS = frozenset({("batch", "actual_end_date"), ("container_assignment", "departure_date")})
# whole weeks and months, which may begin before a stay and end after it, and the days of an area, whether its fish
# still stand there or not: 12_feed_growth and 17_readings know which
CALENDAR = frozenset(
    {
        *(
            (table, column)
            for table in ("container_feeding_summary", "batch_feeding_summary")
            for column in ("period_start", "period_end")
        ),
        ("weather_data", "timestamp"),
        ("photoperiod_data", "date"),
    }
)
# a laboratory answers when the fish may have gone
AFTER_THE_STAY = frozenset({("health_lab_sample", "date_sent_to_lab"), ("health_lab_sample", "date_results_received")})


@cache
def declared_sql() -> MappingProxyType[str, str]:
    """The SQL of each of the tables above, by name."""
    return MappingProxyType(
        {
            "batch_rows": _union(
                f"SELECT '{t.name}' AS table_name, {batch_column(t)} AS batch_id, count(*) AS rows "
                f"FROM {t.name} GROUP BY ALL"
                for t in EVENT_TABLES
            ),
            "dimension_rows": _union(
                f"SELECT '{t.name}' AS table_name, count(*) AS rows FROM {t.name}" for t in DIMENSION_TABLES
            ),
            "row_reference": _union(_reference(t, c) for t in TABLES.values() for c in t.columns if c.references),
            "row_key": _union(_key(TABLES[name]) for name in sorted(_targets())),
            "repeated_key": repeated_keys(),
            "dated_row": _union(_dates(t, c) for t in EVENT_TABLES for c in date_columns(t)),
        }
    )


def repeated_keys(besides: Collection[tuple[str, tuple[str, ...]]] = ()) -> str:
    """The SQL of repeated_key, of all tables' keys but those that are known to occur once."""
    keys = ((t, key) for t in TABLES.values() if t.name != READINGS for key in t.keys)
    return _union(_repeated(t, key) for t, key in keys if (t.name, key) not in besides)


def batch_column(table: Table) -> str:
    """The column that says whose a row is."""
    return "id" if table.name == "batch" else "batch_id"


def date_columns(table: Table) -> tuple[Column, ...]:
    """The columns that tell when something happened; a time whose day stands beside it is told by that."""
    other = MAY_LIE_AHEAD | CALENDAR
    dates = (c for c in table.columns if c.type in (pa.date32(), TIMESTAMP) and not c.day)
    return tuple(c for c in dates if (table.name, c.name) not in other)


def _union(parts: Iterator[str]) -> str:
    return "\nUNION ALL ".join(parts)


def _targets() -> set[str]:
    return {c.references for t in TABLES.values() for c in t.columns if c.references}


@cache
def _number(name: str) -> int:
    """A table that references lead to, as a number: texts are slow to join by."""
    return sorted(_targets()).index(name)


def _column(table: Table, name: str) -> str:
    """A column where it is read: readings in their spans."""
    return SPAN_COLUMNS.get(name, name) if table.name == READINGS else name


def _source(table: Table) -> tuple[str, str]:
    """Where a table is read, and how its rows are counted."""
    return (SPANS, "sum(readings)") if table.name == READINGS else (table.name, "count(*)")


def _container_beside(table: Table, column: Column) -> str:
    """The container that a row names with a reference, or NULL."""
    direction = column.name.partition("_")[0]
    name = f"{direction}_container_id" if direction in ("source", "dest") else "container_id"
    found = name if any(c.name == name and c.references == "container" for c in table.columns) else ""
    return found if found and _has(TABLES[column.references], "container_id") else "NULL"


def _has(table: Table, name: str) -> bool:
    return any(c.name == name for c in table.columns)


def _reference(table: Table, column: Column) -> str:
    source, rows = _source(table)
    target, name = TABLES[column.references], _column(table, column.name)
    whose = batch_column(table) if target in EVENT_TABLES and table in EVENT_TABLES else "NULL"
    where = _container_beside(table, column)
    filled = f"WHERE {name} IS NOT NULL " if column.nullable else ""
    return (
        f"SELECT '{table.name}' AS table_name, '{column.name}' AS column_name, '{target.name}' AS target, "
        f"{_number(target.name)}::TINYINT AS target_number, {name}::BIGINT AS id, {whose}::INTEGER AS batch_id, "
        f"{where}::INTEGER AS container_id, "
        f"{rows}::BIGINT AS rows FROM {source} {filled}GROUP BY ALL"
    )


def _key(table: Table) -> str:
    whose = batch_column(table) if table in EVENT_TABLES else "NULL"
    where = "container_id" if _has(table, "container_id") else "NULL"
    return (
        f"SELECT {_number(table.name)}::TINYINT AS target_number, id::BIGINT AS id, {whose}::INTEGER AS batch_id, "
        f"{where}::INTEGER AS container_id FROM {table.name}"
    )


def _repeated(table: Table, columns: tuple[str, ...]) -> str:
    key = ", ".join(columns)
    return (
        f"SELECT '{table.name}' AS table_name, '{key}' AS key, concat_ws(', ', {key}) AS value, count(*) AS rows "
        f"FROM {table.name} GROUP BY {key} HAVING count(*) > 1"
    )


def _dates(table: Table, column: Column) -> str:
    name, shift = column.name, " - 1" if (table.name, column.name) in ENDS else ""
    source, first, last = table.name, f"min({name})", f"max({name})"
    if table.name == READINGS:
        source, first, last = SPANS, "min(first_time)", "max(last_time)"
    stay = _stay_of(table, column)
    begun = f" AND {ONCE_BEGUN[table.name]}" if table.name in ONCE_BEGUN else ""
    return (
        f"SELECT '{table.name}' AS table_name, '{name}' AS column_name, {batch_column(table)} AS batch_id, "
        f"{stay}::BIGINT AS assignment_id, {first}::DATE{shift} AS first_day, {last}::DATE{shift} AS last_day "
        f"FROM {source} WHERE {'first_time' if table.name == READINGS else name} IS NOT NULL{begun} GROUP BY ALL"
    )


def _stay_of(table: Table, column: Column) -> str:
    """The stay in which a column's day must lie, or NULL: of two, the one entered."""
    if (table.name, column.name) in AFTER_THE_STAY:
        return "NULL"
    if table.name == ASSIGNMENT:
        return "id"
    found = [c.name for c in table.columns if c.references == ASSIGNMENT and not c.name.startswith("source_")]
    return _column(table, found[0]) if found else "NULL"
