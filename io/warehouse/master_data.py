"""Master data: rows that the target has are found by natural key, missing ones are added, none is changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from psycopg import sql

from lake.columns import from_file
from lake.errors import InputError
from lake.manifest import Manifest
from lake.tables import TABLES
from warehouse.database import Connection, identifier
from warehouse.differences import DifferingColumn, find_differences
from warehouse.encoding import Context, encoder, project
from warehouse.load_log import AddedRows, reserve_ids
from warehouse.owner import user_id
from warehouse.part_files import open_part
from warehouse.server_errors import explain_error
from warehouse.uat.expressions import LakeColumn, Mapping
from warehouse.uat.mapping import CONTENT_TYPES, DIMENSIONS, FROM_NEAREST
from warehouse.uat.tables import TARGET_TABLES
from warehouse.uat.times import MASTER_DAYS

STAGING = sql.Identifier("smoltworks_incoming")


def read_dimensions(run_dir: Path, manifest: Manifest) -> dict[str, pa.Table]:
    """Every dimension table of the lake; InputError when the run lacks one or it has other columns."""
    tables = {}
    for mapping in DIMENSIONS:
        part = manifest.dimensions.get(mapping.lake)
        if part is None:
            raise InputError(str(run_dir), f"the run has no dimension table {mapping.lake}", "run it again")
        table = pq.read_table(open_part(run_dir, part))
        check_columns(table.schema, mapping, part.file)
        tables[mapping.lake] = from_file(table)
    return tables


def check_columns(schema: pa.Schema, mapping: Mapping, file: str) -> None:
    """InputError unless a Parquet file has the columns, with the types, that the mapping reads."""
    declared = TABLES[mapping.lake].file_schema
    for name in mapping.lake_columns:
        if name not in schema.names:
            raise InputError(file, f"no column {name}", "the run was made by another version: run it again")
        if schema.field(name).type != declared.field(name).type:
            raise InputError(
                file,
                f"{name} is {schema.field(name).type}, expected {declared.field(name).type}",
                "the run was made by another version: run it again",
            )


def run_start(run_dir: Path, manifest: Manifest) -> date:
    """The first day of the run's first batch; the as-of date where it has none."""
    days = [
        pc.min(pq.read_table(open_part(run_dir, partition.tables["batch"]), columns=["start_date"])[0])
        for partition in manifest.partitions
        if "batch" in partition.tables
    ]
    return min((day.as_py() for day in days if day.is_valid), default=as_of_date(manifest))


def as_of_date(manifest: Manifest) -> date:
    """The data's today."""
    return date.fromisoformat(manifest.identity.as_of)


def complete_master_data(
    connection: Connection, context: Context, *, owner: str
) -> tuple[Context, list[AddedRows], list[DifferingColumn]]:
    """The context with the target's ids of every dimension row and of the owner; missing rows are added.

    Also: which rows were added, and which are there but differ.

    To be called within a transaction. InputError when a natural key is there twice, or a missing row breaks a
    constraint of the target.
    """
    added: list[AddedRows] = []
    differing: list[DifferingColumn] = []
    for mapping in DIMENSIONS:
        try:
            differing += _match(connection, mapping, context, added)
        except psycopg.IntegrityError as e:
            raise InputError(
                f"table {mapping.uat}",
                f"a {mapping.lake.replace('_', ' ')} of the run can't be added: {explain_error(e)}",
                "the target has another row in its place: rename one of the two",
            ) from None
        if mapping.lake == "staff":  # the owner may be one of them, and what follows may be his
            joined = context.run_start - timedelta(MASTER_DAYS)
            context = replace(context, user_id=user_id(connection, owner, joined, added))
    return context, added, differing


def new_context(connection: Connection, run_dir: Path, manifest: Manifest, dimensions: dict[str, pa.Table]) -> Context:
    """What is known of a target before its master data is."""
    return Context(
        as_of=as_of_date(manifest),
        run_start=run_start(run_dir, manifest),
        user_id=0,
        dimensions=dimensions,
        dimension_ids={},
        offsets={},
        content_types=content_types(connection),
    )


def content_types(connection: Connection) -> dict[tuple[str, str], int]:
    """Django's ids of the models that rows refer to by content type; ours where the target has no such table."""
    row = connection.execute("SELECT to_regclass('django_content_type') IS NOT NULL").fetchone()
    if row is None or not row[0]:
        return dict(CONTENT_TYPES)
    rows = connection.execute("SELECT app_label, model, id FROM django_content_type").fetchall()
    found = {(str(app), str(model)): int(id_) for app, model, id_ in rows}
    missing = [".".join(model) for model in CONTENT_TYPES if model not in found]
    if missing:
        raise InputError(
            "table django_content_type", f"has no {' and no '.join(missing)}", "migrate the database to the end first"
        )
    return {model: found[model] for model in CONTENT_TYPES}


