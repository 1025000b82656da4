"""A load into a database that people use: their rows stay, ids are theirs, and what is taken is refused by name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import pytest

from lake.errors import InputError
from lake.manifest import Manifest
from tests.warehouse import foreign, small_lake
from tests.warehouse.probing import ask, one, snapshot, structure
from warehouse.database import connect, key_columns
from warehouse.load import load_run
from warehouse.reconciling.reconcile import reconcile

Lake = tuple[Path, Manifest]


Snapshot = dict[str, dict[tuple[object, ...], str]]


def changed(before: Snapshot, after: Snapshot) -> list[str]:
    return [
        f"{table} {key}: {text} is now {after[table].get(key)}"
        for table, rows in before.items()
        for key, text in rows.items()
        if after[table].get(key) != text
    ]


def test_other_rows_are_untouched_and_ids_are_the_targets(used: str, lake: Lake) -> None:
    foreign.add_events(used)
    before, shape = snapshot(used), structure(used)
    result = load_run(*lake, used)
    after = snapshot(used)
    assert changed(before, after) == []
    assert structure(used) == shape
    assert list(reconcile(*lake, used)) == []
    assert result.added_master_rows["infrastructure_geography"] == 1  # Scotland; the Faroes were there
    assert result.added_master_rows["infrastructure_container"] == 2  # two rings; Hall-C1 and Hall-C2 were there
    assert "batch_lifecyclestage" not in result.added_master_rows
    assert {name for name, count in result.rows.items() if count != lake[1].tables[name]} == set()
    assert ask(
        used,
        "SELECT DISTINCT container_id, lifecycle_stage_id FROM batch_batchcontainerassignment a "
        "JOIN infrastructure_container c ON c.id = a.container_id "
        "WHERE c.name LIKE 'Hall-C_' AND a.id <> 6000 ORDER BY 1",
    ) == [(900, 95), (901, 95)]
    assert one(used, "SELECT DISTINCT created_by_id FROM scenario WHERE created_by_id IS NOT NULL") == 77
    # the sensor of the same kind in the same container is the same sensor, whatever its name
    assert one(used, "SELECT count(*) FROM environmental_environmentalreading WHERE sensor_id = 500") == 60


def test_master_rows_are_found_by_their_natural_keys(used: str, lake: Lake) -> None:
    result = load_run(*lake, used)
    assert {
        name: rows for name, rows in result.added_master_rows.items() if name.startswith(("fin", "sc", "pl", "h"))
    } == {
        "health_licetype": 1,
        "health_mortalityreason": 2,
        "health_healthparameter": 2,
        "health_parameterscoredefinition": 2,
        "health_vaccinationtype": 2,
        "health_sampletype": 2,
        "finance_dimsite": 1,
        "scenario_biological_constraints": 2,
        "scenario_stage_constraint": 2,
        "scenario_fcrmodel": 1,
        "scenario_fcrmodelstage": 2,
        "scenario_mortalitymodel": 1,
        "planning_activitytemplate": 1,
    }
    # each name with the id that it had, or with one that was free
    assert ask(
        used,
        "SELECT DISTINCT lice_type_id, gender FROM health_licecount c JOIN health_licetype t ON t.id = c.lice_type_id "
        "ORDER BY 1",
    ) == [(610, "male"), (612, "female")]
    assert ask(
        used, "SELECT tx_id - min(tx_id) OVER (), policy_id FROM finance_intercompanytransaction ORDER BY 1"
    ) == [(0, 332), (1, 330), (1024, 332)]
    assert ask(used, "SELECT DISTINCT fcr_model_id FROM scenario ORDER BY 1") == [(66,), (67,)]
    assert ask(used, "SELECT source_pk, company_id FROM finance_dimsite WHERE source_model = 'area' ORDER BY 1")[0] == (
        one(used, "SELECT id FROM infrastructure_area"),
        810,
    )


def test_a_transaction_names_what_it_is_about_as_django_does(used: str, lake: Lake) -> None:
    load_run(*lake, used)
    found = ask(
        used,
        "SELECT c.model, w.workflow_number, e.document_ref, x.event_id = e.id FROM finance_intercompanytransaction x "
        "JOIN django_content_type c ON c.id = x.content_type_id "
        "LEFT JOIN batch_batchtransferworkflow w ON c.model = 'batchtransferworkflow' AND w.id = x.object_id "
        "LEFT JOIN harvest_harvestevent e ON c.model = 'harvestevent' AND e.id = x.object_id ORDER BY tx_id",
    )
    assert found == [
        ("batchtransferworkflow", "TRF-FAR-1", None, None),
        ("harvestevent", None, "text", True),
        ("batchtransferworkflow", "TRF-FAR-2", None, None),
    ]


def test_a_database_that_was_not_migrated_to_the_end_is_refused(used: str, lake: Lake) -> None:
    with connect(used) as connection:
        connection.execute("DELETE FROM django_content_type WHERE model = 'harvestevent'")
    refused(used, lake, "no harvest.harvestevent")


def test_ids_start_past_those_in_use(used: str, lake: Lake) -> None:
    foreign.add_events(used)
    load_run(*lake, used)
    assert ask(used, "SELECT id FROM batch_batch ORDER BY 1") == [(5000,), (5001,), (5002,)]
    assert one(used, "SELECT min(id) FROM environmental_environmentalreading WHERE id <> 123456") == 123_457
    # its sequence was ahead of its rows
    assert one(used, "SELECT min(id) FROM infrastructure_sensor WHERE id <> 500") == 3001
    with psycopg.connect(used) as connection:
        foreign.insert(connection, "batch_batch", batch_number="NEXT", species_id=40, lifecycle_stage_id=99)
        foreign.insert(connection, "infrastructure_geography", name="Norway")


def test_tables_with_other_rows_keep_their_indexes(used: str, lake: Lake) -> None:
    foreign.add_events(used)
    load_run(*lake, used)
    dropped = {row[0] for row in ask(used, "SELECT table_name FROM smoltworks.load_log_set_aside")}
    assert "inventory_feedingevent" in dropped
    assert not dropped & {"batch_batch", "batch_batchcontainerassignment", "environmental_environmentalreading"}


def test_keys_to_tables_that_we_do_not_know_are_restored(used: str, lake: Lake) -> None:
    shape = structure(used)
    load_run(*lake, used)
    assert structure(used) == shape
    assert one(used, "SELECT state FROM smoltworks.load_log_set_aside WHERE name = 'eggs_fk'") == "restored"


def test_the_key_of_a_hypertable(used: str, lake: Lake) -> None:
    """TimescaleDB's key on the readings: (reading_time, sensor_id), as a plain table."""
    with connect(used) as connection:
        connection.execute(
            "ALTER TABLE environmental_environmentalreading DROP CONSTRAINT environmental_environmentalreading_pkey, "
            "ALTER sensor_id DROP NOT NULL, ADD PRIMARY KEY (reading_time, sensor_id)"
        )
        assert key_columns(connection, "environmental_environmentalreading") == ("reading_time", "sensor_id")
    load_run(*lake, used)
    assert list(reconcile(*lake, used)) == []


