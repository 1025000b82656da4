"""The history tables, as django-simple-history has them: each derived from the table whose rows' past it holds.

APP_historicalMODEL has the model's columns without uniqueness and foreign keys (such a column may be null there, and
keeps its index), then who changed the row, when and how.
"""

from __future__ import annotations

from dataclasses import replace

from warehouse.uat.identifiers import check_name, django_name, quoted
from warehouse.uat.tables.declaration import Constraint, UatColumn, UatTable, parse

# Models without history; every other has one.
WITHOUT = frozenset(
    {
        "batch_actualdailyassignmentstate",
        "batch_containerforecastsummary",
        "batch_liveforwardprojection",
        "environmental_environmentalreading",
        "environmental_weatherdata",
        "finance_dimcompany",
        "finance_dimsite",
        "health_mortalityreason",
        "health_sampletype",
        "health_vaccinationtype",
        "planning_activitytemplate",
    }
)
WITHOUT_APP = "scenario"  # no model of this application has one
NAMES = {"batch_creationworkflow": "batch_historicalbatchcreationworkflow"}  # named otherwise than the rule says
# the name of a file is a text in a history
FILES = frozenset({("health_healthlabsample", "attachment"), ("users_userprofile", "profile_picture")})

HISTORY_ID = "history_id"
(OWN,) = parse(
    """
history
    history_id int identity
    history_date timestamptz index
    history_change_reason varchar(100)?
    history_type varchar(1)
    history_user_id int? -> auth_user
    key (history_id)
"""
)


def has_history(table: str) -> bool:
    """Whether a UAT table's model has a history."""
    return table not in WITHOUT and table.split("_")[0] != WITHOUT_APP


def history_name(table: str) -> str:
    """The history table of a UAT table: APP_MODEL gives APP_historicalMODEL."""
    app, _, model = table.partition("_")
    return NAMES.get(table, f"{app}_historical{model}")


def history_table(table: UatTable) -> UatTable:
    """The declaration of a table's history."""
    name = history_name(table.name)
    own, own_constraints = _own(name)
    columns = tuple(
        replace(
            column,
            type="text" if (table.name, column.name) in FILES else column.type,
            identity=False,
            nullable=column.nullable or bool(column.references),
            references=(),
        )
        for column in table.columns
    )
    constraints: list[Constraint] = []
    for column in columns:
        indexed = [c for c in table.constraints if c.columns == (column.name,) and c.kind != "check"]
        if indexed:
            constraints.append(_index(name, column.name))
        if any(c.kind == "unique" for c in indexed) and column.type.startswith("character varying"):
            constraints.append(_index(name, column.name, like=True))
        if column.non_negative:
            body = f"CHECK ({quoted(column.name)} >= 0)"
            constraints.append(
                Constraint(name=check_name(name, column.name), kind="check", body=body, columns=(column.name,))
            )
    return UatTable(name=name, columns=(*columns, *own), constraints=(*constraints, *own_constraints))


def _index(table: str, column: str, *, like: bool = False) -> Constraint:
    name = django_name(table, (column,), "_like" if like else "")
    pattern = " varchar_pattern_ops" if like else ""
    return Constraint(name=name, kind="index", body=f"({quoted(column)}{pattern})", columns=(column,))


def _own(table: str) -> tuple[tuple[UatColumn, ...], tuple[Constraint, ...]]:
    """The columns that every history has, and their constraints under names of their own."""
    constraints = []
    for constraint in OWN.constraints:
        suffix = "_fk_auth_user_id" if constraint.kind == "foreign_key" else ""
        key = constraint.kind == "primary_key"
        name = f"{table}_pkey" if key else django_name(table, constraint.columns, suffix)
        constraints.append(replace(constraint, name=name))
    return OWN.columns, tuple(constraints)
