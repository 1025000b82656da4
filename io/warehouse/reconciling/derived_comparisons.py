"""What is compared between the lake and the target: every column that was copied, every time that follows, every
person who is named.

By batch: sums of numbers, days, times and checksums of texts; ids of events as sums, less the load's offset; ids of
dimensions as a checksum of the natural keys that they lead to on either side. The batch itself is reached over the
target's own references, and a row's other references must lead to the same batch and container.
"""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from lake.tables import EVENT_TABLE_NAMES, TABLES
from lake.tables.declaration import Column
from warehouse.reconciling.comparisons import ALSO, BY, CONTRADICTIONS, READINGS, Comparison, Measure
from warehouse.reconciling.moment_sql import seconds
from warehouse.reconciling.paths_sql import Paths
from warehouse.reconciling.person_sql import OWNER_SQL, username
from warehouse.uat.expressions import LakeColumn, Mapping, User
from warehouse.uat.identifiers import qualified
from warehouse.uat.mapping import DIMENSION_MAPPINGS, EVENT_MAPPINGS
from warehouse.uat.natural_keys import joined_words, key_words
from warehouse.uat.people import Person
from warehouse.uat.tables import TARGET_TABLES
from warehouse.uat.times import Moment

# the first 8 hexadecimal digits of a text's MD5: sums of such numbers agree by chance once in four billion
LAKE_HASH = "('0x' || substr(md5({}), 1, 8))::BIGINT"
UAT_HASH = "('x' || substr(md5(convert_to({}, 'UTF8')), 1, 8))::bit(32)::bigint"
USERS = f"SELECT id, {UAT_HASH.format('username')} AS checksum FROM auth_user"
EPOCH = "DATE '1970-01-01'"
DAY = "YYYY-MM-DD"
DAY_US, TIME_OF_DAY = 86_400_000_000, "time without time zone"
INTEGERS = {pa.int8(), pa.int16(), pa.int32(), pa.int64()}


def derive(table: str) -> Comparison:
    """The comparison of an event table, from its mapping."""
    mapping = EVENT_MAPPINGS[table]
    if table == READINGS.table:
        return replace(READINGS, measures=(*READINGS.measures, *_reading_times(mapping)))
    by = within = ("NULL", "NULL")
    measures: list[Measure] = []
    lake_joins: list[str] = []
    uat_joins = [to_batch(mapping)]
    paths = Paths(table)
    for name, expression in mapping.columns.items():
        if isinstance(expression, Moment):
            measures.append(_time(name, seconds(paths, expression)))
        if isinstance(expression, Person | User):
            alias = f"user{len(uat_joins)}"
            uat_joins.append(f"LEFT JOIN ({USERS}) {alias} ON {alias}.id = t.{name}")
            measures += _who(name, expression, paths, alias=alias)
        if not isinstance(expression, LakeColumn):
            continue
        column = TABLES[table].column(expression.column)
        if not column.references:
            measures += _figures(column, name, TARGET_TABLES[mapping.uat].column(name).type)
        elif column.references in EVENT_TABLE_NAMES:
            offset = f"{{offsets[{column.references}]}}"
            measures.append((name, f"sum(t.{column.name})", f"sum(t.{name} - {offset})"))
        else:
            alias = f"d{len(lake_joins)}"
            lake_joins.append(
                f"LEFT JOIN ({_labels(column.references, lake=True)}) {alias} ON {alias}.id = t.{column.name}"
            )
            uat_joins.append(f"LEFT JOIN ({_labels(column.references, lake=False)}) {alias} ON {alias}.id = t.{name}")
            checksum = f"sum({alias}.checksum)"
            measures += [(name, f"count(t.{column.name})", f"count(t.{name})"), (f"{name}: names", checksum, checksum)]
        if column.name == BY.get(table):
            by = (f"t.{column.name}::VARCHAR", f"t.{name}::text")
            if column.references:
                by, within = (f"{alias}.label",) * 2, (f"{alias}.checksum",) * 2
    joins, contradictions = _contradictions(mapping)
    return Comparison(
        table=table,
        uat=" ".join([*uat_joins, *joins]),
        measures=(*measures, *ALSO.get(table, ())),
        lake=" ".join([*lake_joins, *paths.joins]),
        by=by,
        within=within,
        keys=" OR ".join(["false", *contradictions]),
    )


def _reading_times(mapping: Mapping) -> list[Measure]:
    """The times that follow from a reading's: in doubles, exact for whole seconds and twice as fast as numerics."""
    return [
        (name, f"sum({seconds(Paths(mapping.lake), moment)})", f"sum(date_part('epoch', t.{name}))::bigint")
        for name, moment in mapping.columns.items()
        if isinstance(moment, Moment)
    ]


def _who(name: str, expression: Person | User, paths: Paths, *, alias: str) -> list[Measure]:
    """The measures of a column of users: how many, and who."""
    if isinstance(expression, Person):
        named = username(paths, expression)
    else:
        named = f"CASE WHEN t.{expression.where} IS NOT NULL THEN {OWNER_SQL} END" if expression.where else OWNER_SQL
    return [
        (f"{name}: count", f"count({named})", f"count(t.{name})"),
        (name, f"sum({LAKE_HASH.format(named)})", f"sum({alias}.checksum)"),
    ]


