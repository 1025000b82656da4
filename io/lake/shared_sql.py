"""The SQL of the tables that checks share, and rows of which they are made.

invariants/shared/NAME.sql is a table. invariants/rows/NAME.sql is what such a table may be made FROM and nobody keeps:
rows with what rows before them tell, in any order of the tables they come from. NAME.ordered.sql is the same for tables
that lie as a run writes them, at a fraction of the cost: rows in order need no sort. Its column in_order, which the
table hands on, says whether they did; where not, the table is made of the other.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import duckdb

from lake.adult_females import ADULT_FEMALES
from lake.declared_sql import declared_sql
from lake.views import Connection

SHARED, ROWS = "invariants/shared", "invariants/rows"
ORDERED = ".ordered"
# joins as they are written keep the order of their left side; a lag streams where its offset is a constant
IN_ORDER = (
    "SET disabled_optimizers = 'join_order,build_side_probe_side'",
    "SET VARIABLE summary_revision_days = "
    "(SELECT max(value)::INTEGER FROM parameter WHERE name = 'summary_revision_days')",
)
ANY_ORDER = "RESET disabled_optimizers"


@cache
def texts(folder: str) -> MappingProxyType[str, str]:
    """The SQL of a folder of the package by file stem, in order of name."""
    found = sorted(
        (f for f in files("lake").joinpath(folder).iterdir() if f.name.endswith(".sql")), key=lambda f: f.name
    )
    return MappingProxyType({f.name.removesuffix(".sql"): f.read_text(encoding="utf-8") for f in found})


@cache
def shared_tables() -> MappingProxyType[str, str]:
    """The SQL of every table that checks may share, by name."""
    made = {name: _with_rows(text, "") for name, text in texts(SHARED).items()}
    return MappingProxyType(made | declared_sql() | {"adult_females": ADULT_FEMALES})


def make_shared_table(connection: Connection, name: str) -> None:
    """Make one of the shared tables, once those are there that it is made of."""
    if _rows_in(text := texts(SHARED).get(name, "")):
        if _make_in_order(connection, name, _with_rows(text, ORDERED)):
            return
        connection.execute(f"DROP TABLE IF EXISTS {name}")
    connection.execute(f"CREATE TABLE {name} AS {shared_tables()[name]}")


def _make_in_order(connection: Connection, name: str, text: str) -> bool:
    """Whether the rows lay in order, with values that running sums can hold."""
    for statement in IN_ORDER:
        connection.execute(statement)
    try:
        connection.execute(f"CREATE TABLE {name} AS {text}")
    except (duckdb.ConversionException, duckdb.OutOfRangeException):
        return False
    finally:
        connection.execute(ANY_ORDER)
    return connection.sql(f"SELECT bool_and(in_order) IS NOT FALSE FROM {name}").fetchall() == [(True,)]


def _rows_in(text: str) -> list[str]:
    """The rows that a text is made of, those first of which others are made."""
    found: list[str] = []
    for name in re.findall(r"FROM (\w+)", text):
        if name in texts(ROWS) and name not in found:
            found += [n for n in (*_rows_in(texts(ROWS)[name]), name) if n not in found]
    return found


def _with_rows(text: str, order: str) -> str:
    """A text with the rows that it is made of."""
    rows = ", ".join(f"{name} AS (\n{texts(ROWS)[name + order]})" for name in _rows_in(text))
    return f"WITH {rows}\nFROM (\n{text})" if rows else text
