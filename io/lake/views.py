"""A run's lake as DuckDB views, with what the manifest and the plan say beside them as small tables.

`connect` gives every table of the lake by its name, over exactly the Parquet files that the manifest names, with a
stay as assignment_id in every table that names it, and

    run(name, as_of, seed, batch_count, fingerprint)
    manifest_part(table_name, partition, file, rows, bytes)      partition is null for a dimension's one part
    manifest_batch(batch_id, partition, days, rows)              rows over all tables
    manifest_fingerprint(batch_id, table_name, fingerprint)
    estimate(table_name, rows)
    parquet_footer(file, rows)

`register_plan` adds the tables of PLAN_TABLES, which the lake itself doesn't hold: the schedule, and the bands of
the biology by which the run was made.
"""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import pyarrow as pa

from lake.checked import read_checked
from lake.dictionary import dictionary
from lake.errors import InputError
from lake.interrupting import interruptible
from lake.manifest import Manifest
from lake.next_step import command
from lake.object_files import let_read
from lake.tables import TABLES
from lake.view_sql import comments, quoted, selected

Connection = duckdb.DuckDBPyConnection

MEMORY_LIMIT = "4GB"

_RUN = {
    "run": pa.schema(
        [
            ("name", pa.string()),
            ("as_of", pa.date32()),
            ("seed", pa.int64()),
            ("batch_count", pa.int32()),
            ("fingerprint", pa.string()),
        ]
    ),
    "manifest_part": pa.schema(
        [
            ("table_name", pa.string()),
            ("partition", pa.int32()),
            ("file", pa.string()),
            ("rows", pa.int64()),
            ("bytes", pa.int64()),
        ]
    ),
    "manifest_batch": pa.schema(
        [("batch_id", pa.int32()), ("partition", pa.int32()), ("days", pa.int32()), ("rows", pa.int64())]
    ),
    "manifest_fingerprint": pa.schema(
        [("batch_id", pa.int32()), ("table_name", pa.string()), ("fingerprint", pa.string())]
    ),
    "estimate": pa.schema([("table_name", pa.string()), ("rows", pa.int64())]),
}
_FOUND = {
    "lake_fingerprint": _RUN["manifest_fingerprint"],
    "batch_rows": pa.schema([("table_name", pa.string()), ("batch_id", pa.int32()), ("rows", pa.int64())]),
}
_KINDS = {
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.float64(): "DOUBLE",
    pa.int8(): "TINYINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
}
RUN_TABLES = frozenset(_RUN)  # what the manifest alone tells

PLAN_TABLES: Mapping[str, pa.Schema] = MappingProxyType(
    {
        "planned_batch": pa.schema(
            [
                ("batch_id", pa.int32()),
                ("batch_number", pa.string()),
                ("geography_id", pa.int32()),
                ("eggs", pa.int64()),  # as ordered
                ("eggs_placed", pa.int64()),
                ("status", pa.string()),  # null where the plan alone doesn't tell it
                ("start_date", pa.date32()),
                ("end_date", pa.date32()),
                ("harvest_target_g", pa.float64()),  # null where the biology draws it
                ("over_capacity", pa.bool_()),
            ]
        ),
        "planned_stay": pa.schema(
            [
                ("batch_id", pa.int32()),
                ("lifecycle_stage_id", pa.int8()),
                ("container_id", pa.int32()),
                ("area_id", pa.int32()),  # null on land
                ("start_date", pa.date32()),
                ("end_date", pa.date32()),
            ]
        ),
        "sensor_limit": pa.schema(
            [
                ("parameter_id", pa.int8()),
                ("low", pa.float64()),
                ("high", pa.float64()),
                ("noise_sd", pa.float64()),
                ("bias_sd", pa.float64()),
                ("drift_low", pa.float64()),  # a month
                ("drift_high", pa.float64()),
                ("resolution", pa.float64()),
            ]
        ),
        "fcr_band": pa.schema(
            [
                ("geography_id", pa.int32()),
                ("lifecycle_stage_id", pa.int8()),
                ("mean", pa.float64()),
                ("sd", pa.float64()),
            ]
        ),
        "exchange_rate": pa.schema([("geography_id", pa.int32()), ("per_eur", pa.float64())]),
        "ring_water": pa.schema([("container_id", pa.int64()), ("staleness", pa.float64())]),
        "planned_lice_limit": pa.schema(
            [
                ("geography_id", pa.int32()),
                ("month", pa.int32()),
                ("limit_females", pa.float64()),  # adult females a fish
                ("treated_above", pa.float64()),  # what orders a treatment
            ]
        ),
        "treatment_rule": pa.schema(
            [
                ("method", pa.string()),
                ("treatment_type", pa.string()),
                ("duration_days", pa.int32()),
                ("withholding_days", pa.int32()),
                ("fasting_days", pa.int32()),  # before it and on its day
            ]
        ),
        "parameter": pa.schema([("name", pa.string()), ("value", pa.float64())]),
    }
)


