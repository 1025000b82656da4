"""The dictionary as a person reads it: every table in a few words, or one table with all its columns."""

from __future__ import annotations

import re

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lake.dictionary import FAMILIES, NO_UNIT, ColumnEntry, TableEntry, dictionary

FAMILY_WORDS = {
    "events": "what happened",
    "truth": "what only the simulator knows",
    "master data": "what there is: places, people, kinds",
}
SHORT_TYPES = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}


def print_tables(screen: Console) -> None:
    """Every table: what it is, what there is a row for, its key."""
    for family in FAMILIES:
        listed = _grid()
        listed.add_column()
        for entry in dictionary().values():
            if entry.family == family:
                listed.add_row(entry.name, Text.assemble(first_sentence(entry.meaning), "\n", (_rows(entry), "dim")))
        screen.print(Text(f"{FAMILY_WORDS[family]}", style="bold"))
        screen.print(Padding(listed, (0, 0, 1, 2)))


def print_table(screen: Console, entry: TableEntry) -> None:
    """One table: its meaning, then a column a paragraph."""
    screen.print(Text.assemble((entry.name, "bold"), f": {FAMILY_WORDS[entry.family]}"))
    screen.print(Text(f"{entry.meaning} There is {_rows(entry)}.\n"))
    columns = _grid()
    columns.add_column(no_wrap=True)
    columns.add_column()
    for column in entry.columns:
        columns.add_row(column.name, SHORT_TYPES.get(column.type, column.type), _told(column))
    screen.print(columns)


def first_sentence(text: str) -> str:
    """The words up to the first full stop."""
    return re.split(r"(?<=\.) ", text, maxsplit=1)[0]


def _grid() -> Table:
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="bold")
    return grid


def _rows(entry: TableEntry) -> str:
    return f"a row for {entry.grain}; key {', '.join(entry.key)}"


def _told(column: ColumnEntry) -> Text:
    text = Text(column.meaning)
    if column.unit != NO_UNIT:
        text.append(f" [{column.unit}]", "cyan")
    facts = ["key"] if column.key else []
    if column.joins:
        facts.append(f"joins {column.joins}")
    if column.nullable:
        facts.append("may be null")
    if column.view_name != column.name:
        facts.append(f"views call it {column.view_name} too")
    if facts:
        text.append("\n" + "; ".join(facts), "dim")
    for code, words in column.codes.items():
        text.append(f"\n{code}: {words}")
    return text