def _time(name: str, in_lake: str) -> Measure:
    """The measure of a time that follows from others: seconds in SQL for the lake."""
    return name, f"sum(({in_lake})) * 1000000", f"sum((extract(epoch FROM t.{name}) * 1000000)::bigint)"


def _figures(column: Column, name: str, uat_type: str) -> list[Measure]:
    """A column's measures: lake's `column`, target's `name` of a PostgreSQL type."""
    mine, theirs = f"t.{column.name}", f"t.{name}"
    if uat_type == "jsonb":
        return [(name, f"count({mine})", f"count({theirs})")]  # stored in PostgreSQL's own spelling
    if column.codes or column.type == pa.string():
        lake, uat = LAKE_HASH.format(f"{mine}::VARCHAR"), UAT_HASH.format(f"{theirs}::text")
        return [(f"{name}: count", f"count({mine})", f"count({theirs})"), (name, f"sum({lake})", f"sum({uat})")]
    if column.type == pa.bool_():
        return [(name, f"count(*) FILTER (WHERE {mine})", f"count(*) FILTER (WHERE {theirs})")]
    if column.type == pa.date32():
        return [
            *((f"{f} {name}", f"{f}({mine})::text", f"to_char({f}({theirs}), '{DAY}')") for f in ("min", "max")),
            (name, f"sum({mine} - {EPOCH})", f"sum({theirs} - {EPOCH})"),
        ]
    if pa.types.is_temporal(column.type):
        of_day = f" % {DAY_US}" if uat_type == TIME_OF_DAY else ""
        return [(name, f"sum(epoch_us({mine}){of_day})", f"sum((extract(epoch FROM {theirs}) * 1000000)::bigint)")]
    if column.type in INTEGERS:
        return [(name, f"sum({mine})", f"sum({theirs}::bigint)")]
    if not pa.types.is_decimal(column.type):
        raise TypeError(f"{column.name}: nothing is known of how to compare {column.type}")
    if uat_type == "double precision":
        return [(name, f"sum({mine})", f"sum(round({theirs}::numeric, {column.type.scale}))")]
    scale = int(uat_type.rstrip(")").split(",")[1])
    exact = scale >= column.type.scale
    return [(name, f"sum({mine})" if exact else f"sum(round({mine}, {scale}))", f"sum({theirs})")]


def _labels(dimension: str, *, lake: bool) -> str:
    """SQL for a dimension table's (id, its own words of its natural key, checksum of the whole key), on one side."""
    table = DIMENSION_MAPPINGS[dimension].uat
    source, id_column = (dimension, "id") if lake else (qualified(table), TARGET_TABLES[table].identity)
    joins: list[str] = []
    words = key_words(dimension, "k", joins, lake=lake)
    checksum = (LAKE_HASH if lake else UAT_HASH).format(joined_words(words))
    label = joined_words([word for word in words if word.startswith("k.")] or words)
    return f"SELECT k.{id_column} AS id, {label} AS label, {checksum} AS checksum FROM {source} k {' '.join(joins)}"


def _event_references(mapping: Mapping) -> list[tuple[str, Column]]:
    """(target's column, lake's column) of what refers to an event table."""
    table = TABLES[mapping.lake]
    pairs = [(name, table.column(e.column)) for name, e in mapping.columns.items() if isinstance(e, LakeColumn)]
    return [(name, column) for name, column in pairs if column.references in EVENT_TABLE_NAMES]


def to_batch(mapping: Mapping, alias: str = "t") -> str:
    """Joins from a target's table to its batch b: by batch_id, else by what it refers to, else by the row's id."""
    if mapping.lake == "batch":
        return f"JOIN batch_batch b ON b.id = {alias}.id"
    references = _event_references(mapping)
    if any(name == "batch_id" for name, _ in references):
        return f"JOIN batch_batch b ON b.id = {alias}.batch_id"
    for name, column in references:
        if not column.nullable:
            parent = EVENT_MAPPINGS[column.references]
            up = f"{alias}u"
            return (
                f"JOIN {qualified(parent.uat)} {up} ON {up}.{parent.id_column} = {alias}.{name} {to_batch(parent, up)}"
            )
    offset, bits = f"{{offsets[{mapping.lake}]}}", TABLES[mapping.lake].id_bits
    batch = f"{{offsets[batch]}} + (({alias}.{mapping.id_column} - {offset}) >> {bits})"
    return f"JOIN batch_batch b ON b.id = {batch}"


def _contradictions(mapping: Mapping) -> tuple[list[str], list[str]]:
    """Joins to what a row refers to; conditions that it is not there, of another batch, or a stay elsewhere."""
    joins, conditions = [], []
    if mapping.lake in CONTRADICTIONS:
        conditions.append(CONTRADICTIONS[mapping.lake])
    for number, (name, column) in enumerate(_event_references(mapping)):
        parent = EVENT_MAPPINGS[column.references]
        batch = "id" if column.references == "batch" else "batch_id"
        if batch not in parent.columns:
            continue
        other = f"e{number}"
        joins.append(f"LEFT JOIN {qualified(parent.uat)} {other} ON {other}.{parent.id_column} = t.{name}")
        conditions.append(f"t.{name} IS NOT NULL AND {other}.{batch} IS DISTINCT FROM b.id")
        if column.references == "container_assignment" and "container_id" in mapping.columns:
            conditions.append(f"{other}.container_id <> t.container_id")
    return joins, conditions
