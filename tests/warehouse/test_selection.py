"""A part of a run: what is named and what it needs, nothing else, and whole in itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lake.errors import InputError
from lake.manifest import Manifest
from lake.tables import EVENT_TABLE_NAMES
from tests.counting import assert_linear
from tests.warehouse import foreign
from tests.warehouse.probing import ask, one, snapshot
from warehouse.database import connect
from warehouse.load import Options, load_run
from warehouse.reconciling.reconcile import reconcile
from warehouse.selection import EVERYTHING, Selection, choose
from warehouse.uat.identifiers import qualified
from warehouse.uat.mapping import EVENT_MAPPINGS

Lake = tuple[Path, Manifest]
MOVE = date(2024, 1, 11)


def counts(dsn: str) -> dict[str, int]:
    """Rows by event table, those without any left out."""
    found = {t: one(dsn, f"SELECT count(*) FROM {qualified(EVENT_MAPPINGS[t].uat)}") for t in EVENT_TABLE_NAMES}
    return {table: rows for table, rows in found.items() if rows}


def dangling(dsn: str) -> list[tuple[Any, ...]]:
    """References within the schema smoltworks, which has no foreign keys, to rows that are not there."""
    return ask(
        dsn,
        "SELECT 'stay', t.assignment_id FROM smoltworks.daily_truth t WHERE NOT EXISTS "
        "(SELECT 1 FROM batch_batchcontainerassignment a WHERE a.id = t.assignment_id) UNION ALL "
        "SELECT 'treatment', t.treatment_id FROM smoltworks.treatment_truth t WHERE NOT EXISTS "
        "(SELECT 1 FROM health_treatment h WHERE h.id = t.treatment_id)",
    )


def load(dsn: str, lake: Lake, selection: Selection) -> dict[str, int]:
    """Load a part; its rows by table, as the load and as the database tell."""
    result = load_run(*lake, dsn, options=Options(selection=selection))
    assert list(reconcile(*lake, dsn)) == []
    assert dangling(dsn) == []
    found = counts(dsn)
    assert {table: rows for table, rows in result.rows.items() if rows} == found
    return found


@pytest.mark.parametrize("table", EVENT_TABLE_NAMES)
def test_a_table_comes_with_what_it_needs(lake: Lake, table: str) -> None:
    chosen = choose(Selection(tables=(table,)), *lake)
    again = choose(Selection(tables=tuple(chosen.tables)), *lake)
    assert {table, "batch"} <= chosen.tables == again.tables


def test_partitions_of_many_batches_are_as_much_work_as_they_are(lake: Lake) -> None:
    (partition, _) = lake[1].partitions
    whole = choose(EVERYTHING, *lake)

    def choose_every_other(count: int) -> Callable[[], object]:
        records = tuple(replace(partition, partition=n, first_batch=2 * n, last_batch=2 * n + 1) for n in range(count))
        manifest = replace(lake[1], partitions=records)
        extract = replace(whole, manifest=manifest, batches=frozenset(range(0, 2 * count, 4)))
        assert [p.partition for p in extract.partitions] == list(range(0, count, 2))
        return lambda: extract.partitions

    assert_linear(choose_every_other)


def test_some_tables(database: str, lake: Lake) -> None:
    whole = lake[1].tables
    assert load(database, lake, Selection(tables=("growth_sample", "treatment_truth", "transfer_workflow"))) == {
        name: whole[name]
        for name in (
            "batch",
            "container_assignment",
            "growth_sample",
            "transfer_workflow",
            "treatment",
            "treatment_truth",
        )
    }
    # what is not there is not referred to
    assert one(database, "SELECT count(pinned_projection_run_id) FROM batch_batch") == 0
    assert one(database, "SELECT count(journal_entry_id) FROM health_treatment") == 0
    assert one(database, "SELECT count(finance_transaction_id) FROM batch_batchtransferworkflow") == 0


@pytest.mark.parametrize("pattern", ["FAR-2024-002", "*-002", "FAR-????-002"])
def test_some_batches(database: str, loaded: str, lake: Lake, pattern: str) -> None:
    load(database, lake, Selection(batches=(pattern,)))
    assert ask(database, "SELECT batch_number FROM batch_batch") == [("FAR-2024-002",)]
    # each row as it would be if all were loaded, under the id that it would have
    part, whole = snapshot(database), snapshot(loaded)
    for table in {m.uat for m in EVENT_MAPPINGS.values()}:
        assert part[table].items() <= whole[table].items(), table
    assert ask(loaded, "SELECT count(*) FROM inventory_feedingevent WHERE batch_id <> 2") == [
        (len(whole["inventory_feedingevent"]) - len(part["inventory_feedingevent"]),)
    ]


def test_some_days(database: str, lake: Lake) -> None:
    found = load(database, lake, Selection(since=date(2024, 1, 4), until=date(2024, 1, 6)))
    assert found["environmental_reading"] == 2 * 2 * 6  # two batches, two days, one sensor in the tank
    assert found["daily_state"] == 4
    assert found["batch"] == 2
    assert found["container_assignment"] == 4  # later stays too: a batch is taken with all that has no time
    assert found["fish_parameter_score"] == 4  # of fish of samplings on those days
    assert "growth_sample" not in found
    assert "individual_growth_observation" not in found
    assert one(database, "SELECT count(*) FROM batch_batchtransferworkflow WHERE finance_transaction_id IS NULL") == 0


def test_days_on_which_no_move_was(database: str, lake: Lake) -> None:
    """A transaction is about a move, and a plan may refer to one: the first goes with it, the second loses it."""
    found = load(database, lake, Selection(since=MOVE))
    assert "transfer_workflow" not in found
    assert "intercompany_transaction" not in found
    assert found["planned_activity"] == lake[1].tables["planned_activity"]
    assert one(database, "SELECT count(transfer_workflow_id) FROM planning_plannedactivity") == 0
    assert one(database, "SELECT min(reading_time)::date FROM environmental_environmentalreading") == MOVE


def test_all_at_once(database: str, lake: Lake) -> None:
    found = load(
        database, lake, Selection(tables=("feeding_event",), batches=("*-001",), since=MOVE, until=date(2024, 1, 13))
    )
    assert found == {"batch": 1, "container_assignment": 2, "feeding_event": 2}


def test_a_batch_that_was_gone_is_left_out(database: str, lake: Lake) -> None:
    load(database, lake, Selection(since=date(2024, 1, 21)))
    assert ask(database, "SELECT batch_number FROM batch_batch") == [("FAR-2024-002",)]


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(tables=("readings",)), "no table readings"),
        (Selection(batches=("FAR-2024-001", "SCO-*")), "no batch SCO-"),
        (Selection(since=MOVE, until=MOVE), "is not after"),
        (Selection(until=date(2020, 1, 1)), "no batch named lived"),
    ],
)
def test_nonsense_is_refused(database: str, lake: Lake, selection: Selection, words: str) -> None:
    with pytest.raises(InputError, match=words):
        load_run(*lake, database, options=Options(selection=selection))
    assert one(database, "SELECT to_regclass('batch_batch') IS NULL")


def test_one_part_of_a_run_at_a_time(database: str, lake: Lake) -> None:
    part = Selection(batches=("*-001",))
    load(database, lake, part)
    assert load_run(*lake, database, options=Options(selection=part)).already
    with pytest.raises(InputError, match="another part of it"):
        load_run(*lake, database)


def test_batches_are_renamed_on_the_way_in(database: str, lake: Lake) -> None:
    load_run(*lake, database, options=Options(prefix="UAT-"))
    assert list(reconcile(*lake, database)) == []
    assert ask(database, "SELECT batch_number FROM batch_batch ORDER BY 1") == [
        ("UAT-FAR-2024-001",),
        ("UAT-FAR-2024-002",),
    ]
    assert one(database, "SELECT min(workflow_number) FROM batch_batchtransferworkflow") == "UAT-TRF-FAR-1"
    for text, table in (
        ("name", "scenario"),
        ("name", "scenario_temperatureprofile"),
        ("name", "scenario_tgcmodel"),
        ("temp_profile_name", "batch_liveforwardprojection"),
    ):
        assert one(database, f"SELECT min({text}) FROM {table}").startswith("UAT-")
    with pytest.raises(InputError, match="another prefix: UAT-, not none"):
        load_run(*lake, database)


def test_a_batch_number_that_is_there_already_is_no_conflict_under_another_name(used: str, lake: Lake) -> None:
    with connect(used) as connection:
        foreign.insert(connection, "batch_batch", batch_number="FAR-2024-002", species_id=40, lifecycle_stage_id=99)
    load_run(*lake, used, options=Options(prefix="S-"))
    assert one(used, "SELECT count(*) FROM batch_batch WHERE batch_number LIKE '%FAR-2024-002'") == 2


def test_a_name_that_would_be_too_long_is_refused(database: str, lake: Lake) -> None:
    with pytest.raises(InputError, match="more than 50 characters"):
        load_run(*lake, database, options=Options(prefix="x" * 40))
