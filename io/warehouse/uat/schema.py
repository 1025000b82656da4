"""The UAT tables that the loader touches, declared as text, and the DDL that makes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import md5
from types import MappingProxyType

from warehouse.uat import events as uat_events
from warehouse.uat import health as uat_health
from warehouse.uat import masters as uat_master
from warehouse.uat import outlook as uat_outlook
from warehouse.uat import trade as uat_trade

# A table is a line with its name (NAME as OTHER: its keys and indexes are named after OTHER, as it was once called);
# below it, indented, a line a column:
#   NAME TYPE[?] [+] [identity] [unique] [index | ref | -> TABLE[.COLUMN]]
# ? nullable, + not negative, -> foreign key (with the index that Django gives one), ref such an index without
# the key; then key, unique, index, unique_index and check lines for what concerns several columns.
TYPES = {
    "int": "integer",
    "varchar": "character varying",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "float8": "double precision",
}
NAME_LIMIT = 63


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
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"UAT table {self.name} has no column {name}")

    @property
    def identity(self) -> str:
        """The column that a sequence fills, the primary key; empty where the table has none."""
        return next((c.name for c in self.columns if c.identity), "")

    def of_kind(self, *kinds: str) -> list[Constraint]:
        return [c for c in self.constraints if c.kind in kinds]


def django_name(table: str, columns: tuple[str, ...], suffix: str = "") -> str:
    """The name that Django gives an index or a key: parts, shortened, and a digest; at most 63 characters."""
    digest = md5("".join((table, *columns)).encode(), usedforsecurity=False).hexdigest()[:8] + suffix
    joined = "_".join(columns)
    name = f"{table}_{joined}_{digest}"
    if len(name) <= NAME_LIMIT:
        return name
    digest = digest[: NAME_LIMIT // 3]
    length = (NAME_LIMIT - len(digest)) // 2 - 1
    return f"{table[:length]}_{joined[:length]}_{digest}"


def quoted(*names: str) -> str:
    """Identifiers for a column list; ours hold no double quote."""
    return ", ".join(f'"{name}"' for name in names)


def qualified(table: str) -> str:
    """A table's name for SQL: quoted, with its schema where it has one."""
    return ".".join(f'"{part}"' for part in table.split("."))


def _fields(pattern: str, text: str) -> tuple[str, ...]:
    match = re.fullmatch(pattern, text)
    if match is None:
        raise ValueError(f"the UAT declaration has a line that can't be read: {text!r}")
    return match.groups(default="")


def _column(table: str, words: list[str]) -> tuple[UatColumn, list[Constraint]]:
    name, type_text, *flags = words
    base, size = _fields(r"(\w+)(\(.*\))?\??", type_text)
    reference: tuple[str, ...] = ()
    if "->" in flags:
        reference = tuple([*flags[flags.index("->") + 1].split("."), "id"][:2])
    column = UatColumn(
        name,
        TYPES.get(base, base) + size,
        nullable=type_text.endswith("?"),
        identity="identity" in flags,
        non_negative="+" in flags,
        references=reference,
    )
    extra = []
    if column.non_negative:
        extra.append(Constraint(f"{table}_{name}_check", "check", f"CHECK ({quoted(name)} >= 0)", (name,)))
    if "unique" in flags:
        extra.append(Constraint(f"{table}_{name}_key", "unique", f"UNIQUE ({quoted(name)})", (name,)))
        if base == "varchar":
            like = django_name(table, (name,), "_like")
            extra.append(Constraint(like, "index", f"({quoted(name)} varchar_pattern_ops)", (name,)))
    elif {"index", "ref", "->"} & set(flags):
        extra.append(Constraint(django_name(table, (name,)), "index", f"({quoted(name)})", (name,)))
    if reference:
        extra.append(
            Constraint(
                django_name(table, (name,), f"_fk_{'_'.join(reference)}"),
                "foreign_key",
                f"FOREIGN KEY ({quoted(name)}) REFERENCES {quoted(reference[0])} ({quoted(reference[1])})"
                " DEFERRABLE INITIALLY DEFERRED",
                (name,),
                reference[0],
            )
        )
    return column, extra


def _constraint(table: str, line: str) -> Constraint:
    kind, name, body = _fields(r"(\w+) ?(\w*) (\(.*)", line)
    if kind == "check":
        return Constraint(name, kind, f"CHECK {body}")
    inner, _, condition = body.partition(" where ")
    words = [part.partition(" ") for part in inner.strip()[1:-1].split(", ")]  # COLUMN [DESC]
    columns = tuple(column for column, _, _ in words)
    columns_sql = "(" + ", ".join(f'"{column}"{space}{order}' for column, space, order in words) + ")"
    if kind == "key":
        return Constraint(f"{table}_pkey", "primary_key", f"PRIMARY KEY {columns_sql}", columns)
    if kind == "unique":
        return Constraint(name or django_name(table, columns, "_uniq"), kind, f"UNIQUE {columns_sql}", columns)
    return Constraint(name, kind, columns_sql + (f" WHERE {condition}" if condition else ""), columns)


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
        tables.append(UatTable(name, tuple(columns), tuple(constraints)))
    return tuple(tables)


UAT_TABLES = MappingProxyType(
    {
        table.name: table
        for module in (uat_master, uat_events, uat_health, uat_trade, uat_outlook)
        for table in parse(module.TEXT)
    }
)


def create_table(table: UatTable) -> str:
    """CREATE TABLE with its columns, primary key, unique and check constraints; no foreign key, no index."""
    lines = []
    for column in table.columns:
        identity = " GENERATED BY DEFAULT AS IDENTITY" if column.identity else ""
        lines.append(f'"{column.name}" {column.type}{"" if column.nullable else " NOT NULL"}{identity}')
    lines += [f'CONSTRAINT "{c.name}" {c.body}' for c in table.of_kind("primary_key", "unique", "check")]
    return f"CREATE TABLE {qualified(table.name)} (\n  " + ",\n  ".join(lines) + "\n)"


def create_index(table: UatTable, index: Constraint) -> str:
    unique = "UNIQUE " if index.kind == "unique_index" else ""
    return f'CREATE {unique}INDEX "{index.name}" ON {qualified(table.name)} {index.body}'


def ddl() -> list[str]:
    """Statements that make the declared tables; a foreign key to an undeclared table is left out."""
    statements = [create_table(t) for t in UAT_TABLES.values()]
    for table in UAT_TABLES.values():
        statements += [create_index(table, index) for index in table.of_kind("index", "unique_index")]
    for table in UAT_TABLES.values():
        statements += [
            f'ALTER TABLE {qualified(table.name)} ADD CONSTRAINT "{key.name}" {key.body}'
            for key in table.of_kind("foreign_key")
            if key.references in UAT_TABLES
        ]
    return statements
