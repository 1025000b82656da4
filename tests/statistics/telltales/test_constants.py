"""Columns that say the same in every row: found in files made by hand, and those of a run against its rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.biology.bands import read_telltales
from engine.statistics.records import collect, run_tables
from engine.statistics.telltales.constants import MIN_ROWS, constant_columns, unexplained
from lake.manifest import Manifest, read_complete
from lake.tables import TABLES
from tests.statistics.telltales.bounds import inside

UNEXPLAINED = "columns that are constant without a reason"


@pytest.fixture
def found(tiny_run: Path, tmp_path: Path) -> Any:
    """What is found in a table of files with these columns."""
    manifest = read_complete(tiny_run)

    def look(*files: dict[str, list[Any]], reasons: dict[str, str] | None = None) -> list[tuple[str, int, Any, str]]:
        names = []
        for n, columns in enumerate(files):
            table = pa.table({name: pa.array(values) for name, values in columns.items()})
            pq.write_table(table, tmp_path / f"{n}.parquet", row_group_size=20)
            names.append(f"{n}.parquet")
        given = Given(manifest, {"staff": tuple(names)})
        return [(c.column, c.rows, c.value, c.reason) for c in constant_columns(tmp_path, given, reasons or {})]

    return look


class Given(Manifest):
    """A manifest that names other files."""

    def __init__(self, manifest: Manifest, files: dict[str, tuple[str, ...]]) -> None:
        super().__init__(**{name: getattr(manifest, name) for name in manifest.__dataclass_fields__})
        object.__setattr__(self, "_given", files)

    @property
    def files(self) -> dict[str, Any]:
        return dict(self.__dict__["_given"])


def test_a_column_is_constant_in_all_files_or_not_at_all(found: Any) -> None:
    one = {"same": ["x"] * 30, "differs": [1] * 29 + [2], "by_file": [1.5] * 30, "half": [7] * 20 + [None] * 10}
    other = {"same": ["x"] * 30, "differs": [1] * 30, "by_file": [2.5] * 30, "half": [7] * 30}
    assert found(one, other) == [("staff.same", 60, "x", "")]


def test_a_column_that_is_never_filled_is_constant(found: Any) -> None:
    file = {"none": pa.nulls(60, pa.string()), "true": [True] * 60, "mixed": [None] * 59 + [3]}
    assert found(file, reasons={"staff.true": "it is so"}) == [
        ("staff.none", 60, None, ""),
        ("staff.true", 60, True, "it is so"),
    ]


def test_a_few_rows_may_well_agree(found: Any) -> None:
    assert found({"same": ["x"] * (MIN_ROWS - 1)}) == []
    assert found({"same": ["x"] * MIN_ROWS}) == [("staff.same", MIN_ROWS, "x", "")]


def test_those_of_a_run_are_what_its_rows_say(tiny_run: Path) -> None:
    manifest = read_complete(tiny_run)
    expected = set()
    for name, table in run_tables(tiny_run, manifest).items():
        plain = collect(table.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String)))
        expected |= {f"{name}.{c}" for c in plain.columns if plain.height >= MIN_ROWS and plain[c].n_unique() == 1}
    constants = constant_columns(tiny_run, manifest, {})
    assert {constant.column for constant in constants} == expected
    assert len(expected) > 10
    by_name = {constant.column: constant for constant in constants}
    assert by_name["feeding_event.method"].to_json() == {
        "column": "feeding_event.method",
        "rows": manifest.tables["feeding_event"],
        "value": "AUTOMATIC",
        "reason": "",
    }


def test_only_those_without_a_reason_tell(tiny_run: Path) -> None:
    manifest = read_complete(tiny_run)
    constants = constant_columns(tiny_run, manifest, {"feeding_event.method": "a small farm"})
    measure = unexplained(constants, 79)
    assert (measure.value, measure.count) == (len(constants) - 1, 79)
    explained = [replace(constant, reason="known") for constant in constants]
    assert inside({UNEXPLAINED: measure}, UNEXPLAINED) == [False]
    assert inside({UNEXPLAINED: unexplained(explained, 79)}, UNEXPLAINED) == [True]


def test_a_reason_is_of_a_column_that_exists() -> None:
    reasons = read_telltales().constant
    assert len(reasons) > 10
    for name in reasons:
        table, column = name.split(".")
        assert column in TABLES[table].schema.empty_table().column_names, name
