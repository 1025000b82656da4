"""The mapping in words, for who reads the database: each table of the lake, where it goes, what fills each column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lake.tables import TABLES
from warehouse.uat.coverage import coverage_text
from warehouse.uat.expressions import (
    Constant,
    ContentType,
    Derived,
    DimensionValue,
    Expression,
    FirstOf,
    HistoryId,
    LakeColumn,
    Mapping,
    Password,
    RowId,
    User,
)
from warehouse.uat.mapping import DIMENSIONS, FROM_NEAREST, GROUPS, STAY_IN_THE_LAKE
from warehouse.uat.people import Person
from warehouse.uat.tables import TARGET_TABLES
from warehouse.uat.times import Moment


def mapping_text() -> Iterator[str]:
    """Lines of Markdown."""
    yield "# From the lake into the database"
    for name, group in (*GROUPS.items(), ("master data", DIMENSIONS)):
        yield f"\n## {name.capitalize()}"
        for mapping in group:
            yield from _table(mapping)
    yield "\n## Stays in the lake"
    yield from (f"\n- {name}: {reason}." for name, reason in STAY_IN_THE_LAKE.items())
    yield ""
    yield from coverage_text()


def mapping_data() -> dict[str, Any]:
    """The same as an object."""
    return {
        "tables": [
            {
                "group": name,
                "lake": mapping.lake,
                "uat": mapping.uat,
                "key": list(mapping.key),
                "columns": [
                    {"column": column, "type": kind, "filled_with": filled} for column, kind, filled in _filled(mapping)
                ],
                "no_place": _unmapped(mapping),
            }
            for name, group in (*GROUPS.items(), ("master data", DIMENSIONS))
            for mapping in group
        ],
        "stay_in_the_lake": dict(STAY_IN_THE_LAKE),
    }


def _table(mapping: Mapping) -> Iterator[str]:
    declared = TABLES[mapping.lake]
    yield f"\n### {mapping.lake} -> {mapping.uat}\n\n{declared.description}"
    if mapping.key:
        yield f"\nThe same row where these agree: {', '.join(mapping.key)}."
    yield "\n| column | type | filled with |\n| --- | --- | --- |"
    for column, kind, filled in _filled(mapping):
        yield f"| {column} | {kind} | {filled} |"
    if unmapped := _unmapped(mapping):
        yield f"\nHas no place there: {', '.join(unmapped)}."


def _filled(mapping: Mapping) -> Iterator[tuple[str, str, str]]:
    """Each column of the database's table with its type and what fills it."""
    for column in TARGET_TABLES[mapping.uat].columns:
        if column.name in mapping.columns:
            filled = describe(mapping.columns[column.name], mapping)
        elif column.name == FROM_NEAREST.get(mapping.lake):
            filled = "that of the nearest in its geography, else null"
        else:
            filled = "its own number" if column.identity else "null"
        yield column.name, f"{column.type}{' or null' if column.nullable else ''}", filled


def _unmapped(mapping: Mapping) -> list[str]:
    return [c.name for c in TABLES[mapping.lake].columns if c.name not in {"id", *mapping.lake_columns}]


def describe(expression: Expression, mapping: Mapping) -> str:
    """What an expression gives, in words."""
    declared = TABLES[mapping.lake]
    match expression:
        case LakeColumn(column, prefixed):
            what = declared.column(column)
            unit = f", {what.unit}" if what.unit else ""
            return f"{column}: {what.description}{unit}" + ("; behind --prefix" if prefixed else "")
        case Constant(value):
            return f"{value!r}"
        case Moment(words=words) | Person(words=words):
            return words
        case Password():
            return "a password that nobody has, or the one of --password-file, as Django hashes it"
        case User(where):
            return "the user of --user" + (f" where {where} is not null" if where else "")
        case RowId():
            return (
                "the lake's id + the load's offset" if mapping.has_lake_id else "the row's number + the load's offset"
            )
        case HistoryId():
            return "the state's number + the load's offset"
        case DimensionValue(column, table, value):
            return f"{value} of the {table} that {column} refers to"
        case FirstOf(columns):
            return f"the first of {', '.join(columns)} that is not null"
        case ContentType(models):
            return "django_content_type of " + ", or ".join(f"{app}.{model} where {c}" for c, app, model in models)
        case Derived(description=description):
            return description
    raise TypeError(f"unknown expression {expression!r}")