def refused(used: str, lake: Lake, match: str) -> None:
    before = snapshot(used)
    with pytest.raises(InputError, match=match):
        load_run(*lake, used)
    assert snapshot(used) == before
    assert not one(used, "SELECT to_regnamespace('smoltworks') IS NOT NULL")


def test_a_models_name_that_is_there_is_refused(used: str, lake: Lake) -> None:
    """Every batch has models of its own, and the application wants their names unique."""
    with connect(used) as connection:
        foreign.insert(connection, "scenario_temperatureprofile", profile_id=58, name="FARname 2-1")
    refused(used, lake, "name FARname 2-1 is there already")


def test_a_batch_number_that_is_there_is_refused(used: str, lake: Lake) -> None:
    with connect(used) as connection:
        foreign.insert(connection, "batch_batch", batch_number="FAR-2024-002", species_id=40, lifecycle_stage_id=99)
    refused(used, lake, "batch_number FAR-2024-002 is there already")


@pytest.mark.parametrize(
    ("first", "departure", "active", "taken"),
    [
        ("2024-01-10", "2024-01-15", False, True),
        ("2024-01-11", "2024-01-15", False, False),  # our stay ends on the 11th: half-open days
        ("2023-12-01", "2024-01-01", False, False),
        ("2023-12-01", "2024-01-02", False, True),
        ("2023-12-01", None, True, True),
        ("2023-12-01", None, False, False),
    ],
)
def test_an_occupied_container_is_refused(
    used: str, lake: Lake, first: str, departure: str | None, active: bool, taken: bool
) -> None:
    with connect(used) as connection:
        foreign.insert(connection, "batch_batch", id=9, batch_number="THEIRS", species_id=40, lifecycle_stage_id=99)
        foreign.insert(
            connection,
            "batch_batchcontainerassignment",
            batch_id=9,
            container_id=900,
            lifecycle_stage_id=99,
            assignment_date=first,
            departure_date=departure,
            is_active=active,
        )
    if taken:
        refused(used, lake, "container Hall-C1 by batch THEIRS")
    else:
        load_run(*lake, used)


