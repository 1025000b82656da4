"""python -m engine.verify, as a user calls it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner, Result

import engine.load
import engine.verify
from lake.checks import check_names
from tests.spoiling import spoil
from warehouse.embedded import embedded_dsn

POSTGRES_CHECKS = {"07_foreign_keys_postgres", "20_counts_postgres"}


def verify(*arguments: str | Path) -> Result:
    return CliRunner().invoke(engine.verify.app, [*map(str, arguments)])


def verified(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    done = verify(*arguments, "--json")
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture(scope="module")
def run(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny run, to be loaded and verified."""
    return shutil.copytree(tiny_run, tmp_path_factory.mktemp("verify") / "run")


@pytest.fixture
def copy(run: Path, tmp_path: Path) -> Path:
    """A copy of the run, not loaded and not verified."""
    return shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("postgres", "load.json"))


def test_a_true_run_passes(copy: Path) -> None:
    command = [sys.executable, "-m", "engine.verify", str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for name in check_names():
        assert name in done.stdout
    assert "22 of 22 checks passed" in done.stdout
    assert "not loaded: PostgreSQL not checked" in done.stdout


def test_json_is_one_object_with_every_check(copy: Path) -> None:
    code, data = verified(copy)
    assert code == 0
    assert (data["passed"], data["failed"]) == (22, 0)
    assert [c["name"] for c in data["checks"]] == list(check_names())
    assert all(c["violations"] == 0 and c["rows"] == [] for c in data["checks"])
    assert data["reports"]["21_cutoff"][0]["batches"] == 2
    assert data["postgres"].startswith("not loaded")
    kept = json.loads((copy / "logs" / "verify.json").read_text())
    assert (kept["passed"], kept["failed"]) == (22, 0)


def test_a_spoilt_run_fails_and_names_the_rows(copy: Path) -> None:
    spoil(copy, "daily_state", "population")
    done = verify(copy)
    assert done.exit_code == 1
    assert "FAR-2022-001" in done.stdout
    assert "eggs = gone + alive" in done.stdout
    code, data = verified(copy)
    failed = {c["name"]: c["rows"] for c in data["checks"] if c["violations"]}
    assert code == 1
    assert data["failed"] == len(failed)
    assert {"01_batch_conservation", "16_daily_states", "19_determinism"} <= set(failed)
    assert failed["01_batch_conservation"][0]["batch_number"] == "FAR-2022-001"


def test_only_runs_what_was_named(copy: Path) -> None:
    spoil(copy, "daily_state", "population")
    code, data = verified(copy, "--only", "04_double_booking", "--only", "18_names")
    assert code == 0
    assert [c["name"] for c in data["checks"]] == ["04_double_booking", "18_names"]
    code, data = verified(copy, "--only", "16_daily_states")
    assert (code, data["failed"]) == (1, 1)
    assert not (copy / "logs" / "verify.json").exists()


def test_wrong_input_is_one_message(copy: Path, tmp_path: Path) -> None:
    for arguments, words in (
        ((tmp_path / "nowhere",), "no such run folder"),
        ((copy, "--only", "22_luck"), "no check is called 22_luck"),
        ((copy, "--only", "20_counts_postgres"), "this run was not loaded"),
    ):
        done = verify(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert words in done.stderr
        assert "Traceback" not in done.stderr


def test_a_half_written_run_is_refused(copy: Path) -> None:
    (copy / "manifest.json").unlink()
    done = verify(copy)
    assert done.exit_code == 2
    assert "--resume" in done.stderr


def test_a_cut_file_is_refused(copy: Path) -> None:
    part = next((copy / "lake" / "daily_state").iterdir())
    part.write_bytes(part.read_bytes()[:-1])
    done = verify(copy)
    assert done.exit_code == 2
    assert part.name in done.stderr


def test_the_database_is_held_against_the_parquet(run: Path) -> None:
    assert CliRunner().invoke(engine.load.app, [str(run)]).exit_code == 0
    code, data = verified(run)
    assert code == 0, data
    assert {c["name"] for c in data["checks"]} == set(check_names()) | POSTGRES_CHECKS
    assert "figures compared" in data["postgres"]
    with embedded_dsn(run) as dsn, psycopg.connect(dsn) as connection:
        connection.execute(
            "UPDATE batch_mortalityevent SET count = count + 1 WHERE id = (SELECT min(id) FROM batch_mortalityevent)"
        )
    code, data = verified(run, "--only", "20_counts_postgres")
    assert (code, data["failed"]) == (1, 1)
    (check,) = data["checks"]
    assert "mortality_event, batch FAR-2022-001" in check["rows"][0]["what"]
    assert check["rows"][0]["found"] == check["rows"][0]["expected"] + 1
    with embedded_dsn(run) as dsn, psycopg.connect(dsn) as connection:
        connection.execute("DROP TABLE batch_mortalityevent CASCADE")
    code, data = verified(run, "--only", "20_counts_postgres")
    assert (code, data["failed"]) == (1, 1)
    assert "batch_mortalityevent" in data["checks"][0]["rows"][0]["found"]
