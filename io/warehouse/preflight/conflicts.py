"""What a target already has that a run would bring again: refused by name, before a row is written."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pgpq import ArrowToPostgresBinaryEncoder
from psycopg import sql

from lake.errors import InputError
from lake.manifest import PartitionRecord
from lake.tables import TABLES
from warehouse.database import Connection
from warehouse.encoding import Context
from warehouse.load_log import Load
from warehouse.selection import Extract, PartitionRows
from warehouse.uat.expressions import LakeColumn
from warehouse.uat.mapping import EVENTS
from warehouse.uat.tables import TARGET_TABLES

MAX_NAMED = 5


@dataclass(frozen=True)
class Incoming:
    """What some partitions would bring: `numbers[table, column]`: texts that bear a batch's number, of the target's
    tables; `stays`: assignments, `lights`: the light of areas' days, both with the lake's columns and ids."""

    numbers: dict[tuple[str, str], list[str]]
    stays: pa.Table
    lights: pa.Table


def read_incoming(extract: Extract, partitions: list[PartitionRecord], prefix: str) -> Incoming:
    """The numbers, with the prefix, and stays of some of an extract's partitions."""
    parts = [PartitionRows(extract, partition) for partition in partitions]

    def read(table: str, columns: list[str]) -> pa.Table:
        empty = pa.schema([TABLES[table].schema.field(column) for column in columns]).empty_table()
        return pa.concat_tables([empty, *(part.table(table, columns) for part in parts)])

    numbers = {
        (mapping.uat, name): [prefix + text for text in read(mapping.lake, [expression.column]).column(0).to_pylist()]
        for mapping in EVENTS
        for name, expression in mapping.columns.items()
        if isinstance(expression, LakeColumn) and expression.prefixed
    }
    columns = ["container_id", "assignment_date", "departure_date"]
    stays = read("container_assignment", [*columns, "is_active"])
    # what is only reserved for eggs to come has neither fish nor readings yet
    held = pc.or_(stays.column("is_active"), stays.column("departure_date").is_valid())
    lights = read("photoperiod_data", ["area_id", "date"])
    return Incoming(numbers=numbers, stays=stays.filter(held).select(columns), lights=lights)


def refuse_conflicts(
    connection: Connection, extract: Extract, context: Context, incoming: Incoming, *, load: Load | None
) -> None:
    """InputError naming what is taken: batch numbers and their like, (container, days), (sensor, time), (area, day).

    `load`: this run's load when it was begun earlier; its own rows are no conflict, and its readings' windows
    were free when it began.
    """
    problems = []
    for (table, column), values in incoming.numbers.items():
        if not any(c.columns == (column,) for c in TARGET_TABLES[table].of_kind("unique")):
            continue
        query = sql.SQL("SELECT {c} FROM {t} WHERE {c} = ANY(%s) ORDER BY 1 LIMIT %s").format(
            c=sql.Identifier(column), t=sql.Identifier(table)
        )
        taken = [str(row[0]) for row in connection.execute(query, (values, MAX_NAMED + 1)).fetchall()]
        if taken:
            problems.append(f"{column} {_first_few(taken)} is there already")
    _stage(connection, context, incoming)
    ours = load.id_range("container_assignment") if load else (1, 0)
    problems += _occupied(connection, ours)
    if "photoperiod_data" in extract.tables:
        problems += _lit_already(connection, context, incoming, load.id_range("photoperiod_data") if load else (1, 0))
    if load is None and "environmental_reading" in extract.tables:
        problems += _read_already(connection, extract, context)
    connection.execute("DROP TABLE smoltworks_stays")
    if problems:
        raise InputError(
            "target database",
            "; ".join(problems),
            "they are not this run's: load into another database, or change the schedule",
        )


def _first_few(names: list[str]) -> str:
    return ", ".join(names[:MAX_NAMED]) + (" and more" if len(names) > MAX_NAMED else "")


