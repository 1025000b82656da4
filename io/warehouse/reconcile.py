"""Parquet against PostgreSQL: rows, per-batch sums and keys, exact, on each side by its own engine."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from psycopg import sql

from lake.errors import InputError
from lake.manifest import Manifest
from lake.tables import TABLES
from warehouse import load_log
from warehouse.load_log import Connection, Load
from warehouse.mapping import EVENT_MAPPINGS
from warehouse.target import connect

Value = int | Decimal | str | None


@dataclass(frozen=True)
class Discrepancy:
    """A figure that differs; None stands for a batch or row that one side lacks."""

    check: str
    expected: Value
    found: Value


class Reconciliation(list[Discrepancy]):
    """The discrepancies, none when the database holds what the lake holds; how many figures were compared."""

    comparisons: int = 0

    def compare(self, check: str, expected: Value, found: Value) -> None:
        self.comparisons += 1
        if expected != found:
            self.append(Discrepancy(check, expected, found))


@dataclass(frozen=True)
class Comparison:
    """One table's figures by batch (and `by`, a name).

    `lake` and `uat` are joins: t is the table and b its batch, reached in the UAT over the foreign keys that
    the loader wrote. `measures` is (name, SQL for the lake, SQL for the UAT or '' for the same).
    `keys` is SQL for the UAT that is true where a row's own references contradict each other: never.
    """

    table: str
    uat: str
    measures: tuple[tuple[str, str, str], ...]
    lake: str = ""
    by: tuple[str, str] = ("", "")
    keys: str = ""


def _sums(*columns: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((column, f"sum(t.{column})", "") for column in columns)


def _dates(column: str) -> tuple[tuple[str, str, str], ...]:
    return tuple((f"{f} {column}", f"{f}(t.{column})::text", "") for f in ("min", "max"))


BATCH = "JOIN batch_batch b ON b.id = t.batch_id"
ASSIGNMENT = "JOIN batch_batchcontainerassignment a ON a.id = t.assignment_id"
OF_ASSIGNMENT = f"{ASSIGNMENT} JOIN batch_batch b ON b.id = a.batch_id"
CONTAINER = "JOIN infrastructure_container c ON c.id = {}.container_id"

COMPARISONS = (
    Comparison(
        "batch",
        "JOIN batch_batch b ON b.id = t.id JOIN batch_lifecyclestage s ON s.id = t.lifecycle_stage_id",
        (
            ("status", "min(t.status::text)", "min(t.status)"),
            *_dates("start_date"),
            *_dates("actual_end_date"),
        ),
        "JOIN lifecycle_stage s ON s.id = t.lifecycle_stage_id",
        ("s.name", "s.name"),
    ),
    Comparison(
        "container_assignment",
        f"{BATCH} {CONTAINER.format('t')}",
        (
            *_sums("population_count", "biomass_kg", "avg_weight_g"),
            *_dates("assignment_date"),
            *_dates("departure_date"),
        ),
        CONTAINER.format("t").replace("infrastructure_", ""),
        ("c.name", "c.name"),
    ),
    Comparison(
        "transfer_workflow",
        BATCH,
        _sums("total_source_count", "total_transferred_count", "total_mortality_count", "total_biomass_kg"),
    ),
    Comparison(
        "transfer_action",
        "JOIN batch_batchtransferworkflow w ON w.id = t.workflow_id JOIN batch_batch b ON b.id = w.batch_id"
        " JOIN batch_batchcontainerassignment f ON f.id = t.source_assignment_id"
        " JOIN batch_batchcontainerassignment d ON d.id = t.dest_assignment_id",
        _sums("transferred_count", "mortality_during_transfer", "transferred_biomass_kg", "water_temp_c"),
        keys="f.batch_id <> w.batch_id OR d.batch_id <> w.batch_id OR d.container_id <> t.dest_container_id",
    ),
    Comparison(
        "environmental_reading",
        f"{BATCH} JOIN environmental_environmentalparameter p ON p.id = t.parameter_id"
        " JOIN infrastructure_sensor n ON n.id = t.sensor_id"
        " JOIN batch_batchcontainerassignment a ON a.id = t.batch_container_assignment_id",
        (*_sums("value"), *_dates("reading_time::date")),
        "JOIN environmental_parameter p ON p.id = t.parameter_id",
        ("p.name", "p.name"),
        "n.container_id <> t.container_id OR n.sensor_type <> p.name OR a.container_id <> t.container_id"
        " OR a.batch_id <> t.batch_id",
    ),
    Comparison(
        "feeding_event",
        f"{BATCH} JOIN inventory_feed f ON f.id = t.feed_id"
        " JOIN batch_batchcontainerassignment a ON a.id = t.batch_assignment_id",
        (*_sums("amount_kg", "batch_biomass_kg", "feeding_percentage", "feed_cost"), *_dates("feeding_date")),
        "JOIN feed f ON f.id = t.feed_id",
        ("f.name", "f.name"),
        "a.batch_id <> t.batch_id OR a.container_id <> t.container_id",
    ),
    Comparison(
        "feed_purchase",
        "JOIN batch_batch b ON b.id = {batch_offset} + ((t.id - {offset}) >> {id_bits})"
        " JOIN inventory_feed f ON f.id = t.feed_id",
        (
            *_sums("quantity_kg"),
            ("cost", "sum(t.quantity_kg * t.cost_per_kg)", ""),
            *_dates("purchase_date"),
        ),
        "JOIN feed f ON f.id = t.feed_id",
        ("f.name", "f.name"),
    ),
    Comparison(
        "mortality_event",
        f"{BATCH} {ASSIGNMENT}",
        (*_sums("count", "biomass_kg"), *_dates("event_date")),
        by=("t.cause::text", "t.cause"),
        keys="a.batch_id <> t.batch_id",
    ),
    Comparison(
        "growth_sample",
        OF_ASSIGNMENT,
        _sums("sample_size", "avg_weight_g", "std_deviation_weight", "avg_length_cm", "condition_factor"),
    ),
    Comparison(
        "individual_growth_observation",
        "JOIN batch_growthsample g ON g.id = t.growth_sample_id"
        " JOIN batch_batchcontainerassignment a ON a.id = g.assignment_id"
        " JOIN batch_batch b ON b.id = a.batch_id",
        (
            *_sums("weight_g", "length_cm"),
            ("fish", "sum(t.fish_identifier)", "sum(t.fish_identifier::bigint)"),
        ),
    ),
    Comparison(
        "daily_state",
        f"{BATCH} {ASSIGNMENT}",
        (
            *_sums("day_number", "population", "avg_weight_g", "biomass_kg", "temp_c", "mortality_count"),
            *_sums("observed_fcr"),
            ("feed_kg", "sum(round(t.feed_kg, 2))", "sum(t.feed_kg)"),
            ("anchors", "count(t.anchor_type)", ""),
            *_dates("date"),
        ),
        keys="a.batch_id <> t.batch_id OR a.container_id <> t.container_id"
        " OR a.lifecycle_stage_id <> t.lifecycle_stage_id",
    ),
    Comparison(
        "harvest_event",
        f"{BATCH} {ASSIGNMENT} JOIN infrastructure_geography g ON g.id = t.dest_geography_id",
        (*_dates("event_date::date"), ("notes", "min(t.document_ref)", "")),
        "JOIN geography g ON g.id = t.dest_geography_id",
        ("g.name", "g.name"),
        "a.batch_id <> t.batch_id",
    ),
    Comparison(
        "harvest_lot",
        "JOIN harvest_harvestevent e ON e.id = t.event_id JOIN batch_batch b ON b.id = e.batch_id"
        " JOIN harvest_productgrade g ON g.id = t.product_grade_id",
        _sums("unit_count", "live_weight_kg", "gutted_weight_kg"),
        "JOIN product_grade g ON g.id = t.product_grade_id",
        ("g.code", "g.code"),
    ),
)


def reconcile(run_dir: Path, manifest: Manifest, dsn: str) -> Reconciliation:
    """Every difference between a run's manifest, its Parquet and the database that it was loaded into.

    InputError when the database holds no load of this run.
    """
    result = Reconciliation()
    with connect(dsn) as connection, duckdb.connect() as lake:
        load = load_log.find(connection, manifest) if load_log.exists(connection) else None
        if load is None:
            raise InputError(
                str(run_dir),
                "the database holds no load of this run",
                f"load it: python -m engine.load {run_dir}",
            )
        lake.execute("SET TimeZone = 'UTC'")
        _views(lake, run_dir, manifest)
        for comparison in COMPARISONS:
            _compare(result, comparison, lake, connection, manifest, load)
    return result


def _views(lake: duckdb.DuckDBPyConnection, run_dir: Path, manifest: Manifest) -> None:
    files = {name: [part.file] for name, part in manifest.dimensions.items()}
    for partition in manifest.partitions:
        for name, part in partition.tables.items():
            files.setdefault(name, []).append(part.file)
    for name, paths in files.items():
        listed = [str(run_dir / path) for path in paths]
        lake.read_parquet(listed).create_view(name)


def _compare(
    result: Reconciliation,
    comparison: Comparison,
    lake: duckdb.DuckDBPyConnection,
    connection: Connection,
    manifest: Manifest,
    load: Load,
) -> None:
    table = comparison.table
    mapping = EVENT_MAPPINGS[table]
    first, last = load.id_range(table)
    query = sql.SQL("SELECT count(*) FROM {} WHERE id BETWEEN %s AND %s").format(sql.Identifier(mapping.uat))
    row = connection.execute(query, (first, last)).fetchone()
    result.compare(f"{table}: rows", manifest.tables.get(table, 0), row[0] if row else None)
    if not manifest.tables.get(table):
        return

    names = ["rows", *(name for name, _, _ in comparison.measures)]
    # DuckDB has the batch's number only in its own table, PostgreSQL over the keys: b is a batch in both
    own_batch = "b.id = t.id" if table == "batch" else "b.id = t.batch_id"
    lake_measures = ["count(*)", *(expression for _, expression, _ in comparison.measures)]
    expected = lake.execute(
        f"SELECT b.batch_number, {comparison.by[0] or 'NULL'}, {', '.join(lake_measures)} "
        f"FROM {table} t JOIN batch b ON {own_batch} {comparison.lake} GROUP BY 1, 2"
    ).fetchall()
    uat_measures = ["count(*)", *(uat or same for _, same, uat in comparison.measures)]
    wrong_keys = f"count(*) FILTER (WHERE {comparison.keys})" if comparison.keys else "0"
    joins = comparison.uat.format(
        batch_offset=load.offsets["batch"], offset=load.offsets[table], id_bits=_id_bits(table)
    )
    found = connection.execute(
        sql.SQL(
            f"SELECT b.batch_number, {comparison.by[1] or 'NULL'}, {', '.join(uat_measures)}, {wrong_keys} "
            f'FROM "{mapping.uat}" t {joins} WHERE t.id BETWEEN {first} AND {last} GROUP BY 1, 2'
        )
    ).fetchall()
    _match(result, table, names, expected, found)


def _id_bits(table: str) -> int:
    return TABLES[table].id_bits


def _match(
    result: Reconciliation,
    table: str,
    names: list[str],
    expected: list[tuple[Any, ...]],
    found: list[tuple[Any, ...]],
) -> None:
    left = {(row[0], row[1]): row[2:] for row in expected}
    right = {(row[0], row[1]): row[2:] for row in found}
    for key in sorted(left.keys() | right.keys(), key=str):
        label = f"{table}, batch {key[0]}" + (f", {key[1]}" if key[1] is not None else "")
        mine, theirs = left.get(key), right.get(key)
        for place, name in enumerate(names):
            result.compare(f"{label}: {name}", mine[place] if mine else None, theirs[place] if theirs else None)
        if theirs:
            result.compare(f"{label}: contradictory keys", 0, theirs[-1])
