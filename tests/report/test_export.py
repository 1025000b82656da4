"""What is exported is what the lake holds, as DuckDB, pandas and openpyxl read it back."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from engine.report.export import spreadsheets
from engine.report.export.spreadsheets import Workbook, write_csv
from lake.dictionary import dictionary
from lake.errors import InputError
from lake.fingerprint import empty_fingerprint, part_fingerprints
from lake.manifest import read_complete
from lake.tables import EVENT_TABLES, TABLES
from lake.view_sql import lake_sql
from smoltworks import open_run

SHEETS = ("batch", "lice_count", "treatment", "health_lab_sample")
AWKWARD = """
SELECT * FROM (VALUES
    (1, '', NULL, '=1+1', DATE '2024-02-29', TIMESTAMPTZ '2024-02-29 12:34:56+00', 1.50::DECIMAL(10,2), true),
    (2, NULL, 'two
lines, and "quotes"', '-2', NULL, NULL, NULL, NULL)
) AS t(id, empty, "text", formula, day, moment, amount, flag)
"""
NAMES = ["id", "empty", "text", "formula", "day", "moment", "amount", "flag"]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("SET TimeZone = 'UTC'")
        yield opened


@pytest.fixture(scope="module")
def number(small_run: Path) -> str:
    with duckdb.connect() as opened:
        files = str(small_run / "lake/harvest_event/*.parquet"), str(small_run / "lake/batch/*.parquet")
        query = f"SELECT min(batch_number) FROM '{files[1]}' WHERE id IN (SELECT batch_id FROM '{files[0]}')"
        ((found,),) = opened.execute(query).fetchall()
    assert isinstance(found, str)
    return found


@pytest.fixture(scope="module")
def lake_of_one(small_run: Path, number: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("exported") / "lake"
    open_run(small_run).export(number, out, format="parquet")
    return out


def test_a_lake_of_one_batch_has_the_runs_schema_and_fingerprints(
    small_run: Path, lake_of_one: Path, number: str
) -> None:
    manifest = read_complete(small_run)
    (batch,) = {m for p in manifest.partitions for m in p.batches} & {_id_of(lake_of_one)}
    recorded = next(p.fingerprints[batch] for p in manifest.partitions if batch in p.fingerprints)
    for table in EVENT_TABLES:
        part = lake_of_one / "lake" / table.name / "part-0000.parquet"
        original = small_run / manifest.files[table.name][0]
        assert pq.read_schema(part).equals(pq.read_schema(original), check_metadata=True)
        found = part_fingerprints(part, table.name)
        assert found.get(batch, empty_fingerprint(table.name)) == recorded[table.name], table.name
        assert set(found) <= {batch}


def test_the_lakes_own_views_open_it_and_no_reference_is_lost(
    lake_of_one: Path, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lake_of_one)
    connection.execute((lake_of_one / "lake.sql").read_text("utf-8"))
    assert (lake_of_one / "lake.sql").read_text("utf-8") == lake_sql()
    for table in TABLES.values():
        for column in table.columns:
            if column.references:
                lost = (
                    f"SELECT count(*) FROM {table.name} WHERE {column.name} IS NOT NULL "
                    f"AND {column.name} NOT IN (SELECT id FROM {column.references})"
                )
                assert connection.execute(lost).fetchall() == [(0,)], (table.name, column.name)


def test_csv_files_hold_the_same_rows(
    small_run: Path, number: str, lake_of_one: Path, tmp_path: Path, connection: duckdb.DuckDBPyConnection
) -> None:
    done = open_run(small_run).export(number, tmp_path / "csv", tables=SHEETS)
    assert done.marked == 0
    assert sorted(path.stem for path in done.path.iterdir()) == sorted([*SHEETS, "columns"])
    for name in SHEETS:
        columns = ", ".join(f'"{column.name}"' for column in TABLES[name].columns)
        parquet = lake_of_one / "lake" / name / "part-0000.parquet"
        types = json.dumps({column.name: column.type for column in dictionary()[name].columns}).replace('"', "'")
        read = f"read_csv('{done.path / name}.csv', types = {types}, nullstr = '', allow_quoted_nulls = false)"
        both = f"SELECT {columns} FROM {read}", f"SELECT {columns} FROM '{parquet}'"
        for one, other in (both, both[::-1]):
            assert connection.execute(f"SELECT count(*) FROM ({one} EXCEPT ALL {other})").fetchall() == [(0,)], name
        assert len(pd.read_csv(done.path / f"{name}.csv", encoding="utf-8-sig")) == done.rows[name]
    with (done.path / "lice_count.csv").open(encoding="utf-8-sig", newline="") as file:
        first = next(csv.DictReader(file))
    assert first["container_name"]
    assert first["lice_type_name"].startswith(("Lepeophtheirus", "Caligus"))


def test_csv_tells_null_from_nothing_and_has_no_formulas(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert write_csv(connection, AWKWARD, tmp_path / "awkward.csv") == (2, 2)
    text = (tmp_path / "awkward.csv").read_bytes().decode("utf-8-sig")
    assert text.startswith('"id","empty","text"')
    assert '\n1,"",,"\'=1+1",2024-02-29,"2024-02-29 12:34:56",1.50,true\n' in text
    assert text.endswith('\n2,,"two\nlines, and ""quotes""","\'-2",,,,\n')


def test_a_workbook_has_numbers_dates_and_texts(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Workbook(tmp_path / "awkward.xlsx", ("batch",))
    assert book.add(connection, "awkward", AWKWARD, NAMES) == 2
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 1)
    with pytest.raises(InputError, match="2 rows, and a sheet holds 1\n  name the tables"):
        book.add(connection, "too_long", AWKWARD, NAMES)
    book.close()
    found = openpyxl.load_workbook(tmp_path / "awkward.xlsx")
    assert found.sheetnames == ["columns", "awkward"]
    header, first, second = ([cell.value for cell in row] for row in found["awkward"].iter_rows())
    assert header == NAMES
    assert first[2:] == [None, "=1+1", datetime(2024, 2, 29), datetime.fromisoformat("2024-02-29T12:34:56"), 1.5, True]
    assert found["awkward"]["D2"].data_type == "s"
    assert second == [2, None, 'two\nlines, and "quotes"', "-2", None, None, None, None]
    told = {row[1]: row for row in found["columns"].iter_rows(values_only=True) if row[0] == "batch"}
    assert told["harvest_target_g"][3] == "g"


def test_a_workbook_of_a_batch_holds_its_rows(small_run: Path, number: str, tmp_path: Path) -> None:
    out = tmp_path / "batch.xlsx"
    command = [sys.executable, "-m", "engine", "export", str(small_run), "--batch", number, "--out", str(out), "--json"]
    tables = [word for name in SHEETS for word in ("--table", name)]
    told = json.loads(subprocess.run([*command, *tables], capture_output=True, text=True, check=True).stdout)
    read = pd.read_excel(out, sheet_name=None)
    assert {name: len(read[name]) for name in SHEETS} == told["rows"]
    assert read["batch"]["batch_number"].tolist() == [number]


def test_what_is_wrong_is_told_and_nothing_written(small_run: Path, number: str, tmp_path: Path) -> None:
    run = open_run(small_run)
    with pytest.raises(InputError, match=f"--batch: no batch is called '{number}x'\n  did you mean {number}"):
        run.export(f"{number}x", tmp_path / "out")
    with pytest.raises(InputError, match=r"--table: no table is called 'lice'\n  did you mean lice_count"):
        run.export(number, tmp_path / "out", tables=["lice"])
    with pytest.raises(InputError, match=r"no place for xlsx\n  name a file that ends in \.xlsx"):
        run.export(number, tmp_path / "out", format="xlsx")
    assert not list(tmp_path.iterdir())
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="exists already"):
        run.export(number, tmp_path / "out")


def test_every_tables_name_fits_a_sheet() -> None:
    assert max(map(len, TABLES)) <= 31


def _id_of(lake: Path) -> int:
    (found,) = pq.read_table(lake / "lake/batch/part-0000.parquet")["id"].to_pylist()
    return int(found)
