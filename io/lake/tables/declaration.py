"""How a table is declared: columns with type, unit and meaning, keys and ids."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")
DATE = pa.date32()
TEXT = pa.string()
ID = pa.int64()
REF = pa.int32()


def decimal(precision: int, scale: int) -> pa.DataType:
    """A decimal held as a 64-bit integer: exact, and the same number in Parquet, DuckDB and PostgreSQL."""
    return pa.decimal64(precision, scale)


def known_type(kind: pa.DataType) -> pa.DataType:
    """The type that every reader of Parquet has for the same values: decimals are 128 bits wide there."""
    return pa.decimal128(kind.precision, kind.scale) if pa.types.is_decimal64(kind) else kind


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, unit and meaning; `references` names the table whose id it holds.

    `repeats` names the TABLE.COLUMN of a natural key, or of a name, that a text repeats.
    `view_name` is what the views call it, beside its own name, where tables differ in what they call the same.
    `codes` makes it an enumeration: stored as an int8 dictionary of exactly these values. `day` names the column that
    holds a time's date: neither is ever null.
    """

    name: str
    type: pa.DataType
    description: str
    _: KW_ONLY
    unit: str = ""
    nullable: bool = False
    references: str = ""
    repeats: str = ""
    view_name: str = ""
    codes: tuple[str, ...] = ()
    day: str = ""
    # climbs, or seldom repeats: DELTA_BINARY_PACKED instead of a dictionary, or no encoding where neighbours may lie
    # 2^28 apart, which one reader gets wrong
    delta: bool = False
    plain: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.description}" + (f" [{self.unit}]" if self.unit else "")

    @property
    def arrow_type(self) -> pa.DataType:
        """What the column is in Arrow and Parquet: a dictionary where it is an enumeration."""
        return pa.dictionary(pa.int8(), pa.string()) if self.codes else self.type

    @property
    def arrow_field(self) -> pa.Field:
        """The schema's field, with meaning and unit as metadata."""
        meta = {"description": self.description}
        if self.unit:
            meta["unit"] = self.unit
        return pa.field(self.name, self.arrow_type, nullable=self.nullable, metadata=meta)


@dataclass(frozen=True)
class Table:
    """A table: its columns in order; `id_bits` = k where a row's id is batch id x 2^k + row.

    `grain` says what there is a row for ("a batch"), and goes on "There is a row for".
    `key` is unique, and so are the columns of each of `unique`, taken together.
    `truth` marks what only the simulator knows: the UAT has no place for it. `schema` is that of rows in memory,
    `file_schema` the one that a Parquet file tells its readers.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    _: KW_ONLY
    key: tuple[str, ...]
    grain: str
    id_bits: int = 0
    order: tuple[str, ...] = ()
    truth: bool = False
    unique: tuple[tuple[str, ...], ...] = ()
    schema: pa.Schema = field(init=False, repr=False, compare=False)
    file_schema: pa.Schema = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        fields = [c.arrow_field for c in self.columns]
        object.__setattr__(self, "schema", pa.schema(fields))
        object.__setattr__(self, "file_schema", pa.schema([f.with_type(known_type(f.type)) for f in fields]))

    @property
    def keys(self) -> tuple[tuple[str, ...], ...]:
        """Every set of columns that is unique: the key, what is declared so, and names that are natural keys."""
        named = (("name",),) if NAME in self.columns else ()
        return (self.key, *self.unique, *named)

    def column(self, name: str) -> Column:
        """A column by its name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")


BATCH_REF = Column("batch_id", REF, "the batch", references="batch")
CONTAINER_REF = Column("container_id", REF, "the container", references="container")
STAGE_REF = Column("lifecycle_stage_id", pa.int8(), "the life-cycle stage, 1 to 6", references="lifecycle_stage")
ASSIGNMENT_REF = Column("assignment_id", ID, "the batch's stay", references="container_assignment", delta=True)
STAY_REF = Column("assignment_id", ID, "the stay", references="container_assignment")
ROW_ID = Column("id", ID, "batch id x 2^k + row within the batch", delta=True)
DIM_ID = Column("id", REF, "ordinal in the resolved farm, from 1")
NAME = Column("name", TEXT, "natural key")


def count(name: str, description: str, *, nullable: bool = False, delta: bool = False) -> Column:
    """A column of fish, counted."""
    return Column(name, pa.int32(), description, unit="fish", nullable=nullable, delta=delta)
