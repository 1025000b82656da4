"""Every table that the loader fills: the UAT's, and in the schema `smoltworks` what the UAT has no place for.

The truth tables are declared by the lake alone: columns, types, keys and comments follow from there, ids being the
target's. They have no foreign key, since one would hinder the application in deleting its own rows.
"""

from __future__ import annotations

from types import MappingProxyType

import pyarrow as pa

from lake.tables import EVENT_TABLES
from lake.tables.declaration import Column, Table
from warehouse.uat.schema import (
    UAT_TABLES,
    Constraint,
    UatColumn,
    UatTable,
    create_index,
    create_table,
    qualified,
    quoted,
)

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
    pa.time64("us"): "time without time zone",
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
        UatColumn(c.name, postgres_type(c), c.nullable, identity=c.name == "id", non_negative=False, references=())
        for c in table.columns
    )
    constraints = (
        Constraint(f"{table.name}_key", "unique_index", f"({quoted(*table.key)})", table.key),
        Constraint(f"{table.name}_batch_id", "index", 'USING brin ("batch_id")', ("batch_id",)),
    )
    return UatTable(f"{SCHEMA}.{table.name}", columns, constraints)


TRUTH_TABLES = MappingProxyType({f"{SCHEMA}.{t.name}": truth_table(t) for t in EVENT_TABLES if t.truth})
TARGET_TABLES = MappingProxyType({**UAT_TABLES, **TRUTH_TABLES})


def truth_ddl(name: str) -> list[str]:
    """Statements that make one truth table, with the lake's descriptions as comments."""
    table = TRUTH_TABLES[name]
    declared = next(t for t in EVENT_TABLES if f"{SCHEMA}.{t.name}" == name)
    statements = [create_table(table), *(create_index(table, i) for i in table.constraints)]
    statements.append(f"COMMENT ON TABLE {qualified(name)} IS {_literal(declared.description)}")
    for column in declared.columns:
        text = column.description + (f" ({column.unit})" if column.unit else "")
        statements.append(f'COMMENT ON COLUMN {qualified(name)}."{column.name}" IS {_literal(text)}')
    return statements


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
