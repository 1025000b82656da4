"""Reconciliation finds what differs between lake and database, whichever it is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lake.errors import InputError
from lake.manifest import Manifest
from lake.tables import EVENT_TABLE_NAMES, TABLES
from tests.warehouse.probing import one
from warehouse.database import connect
from warehouse.reconciling.comparisons import BY
from warehouse.reconciling.reconcile import reconcile
from warehouse.uat.expressions import LakeColumn, User
from warehouse.uat.identifiers import qualified
from warehouse.uat.mapping import EVENT_MAPPINGS
from warehouse.uat.people import Person
from warehouse.uat.tables import TARGET_TABLES
from warehouse.uat.times import Moment

Tables = tuple[Path, Manifest]


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (
            "UPDATE inventory_feedingevent SET amount_kg = amount_kg + 0.0001 WHERE id = 1",
            "feeding_event, batch FAR-2024-001, Starter: amount_kg",
        ),
        ("DELETE FROM batch_mortalityevent WHERE id = 3", "mortality_event: rows"),
        (
            "UPDATE environmental_environmentalreading SET sensor_id = sensor_id % 6 + 1 WHERE id = 7",
            "environmental_reading, batch FAR-2024-001, Temperature: contradictory keys",
        ),
        (
            "UPDATE batch_batchcontainerassignment SET container_id = 5 - container_id",
            "container_assignment, batch FAR-2024-001, Hall-C1: rows",
        ),
        (
            "UPDATE batch_growthsample SET assignment_id = (SELECT max(id) FROM batch_batchcontainerassignment)",
            "growth_sample, batch FAR-2024-001: rows",
        ),
        (
            "UPDATE harvest_harvestlot SET product_grade_id = 1",
            "harvest_lot, batch FAR-2024-001, REJECT: rows",
        ),
    ],
)
def test_a_difference_is_found(loaded: str, lake: Tables, change: str, check: str) -> None:
    with connect(loaded) as connection:
        connection.execute(change)
    assert check in [d.check for d in reconcile(*lake, loaded)]


# what reconciliation leaves to the eye: JSON, which PostgreSQL spells anew, and what is the same in every row
UNCOMPARED = {
    ("projection_run", "parameters_snapshot"),
    ("health_lab_sample", "quantitative_results"),
    ("environmental_reading", "container_id"),  # by its contradiction with the sensor's
}
CHANGES = {
    "boolean": "NOT {0}",
    "jsonb": "NULL",
    "character varying": "overlay({0} placing '7' from 1 for 1)",
    "text": "{0} || '.'",
    "timestamp with time zone": "{0} + interval '1 microsecond'",
    "time without time zone": "{0} + interval '1 microsecond'",
}


def copied(table: str) -> dict[str, bool]:
    """The target's columns that take a lake column, a time that follows, a user; whether one decides to which group of
    figures a row belongs."""
    mapping, declared = EVENT_MAPPINGS[table], TABLES[table]
    return {
        name: isinstance(expression, LakeColumn)
        and (bool(declared.column(expression.column).references) or expression.column == BY.get(table))
        for name, expression in mapping.columns.items()
        if isinstance(expression, LakeColumn | Moment | Person | User) and (table, name) not in UNCOMPARED
    }


def change(connection: Any, table: str, name: str) -> None:
    """Change one value of a column."""
    target, kind = qualified(EVENT_MAPPINGS[table].uat), TARGET_TABLES[EVENT_MAPPINGS[table].uat].column(name).type
    changed = CHANGES.get(kind.split("(")[0], "{0} + 70").format(f'"{name}"')
    if kind.startswith("numeric"):
        changed = f'"{name}" + 1e-{kind.rstrip(")").split(",")[1]}'
    if table == "environmental_reading" and kind.startswith("timestamp"):
        changed = f"{name} + interval '400 days'"
    row = f'SELECT ctid FROM {target} WHERE "{name}" IS NOT NULL LIMIT 1'
    assert connection.execute(f'UPDATE {target} SET "{name}" = {changed} WHERE ctid = ({row})').rowcount, (table, name)


@pytest.mark.parametrize("table", EVENT_TABLE_NAMES)
def test_every_copied_column_is_compared(loaded: str, lake: Tables, table: str) -> None:
    """A value changed in one row, whichever the column, is found, and by its name."""
    columns, target = copied(table), qualified(EVENT_MAPPINGS[table].uat)
    figures = [name for name, groups in columns.items() if not groups]
    with connect(loaded) as connection:
        connection.execute("SET session_replication_role = replica")  # let references dangle
        connection.execute(f"CREATE TABLE kept AS TABLE {target}")
        for name in figures:
            change(connection, table, name)
        found = " ".join(d.check + "." for d in reconcile(*lake, loaded, [table]))
        assert [name for name in figures if not re.search(rf"[: ]{name}[.:]", found)] == []
        for name in columns.keys() - set(figures):
            connection.execute(f"DELETE FROM {target}; INSERT INTO {target} TABLE kept")
            change(connection, table, name)
            assert reconcile(*lake, loaded, [table]), f"{table}.{name} may be anything"


def test_a_run_that_was_not_loaded(database: str, lake: Tables) -> None:
    with pytest.raises(InputError, match="no load of this run"):
        reconcile(*lake, database)
    assert one(database, "SELECT to_regnamespace('smoltworks') IS NULL")