def _match(connection: Connection, mapping: Mapping, context: Context, added: list[AddedRows]) -> list[DifferingColumn]:
    """Fill context.dimension_ids for one table; tells `added` of rows that were missing. What of the others differs."""
    table = context.dimensions[mapping.lake]
    target, id_column = identifier(mapping.uat), sql.Identifier(mapping.id_column)
    columns = sql.SQL(", ").join(map(sql.Identifier, mapping.columns))
    rows = table.select(mapping.lake_columns).combine_chunks()
    connection.execute(
        sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            STAGING, columns, target
        )
    )
    # a serial column numbers the rows in the order in which they are copied: the lake's
    connection.execute(sql.SQL("ALTER TABLE {} ADD COLUMN smoltworks_row serial").format(STAGING))
    with connection.cursor() as cursor:
        encode = encoder(mapping)
        copy_sql = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(STAGING, columns)
        with cursor.copy(copy_sql) as copy:
            copy.write(encode.write_header())
            for batch in rows.to_batches():
                copy.write(encode.write_batch(project(batch, mapping, context)))
            copy.write(encode.finish())
    same = sql.SQL(" AND ").join(_equal(mapping, name) for name in mapping.key)
    missing = sql.SQL("FROM {} i WHERE NOT EXISTS (SELECT 1 FROM {} u WHERE {})").format(STAGING, target, same)
    counted = connection.execute(sql.SQL("SELECT count(*) ") + missing).fetchone()
    count = int(counted[0]) if counted else 0
    differing = find_differences(connection, mapping, STAGING, same) if count < rows.num_rows else []
    if count:
        base = reserve_ids(connection, mapping.uat, count)
        added.append(AddedRows(table=mapping.uat, first=base + 1, last=base + count))
        taken_over, nearest = _from_nearest(mapping)
        connection.execute(
            sql.SQL(
                "INSERT INTO {target} ({id}, {columns}{taken_over}) "
                "SELECT {base} + row_number() OVER (ORDER BY smoltworks_row), {columns}{nearest} "
            ).format(
                target=target,
                id=id_column,
                columns=columns,
                taken_over=taken_over,
                base=sql.Literal(base),
                nearest=nearest,
            )
            + missing
        )
    found = connection.execute(
        sql.SQL("SELECT i.smoltworks_row, u.{} FROM {} i JOIN {} u ON {} ORDER BY 1").format(
            id_column, STAGING, target, same
        )
    ).fetchall()
    connection.execute(sql.SQL("DROP TABLE {}").format(STAGING))
    order = np.array([row[0] for row in found], dtype=np.int64)
    if len(found) != rows.num_rows:
        twice = int(order[np.flatnonzero(np.diff(order) == 0)[0]]) - 1 if len(found) > rows.num_rows else 0
        name = {c: rows.column(c)[twice].as_py() for c in _words(mapping)}
        raise InputError(
            f"table {mapping.uat}",
            f"{name or mapping.key} is there more than once, so the run's rows can't be told apart",
            "make the natural key unique in the target",
        )
    lake_ids = table.column("id").to_numpy()
    ids = np.zeros(int(lake_ids.max(initial=0)) + 1, dtype=np.int64)
    ids[lake_ids] = [row[1] for row in found]
    context.dimension_ids[mapping.lake] = pa.array(ids, mask=ids == 0)
    return differing


def _from_nearest(mapping: Mapping) -> tuple[sql.Composable, sql.Composable]:
    """A further column that added rows take over from the target's nearest row, and its value; nothing for most."""
    name = FROM_NEAREST.get(mapping.lake)
    if name is None:
        return sql.SQL(""), sql.SQL("")
    # a degree of longitude is shorter than one of latitude by the latitude's cosine
    value = sql.SQL(
        ", (SELECT n.{name} FROM {target} n WHERE n.geography_id = i.geography_id AND n.{name} IS NOT NULL "
        "ORDER BY power(n.latitude - i.latitude, 2) "
        "+ power((n.longitude - i.longitude) * cosd(i.latitude::float8)::numeric, 2), n.id LIMIT 1)"
    )
    column = sql.Identifier(name)
    return sql.SQL(", {}").format(column), value.format(name=column, target=identifier(mapping.uat))


def _equal(mapping: Mapping, name: str) -> sql.Composed:
    """One column of a natural key is the same in the target's row u and in the incoming row i."""
    # a join on plain equality is the one that PostgreSQL does fast
    nullable = TARGET_TABLES[mapping.uat].column(name).nullable
    same = "u.{0} IS NOT DISTINCT FROM i.{0}" if nullable else "u.{0} = i.{0}"
    return sql.SQL(same).format(sql.Identifier(name))


def _words(mapping: Mapping) -> list[str]:
    """The lake columns of a natural key that a reader knows a row by: its texts."""
    expressions = [mapping.columns[name] for name in mapping.key]
    columns = [expression.column for expression in expressions if isinstance(expression, LakeColumn)]
    return [column for column in columns if TABLES[mapping.lake].column(column).type == pa.string()]
