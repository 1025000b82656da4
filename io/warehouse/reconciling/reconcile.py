"""Parquet against PostgreSQL: rows, per-batch sums and keys, exact, on each side by its own engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
from psycopg import sql

from lake.errors import InputError
from lake.manifest import Manifest
from lake.next_step import command
from lake.tables import EVENT_TABLE_NAMES
from warehouse import load_log
from warehouse.database import Connection, connect, identifier
from warehouse.load_log import Load
from warehouse.preflight.server import refuse_other_encoding
from warehouse.reconciling.comparisons import Comparison
from warehouse.reconciling.derived_comparisons import derive
from warehouse.reconciling.history_comparisons import derive_history
from warehouse.reconciling.lake_views import create_views
from warehouse.selection import choose
from warehouse.server_errors import database_errors
from warehouse.uat.expressions import Mapping
from warehouse.uat.history import History
from warehouse.uat.identifiers import qualified
from warehouse.uat.mapping import EVENT_MAPPINGS
from warehouse.uat.tables import HISTORY_TABLES
from warehouse.uat.tables.history import HISTORY_ID

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
        """Count a comparison, and note where it fails."""
        self.comparisons += 1
        if expected != found:
            self.append(Discrepancy(check=check, expected=expected, found=found))


def reconcile(run_dir: Path, manifest: Manifest, dsn: str, tables: Iterable[str] = EVENT_TABLE_NAMES) -> Reconciliation:
    """Every difference between a run's manifest, its Parquet and the database that it, or a part, was loaded into.

    InputError when the database can't be reached, holds no load of this run or half of one, or one is at work.
    """
    result = Reconciliation()
    with database_errors(dsn), connect(dsn) as connection, duckdb.connect() as lake:
        refuse_other_encoding(connection)
        load_log.lock_for_reading(connection, manifest)
        load = load_log.find(connection, manifest) if load_log.exists(connection) else None
        if load is None:
            raise InputError(
                str(run_dir),
                "the database holds no load of this run",
                f"load it: {command('load', run_dir)}",
            )
        load_log.refuse_half_removed(load)
        extract = choose(load.selection, run_dir, manifest)
        load_log.refuse_unfinished(load, len(extract.partitions))
        lake.execute("SET TimeZone = 'UTC'")
        create_views(lake, extract, load.prefix, load.owner)
        sides = _Sides(lake=lake, connection=connection, load=load)
        tables = tuple(tables)
        for table in tables:
            rows = manifest.tables.get(table, 0)
            if rows and not extract.is_whole:
                rows = lake.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
            _compare(result, sides, derive(table), rows)
        for history in load.histories:
            if history.table.lake in tables:
                _compare_states(result, sides, history)
        _compare_master_history(result, sides)
    return result


@dataclass(frozen=True)
class _Sides:
    """What is compared: the lake as the load took it, and the load's rows in the database."""

    lake: duckdb.DuckDBPyConnection
    connection: Connection
    load: Load


def _compare(result: Reconciliation, sides: _Sides, comparison: Comparison, rows: int) -> None:
    """Compare a table, of which there should be `rows`."""
    connection, load, table = sides.connection, sides.load, comparison.table
    mapping = EVENT_MAPPINGS[table]
    own = load.own_rows(mapping)
    row = connection.execute(
        sql.SQL("SELECT count(*) FROM {} t WHERE ").format(identifier(mapping.uat)) + own
    ).fetchone()
    result.compare(f"{table}: rows", rows, row[0] if row else None)
    if not rows:
        return

    measures = (("rows", "count(*)", "count(*)"), *comparison.measures)
    _compare_by_batch(result, sides, replace(comparison, measures=measures), mapping)


def _compare_states(result: Reconciliation, sides: _Sides, history: History) -> None:
    """Compare a history table, and that the states of no row go back in time."""
    name = history.mapping.uat
    _compare_by_batch(result, sides, derive_history(history), history.mapping)
    if not history.earlier:
        return
    back = sql.SQL(
        "SELECT count(*) FROM (SELECT history_date < lag(history_date) OVER (PARTITION BY {} ORDER BY history_id) "
        "AS back FROM {} t WHERE {}) s WHERE back"
    ).format(sql.Identifier(history.table.id_column), identifier(name), sides.load.own_rows(history.mapping))
    row = sides.connection.execute(back).fetchone()
    result.compare(f"{name}: states before the one that they follow", 0, row[0] if row else None)


def _compare_master_history(result: Reconciliation, sides: _Sides) -> None:
    """Compare how many master rows that the load added have their history."""
    for rows in load_log.master_rows(sides.connection, sides.load):
        if rows.table in HISTORY_TABLES:
            query = sql.SQL("SELECT count(*) FROM {} WHERE {} BETWEEN {} AND {}").format(
                identifier(rows.table), sql.Identifier(HISTORY_ID), sql.Literal(rows.first), sql.Literal(rows.last)
            )
            row = sides.connection.execute(query).fetchone()
            result.compare(f"{rows.table}: rows", rows.last - rows.first + 1, row[0] if row else None)


def _compare_by_batch(result: Reconciliation, sides: _Sides, comparison: Comparison, mapping: Mapping) -> None:
    """Compare the figures of a table of the target that is filled by a mapping."""
    connection, load, table = sides.connection, sides.load, comparison.table
    own = load.own_rows(mapping)
    # DuckDB has the batch's number only in its own table, PostgreSQL over the keys: b is a batch in both
    own_batch = "b.id = t.id" if table == "batch" else "b.id = t.batch_id"
    lake_measures = [expression for _, expression, _ in comparison.measures]
    expected = sides.lake.execute(
        f"SELECT b.batch_number, {comparison.by[0]}, {comparison.within[0]}, {', '.join(lake_measures)} "
        f"FROM {table} t JOIN batch b ON {own_batch} {comparison.lake} GROUP BY 1, 2, 3"
    ).fetchall()
    uat_measures = [expression for _, _, expression in comparison.measures]
    wrong_keys = f"count(*) FILTER (WHERE {comparison.keys})"
    query = (
        f"SELECT b.batch_number, {comparison.by[1]}, {comparison.within[1]}, {', '.join(uat_measures)}, {wrong_keys} "
        f"FROM {qualified(mapping.uat)} t {comparison.uat} WHERE "
    ).format(offsets=load.offsets)
    found = connection.execute(sql.SQL(query) + own + sql.SQL(" GROUP BY 1, 2, 3")).fetchall()
    _match(result, comparison, expected, found)


def _match(
    result: Reconciliation,
    comparison: Comparison,
    expected: list[tuple[Any, ...]],
    found: list[tuple[Any, ...]],
) -> None:
    names = [name for name, _, _ in comparison.measures]
    left = {row[:3]: row[3:] for row in expected}
    right = {row[:3]: row[3:] for row in found}
    for key in sorted(left.keys() | right.keys(), key=str):
        label = f"{comparison.of or comparison.table}, batch {key[0]}" + (f", {key[1]}" if key[1] is not None else "")
        mine, theirs = left.get(key), right.get(key)
        for place, name in enumerate(names):
            result.compare(f"{label}: {name}", mine[place] if mine else None, theirs[place] if theirs else None)
        if theirs:
            result.compare(f"{label}: contradictory keys", 0, theirs[-1])
