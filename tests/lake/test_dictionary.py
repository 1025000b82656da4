"""The dictionary: complete, and true of a run as DuckDB reads its Parquet without a line of ours."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import smoltworks
from lake.dictionary import NO_UNIT, dictionary, joins, related
from lake.tables import TABLES
from lake.tables.words import CODE_WORDS

ENTRIES = dictionary()


@pytest.fixture(scope="module")
def parquet(small_run: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Each table as DuckDB reads the files, by the table's name."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in ENTRIES:
            files = [str(path) for path in sorted((small_run / "lake" / name).glob("*.parquet"))]
            connection.read_parquet(files).create_view(name)
        yield connection


def test_every_table_and_column_is_told() -> None:
    assert list(ENTRIES) == list(TABLES)
    for entry in ENTRIES.values():
        assert entry.meaning.endswith(".")
        assert entry.grain
        for column in entry.columns:
            assert column.meaning, f"{entry.name}.{column.name}"
            assert column.unit == NO_UNIT or column.unit.strip() == column.unit != ""
            assert all(column.codes.values()), f"{entry.name}.{column.name}: a code without words"


def test_words_are_of_codes_that_there_are() -> None:
    coded = {f"{t.name}.{c.name}": set(c.codes) for t in TABLES.values() for c in t.columns if c.codes}
    assert {column: set(words) for column, words in CODE_WORDS.items()} == coded


def test_an_id_says_what_it_leads_to() -> None:
    # the supplier's, AquaMind's and the laboratory's own numbers lead nowhere
    nowhere = {"lab_reference_id"}
    for entry in ENTRIES.values():
        for column in entry.columns:
            if column.name.endswith("_id") and column.name not in nowhere:
                assert column.joins, f"{entry.name}.{column.name}"


def test_types_nulls_and_keys_are_those_of_the_files(parquet: duckdb.DuckDBPyConnection) -> None:
    for entry in ENTRIES.values():
        found = {name: str(kind) for name, kind, *_ in parquet.execute(f"DESCRIBE {entry.name}").fetchall()}
        assert {c.name: c.type for c in entry.columns} == found
        full = [c.name for c in entry.columns if not c.nullable]
        missing = " OR ".join(f'"{name}" IS NULL' for name in full)
        assert parquet.execute(f"SELECT count(*) FROM {entry.name} WHERE {missing}").fetchall() == [(0,)], entry.name
        for key in (entry.key, *entry.unique):
            names = ", ".join(f'"{name}"' for name in key)
            twice = f"SELECT count(*) FROM (SELECT 1 FROM {entry.name} GROUP BY {names} HAVING count(*) > 1)"
            assert parquet.execute(twice).fetchall() == [(0,)], (entry.name, key)


def test_codes_are_those_of_the_files(parquet: duckdb.DuckDBPyConnection) -> None:
    for entry in ENTRIES.values():
        for column in entry.columns:
            if column.codes:
                query = f'SELECT DISTINCT "{column.name}" FROM {entry.name} WHERE "{column.name}" IS NOT NULL'
                assert {value for (value,) in parquet.execute(query).fetchall()} <= set(column.codes)


def test_every_join_leads_to_one_row(parquet: duckdb.DuckDBPyConnection) -> None:
    for table, column, target in joins():
        other, _, key = target.partition(".")
        lost = (
            f'SELECT count(*) FROM {table} t WHERE "{column}" IS NOT NULL '
            f'AND (SELECT count(*) FROM {other} o WHERE o."{key}" = t."{column}") <> 1'
        )
        assert parquet.execute(lost).fetchall() == [(0,)], (table, column, target)


@pytest.mark.parametrize(
    ("word", "table"),
    [
        ("lice", "lice_count"),
        ("lice_cuont", "lice_count"),
        ("temperature", "environmental_reading"),
        ("Deaths", "mortality_event"),
        ("weight", "growth_sample"),
        ("feed", "feeding_event"),
        ("cages", "container"),
        ("stay", "container_assignment"),
        ("FCR", "batch_feeding_summary"),
    ],
)
def test_a_persons_word_finds_the_table(word: str, table: str) -> None:
    assert table in related(word)


def test_the_command_and_the_front_door_say_the_same() -> None:
    def told(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "engine", "describe", *words], capture_output=True, text=True)

    assert json.loads(told("lice_count", "--json").stdout) == smoltworks.describe("lice_count")
    shown = told("lice_count").stdout
    assert all(column.name in shown and column.meaning in shown for column in ENTRIES["lice_count"].columns)
    unknown = told("lice")
    assert unknown.returncode == 2
    assert "did you mean lice_count" in unknown.stderr
    assert not unknown.stdout


def test_a_column_is_printed_as_its_meaning_and_unit() -> None:
    columns = {column.name: column for column in TABLES["lice_count"].columns}
    assert str(columns["fish_sampled"]) == "fish_sampled: fish examined, in each row of the count [fish]"
