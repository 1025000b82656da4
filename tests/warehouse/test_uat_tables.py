"""The declaration against the facts read off AquaMind's own database, and what a differing database is told."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from lake.errors import InputError
from tests.warehouse.probing import ask
from warehouse.database import connect
from warehouse.encoding import target_schema
from warehouse.preflight.tables import prepare_tables
from warehouse.uat.mapping import DIMENSIONS, EVENTS
from warehouse.uat.tables import HISTORY_TABLES, TARGET_TABLES, UAT_TABLES
from warehouse.uat.tables.history import WITHOUT, WITHOUT_APP, has_history, history_name

FACTS = Path(__file__).parents[3] / "shared" / "uat"
facts_needed = pytest.mark.skipif(
    not FACTS.is_dir(), reason=f"the facts about the UAT database ({FACTS}) are not beside this checkout"
)


def facts(file: str) -> list[dict[str, str]]:
    with (FACTS / file).open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [row for row in rows if row.get("table_name", row.get("tablename")) in {**UAT_TABLES, **HISTORY_TABLES}]


@pytest.fixture
def created(database: str) -> str:
    with connect(database) as connection, connection.transaction():
        assert prepare_tables(connection)
    return database


@facts_needed
def test_columns_are_those_of_the_facts() -> None:
    declared = [
        (t.name, c.name, c.type, "YES" if c.nullable else "NO", "YES" if c.identity else "NO")
        for t in UAT_TABLES.values()
        for c in t.columns
    ]
    expected = [
        (r["table_name"], r["column_name"], r["data_type"], r["is_nullable"], r["is_identity"])
        for r in facts("columns.csv")
    ]
    assert sorted(declared) == sorted(expected)


@facts_needed
def test_the_columns_of_history_tables_are_those_of_the_facts() -> None:
    """The rule gives every table's history exactly: columns, types, nullability."""
    declared = {
        (table.name, c.name): (c.type, "YES" if c.nullable else "NO", "YES" if c.identity else "NO")
        for table in HISTORY_TABLES.values()
        for c in table.columns
    }
    sizes = {"varchar": ("character_maximum_length",), "numeric": ("numeric_precision", "numeric_scale")}
    expected = {}
    for row in facts("history_columns.csv"):
        size = ",".join(row[name] for name in sizes.get(row["udt_name"], ()))
        kind = row["data_type"] + (f"({size})" if size else "")
        expected[row["table_name"], row["column_name"]] = (kind, row["is_nullable"], row["is_identity"])
    assert declared == expected


@facts_needed
def test_a_table_has_a_history_where_the_application_has_one() -> None:
    with (FACTS / "columns.csv").open(newline="") as lines:
        tables = {row["table_name"] for row in csv.DictReader(lines)}
    with (FACTS / "history_columns.csv").open(newline="") as lines:
        histories = {row["table_name"] for row in csv.DictReader(lines)}
    assert {name for name in tables if has_history(name)} == {n for n in tables if history_name(n) in histories}
    assert {name for name in tables if not has_history(name)} == WITHOUT | {
        name for name in tables if name.split("_")[0] == WITHOUT_APP
    }


def test_history_tables_are_made_when_they_are_asked_for_and_none_is_there(created: str) -> None:
    indexes = "SELECT indexdef FROM pg_indexes WHERE tablename = 'batch_historicalbatch'"
    with connect(created) as connection:
        assert not prepare_tables(connection)
        assert ask(created, indexes) == []
        assert not prepare_tables(connection, history=True)
        columns = {re.search(r"\((\w+)", line)[1] for (line,) in ask(created, indexes)}  # type: ignore[index]
        keys = {"lifecycle_stage_id", "species_id", "pinned_projection_run_id", "batch_number", "id"}
        assert columns == {"history_id", "history_date", "history_user_id", *keys}
        connection.execute("DROP TABLE batch_historicalbatch")
        with pytest.raises(InputError, match="no table batch_historicalbatch"):
            prepare_tables(connection, history=True)
        assert not prepare_tables(connection)


@facts_needed
def test_a_created_database_has_the_indexes_of_the_facts(created: str) -> None:
    found = ask(created, "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'")
    assert sorted(found) == sorted((r["tablename"], r["indexdef"]) for r in facts("indexes.csv"))


@facts_needed
def test_a_created_database_has_the_constraints_of_the_facts(created: str) -> None:
    kinds = {"p": "PK", "f": "FK", "u": "UNIQUE", "c": "CHECK"}
    found = {
        (table, name, kinds[kind]): definition
        for table, name, kind, definition in ask(
            created,
            "SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE connamespace = 'public'::regnamespace AND contype <> 'n'",
        )
    }
    expected = {}
    for row in facts("constraints.csv"):
        target = re.search(r"REFERENCES (\w+)", row["definition"])
        if target is None or target.group(1) in UAT_TABLES:
            expected[row["table_name"], row["conname"], row["type"]] = row["definition"]
    assert found.keys() == expected.keys()
    differing = [key for key in found if found[key] != expected[key]]
    # written shorter, with the same meaning
    assert sorted(key[1] for key in differing) == [
        "container_in_hall_area_or_carrier",
        "feed_container_in_either_hall_or_area",
    ]


def test_every_column_that_must_be_filled_is_filled() -> None:
    for mapping in (*EVENTS, *DIMENSIONS):
        needed = {c.name for c in TARGET_TABLES[mapping.uat].columns if not c.nullable} - {mapping.id_column}
        assert needed <= set(target_schema(mapping).names), mapping.uat


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("ALTER TABLE batch_batch DROP COLUMN notes", "no column batch_batch.notes"),
        ("ALTER TABLE batch_batch ALTER start_date TYPE text", "start_date is text, expected date"),
        ("ALTER TABLE batch_batch ALTER actual_end_date SET NOT NULL", "is not null, expected nullable"),
        ("ALTER TABLE batch_batch ADD colour text NOT NULL", "batch_batch.colour is not null without a default"),
        ("ALTER TABLE batch_batch ALTER id DROP IDENTITY", "batch_batch.id has no sequence"),
        ("DROP TABLE harvest_harvestlot CASCADE", "no table harvest_harvestlot"),
        ("ALTER TABLE smoltworks.daily_truth DROP appetite", "no column smoltworks.daily_truth.appetite"),
        ("ALTER TABLE smoltworks.health_event ALTER kind TYPE varchar(9)", "health_event.kind is character varying"),
        ("ALTER TABLE scenario ALTER scenario_id DROP IDENTITY", "scenario.scenario_id has no sequence"),
    ],
)
def test_a_differing_database_is_named(created: str, change: str, words: str) -> None:
    with connect(created) as connection:
        connection.execute(change)
        with pytest.raises(InputError, match=words):
            prepare_tables(connection)


def test_more_columns_that_need_no_value_are_no_difference(created: str) -> None:
    with connect(created) as connection:
        connection.execute("ALTER TABLE batch_batch ADD colour text, ADD size int NOT NULL DEFAULT 1")
        assert not prepare_tables(connection)
