"""Rows of any table, made from its declaration: one or two a batch, every column filled, every reference valid."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from lake.tables import DIMENSION_TABLE_NAMES, EVENT_TABLES, TABLES
from lake.tables.declaration import Column, Table
from warehouse.uat.expressions import LakeColumn
from warehouse.uat.mapping import DIMENSION_MAPPINGS, EVENT_MAPPINGS
from warehouse.uat.tables import TARGET_TABLES

Row = dict[str, Any]
ROWS = 2
DAY = date(2024, 1, 3)
WHOLE = {pa.int8(), pa.int16(), pa.int32(), pa.int64()}


def target_type(table: Table, column: Column) -> str:
    """The target's type of a column that is taken as it is."""
    mapping = EVENT_MAPPINGS.get(table.name) or DIMENSION_MAPPINGS[table.name]
    names = [name for name, expression in mapping.columns.items() if expression == LakeColumn(column.name)]
    return TARGET_TABLES[mapping.uat].column(names[0]).type if names else ""


def value(table: Table, column: Column, *, batch: int, row: int, prefix: str) -> Any:
    """Something of the column's type that differs from row to row, and in texts from batch to batch."""
    if column.codes:
        return column.codes[row % len(column.codes)]
    if pa.types.is_decimal(column.type):
        return Decimal(4 * row + batch % 4) / 4 if column.type.scale > 1 else Decimal(row)
    if column.type in WHOLE:
        return row + batch
    if column.type == pa.bool_():
        return row % 2 == 1
    if column.type == pa.date32():
        shared = any({"area_id", column.name} <= set(key) for key in table.unique)  # by batches of one place
        return DAY + timedelta(row + (ROWS * batch if shared else 0))
    if pa.types.is_timestamp(column.type):
        return datetime.combine(DAY, time(9, 30, microsecond=batch), UTC) + timedelta(row)
    if column.type == pa.string():
        json = target_type(table, column) == "jsonb"
        return f'{{"batch": {batch}}}' if json else f"{prefix}{column.name[:10]} {batch}-{row}"
    raise TypeError(f"{table.name}.{column.name}: {column.type}")


def fill(rows: dict[str, list[Row]], batch: int, sizes: dict[str, int], prefix: str) -> None:
    """Add the rows of one batch to `rows` for each event table that it lacks; `sizes`: rows by dimension table.

    A table that must refer to one without rows stays without; an optional reference is null in every second row.
    """
    for table in EVENT_TABLES:
        _fill(table, rows, batch, sizes=sizes, prefix=prefix)


def _fill(table: Table, rows: dict[str, list[Row]], batch: int, *, sizes: dict[str, int], prefix: str) -> None:
    if table.name in rows:
        return
    parents = [c for c in table.columns if c.references and c.references not in DIMENSION_TABLE_NAMES]
    for column in parents:
        _fill(TABLES[column.references], rows, batch, sizes=sizes, prefix=prefix)
    count = min(ROWS, (1 << table.id_bits) - 1) if table.id_bits else ROWS
    for column in parents:
        if not column.nullable:
            there = len(rows[column.references])
            alone = table.key == (column.name,)
            count = min(count, there) if alone or not there else count
    stays = {stay["id"]: stay["container_id"] for stay in rows.get("container_assignment", [])}
    made = []
    for row in range(1, count + 1):
        values: Row = {}
        for column in table.columns:
            if column.name == "id":
                values["id"] = (batch << table.id_bits) + row
            elif column.references in DIMENSION_TABLE_NAMES:
                values[column.name] = 1 + (row + batch) % sizes[column.references]
            elif column.references:
                ids = [parent["id"] for parent in rows[column.references]]
                values[column.name] = ids[(row - 1) % len(ids)] if ids else None
            else:
                values[column.name] = value(table, column, batch=batch, row=row, prefix=prefix)
            if column.nullable and row % 2 == 0:
                values[column.name] = None
        for column in parents:
            if column.references == "container_assignment" and "container_id" in values:
                values["container_id"] = stays[values[column.name]]
        made.append(values)
    rows[table.name] = made


def fill_dimensions(rows: dict[str, list[Row]]) -> None:
    """Add rows to `rows` for each dimension table that it lacks."""
    for name in DIMENSION_TABLE_NAMES:
        if name not in rows:
            table = TABLES[name]
            rows[name] = [
                {
                    column.name: row
                    if column.name == "id"
                    else 1 + row % len(rows[column.references])
                    if column.references
                    else value(table, column, batch=0, row=row, prefix="")
                    for column in table.columns
                }
                for row in range(1, ROWS + 1)
            ]
