"""The small run's records and its tables in DuckDB; and lakes made by hand, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs
import pytest

from engine.statistics.records import Records
from engine.statistics.table import run_records
from lake.manifest import read_complete
from lake.tables import TABLES
from lake.views import Connection, connect

Rows = list[dict[str, Any]]
MakeRecords = Callable[..., Records]


@pytest.fixture(scope="session")
def small_records(small_run: Path) -> Records:
    return run_records(small_run, read_complete(small_run))


@pytest.fixture(scope="session")
def duck(small_run: Path) -> Iterator[Connection]:
    """The same run, to be asked in SQL."""
    with connect(small_run) as connection:
        yield connection


PLACES: dict[str, Rows] = {
    "geography": [{"id": 1, "name": "Faroe Islands"}, {"id": 2, "name": "Scotland"}],
    "lifecycle_stage": [
        {"id": i, "name": name}
        for i, name in enumerate(("Egg&Alevin", "Fry", "Parr", "Smolt", "Post-Smolt", "Adult"), 1)
    ],
    "container": [
        {"id": 1, "geography_id": 1, "lifecycle_stage_id": 6, "area_id": 1, "volume_m3": 1000.0},
        {"id": 2, "geography_id": 2, "lifecycle_stage_id": 6, "area_id": 2, "volume_m3": 1000.0},
        {"id": 3, "geography_id": 1, "lifecycle_stage_id": 3, "hall_id": 1, "volume_m3": 100.0},
    ],
    "environmental_parameter": [{"id": 1, "name": "Temperature"}, {"id": 2, "name": "Dissolved Oxygen"}],
    "product_grade": [{"id": 1, "code": "SUPERIOR"}, {"id": 2, "code": "GRADE_A"}],
    "lice_type": [
        {"id": 1, "species": "Lepeophtheirus salmonis", "gender": "female", "development_stage": "adult"},
        {"id": 2, "species": "Lepeophtheirus salmonis", "gender": "male", "development_stage": "adult"},
        {"id": 3, "species": "Caligus elongatus", "gender": "female", "development_stage": "adult"},
    ],
}


@pytest.fixture(scope="session")
def make_records() -> MakeRecords:
    """Records of tables given by name as rows; columns not given are null, tables not given empty or PLACES."""

    def make(**tables: Rows) -> Records:
        given: Mapping[str, Rows] = {**PLACES, **tables}
        return Records({name: _table(name, given.get(name, [])) for name in TABLES})

    return make


def _table(name: str, rows: Rows) -> pl.LazyFrame:
    empty = pl.DataFrame(TABLES[name].schema.empty_table())
    known = empty.with_columns(
        cs.decimal().cast(pl.Float64), cs.integer().cast(pl.Int64), (cs.categorical() | cs.enum()).cast(pl.String)
    )
    unknown = {column for row in rows for column in row} - set(known.columns)
    assert not unknown, f"{name} has no column {unknown}"
    return pl.DataFrame([{c: row.get(c) for c in known.columns} for row in rows], schema=known.schema).lazy()
