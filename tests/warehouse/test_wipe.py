"""A run leaves a database as it found it: all of its rows go, and nobody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

from lake.errors import InputError
from lake.manifest import Manifest
from tests.warehouse import foreign, small_lake
from tests.warehouse.probing import ask, one, snapshot, structure
from warehouse.database import connect
from warehouse.load import Listener, Options, load_run
from warehouse.preflight.tables import prepare_tables
from warehouse.reconciling.reconcile import reconcile
from warehouse.selection import Selection
from warehouse.wipe import wipe_run

Lake = tuple[Path, Manifest]


class Broken(Exception):
    pass


def test_nothing_is_left_in_a_database_that_was_empty(database: str, lake: Lake) -> None:
    with connect(database) as connection, connection.transaction():
        prepare_tables(connection)
        connection.execute("DROP SCHEMA smoltworks CASCADE")
    shape = structure(database)
    load_run(*lake, database)
    asked: list[dict[str, int]] = []

    def agree(rows: dict[str, int]) -> bool:
        asked.append(rows)
        return True

    result = wipe_run(lake[1], database, agree)
    assert result is not None
    assert sum(asked[0].values()) == lake[1].events
    assert (result.rows, result.left) == (asked[0], 0)
    assert not any(snapshot(database).values())
    assert structure(database) == shape
    assert one(database, "SELECT to_regnamespace('smoltworks') IS NULL")
    with pytest.raises(InputError, match="holds no load"):
        wipe_run(lake[1], database)
    load_run(*lake, database)
    assert list(reconcile(*lake, database)) == []


def test_a_database_that_people_use_is_as_it_was(used: str, lake: Lake) -> None:
    foreign.add_events(used)
    before, shape = snapshot(used), structure(used)
    load_run(*lake, used)
    wipe_run(lake[1], used)
    assert snapshot(used) == before
    assert structure(used) == shape


def test_a_part_goes_as_it_came(used: str, lake: Lake) -> None:
    before = snapshot(used)
    load_run(
        *lake, used, options=Options(selection=Selection(tables=("daily_truth",), batches=("*-002",)), prefix="P-")
    )
    wipe_run(lake[1], used)
    assert snapshot(used) == before


def test_a_load_that_broke_off_goes_too(used: str, lake: Lake) -> None:
    def fail(number: int) -> None:
        raise Broken

    before, shape = snapshot(used), structure(used)
    with pytest.raises(Broken):
        load_run(*lake, used, connections=1, listener=Listener(partition=fail))
    wipe_run(lake[1], used)
    assert snapshot(used) == before
    assert structure(used) == shape


def test_another_run_stays(loaded: str, lake: Lake, tmp_path: Path) -> None:
    other = small_lake.build(tmp_path, name="other", prefix="SCO", fingerprint="f2")
    with connect(loaded) as connection:
        connection.execute("UPDATE infrastructure_container SET name = 'Old ' || name")
        connection.execute("UPDATE infrastructure_area SET name = 'Old ' || name")
    load_run(tmp_path, other, loaded)
    result = wipe_run(lake[1], loaded)
    assert result is not None
    assert result.left > 0  # the other run uses what the first one brought
    assert one(loaded, "SELECT count(*) FROM infrastructure_container WHERE name LIKE 'Old %'") == 0
    assert list(reconcile(tmp_path, other, loaded)) == []
    assert ask(loaded, "SELECT run FROM smoltworks.load_log") == [("other",)]
    assert one(loaded, "SELECT count(*) FROM smoltworks.daily_truth") == other.tables["daily_truth"]


def test_no_is_no(loaded: str, lake: Lake) -> None:
    before = snapshot(loaded)
    assert wipe_run(lake[1], loaded, lambda rows: False) is None
    assert snapshot(loaded) == before
    assert list(reconcile(*lake, loaded)) == []


@pytest.mark.parametrize("table", ["batch_mortalityevent", "undeclared"])
def test_what_others_entered_for_the_run_stops_it(loaded: str, lake: Lake, table: str) -> None:
    with connect(loaded) as connection:
        connection.execute("CREATE TABLE undeclared (id bigint PRIMARY KEY, batch_id bigint REFERENCES batch_batch)")
        row = {"id": 1} if table == "undeclared" else {}
        if table == "undeclared":
            connection.execute("INSERT INTO undeclared VALUES (1, 1)")
        else:
            foreign.insert(connection, table, batch_id=1, **row)
    before = snapshot(loaded)
    with pytest.raises(InputError, match=rf"refer to the run's rows: {table}.batch_id"):
        wipe_run(lake[1], loaded)
    assert snapshot(loaded) == before
    assert one(loaded, "SELECT status FROM smoltworks.load_log") == "complete"


def test_master_rows_that_others_use_stay(loaded: str, lake: Lake) -> None:
    with connect(loaded) as connection, connection.transaction():
        foreign.insert(connection, "batch_batch", id=5000, batch_number="THEIRS", species_id=1, lifecycle_stage_id=1)
        foreign.insert(
            connection,
            "batch_batchcontainerassignment",
            batch_id=5000,
            container_id=1,
            lifecycle_stage_id=1,
            assignment_date="2030-01-01",
        )
        connection.execute("DELETE FROM finance_dimsite WHERE site_id = 2")  # ours: theirs comes in its place
        foreign.insert(connection, "finance_dimsite", source_model="area", source_pk=1, company_id=1, site_id=90)
        connection.execute("UPDATE finance_factharvest SET dim_site_id = 90")
    wipe_run(lake[1], loaded)
    for table, names in {
        "infrastructure_container": ["Hall-C1"],
        "infrastructure_hall": ["Hall"],
        "infrastructure_freshwaterstation": ["Station"],
        "infrastructure_area": ["Area"],  # by number alone, without a key
        "infrastructure_geography": ["Faroe Islands"],
        "batch_species": ["Atlantic Salmon"],
    }.items():
        assert [name for (name,) in ask(loaded, f"SELECT name FROM {table} ORDER BY 1")] == names, table


@pytest.mark.parametrize("when", ["truth", "outlook", "trade", "health", "origin", "stock"])
def test_a_removal_that_broke_off_is_gone_on_with(used: str, lake: Lake, when: str) -> None:
    def fail(group: str) -> None:
        if group == when:
            raise Broken

    foreign.add_events(used)
    before = snapshot(used)
    load_run(*lake, used)
    with pytest.raises(Broken):
        wipe_run(lake[1], used, done=fail)
    for refused in (lambda: load_run(*lake, used), lambda: reconcile(*lake, used)):
        with pytest.raises(InputError, match="begun and not finished"):
            refused()
    wipe_run(lake[1], used)
    assert snapshot(used) == before


def test_what_others_put_beside_ours_stays(loaded: str, lake: Lake) -> None:
    with connect(loaded) as connection:
        connection.execute("CREATE VIEW smoltworks.theirs AS SELECT date, temp_c FROM smoltworks.daily_truth")
    wipe_run(lake[1], loaded)
    assert ask(loaded, "SELECT * FROM smoltworks.theirs") == []
    load_run(*lake, loaded)
