"""Master rows that the target has already, with other values than the run's: named, and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
from psycopg import sql

from lake.tables import TABLES
from warehouse.database import Connection, identifier
from warehouse.uat.expressions import Constant, LakeColumn, Mapping, Password, User
from warehouse.uat.natural_keys import joined_words, key_words
from warehouse.uat.people import Person
from warehouse.uat.tables import TARGET_TABLES
from warehouse.uat.times import Moment


@dataclass(frozen=True)
class DifferingValue:
    """One row's value: `row` is its natural key in words, `ours` the run's value, `theirs` the database's."""

    row: str
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class DifferingColumn:
    """The rows of a target's table in which a column differs from the run's."""

    table: str
    column: str
    values: tuple[DifferingValue, ...]

    @property
    def largest(self) -> float | None:
        """The largest difference between two numbers; None where there are none."""
        if self.column.endswith("_id"):
            return None
        pairs = [(value.ours, value.theirs) for value in self.values]
        found = [abs(Decimal(str(a)) - Decimal(str(b))) for a, b in pairs if _is_number(a) and _is_number(b)]
        return float(max(found)) if found else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def find_differences(
    connection: Connection, mapping: Mapping, staging: sql.Identifier, same: sql.Composed
) -> list[DifferingColumn]:
    """The columns of a dimension table in which rows u of the target differ from staged rows i, matched by `same`.

    Numbers are compared at the target's scale. What the run does not know (null, an empty text), times of entry,
    passwords and users are left out.
    """
    compared = [name for name in mapping.columns if _is_compared(mapping, name)]
    if not compared:
        return []
    joins: list[str] = []
    label = joined_words(key_words(mapping.lake, "u", joins, lake=False))
    pairs = [sql.SQL("{}, {}").format(_spelled(mapping, "i", n), _spelled(mapping, "u", n)) for n in compared]
    differs = [
        sql.SQL("i.{} IS NOT NULL AND {} IS DISTINCT FROM {}").format(
            sql.Identifier(n), _spelled(mapping, "i", n), _spelled(mapping, "u", n)
        )
        for n in compared
    ]
    rows = connection.execute(
        sql.SQL(
            "SELECT {label}, {pairs} FROM {staging} i JOIN {target} u ON {same} {joins} WHERE {differs} ORDER BY {row}"
        ).format(
            label=sql.SQL(label),
            pairs=sql.SQL(", ").join(pairs),
            staging=staging,
            target=identifier(mapping.uat),
            same=same,
            joins=sql.SQL(" ".join(joins)),
            differs=sql.SQL(" OR ").join(differs),
            row=sql.SQL("i.smoltworks_row"),
        )
    ).fetchall()
    found = []
    for place, name in enumerate(compared):
        values = tuple(
            DifferingValue(row=_readable(row[0]), ours=row[1 + 2 * place], theirs=row[2 + 2 * place])
            for row in rows
            if row[1 + 2 * place] is not None and row[1 + 2 * place] != row[2 + 2 * place]
        )
        if values:
            found.append(DifferingColumn(table=mapping.uat, column=name, values=values))
    return found


def _readable(words: str) -> str:
    """A natural key's words, without those that it has not."""
    return ", ".join(word for word in words.split("|") if word)


def _is_compared(mapping: Mapping, name: str) -> bool:
    expression = mapping.columns[name]
    return (
        name not in mapping.key
        and not isinstance(expression, Moment | Password | Person | User)
        and expression != Constant("")
        and not TARGET_TABLES[mapping.uat].column(name).type.startswith("timestamp")
    )


def _spelled(mapping: Mapping, alias: str, name: str) -> sql.Composed:
    """A column as it is compared: a double at the scale that the lake's decimals have."""
    column, expression = sql.SQL("{}.{}").format(sql.SQL(alias), sql.Identifier(name)), mapping.columns[name]
    if TARGET_TABLES[mapping.uat].column(name).type == "double precision" and isinstance(expression, LakeColumn):
        kind = TABLES[mapping.lake].column(expression.column).type
        if pa.types.is_decimal(kind):
            return sql.SQL("round({}::numeric, {})").format(column, sql.Literal(kind.scale))
    return column