@pytest.mark.parametrize(
    ("when", "taken"), [("2024-01-05 03:00+00", True), ("2024-01-11 00:00+00", False), ("2023-12-31 23:59+00", False)]
)
def test_readings_of_the_same_sensor_and_time_are_refused(used: str, lake: Lake, when: str, taken: bool) -> None:
    with connect(used) as connection:
        foreign.insert(
            connection, "environmental_environmentalreading", sensor_id=500, parameter_id=33, reading_time=when
        )
    if taken:
        refused(used, lake, "sensor old from 2024-01-05")
    else:
        load_run(*lake, used)


@pytest.mark.parametrize("taken", [True, False])
def test_light_of_the_same_area_and_day_is_refused(used: str, lake: Lake, taken: bool) -> None:
    """The target takes one row of an area and day."""
    files = lake[1].files["photoperiod_data"]
    days = sorted(day for file in files for day in pq.read_table(lake[0] / file).column("date").to_pylist())
    day = days[0] if taken else days[0] - timedelta(days=1)
    with connect(used) as connection:
        foreign.insert(connection, "infrastructure_area", id=700, name="Area", geography_id=71)
        foreign.insert(connection, "environmental_photoperioddata", id=1, area_id=700, date=day)
    if taken:
        refused(used, lake, f"light is there already: area Area on {day}")
    else:
        load_run(*lake, used)


def test_an_ambiguous_name_is_refused(used: str, lake: Lake) -> None:
    with connect(used) as connection:
        foreign.insert(connection, "infrastructure_container", name="Hall-C2", container_type_id=12, hall_id=55)
    refused(used, lake, "Hall-C2.*more than once")


