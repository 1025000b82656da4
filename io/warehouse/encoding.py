"""Lake rows become rows of the UAT, and those PostgreSQL's binary COPY format; a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pgpq import ArrowToPostgresBinaryEncoder
from pgpq.encoders import StringEncoderBuilder
from pgpq.schema import Jsonb

from lake.tables import EVENT_TABLE_NAMES, TABLES
from warehouse.moments import Parents, Rows, compute
from warehouse.passwords import unusable_password
from warehouse.people import Staff, choose
from warehouse.uat.derived import unscaled
from warehouse.uat.expressions import (
    HISTORY_NUMBER,
    Constant,
    ContentType,
    Derived,
    DimensionValue,
    Expression,
    FirstOf,
    HistoryId,
    LakeColumn,
    Mapping,
    Password,
    RowId,
    User,
)
from warehouse.uat.people import Person
from warehouse.uat.tables import TARGET_TABLES
from warehouse.uat.times import Moment

EPOCH = date(1970, 1, 1)
ARROW_TYPES = {
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp with time zone": pa.timestamp("us", tz="UTC"),
    "time without time zone": pa.time64("us"),
    "double precision": pa.float64(),
    "text": pa.string(),
    "jsonb": pa.string(),
}


@dataclass(frozen=True)
class Context:
    """What a target knows of a run: `dimension_ids[table][lake id]` is the target's id, position 0 is null;
    `offsets[table]` is added to the lake's ids of an event table; `content_types[app, model]` is Django's id;
    `prefix` precedes texts that bear a batch's number; `run_start` is the first batch's first day; `parents` are the
    rows that those of a partition refer to, `passwords[username]` what Django keeps of a password."""

    as_of: date
    run_start: date
    user_id: int
    dimensions: dict[str, pa.Table]
    dimension_ids: dict[str, pa.Array]
    offsets: dict[str, int]
    content_types: dict[tuple[str, str], int] = field(default_factory=dict)
    prefix: str = ""
    parents: Parents = field(default_factory=Parents)
    passwords: Dictionary[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def staff(self) -> Staff:
        """The farm's people, by place and role."""
        return Staff(dimensions=self.dimensions, ids=self.dimension_ids["staff"], owner=self.user_id)


def arrow_type(uat_type: str) -> pa.DataType:
    """The exact Arrow type that pgpq writes as this PostgreSQL type."""
    if uat_type.startswith("character varying"):
        return pa.string()
    if uat_type.startswith("numeric("):
        precision, scale = uat_type[len("numeric(") : -1].split(",")
        return pa.decimal64(int(precision), int(scale))
    return ARROW_TYPES[uat_type]


def target_schema(mapping: Mapping) -> pa.Schema:
    """The columns that are copied into the target's table, in the declaration's order."""
    table = TARGET_TABLES[mapping.uat]
    return pa.schema([pa.field(name, arrow_type(table.column(name).type)) for name in mapping.columns])


def encoder(mapping: Mapping) -> ArrowToPostgresBinaryEncoder:
    """A pgpq encoder for one COPY: jsonb needs its own output type, the rest follows from the Arrow types."""
    schema, table = target_schema(mapping), TARGET_TABLES[mapping.uat]
    builders = {
        field.name: StringEncoderBuilder.new_with_output(field, Jsonb())
        if table.column(field.name).type == "jsonb"
        else ArrowToPostgresBinaryEncoder.infer_encoder(field)
        for field in schema
    }
    return ArrowToPostgresBinaryEncoder.new_with_encoders(schema, builders)


def exact_cast(values: pa.Array, to: pa.DataType) -> pa.Array:
    """Cast without loss, but decimals are rounded half away from zero, as PostgreSQL and DuckDB do."""
    if values.type == to:
        return values
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_decimal(values.type) and pa.types.is_floating(to):
        return _nearest_double(values)
    if pa.types.is_decimal(values.type) and values.type.scale > to.scale:
        wide = values.cast(pa.decimal128(values.type.precision, values.type.scale))
        values = pc.round(wide, to.scale, "half_towards_infinity")
    return values.cast(to)


def _nearest_double(values: pa.Array) -> pa.Array:
    """The double nearest to each decimal of at most 15 digits: a quotient of two exact doubles, rounded once."""
    whole = unscaled(values.cast(pa.decimal64(values.type.precision, values.type.scale)))
    mask = values.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
    return pa.array(whole / 10.0**values.type.scale, pa.float64(), mask=mask)


