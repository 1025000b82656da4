"""python -m engine.load as a user calls it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse import small_lake

ROOT = Path(__file__).parents[1]
SECRET = "s3cr3t-word"


def load(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine.load", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=100)


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    small_lake.build(folder)
    return folder


def test_loads_once_and_says_so(run_dir: Path) -> None:
    first = load(run_dir, "--json")
    assert first.returncode == 0, first.stderr
    data = json.loads(first.stdout)
    assert set(data) == {
        "user",
        "rows",
        "history_rows",
        "differing_master_rows",
        "already_loaded",
        "seconds",
        "rows_per_second",
        "copy_seconds",
        "index_and_key_seconds",
        "connection_seconds",
        "indexes_and_keys",
        "bytes",
    }
    assert set(data["connection_seconds"]) == {"copy", "indexes", "keys", "analyze"}
    assert data["bytes"]["tables"] > 0 < data["bytes"]["indexes"]
    assert data["rows"]["environmental_reading"] == 360
    assert data["rows_per_second"] > 0
    second = load(run_dir, "--json")
    assert second.returncode == 0
    assert set(json.loads(second.stdout)["rows"].values()) == {0}
    assert "loaded already" in second.stderr
    assert (data["already_loaded"], json.loads(second.stdout)["already_loaded"]) == (False, True)
    spoken = load(run_dir)
    said, sizes = spoken.stdout.splitlines()
    assert said == "this run is loaded already: nothing written"
    assert re.match(r"lake [0-9.]+ kB, database [0-9.]+ MB in ", sizes)
    hint = re.search(r"open it: (.*)", spoken.stderr)
    assert hint is not None
    assert shlex.split(hint[1])[1:] == ["-m", "engine.load", str(run_dir), "--serve"]
    assert not (run_dir / "postgres" / "postmaster.pid").exists()


def test_serves_until_interrupted(run_dir: Path) -> None:
    import signal

    command = [sys.executable, "-m", "engine.load", str(run_dir), "--serve"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stderr is not None
        for line in server.stderr:
            if line.startswith("open it: "):
                query = "SELECT count(*) FROM batch_batch"
                psql = f'{line.removeprefix("open it: ").strip()} -Atc "{query}"'
                assert subprocess.check_output(psql, shell=True, text=True).strip() == "2"
            if line.startswith("serving"):
                server.send_signal(signal.SIGINT)
                break
        assert server.wait(30) == 0
    assert not (run_dir / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize(
    ("dsn", "told"),
    [
        (f"postgresql://me:{SECRET}@127.0.0.1:1/uat", "can't connect"),
        (f"not a dsn {SECRET}", "not a PostgreSQL connection string"),
    ],
)
def test_a_server_that_is_not_there(run_dir: Path, dsn: str, told: str) -> None:
    ended = load(run_dir, "--to", dsn, "--json")
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: ")
    assert told in ended.stderr
    assert told in json.loads(ended.stdout)["error"]["problem"]
    assert SECRET not in ended.stderr + ended.stdout


def test_half_written_runs_are_refused(run_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "run.jsonl").write_text("{}\n")
    begun = load(tmp_path)
    assert (begun.returncode, "not finished" in begun.stderr) == (2, True)
    small_lake.build(tmp_path)
    (tmp_path / "lake" / "batch" / "part-0001.parquet").unlink()
    lacking = load(tmp_path)
    assert (lacking.returncode, "part-0001.parquet" in lacking.stderr) == (2, True)
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--serve", "--to", "dbname=x"],
        ["--connections", "0"],
        ["--wipe", "--restore"],
        ["--wipe", "--batches", "FAR-2024-001"],
        ["--restore", "--prefix", "X"],
        ["--yes"],
        ["--since", "yesterday"],
        ["--tables", "readings"],
        ["--batches", "SCO-*"],
    ],
)
def test_wrong_usage(run_dir: Path, arguments: list[str]) -> None:
    assert load(run_dir, *arguments).returncode == 2


def test_tells_what_goes_where() -> None:
    told = load("--mapping")
    assert told.returncode == 0
    assert "### lice_count -> health_licecount" in told.stdout
    assert "| count_value | integer or null | count_value: lice on all fish sampled, lice |" in told.stdout
    assert "### daily_truth -> smoltworks.daily_truth" in told.stdout


def test_loads_a_part_and_removes_it(tmp_path: Path) -> None:
    small_lake.build(tmp_path)
    missing = load(tmp_path, "--wipe", "--yes")
    assert (missing.returncode, "no database of its own" in missing.stderr) == (2, True)
    part = ["--tables", "daily_state,feeding_event", "--tables", "treatment", "--batches", "*-002", "--prefix", "X-"]
    loaded = load(tmp_path, *part, "--since", "2024-01-11", "--until", "2024-01-13", "--json")
    assert loaded.returncode == 0, loaded.stderr
    rows = {table: count for table, count in json.loads(loaded.stdout)["rows"].items() if count}
    assert rows == {"batch": 1, "container_assignment": 2, "daily_state": 2, "feeding_event": 2}
    whole = load(tmp_path)
    assert (whole.returncode, "with another part of it" in whole.stderr) == (2, True)

    assert "nothing was left out" in load(tmp_path, "--restore").stdout
    assert load(tmp_path, "--restore", "--json").stdout == '{"restored": 0}\n'

    asked = load(tmp_path, "--wipe")
    assert asked.returncode == 2
    assert "remove these 7 rows" in asked.stderr
    assert "--yes" in asked.stderr
    assert (tmp_path / "load.json").exists()
    removed = load(tmp_path, "--wipe", "--yes", "--json")
    assert removed.returncode == 0, removed.stderr
    assert json.loads(removed.stdout)["removed"] == {
        "batch_batch": 1,
        "batch_batchcontainerassignment": 2,
        "inventory_feedingevent": 2,
        "batch_actualdailyassignmentstate": 2,
    }
    assert not (tmp_path / "load.json").exists()
    assert load(tmp_path, "--wipe", "--yes").returncode == 2