def _stage(connection: Connection, context: Context, incoming: Incoming) -> None:
    stays = incoming.stays
    containers = context.dimension_ids["container"].take(stays.column("container_id").combine_chunks().cast(pa.int32()))
    connection.execute("CREATE TEMP TABLE smoltworks_stays (container_id bigint, first date, stop date) ON COMMIT DROP")
    rows = pa.table(
        [containers, stays.column("assignment_date"), stays.column("departure_date")],
        schema=pa.schema([("container_id", pa.int64()), ("first", pa.date32()), ("stop", pa.date32())]),
    )
    encode = ArrowToPostgresBinaryEncoder(rows.schema)
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY smoltworks_stays FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(encode.write_header())
        for batch in rows.to_batches():
            copy.write(encode.write_batch(batch))
        copy.write(encode.finish())
    connection.execute("ANALYZE smoltworks_stays")


def _occupied(connection: Connection, ours: tuple[int, int]) -> list[str]:
    rows = connection.execute(
        """
        SELECT DISTINCT c.name, b.batch_number, greatest(a.assignment_date, s.first)::text,
               coalesce(least(a.departure_date, s.stop)::text, 'open')
        FROM smoltworks_stays s
        JOIN batch_batchcontainerassignment a ON a.container_id = s.container_id
         AND a.assignment_date < coalesce(s.stop, 'infinity')
         AND (s.first < a.departure_date
              OR a.departure_date IS NULL AND (a.is_active OR s.first <= a.assignment_date))
        JOIN infrastructure_container c ON c.id = a.container_id
        JOIN batch_batch b ON b.id = a.batch_id
        WHERE a.id NOT BETWEEN %s AND %s ORDER BY 1, 3 LIMIT %s
        """,
        (*ours, MAX_NAMED + 1),
    ).fetchall()
    if not rows:
        return []
    return ["occupied: " + _first_few([f"container {c} by batch {b} from {f} to {t}" for c, b, f, t in rows])]


def _read_already(connection: Connection, extract: Extract, context: Context) -> list[str]:
    rows = connection.execute(
        """
        SELECT n.name, min(r.reading_time)::text, max(r.reading_time)::text
        FROM smoltworks_stays s
        JOIN infrastructure_sensor n ON n.container_id = s.container_id AND n.id = ANY(%s)
        JOIN environmental_environmentalreading r ON r.sensor_id = n.id
         AND r.reading_time >= greatest(s.first, %s::date)
         AND r.reading_time < least(coalesce(s.stop, %s::date), %s::date)
        GROUP BY 1 ORDER BY 1 LIMIT %s
        """,
        (
            context.dimension_ids["sensor"].drop_null().to_pylist(),
            extract.since,
            extract.manifest.identity.as_of,
            extract.until,
            MAX_NAMED + 1,
        ),
    ).fetchall()
    if not rows:
        return []
    return ["readings are there already: " + _first_few([f"sensor {n} from {f} to {t}" for n, f, t in rows])]


def _lit_already(connection: Connection, context: Context, incoming: Incoming, ours: tuple[int, int]) -> list[str]:
    """Days of areas whose light others have entered: the target takes one row of each."""
    areas = context.dimension_ids["area"].take(incoming.lights.column("area_id").combine_chunks().cast(pa.int32()))
    days = set(zip(areas.to_pylist(), incoming.lights.column("date").to_pylist(), strict=True))
    rows = connection.execute(
        """
        SELECT p.area_id, a.name, p.date FROM environmental_photoperioddata p
        JOIN infrastructure_area a ON a.id = p.area_id
        WHERE p.area_id = ANY(%s) AND p.id NOT BETWEEN %s AND %s ORDER BY 2, 3
        """,
        (sorted({area for area, _ in days if area is not None}), *ours),
    ).fetchall()
    taken = [f"area {name} on {date.isoformat()}" for area, name, date in rows if (area, date) in days]
    return ["light is there already: " + _first_few(taken)] if taken else []
