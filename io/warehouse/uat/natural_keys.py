"""What a dimension row is known by, in words: its natural key, and the keys of what that refers to."""

from __future__ import annotations

from lake.tables import TABLES
from warehouse.uat.expressions import DimensionValue, LakeColumn
from warehouse.uat.identifiers import qualified
from warehouse.uat.mapping import DIMENSION_MAPPINGS
from warehouse.uat.tables import TARGET_TABLES


def joined_words(words: list[str]) -> str:
    """SQL for words in one text."""
    return " || '|' || ".join(f"coalesce({word}, '')" for word in words)


def key_words(dimension: str, alias: str, joins: list[str], *, lake: bool) -> list[str]:
    """SQL for the texts of a natural key of the row `alias`, and of the keys that it refers to; adds to `joins`."""
    mapping, cast = DIMENSION_MAPPINGS[dimension], "VARCHAR" if lake else "text"
    words: list[str] = []
    for name in mapping.key:
        expression = mapping.columns[name]
        if isinstance(expression, DimensionValue):
            if lake:
                named = f"{alias}_{len(joins)}"
                joins.append(f"LEFT JOIN {expression.table} {named} ON {named}.id = {alias}.{expression.column}")
                words.append(f"{named}.{expression.value}")
            else:
                words.append(f"{alias}.{name}")
        elif isinstance(expression, LakeColumn):
            column = TABLES[dimension].column(expression.column)
            own = f"{alias}.{column.name if lake else name}"
            if not column.references:
                words.append(f"{own}::{cast}")
                continue
            table = DIMENSION_MAPPINGS[column.references].uat
            source, id_column = (column.references, "id") if lake else (qualified(table), TARGET_TABLES[table].identity)
            other = f"{alias}_{len(joins)}"
            joins.append(f"LEFT JOIN {source} {other} ON {other}.{id_column} = {own}")
            words += key_words(column.references, other, joins, lake=lake)
    return words
