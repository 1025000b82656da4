"""How a column of the target is filled from the lake: the kinds of expression, and one table's mapping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa

from lake.tables import EVENT_TABLE_NAMES, TABLES
from warehouse.uat import people
from warehouse.uat.people import Person
from warehouse.uat.tables import HISTORY_TABLES, TARGET_TABLES
from warehouse.uat.times import Moment, moment_of

HISTORY_NUMBER = "history_number"  # beside a state's lake columns: its number in the history, from 1
EMPTY_COLUMNS = frozenset({"notes", "description", "cancellation_reason", "resolution_notes"})


@dataclass(frozen=True)
class LakeColumn:
    """The lake's column, cast to the target's type; an id is translated into the target's.

    `prefixed`: a text that bears its batch's number; it is preceded by the prefix that the load gives its batches.
    """

    column: str
    prefixed: bool = False


@dataclass(frozen=True)
class Constant:
    """One value in every row."""

    value: str | bool | int


@dataclass(frozen=True)
class User:
    """The id of the user to whom the load belongs; null where `where`, a lake column, is null."""

    where: str = ""


@dataclass(frozen=True)
class Password:
    """What Django keeps of the password of the user whose name `username`, a lake column, is."""

    username: str


@dataclass(frozen=True)
class RowId:
    """The row's own id: the table's offset + the lake's id, or + the row's number where the lake has none."""


@dataclass(frozen=True)
class HistoryId:
    """A state's own id: the history table's offset + HISTORY_NUMBER."""


@dataclass(frozen=True)
class DimensionValue:
    """The `value` of the dimension row that `column` refers to."""

    column: str
    table: str
    value: str


@dataclass(frozen=True)
class FirstOf:
    """The translated id in the first of several columns that is not null."""

    columns: tuple[str, ...]


@dataclass(frozen=True)
class ContentType:
    """Django's id of the model that the row refers to: that of the first (column, app, model) not null.

    Read from the target's django_content_type; in a database without it, the constants in warehouse.uat.mapping.
    """

    models: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Derived:
    """Computed from lake columns of the same rows."""

    inputs: tuple[str, ...]
    compute: Callable[[pa.RecordBatch], pa.Array]
    description: str


Expression = (
    LakeColumn
    | Constant
    | Moment
    | Person
    | User
    | Password
    | RowId
    | HistoryId
    | DimensionValue
    | FirstOf
    | ContentType
    | Derived
)


def inputs(expression: Expression) -> tuple[str, ...]:
    """The lake columns that an expression reads; a row's own id apart."""
    match expression:
        case LakeColumn(column) | DimensionValue(column):
            return (column,)
        case User(where):
            return (where,) if where else ()
        case FirstOf(columns):
            return columns
        case ContentType(models):
            return tuple(column for column, _, _ in models)
        case Derived(columns):
            return columns
        case Password(username):
            return (username,)
        case Moment() | Person():
            return tuple(dict.fromkeys(path.partition(".")[0] for path in expression.paths))
    return ()


@dataclass(frozen=True)
class Mapping:
    """A lake table's place in the target. `key`: target columns that identify a dimension row; empty for events."""

    lake: str
    uat: str
    columns: MappingProxyType[str, Expression]
    key: tuple[str, ...] = ()

    @property
    def lake_columns(self) -> list[str]:
        """Lake columns to read, in the table's order."""
        used = {column for expression in self.columns.values() for column in inputs(expression)}
        if self.has_lake_id and any(isinstance(expression, RowId) for expression in self.columns.values()):
            used.add("id")
        return [c.name for c in TABLES[self.lake].columns if c.name in used]

    @property
    def has_lake_id(self) -> bool:
        """Whether the lake's rows have ids of their own."""
        return any(c.name == "id" for c in TABLES[self.lake].columns)

    @property
    def id_column(self) -> str:
        """The target's generated key; empty where the table is identified by what it refers to."""
        return TARGET_TABLES[self.uat].identity

    @property
    def ids(self) -> str:
        """Under which name its rows' ids are reserved: the lake table's, a history's under its own."""
        return self.uat if self.uat in HISTORY_TABLES else self.lake

    @property
    def identified_by(self) -> tuple[str, str]:
        """(column, name): a load's rows are those whose column lies in the ids reserved under that name."""
        if self.id_column:
            return self.id_column, self.ids
        for column in ("batch_id", *TABLES[self.lake].key):
            references = TABLES[self.lake].column(column).references
            if column in self.columns and references in EVENT_TABLE_NAMES:
                return column, references
        raise ValueError(f"nothing tells whose the rows of {self.uat} are")


def map_table(lake: str, uat: str, key: tuple[str, ...] = (), **special: Expression) -> Mapping:
    """A mapping by the rule of warehouse.uat.mapping; ValueError where it leaves a column that must not be null."""
    names = {c.name for c in TABLES[lake].columns}
    target = TARGET_TABLES[uat]
    columns: dict[str, Expression] = {}
    for column in target.columns:
        if column.name in special:
            columns[column.name] = special.pop(column.name)
        elif column.name == target.identity:
            if not key:
                columns[column.name] = RowId()
        elif column.name in names:
            columns[column.name] = LakeColumn(column.name)
        elif (moment := moment_of(lake, column.name)) is not None:
            columns[column.name] = moment
        elif column.name in EMPTY_COLUMNS and not column.nullable:
            columns[column.name] = Constant("")
        elif not column.nullable:
            raise ValueError(f"{uat}.{column.name} must not be null and has no source in {lake}")
    if special:
        raise ValueError(f"{uat} has no columns {sorted(special)}")
    for expression in columns.values():
        if isinstance(expression, Person):
            people.check(lake, expression)
    return Mapping(lake=lake, uat=uat, columns=MappingProxyType(columns), key=key)