def test_places_are_found_by_their_whole_place(used: str, lake: Lake) -> None:
    """Names repeat in real databases: of halls at several stations, of containers in many halls and areas."""
    with connect(used) as connection:
        foreign.insert(connection, "infrastructure_transportcarrier", id=1, geography_id=71)
        for station, geography in ((22, 71), (23, 70)):
            name = "Station" if geography == 70 else "Another"
            foreign.insert(
                connection, "infrastructure_freshwaterstation", id=station, name=name, geography_id=geography
            )
            hall, area = 100 + station, 200 + station
            foreign.insert(connection, "infrastructure_hall", id=hall, name="Hall", freshwater_station_id=station)
            name = "Area" if geography == 70 else "Elsewhere"
            foreign.insert(connection, "infrastructure_area", id=area, name=name, geography_id=geography)
            for where in ({"hall_id": hall}, {"area_id": area}, {"carrier_id": 1}):
                for name in ("Hall-C1", "Hall-C2", "Ring-1", "Ring-2"):
                    foreign.insert(connection, "infrastructure_container", name=name, container_type_id=12, **where)
            foreign.insert(connection, "infrastructure_feedcontainer", name="Silo", hall_id=hall)
            foreign.insert(connection, "infrastructure_feedcontainer", name="Barge", area_id=area)
    before = snapshot(used)
    result = load_run(*lake, used)
    assert changed(before, snapshot(used)) == []
    assert list(reconcile(*lake, used)) == []
    assert result.added_master_rows["infrastructure_container"] == 2  # two rings; Hall-C1 and Hall-C2 were there
    assert result.added_master_rows["infrastructure_area"] == 1
    assert "infrastructure_hall" not in result.added_master_rows
    for table, place, column in (
        ("batch_batchcontainerassignment", "infrastructure_container", "container_id"),
        ("inventory_feedcontainerstock", "infrastructure_feedcontainer", "feed_container_id"),
    ):
        found = ask(
            used,
            f"SELECT DISTINCT c.hall_id, a.name, g.name FROM {table} t JOIN {place} c ON c.id = t.{column} "
            "LEFT JOIN infrastructure_area a ON a.id = c.area_id "
            "LEFT JOIN infrastructure_geography g ON g.id = a.geography_id",
        )
        assert set(found) == {(55, None, None), (None, "Area", "Faroe Islands")}, table


@pytest.mark.parametrize("group", [None, 3])
def test_an_added_area_joins_the_group_of_its_nearest_neighbour(used: str, lake: Lake, group: int | None) -> None:
    """Of its own geography; where its neighbours are in no group, it is in none."""
    here = pq.read_table(lake[0] / lake[1].dimensions["area"].file).to_pylist()[0]
    with connect(used) as connection:
        for id_, geography in ((3, 71), (4, 71), (5, 70)):
            foreign.insert(connection, "infrastructure_areagroup", id=id_, name=f"group {id_}", geography_id=geography)
        areas = ((1, 71, 1, group), (2, 71, 2, group and 4), (3, 71, 0, None), (4, 70, 0, 5))
        for id_, geography, degrees_away, joined in areas:
            foreign.insert(
                connection,
                "infrastructure_area",
                id=id_,
                name=f"theirs {id_}",
                geography_id=geography,
                latitude=here["latitude"] + degrees_away,
                longitude=here["longitude"],
                area_group_id=joined,
            )
    load_run(*lake, used)
    assert one(used, "SELECT area_group_id FROM infrastructure_area WHERE name = 'Area'") == group


def test_a_stage_in_anothers_place_is_refused(used: str, lake: Lake) -> None:
    with connect(used) as connection:
        connection.execute("UPDATE batch_lifecyclestage SET name = 'Grilse' WHERE name = 'Adult'")
    refused(used, lake, "lifecycle stage of the run can't be added")


def test_a_second_run_loads_beside_the_first(loaded: str, lake: Lake, tmp_path: Path) -> None:
    before = snapshot(loaded)
    other = small_lake.build(tmp_path, name="other", prefix="SCO", fingerprint="f2")
    with pytest.raises(InputError, match="container Hall-C1 by batch FAR-2024-001"):
        load_run(tmp_path, other, loaded)
    assert snapshot(loaded) == before
    with connect(loaded) as connection:
        # another farm, so to say
        connection.execute("UPDATE infrastructure_container SET name = 'Old ' || name")
        connection.execute("UPDATE infrastructure_area SET name = 'Old ' || name")
    result = load_run(tmp_path, other, loaded)
    assert result.rows == other.tables
    assert list(reconcile(tmp_path, other, loaded)) == []
    assert next(iter(reconcile(*lake, loaded))).check.startswith("container_assignment")  # renamed under it
