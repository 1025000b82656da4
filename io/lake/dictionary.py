"""What the lake's tables and columns mean, all from the tables' one declaration: for people, comments and pages."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import pyarrow as pa

from lake.errors import InputError
from lake.tables import EVENT_TABLE_NAMES, TABLES
from lake.tables.declaration import TIMESTAMP, Column, Table
from lake.tables.words import CODE_WORDS

NO_UNIT = "none"
# what people say for what a table tells of, beside its own words
ALSO_CALLED = MappingProxyType(
    {
        "container_assignment": "stay occupancy who was where",
        "container": "cage pen net ring tank tray unit",
        "batch": "cohort generation fish group",
        "daily_state": "stock inventory biomass population weight",
        "environmental_reading": "water temperature oxygen salinity pH sensor measurement",
        "mortality_event": "death dead died loss cull",
        "lice_count": "louse sea lice",
        "feeding_event": "ration fed",
        "growth_sample": "weighing weight length",
        "transfer_action": "move transport",
        "harvest_lot": "slaughter yield sales grade",
        "treatment": "delousing vaccine medicine",
        "area": "sea site farm locality",
        "site": "farm locality",
        "container_feeding_summary": "FCR feed conversion",
        "batch_feeding_summary": "FCR feed conversion",
        "weather_data": "wind wave storm",
        "staff": "people user employee",
    }
)
FAMILIES = ("events", "truth", "master data")
_SQL_TYPES = {
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.float64(): "DOUBLE",
    pa.date32(): "DATE",
    pa.string(): "VARCHAR",
    TIMESTAMP: "TIMESTAMP WITH TIME ZONE",
}


@dataclass(frozen=True)
class ColumnEntry:
    """A column: its name in the files, and the one by which views know it too; `joins` is TABLE.COLUMN, "" for none.

    `type` is DuckDB's. `key`: it is part of what tells the table's rows apart. `codes`: every value and its meaning.
    """

    name: str
    view_name: str
    type: str
    unit: str
    meaning: str
    key: bool
    joins: str
    nullable: bool
    codes: Mapping[str, str]

    @property
    def comment(self) -> str:
        """All but name and type in one line."""
        said = self.meaning + (f" [{self.unit}]" if self.unit != NO_UNIT else "")
        parts = [said]
        if self.key:
            parts.append("key")
        if self.joins:
            parts.append(f"joins {self.joins}")
        if self.codes:
            parts.append("codes: " + ", ".join(f"{code} ({words})" for code, words in self.codes.items()))
        return "; ".join(parts)

    def to_json(self) -> dict[str, object]:
        return {**vars(self), "codes": dict(self.codes)}


@dataclass(frozen=True)
class TableEntry:
    """A table: `grain` says what there is a row for; `unique` are other columns that together tell rows apart."""

    name: str
    family: str
    meaning: str
    grain: str
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...]
    columns: tuple[ColumnEntry, ...]

    @property
    def comment(self) -> str:
        return f"{self.meaning} A row for {self.grain}; key {', '.join(self.key)}."

    def to_json(self) -> dict[str, object]:
        """What --json prints of it."""
        return {
            **vars(self),
            "key": list(self.key),
            "unique": [list(columns) for columns in self.unique],
            "columns": [column.to_json() for column in self.columns],
        }


@cache
def dictionary() -> Mapping[str, TableEntry]:
    """Every table of the lake by its name, in the order of the declaration."""
    return {name: _entry(table) for name, table in TABLES.items()}


def look_up(name: str, where: str = "describe") -> TableEntry:
    """The table of that name; InputError names those that are called alike or that tell of the word."""
    found = dictionary().get(name) or dictionary().get(name.lower())
    if found is not None:
        return found
    near = related(name)
    cure = f"did you mean {', '.join(near)}?" if near else "without a name, describe lists all tables"
    raise InputError(where, f"no table is called {name!r}", cure)


def related(word: str, most: int = 8) -> list[str]:
    """Tables by a word that a person would use: in their names first, then of like names, then in what they mean."""
    plain = re.sub(r"[\W_]+", "_", word.lower()).strip("_")
    if not plain:
        return []
    stem = plain[:-1] if plain.endswith("s") and len(plain) > 3 else plain
    named = [name for name in TABLES if stem in name]
    alike = difflib.get_close_matches(plain, TABLES, n=3, cutoff=0.6)
    begins = re.compile(rf"\b{re.escape(stem.replace('_', ' '))}", re.IGNORECASE)
    said = [name for name, words in ALSO_CALLED.items() if begins.search(words)]
    told = [entry.name for entry in dictionary().values() if begins.search(_words(entry))]
    return list(dict.fromkeys([*named, *said, *alike, *told]))[:most]


def described(name: str | None = None) -> dict[str, object]:
    """A table as plain data, or all of them without their columns; InputError as of `look_up`."""
    if name is not None:
        return look_up(name).to_json()
    tables = [entry.to_json() for entry in dictionary().values()]
    return {"tables": [{key: value for key, value in table.items() if key != "columns"} for table in tables]}


def joins() -> Iterator[tuple[str, str, str]]:
    """Every declared join as (table, column, TABLE.COLUMN)."""
    for entry in dictionary().values():
        for column in entry.columns:
            if column.joins:
                yield entry.name, column.name, column.joins


def sql_type(column: Column) -> str:
    """The type that DuckDB gives a column."""
    if pa.types.is_decimal(column.type):
        return f"DECIMAL({column.type.precision},{column.type.scale})"
    return _SQL_TYPES[column.type]


def family_of(table: Table) -> str:
    """Of FAMILIES: what happened, what only the simulator knows, what there is."""
    return "truth" if table.truth else "events" if table.name in EVENT_TABLE_NAMES else "master data"


def _entry(table: Table) -> TableEntry:
    return TableEntry(
        name=table.name,
        family=family_of(table),
        meaning=table.description,
        grain=table.grain,
        key=table.key,
        unique=table.keys[1:],
        columns=tuple(_column(table, column) for column in table.columns),
    )


def _column(table: Table, column: Column) -> ColumnEntry:
    words = CODE_WORDS.get(f"{table.name}.{column.name}", {})
    return ColumnEntry(
        name=column.name,
        view_name=column.view_name or column.name,
        type=sql_type(column),
        unit=column.unit or NO_UNIT,
        meaning=column.description,
        key=column.name in table.key,
        joins=f"{column.references}.id" if column.references else column.repeats,
        nullable=column.nullable,
        codes={code: words.get(code, "") for code in column.codes},
    )


def _words(entry: TableEntry) -> str:
    """All that a table says of itself."""
    columns = (f"{c.name.replace('_', ' ')} {c.meaning} {' '.join(c.codes.values())}" for c in entry.columns)
    return " ".join([entry.meaning, entry.grain, *columns])
