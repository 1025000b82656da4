"""The SQL of the tables that checks share, and rows of which they are made.

invariants/shared/NAME.sql is a table. invariants/rows/NAME.sql is what such a table may be made FROM and nobody keeps:
rows with what rows before them tell, in any order of the tables they come from. Of days that lie as a run writes them
IN_ORDER makes the same tables at a fraction of the cost; the SQL says what is meant, and takes what lies otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from lake.adult_females import ADULT_FEMALES
from lake.declared_sql import declared_sql
from lake.odd_state import odd_state
from lake.state_days import LacksOrder, MadeOfDays
from lake.state_growth import state_growth
from lake.views import Connection

SHARED, ROWS = "invariants/shared", "invariants/rows"
IN_ORDER: Mapping[str, Callable[[Connection, Path], MadeOfDays]] = MappingProxyType(
    {"odd_state": odd_state, "state_growth": state_growth}
)


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
    made = {name: _with_rows(text) for name, text in texts(SHARED).items()}
    return MappingProxyType(made | declared_sql() | {"adult_females": ADULT_FEMALES})


def make_shared_table(connection: Connection, run_dir: Path, name: str) -> None:
    """Make one of the shared tables, once those are there that it is made of."""
    made = MadeOfDays({}, shared_tables()[name])
    if name in IN_ORDER:
        with suppress(LacksOrder):
            made = IN_ORDER[name](connection, run_dir)
    for relation, rows in made.relations.items():
        connection.register(relation, rows)
    try:
        connection.execute(f"CREATE TABLE {name} AS {made.select}")
    finally:
        for relation in made.relations:
            connection.unregister(relation)


def _rows_in(text: str) -> list[str]:
    """The rows that a text is made of, those first of which others are made."""
    found: list[str] = []
    for name in re.findall(r"FROM (\w+)", text):
        if name in texts(ROWS) and name not in found:
            found += [n for n in (*_rows_in(texts(ROWS)[name]), name) if n not in found]
    return found


def _with_rows(text: str) -> str:
    """A text with the rows that it is made of."""
    rows = ", ".join(f"{name} AS (\n{texts(ROWS)[name]})" for name in _rows_in(text))
    return f"WITH {rows}\nFROM (\n{text})" if rows else text
