"""python -m engine.sql, as a user calls it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from lake.manifest import read_manifest
from lake.tables import TABLES


def command(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"engine.{name}", *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def run(small_run: Path) -> Path:
    return small_run


def test_without_a_query_the_tables_and_their_rows(run: Path) -> None:
    data = json.loads(command("sql", run, "--json").stdout)
    assert data["columns"] == ["table_name", "rows", "bytes", "files"]
    rows = {row[0]: row[1] for row in data["rows"]}
    assert set(rows) == set(TABLES)
    assert rows["daily_state"] == read_manifest(run).tables["daily_state"]


def test_json_has_columns_and_plain_values(run: Path) -> None:
    query = (
        "SELECT batch_number, start_date, harvest_target_g, actual_end_date, over_capacity_planned,"
        " (SELECT min(reading_time) FROM environmental_reading) AS first FROM batch ORDER BY id"
    )
    data = json.loads(command("sql", run, query, "--json").stdout)
    assert data["columns"][0] == "batch_number"
    assert len(data["rows"]) == 5
    assert data["rows"][0][:3] == ["FAR-2023-001", "2023-03-24", 4000]
    assert data["rows"][0][5] == "2023-03-24T00:00:00+00:00"
    assert data["rows"][2][3:] == [None, False, data["rows"][0][5]]


def test_a_table_for_people_and_its_limit(run: Path) -> None:
    done = command("sql", run, "SELECT date, population FROM daily_state ORDER BY ALL", "--limit", "3")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["date", "population"]
    assert len(lines) == 4
    assert "the first 3 rows" in done.stderr


def test_csv_gives_every_row(run: Path) -> None:
    done = command("sql", run, "SELECT * FROM daily_state -- all of it", "--csv")
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert rows[0] == [c.name for c in TABLES["daily_state"].columns]
    assert len(rows) - 1 == read_manifest(run).tables["daily_state"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nothing FROM batch", "nothing"),
        ("SELECT * FROM btach", "btach"),
        ("DROP VIEW batch", "one SELECT is wanted, found DROP"),
        ("SELECT 1; SELECT 2", "one SELECT is wanted, found SELECT, SELECT"),
        ("", "one SELECT is wanted, found nothing"),
        ("SELECT * FROM query", "query"),  # no variable of the program may be seen
    ],
)
def test_a_wrong_query_is_one_message(run: Path, query: str, words: str) -> None:
    done = command("sql", run, query, "--json")
    assert done.returncode == 2
    assert words in json.loads(done.stdout)["error"]["problem"]
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_two_forms_at_once_are_refused(run: Path) -> None:
    assert command("sql", run, "SELECT 1", "--json", "--csv").returncode == 2


def test_a_run_that_is_not_there_or_not_finished_is_refused(run: Path, tmp_path: Path) -> None:
    done = command("sql", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "no such run folder" in done.stderr
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "run.jsonl").touch()
    done = command("sql", tmp_path)
    assert done.returncode == 2
    assert "--resume" in done.stderr


@pytest.mark.parametrize("end", [";", "; -- done", " -- done", "\n/* done */ ;;\n", ";--"])
def test_a_query_may_end_in_semicolons_and_comments(run: Path, end: str) -> None:
    done = command("sql", run, f"SELECT ';--' AS a{end}", "--csv")
    assert (done.returncode, done.stdout) == (0, "a\n;--\n"), done.stderr