def project(
    rows: pa.RecordBatch, mapping: Mapping, context: Context, numbers: pa.Array | None = None
) -> pa.RecordBatch:
    """Lake rows as rows of the target.

    `numbers` (int64): each row's place in its table, in the manifest's order, from 0; 0, 1, ... unless given.
    """
    schema = target_schema(mapping)
    if numbers is None:
        numbers = pa.array(np.arange(rows.num_rows, dtype=np.int64))
    source = _Source(rows=rows, mapping=mapping, context=context, numbers=numbers)
    columns = [
        exact_cast(_evaluate(expression, source, field.type), field.type)
        for field, expression in zip(schema, mapping.columns.values(), strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def evaluate(
    expression: Expression,
    rows: pa.RecordBatch,
    mapping: Mapping,
    *,
    context: Context,
    numbers: pa.Array,
    to: pa.DataType,
) -> pa.Array:
    """What one expression gives for rows of a mapping's lake table, of the type `to` or one that casts to it."""
    return _evaluate(expression, _Source(rows=rows, mapping=mapping, context=context, numbers=numbers), to)


@dataclass(frozen=True)
class _Source:
    """What the expressions of a mapping are evaluated on."""

    rows: pa.RecordBatch
    mapping: Mapping
    context: Context
    numbers: pa.Array
    _times: dict[Moment, pa.Array] = field(default_factory=dict)

    @property
    def lake_rows(self) -> Rows:
        """The rows, and what they refer to."""
        return Rows(
            table=self.mapping.lake,
            rows=self.rows,
            parents=self.context.parents,
            run_start=(self.context.run_start - EPOCH).days,
            as_of=(self.context.as_of - EPOCH).days,
        )

    def time(self, moment: Moment) -> pa.Array:
        """Each row's time."""
        if moment not in self._times:
            self._times[moment] = compute(moment, self.lake_rows)
        return self._times[moment]

    def column(self, name: str) -> pa.Array:
        """A lake column, ids as the target's."""
        return self.translate(self.rows.column(name), TABLES[self.mapping.lake].column(name).references)

    def translate(self, ids: pa.Array, table: str) -> pa.Array:
        """Ids of a lake table's rows as the target's; anything else as it is."""
        if not table:
            return ids
        if table in EVENT_TABLE_NAMES:
            return pc.add(ids.cast(pa.int64()), self.context.offsets[table])
        return self.context.dimension_ids[table].take(ids.cast(pa.int32()))


def _evaluate(expression: Expression, source: _Source, to: pa.DataType) -> pa.Array:
    rows, mapping, context = source.rows, source.mapping, source.context
    match expression:
        case LakeColumn(column, prefixed=True) if context.prefix:
            return pc.binary_join_element_wise(context.prefix, rows.column(column), "")
        case LakeColumn(column):
            return source.column(column)
        case Constant(value):
            return pa.repeat(pa.scalar(value, to), rows.num_rows)
        case Moment():
            return source.time(expression)
        case Person():
            return choose(expression, source.lake_rows, context.staff)
        case Password(username):
            names = rows.column(username).to_pylist()
            return pa.array([context.passwords.get(name) or unusable_password(name) for name in names], pa.string())
        case User(where):
            user = pa.repeat(pa.scalar(context.user_id, to), rows.num_rows)
            return pc.if_else(rows.column(where).is_valid(), user, None) if where else user
        case FirstOf(columns):
            return pc.coalesce(*(source.column(column) for column in columns))
        case ContentType(models):
            return pc.case_when(
                pc.make_struct(*(rows.column(column).is_valid() for column, _, _ in models)),
                *(
                    pa.repeat(pa.scalar(context.content_types[app, model], to), rows.num_rows)
                    for _, app, model in models
                ),
            )
        case RowId() if mapping.has_lake_id:
            return source.translate(rows.column("id"), mapping.lake)
        case RowId():
            return pc.add(source.numbers, context.offsets[mapping.lake] + 1)
        case HistoryId():
            return pc.add(rows.column(HISTORY_NUMBER), context.offsets[mapping.ids])
        case DimensionValue(column, table, value):
            dimension = context.dimensions[table]
            found = pc.index_in(rows.column(column), dimension.column("id").combine_chunks())
            return dimension.column(value).combine_chunks().take(found)
        case Derived(compute=compute):
            return compute(rows)
    raise TypeError(f"unknown expression {expression!r}")
