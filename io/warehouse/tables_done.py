"""The load log of a load that goes by tables: which of them are in, until all are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from warehouse.database import Connection
from warehouse.load_log import Load, record_part


@dataclass(frozen=True)
class LoadedTable:
    """A table that is in: its name, its rows by partition, and the seconds that they took."""

    table: str
    rows: dict[int, int]
    seconds: float


def record_table(connection: Connection, load: Load, loaded: LoadedTable) -> None:
    """Note that a table is in, of all partitions."""
    connection.execute(
        "INSERT INTO smoltworks.load_log_table (load_id, table_name, rows, seconds) VALUES (%s, %s, %s, %s)",
        (load.id, loaded.table, json.dumps(loaded.rows), loaded.seconds),
    )


def loaded_tables(connection: Connection, load: Load) -> dict[str, LoadedTable]:
    """The tables that are in of a load that goes by tables and is not over, by name."""
    there = connection.execute("SELECT to_regclass('smoltworks.load_log_table') IS NOT NULL").fetchone()
    if there is None or not there[0]:  # of a log that an earlier version began
        return {}
    found = connection.execute(
        "SELECT table_name, rows, seconds FROM smoltworks.load_log_table WHERE load_id = %s", (load.id,)
    ).fetchall()
    return {
        table: LoadedTable(table=table, rows={int(part): n for part, n in rows.items()}, seconds=seconds)
        for table, rows, seconds in found
    }


def tables_become_parts(connection: Connection, load: Load, partitions: Iterable[int]) -> None:
    """Once all tables are in: note that all partitions are, as if they had been loaded one by one."""
    names = {mapping.uat: mapping.ids for mapping in load.mappings}
    with connection.transaction():
        tables = loaded_tables(connection, load).values()
        for partition in partitions:
            mine = [table for table in tables if partition in table.rows]
            rows = {names[table.table]: table.rows[partition] for table in mine}
            seconds = sum(t.seconds * t.rows[partition] / (sum(t.rows.values()) or 1) for t in mine)
            record_part(connection, load, partition, rows, seconds=seconds)
        connection.execute("DELETE FROM smoltworks.load_log_table WHERE load_id = %s", (load.id,))
