"""How a table of the target is declared, and how its declaration is read from text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from warehouse.uat.identifiers import django_name, quoted

# A table is a line with its name (NAME as OTHER: its keys and indexes are named after OTHER, as it was once called);
# below it, indented, a line a column:
#   NAME TYPE[?] [+] [identity] [unique] [index | ref | -> TABLE[.COLUMN]] [as OTHER]
# ? nullable, + not negative, -> foreign key (with the index that Django gives one), ref such an index without
# the key; then key, unique, index, unique_index and check lines for what concerns several columns.
TYPES = {
    "int": "integer",
    "varchar": "character varying",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "float8": "double precision",
}


@dataclass(frozen=True)
class UatColumn:
    """A column; `type` as PostgreSQL's format_type spells it; `references` is (table, column) or empty."""

    name: str
    type: str
    nullable: bool
    identity: bool
    non_negative: bool
    references: tuple[str, ...]


@dataclass(frozen=True)
class Constraint:
    """A named table constraint or index: `body` is what follows ADD CONSTRAINT name, or ON table."""

    name: str
    kind: str  # primary_key | unique | foreign_key | check | index | unique_index
    body: str
    columns: tuple[str, ...] = ()
    references: str = ""


@dataclass(frozen=True)
class UatTable:
    """A table of the target database; `name` is preceded by its schema and a dot where that is not the default."""

    name: str
    columns: tuple[UatColumn, ...]
    constraints: tuple[Constraint, ...]

    def column(self, name: str) -> UatColumn:
        """A column by its name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"UAT table {self.name} has no column {name}")

    @property
    def identity(self) -> str:
        """The column that a sequence fills, the primary key; empty where the table has none."""
        return next((c.name for c in self.columns if c.identity), "")

    def of_kind(self, *kinds: str) -> list[Constraint]:
        """Its constraints and indexes of some kinds, as declared."""
        return [c for c in self.constraints if c.kind in kinds]


def _fields(pattern: str, text: str) -> tuple[str, ...]:
    match = re.fullmatch(pattern, text)
    if match is None:
        raise ValueError(f"the UAT declaration has a line that can't be read: {text!r}")
    return match.groups(default="")


def _column(table: str, words: list[str]) -> tuple[UatColumn, list[Constraint]]:
    name, type_text, *flags = words
    if "as" in flags:  # its key and index are named after another table
        table = flags[flags.index("as") + 1]
    base, size = _fields(r"(\w+)(\(.*\))?\??", type_text)
    reference: tuple[str, ...] = ()
    if "->" in flags:
        reference = tuple([*flags[flags.index("->") + 1].split("."), "id"][:2])
    column = UatColumn(
        name=name,
        type=TYPES.get(base, base) + size,
        nullable=type_text.endswith("?"),
        identity="identity" in flags,
        non_negative="+" in flags,
        references=reference,
    )
    constraint = partial(Constraint, columns=(name,))
    extra = []
    if column.non_negative:
        extra.append(constraint(kind="check", name=f"{table}_{name}_check", body=f"CHECK ({quoted(name)} >= 0)"))
    if "unique" in flags:
        extra.append(constraint(kind="unique", name=f"{table}_{name}_key", body=f"UNIQUE ({quoted(name)})"))
        if base == "varchar":
            like = django_name(table, (name,), "_like")
            extra.append(constraint(kind="index", name=like, body=f"({quoted(name)} varchar_pattern_ops)"))
    elif {"index", "ref", "->"} & set(flags):
        extra.append(constraint(kind="index", name=django_name(table, (name,)), body=f"({quoted(name)})"))
    if reference:
        extra.append(
            constraint(
                kind="foreign_key",
                name=django_name(table, (name,), f"_fk_{'_'.join(reference)}"),
                body=f"FOREIGN KEY ({quoted(name)}) REFERENCES {quoted(reference[0])} ({quoted(reference[1])})"
                " DEFERRABLE INITIALLY DEFERRED",
                references=reference[0],
            )
        )
    return column, extra


def _constraint(table: str, line: str) -> Constraint:
    kind, name, body = _fields(r"(\w+) ?(\w*) (\(.*)", line)
    if kind == "check":
        return Constraint(name=name, kind=kind, body=f"CHECK {body}")
    inner, _, condition = body.partition(" where ")
    words = [part.partition(" ") for part in inner.strip()[1:-1].split(", ")]  # COLUMN [DESC]
    columns = tuple(column for column, _, _ in words)
    columns_sql = "(" + ", ".join(f'"{column}"{space}{order}' for column, space, order in words) + ")"
    if kind == "key":
        return Constraint(name=f"{table}_pkey", kind="primary_key", body=f"PRIMARY KEY {columns_sql}", columns=columns)
    if kind == "unique":
        name = name or django_name(table, columns, "_uniq")
        return Constraint(name=name, kind=kind, body=f"UNIQUE {columns_sql}", columns=columns)
    where = f" WHERE {condition}" if condition else ""
    return Constraint(name=name, kind=kind, body=columns_sql + where, columns=columns)


def parse(text: str) -> tuple[UatTable, ...]:
    """Tables from the declaration's text."""
    tables = []
    for block in text.strip().split("\n\n"):
        title, *lines = (line.strip() for line in block.splitlines())
        name, _, once = title.partition(" as ")
        named = once or name
        columns: list[UatColumn] = []
        constraints: list[Constraint] = []
        for line in lines:
            first = line.split()[0]
            if first in {"key", "unique", "index", "unique_index", "check"}:
                constraints.append(_constraint(named, line))
            else:
                column, extra = _column(named, line.split())
                columns.append(column)
                constraints.extend(extra)
        if not any(c.kind == "primary_key" for c in constraints):
            constraints.insert(0, _constraint(named, "key (id)"))
        key = next(c.columns for c in constraints if c.kind == "primary_key")
        constraints = [c for c in constraints if c.kind != "index" or c.columns != key]  # the key has its own
        tables.append(UatTable(name=name, columns=tuple(columns), constraints=tuple(constraints)))
    return tuple(tables)