def connect(
    run_dir: Path,
    manifest: Manifest | None = None,
    *,
    tables: Collection[str] | None = None,
    with_comments: bool = False,
) -> Connection:
    """DuckDB on a complete run, or on some of its tables. Nothing is fetched, nothing in the run changed.

    manifest: given where the files were held against it already. InputError when the run is not complete, or a file
    that a view would read is not as the manifest has it. The footers' view is there when all tables are. with_comments:
    each view and column says what it means (duckdb_views(), duckdb_columns()), which takes half a second.
    """
    if manifest is None:
        manifest = read_checked(run_dir, tables)
    connection = interruptible(
        duckdb.connect(
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "python_enable_replacements": "false",
                "memory_limit": MEMORY_LIMIT,
                # made when it is needed and then removed; nobody can have made it before
                "temp_directory": str(Path(tempfile.gettempdir()) / f"smoltworks-duckdb-{secrets.token_hex(8)}"),
            }
        )
    )
    connection.execute("SET TimeZone = 'UTC'")
    with suppress(duckdb.Error):  # a notebook without ipywidgets has no bar that could be turned off
        connection.execute("SET enable_progress_bar = false")
    try:
        let_read(connection, run_dir)
        _create_views(connection, run_dir, manifest, tables)
        if with_comments:
            for name in TABLES if tables is None else tables:
                connection.execute(" ".join(comments(dictionary()[name])))
    except duckdb.Error as error:
        connection.close()
        cure = f"check them: {command('verify', run_dir)}"
        raise InputError(str(run_dir), f"its files can't be read: {error}", cure) from None
    for name, rows in _run_rows(manifest).items():
        _create(connection, name, rows, _RUN[name])
    return connection


def _create_views(connection: Connection, run_dir: Path, manifest: Manifest, tables: Collection[str] | None) -> None:
    files = manifest.files
    for name in TABLES if tables is None else tables:
        # a run of before a table was declared has none, and is read as it is
        if paths := [str(run_dir / file) for file in files.get(name, [])]:
            found = connection.read_parquet(paths, hive_partitioning=False)
        found.project(selected(dictionary()[name])).create_view(name)
    if tables is not None:
        return
    listed = ", ".join(quoted(str(run_dir / part.file)) for _, _, part in _parts(manifest))
    prefix = len(str(run_dir / "x")) - 1
    connection.execute(
        f"CREATE VIEW parquet_footer AS SELECT file_name[{prefix + 1}:] AS file, num_rows AS rows "
        f"FROM parquet_file_metadata([{listed}])"
    )


def register_plan(connection: Connection, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Add tables of PLAN_TABLES from their rows; KeyError for any other name."""
    for name, rows in tables.items():
        _create(connection, name, rows, PLAN_TABLES[name])


def register_found(connection: Connection, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add a table of what the Parquet itself says, from its rows: lake_fingerprint or batch_rows."""
    _create(connection, name, rows, _FOUND[name])


def _parts(manifest: Manifest) -> list[tuple[int | None, str, Any]]:
    """(partition, table, part) of every file; the partition is None for dimensions."""
    events = [(p.partition, name, part) for p in manifest.partitions for name, part in p.tables.items()]
    return [*((None, name, part) for name, part in manifest.dimensions.items()), *events]


def _run_rows(manifest: Manifest) -> dict[str, list[dict[str, Any]]]:
    identity = manifest.identity
    return {
        "run": [
            {
                "name": manifest.run,
                "as_of": date.fromisoformat(identity.as_of),
                "seed": identity.seed,
                "batch_count": identity.batch_count,
                "fingerprint": manifest.fingerprint,
            }
        ],
        "manifest_part": [
            {"table_name": t, "partition": n, "file": part.file, "rows": part.rows, "bytes": part.bytes}
            for n, t, part in _parts(manifest)
        ],
        "manifest_batch": [
            {"batch_id": batch, "partition": p.partition, "days": record.days, "rows": record.rows}
            for p in manifest.partitions
            for batch, record in p.batches.items()
        ],
        "manifest_fingerprint": [
            {"batch_id": batch, "table_name": table, "fingerprint": value}
            for p in manifest.partitions
            for batch, tables in p.fingerprints.items()
            for table, value in tables.items()
        ],
        "estimate": [{"table_name": t, "rows": n} for t, n in manifest.estimate.items()],
    }


def _create(connection: Connection, name: str, rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> None:
    """A table of plain rows: by way of JSON, since Arrow imports pandas for Python's values, which takes a second."""
    kinds = json.dumps([{field.name: _KINDS[field.type] for field in schema}])
    made = f"CREATE TABLE {name} AS SELECT unnest(from_json($rows, '{kinds}'), recursive := true)"
    connection.execute(made, {"rows": json.dumps(list(rows), default=str)})
