"""An AquaMind database in use: other ids, other infrastructure, other people's rows, sequences ahead and behind."""

from __future__ import annotations

from typing import Any

from warehouse.target import connect, prepare_tables
from warehouse.uat_schema import UAT_TABLES

ZEROS = {"boolean": False, "date": "2020-01-01", "time without time zone": "10:00", "jsonb": "{}", "text": ""}


def insert(connection: Any, table: str, **values: Any) -> None:
    """One row; columns not given get null where they may be, else some value."""
    row = dict(values)
    for column in UAT_TABLES[table].columns:
        if column.name not in row and not column.nullable and column.name != "id":
            kind = column.type.split("(")[0]
            default = "2020-01-01 00:00+00" if kind.startswith("timestamp") else 1
            row[column.name] = "x" if kind == "character varying" else ZEROS.get(kind, default)
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(["%s"] * len(row))
    connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(row.values()))


def create(dsn: str) -> None:
    """The declared tables and a table that is not declared but refers and is referred to; master data; no events."""
    with connect(dsn) as connection, connection.transaction():
        prepare_tables(connection)
        connection.execute("CREATE TABLE planning_plannedactivity (id bigint PRIMARY KEY, batch_id bigint)")
        connection.execute(
            "ALTER TABLE batch_batchtransferworkflow ADD CONSTRAINT activity_fk FOREIGN KEY (planned_activity_id) "
            "REFERENCES planning_plannedactivity (id) DEFERRABLE INITIALLY DEFERRED"
        )
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


def add_events(dsn: str) -> None:
    """Another user's batch in a container that the run does not use."""
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
