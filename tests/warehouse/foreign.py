"""An AquaMind database in use: other ids, other infrastructure, other people's rows, sequences ahead and behind."""

from __future__ import annotations

from typing import Any

from warehouse.database import connect
from warehouse.preflight.tables import prepare_tables
from warehouse.uat.tables import TARGET_TABLES

ZEROS = {"boolean": False, "date": "2020-01-01", "time without time zone": "10:00", "jsonb": "{}", "text": ""}
CONTENT_TYPES = ((17, "batch", "batch"), (31, "harvest", "harvestevent"), (18, "batch", "batchtransferworkflow"))


def insert(connection: Any, table: str, **values: Any) -> None:
    """One row; columns not given get null where they may be, else some value."""
    row = dict(values)
    for column in TARGET_TABLES[table].columns:
        if column.name not in row and not column.nullable and not column.identity:
            kind = column.type.split("(")[0]
            default = "2020-01-01 00:00+00" if kind.startswith("timestamp") else 1
            row[column.name] = "x" if kind == "character varying" else ZEROS.get(kind, default)
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(["%s"] * len(row))
    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))


def create(dsn: str) -> None:
    """The declared tables and two that are not declared but referred to; master data; no events."""
    with connect(dsn) as connection, connection.transaction():
        prepare_tables(connection)
        connection.execute("DROP SCHEMA smoltworks CASCADE")  # nobody has loaded a run yet
        connection.execute("CREATE TABLE broodstock_eggproduction (id bigint PRIMARY KEY)")
        connection.execute(
            "ALTER TABLE batch_creationworkflow ADD CONSTRAINT eggs_fk FOREIGN KEY (egg_production_id) "
            "REFERENCES broodstock_eggproduction (id) DEFERRABLE INITIALLY DEFERRED"
        )
        connection.execute("CREATE TABLE django_content_type (id int PRIMARY KEY, app_label text, model text)")
        connection.execute(
            "ALTER TABLE finance_intercompanytransaction ADD CONSTRAINT content_fk FOREIGN KEY (content_type_id) "
            "REFERENCES django_content_type (id) DEFERRABLE INITIALLY DEFERRED"
        )
        for content_type in CONTENT_TYPES:
            connection.execute("INSERT INTO django_content_type VALUES (%s, %s, %s)", content_type)
        insert(connection, "auth_user", id=5, username="anna")
        insert(connection, "auth_user", id=77, username="system_admin", first_name="Kept")
        insert(connection, "infrastructure_geography", id=71, name="Faroe Islands", description="theirs")
        insert(connection, "infrastructure_geography", id=70, name="Iceland")
        insert(connection, "batch_species", id=40, name="Atlantic Salmon", scientific_name="Salmo salar")
        for order, name in enumerate(["Egg&Alevin", "Fry", "Parr", "Smolt", "Post-Smolt", "Adult"], 1):
            insert(connection, "batch_lifecyclestage", id=100 - order, name=name, order=order, species_id=40)
        insert(connection, "environmental_environmentalparameter", id=33, name="Temperature", unit="K")
        insert(connection, "infrastructure_containertype", id=12, name="Tank")
        insert(connection, "infrastructure_freshwaterstation", id=21, name="Station", geography_id=71)
        insert(connection, "infrastructure_hall", id=55, name="Hall", freshwater_station_id=21)
        for id_, name in ((901, "Hall-C2"), (900, "Hall-C1"), (902, "Hall-C9")):
            insert(connection, "infrastructure_container", id=id_, name=name, container_type_id=12, hall_id=55)
        insert(connection, "infrastructure_sensor", id=500, name="old", sensor_type="Temperature", container_id=900)
        connection.execute("SELECT setval(pg_get_serial_sequence('infrastructure_sensor', 'id'), 3000)")
        add_masters(connection)


def add_masters(connection: Any) -> None:
    """Some of the run's own master rows under other ids, and others that look like them."""
    adult = {"species": "Lepeophtheirus salmonis", "development_stage": "adult"}
    insert(connection, "health_licetype", id=610, gender="male", description="theirs", **adult)
    insert(connection, "health_licetype", id=611, gender="unknown", **adult)
    insert(connection, "harvest_productgrade", id=7, code="REJECT", name="Utkast")
    insert(connection, "harvest_productgrade", id=8, code="SUPERIOR", name="Superior")
    insert(connection, "finance_dimcompany", company_id=810, geography_id=71, subsidiary="FM", display_name="Fish Ltd")
    insert(connection, "finance_dimcompany", company_id=811, geography_id=71, subsidiary="FW", display_name="Eggs Ltd")
    insert(connection, "finance_dimsite", site_id=41, source_model="station", source_pk=21, company_id=811)
    insert(connection, "finance_dimsite", site_id=42, source_model="area", source_pk=21, company_id=810)
    for policy, basis, grade in ((330, "lifecycle", None), (331, "grade", 7), (332, "grade", 8)):
        insert(
            connection,
            "finance_intercompanypolicy",
            policy_id=policy,
            from_company_id=811,
            to_company_id=810,
            pricing_basis=basis,
            product_grade_id=grade,
        )
    insert(connection, "planning_activitytemplate", id=90, name="name 0-2")
    insert(connection, "scenario_temperatureprofile", profile_id=55, name="name 0-1")
    insert(connection, "scenario_temperaturereading", reading_id=777, profile_id=55, day_number=2, temperature=99.5)
    insert(connection, "scenario_fcrmodel", model_id=66, name="name 0-1")
    insert(connection, "scenario_mortalitymodel", model_id=67, name="name 0-1")
    insert(connection, "scenario_tgcmodel", model_id=68, name="Standard TGC", profile_id=55)


def add_events(dsn: str) -> None:
    """Another user's batch in a container that the run does not use, and what belongs to it."""
    with connect(dsn) as connection, connection.transaction():
        insert(connection, "batch_batch", id=5000, batch_number="THEIRS-1", species_id=40, lifecycle_stage_id=99)
        insert(
            connection,
            "batch_batchcontainerassignment",
            id=6000,
            batch_id=5000,
            container_id=902,
            lifecycle_stage_id=99,
            is_active=True,
        )
        insert(
            connection,
            "environmental_environmentalreading",
            id=123_456,
            batch_id=5000,
            container_id=902,
            parameter_id=33,
            reading_time="2024-01-05 00:00+00",
        )
        stay = {"batch_id": 5000, "assignment_id": 6000, "container_id": 902}
        insert(connection, "health_licecount", id=20, user_id=5, lice_type_id=611, count_value=3, **stay)
        insert(
            connection,
            "scenario",
            scenario_id=300,
            batch_id=5000,
            tgc_model_id=68,
            fcr_model_id=66,
            mortality_model_id=67,
        )
        insert(connection, "scenario_projection_run", run_id=30, scenario_id=300)
        insert(connection, "scenario_scenarioprojection", projection_id=3000, projection_run_id=30, current_stage_id=99)
        insert(connection, "planning_plannedactivity", id=50, batch_id=5000, scenario_id=300, created_by_id=5)
        insert(connection, "batch_liveforwardprojection", id=60, **stay)
        insert(connection, "batch_containerforecastsummary", assignment_id=6000)
        insert(
            connection, "finance_intercompanytransaction", tx_id=70, policy_id=330, content_type_id=17, object_id=5000
        )
