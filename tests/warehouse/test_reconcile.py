"""Reconciliation finds what differs between lake and database, whichever it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from probing import one

from lake.errors import InputError
from lake.manifest import Manifest
from warehouse.reconcile import reconcile
from warehouse.target import connect

Lake = tuple[Path, Manifest]


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
def test_a_difference_is_found(loaded: str, lake: Lake, change: str, check: str) -> None:
    with connect(loaded) as connection:
        connection.execute(change)
    assert check in [d.check for d in reconcile(*lake, loaded)]


def test_a_run_that_was_not_loaded(database: str, lake: Lake) -> None:
    with pytest.raises(InputError, match="no load of this run"):
        reconcile(*lake, database)
    assert one(database, "SELECT to_regnamespace('smoltworks') IS NULL")
