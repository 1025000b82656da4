"""The truth tables, for which the UAT has no place: in the schema `smoltworks`, declared by the lake alone.

Columns, types, keys and comments follow from there, ids being the target's. They have no foreign key, since one would
hinder the application in deleting its own rows.
"""

from __future__ import annotations

import pyarrow as pa

from lake.tables.declaration import Column, Table
from warehouse.uat.identifiers import quoted
from warehouse.uat.tables.declaration import Constraint, UatColumn, UatTable

SCHEMA = "smoltworks"
TYPES = {
    pa.bool_(): "boolean",
    pa.int8(): "smallint",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.string(): "text",
    pa.date32(): "date",
    pa.timestamp("us", tz="UTC"): "timestamp with time zone",
}


def postgres_type(column: Column) -> str:
    """The PostgreSQL type that holds a lake column; an id is the target's, and those are bigint."""
    if column.references:
        return "bigint"
    if pa.types.is_decimal(column.type):
        return f"numeric({column.type.precision},{column.type.scale})"
    return TYPES[column.type]


def truth_table(table: Table) -> UatTable:
    """A truth table's place: the lake's columns and key.

    The key is an index, not a constraint: kept up during a COPY it would double the time of millions of rows, made
    again after it costs a quarter of that. A batch's rows lie together, so a block range index finds them for nothing.
    """
    columns = tuple(
        UatColumn(
            name=c.name,
            type=postgres_type(c),
            nullable=c.nullable,
            identity=c.name == "id",
            non_negative=False,
            references=(),
        )
        for c in table.columns
    )
    constraints = (
        Constraint(name=f"{table.name}_key", kind="unique_index", body=f"({quoted(*table.key)})", columns=table.key),
        Constraint(name=f"{table.name}_batch_id", kind="index", body='USING brin ("batch_id")', columns=("batch_id",)),
    )
    return UatTable(name=f"{SCHEMA}.{table.name}", columns=columns, constraints=constraints)
