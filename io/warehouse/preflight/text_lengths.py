"""Texts that are longer than the target's columns, named before a row is written rather than by a COPY that breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from lake.errors import InputError
from lake.manifest import PartitionRecord
from lake.tables import TABLES
from warehouse.selection import Extract, PartitionRows
from warehouse.uat.expressions import LakeColumn, Mapping
from warehouse.uat.mapping import DIMENSIONS, EVENTS
from warehouse.uat.tables import TARGET_TABLES

VARYING = "character varying("


def limited(mapping: Mapping) -> Iterator[tuple[str, LakeColumn, int]]:
    """(target column, expression, characters that it holds at most) of a table's texts that aren't enumerations."""
    for name, expression in mapping.columns.items():
        kind = TARGET_TABLES[mapping.uat].column(name).type
        if isinstance(expression, LakeColumn) and kind.startswith(VARYING):
            column = TABLES[mapping.lake].column(expression.column)
            if column.type == pa.string() and not column.codes:
                yield name, expression, int(kind.removeprefix(VARYING).rstrip(")"))


def refuse_long_texts(
    extract: Extract, partitions: list[PartitionRecord], dimensions: dict[str, pa.Table], prefix: str
) -> None:
    """InputError naming table, column, text and limit where a text of some partitions' chosen rows is too long."""
    for mapping in DIMENSIONS:
        for name, expression, limit in limited(mapping):
            _refuse(mapping, name, dimensions[mapping.lake].column(expression.column), limit=limit)
    for mapping in EVENTS:
        columns = {name: (expression, limit) for name, expression, limit in limited(mapping)}
        wanted = sorted({expression.column for expression, _ in columns.values()})
        for partition in partitions if wanted else []:
            rows = PartitionRows(extract, partition).table(mapping.lake, wanted)
            for name, (expression, limit) in columns.items():
                before = prefix if expression.prefixed else ""
                _refuse(mapping, name, rows.column(expression.column), limit=limit, prefix=before)


def _refuse(mapping: Mapping, name: str, texts: pa.ChunkedArray, *, limit: int, prefix: str = "") -> None:
    lengths = pc.utf8_length(texts.cast(pa.string()))
    longest = pc.max(lengths).as_py() or 0
    if longest + len(prefix) <= limit:
        return
    text = prefix + texts[pc.index(lengths, longest).as_py()].as_py()
    if prefix and longest <= limit:
        problem = f"{mapping.uat}.{name} would be {text!r}, more than {limit} characters"
        raise InputError("--prefix", problem, f"shorten {prefix!r}")
    raise InputError(
        f"table {mapping.lake}",
        f"{mapping.uat}.{name} holds {limit} characters, but one of its texts has {len(text)}: {text!r}",
        "shorten it where it comes from, the schedule, its farm or its biology, and run again",
    )
