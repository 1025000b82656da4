"""python -m engine.run as a user calls it: what it prints, what it leaves, and how it says no."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from engine.farm.schedule import Batch, Schedule
from engine.farm.schedule_text import format_schedule
from lake.tables import EVENT_TABLE_NAMES

Write = Callable[[Path, Schedule], Path]


def call(folder: Path, *options: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine.run", *map(str, options)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def done(
    small_command: tuple[Path, subprocess.CompletedProcess[str]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The small run's folder, to be resumed, and what its command told."""
    folder, process = small_command
    return shutil.copytree(folder, tmp_path_factory.mktemp("copy") / "farmer"), process


def test_json_is_one_object_whose_events_are_the_rows_on_disk(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, process = done
    assert process.returncode == 0, process.stderr
    told = json.loads(process.stdout)
    assert process.stdout.count("\n") == 1
    assert {"run", "events", "tables", "seconds", "events_per_second", "partitions"} <= set(told)
    assert told["run"] == "runs/small"
    assert told["partitions"] == {"succeeded": 3, "failed": 0}
    assert list(told["tables"]) == list(EVENT_TABLE_NAMES)
    for name, rows in told["tables"].items():
        files = (folder / "runs" / "small" / "lake" / name).glob("part-*.parquet")
        assert rows == sum(pq.read_metadata(f).num_rows for f in files)
    assert told["events"] == sum(told["tables"].values())
    assert told["events_per_second"] == pytest.approx(told["events"] / (told["seconds"] - told["seconds_compiling"]))


def test_a_run_that_exists_is_left_alone_unless_asked(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, _ = done
    manifest = folder / "runs" / "small" / "manifest.json"
    before = manifest.read_bytes()
    again = call(folder, "--schedule", "small.yaml", "--json")
    assert again.returncode == 2
    error = json.loads(again.stdout)["error"]
    assert "--overwrite" in error["cure"]
    assert again.stderr == f"error: {error['where']}: {error['problem']}\n  {error['cure']}\n"
    assert manifest.read_bytes() == before


def test_progress_goes_to_stderr_the_result_to_stdout_and_a_pipe_sees_no_control_codes(
    done: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    folder, first = done
    assert "running runs/small: 5 batches" in first.stderr
    resumed = call(folder, "--schedule", "small.yaml", "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout.startswith("runs/small is whole already: nothing was made; ")
    assert "a second" not in resumed.stdout + resumed.stderr
    assert "running" not in resumed.stderr
    assert "\x1b" not in resumed.stdout + resumed.stderr + first.stderr
    manifest = json.loads((folder / "runs" / "small" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["fingerprint"] == json.loads(first.stdout)["fingerprint"]


def refusal(folder: Path, *options: str | Path) -> str:
    """The message of a call that must be refused and write nothing."""
    before = sorted(folder.rglob("*"))
    process = call(folder, *options)
    assert process.returncode == 2, process.stderr
    assert process.stdout == ""
    assert process.stderr.startswith("error: ")
    assert process.stderr.count("error: ") == 1
    assert "Traceback" not in process.stderr
    assert sorted(folder.rglob("*")) == before
    return process.stderr


def with_stay(batch: Batch, stage: int, container_ids: tuple[int, ...]) -> Batch:
    stays = tuple(replace(s, container_ids=container_ids) if s.stage == stage else s for s in batch.stays)
    return replace(batch, stays=stays)


def double_booked(schedule: Schedule) -> Schedule:
    first, second = schedule.batches[0], schedule.batches[2]
    return replaced(schedule, with_stay(second, 6, first.stays[5].container_ids))


def abroad(schedule: Schedule) -> Schedule:
    return replaced(schedule, with_stay(schedule.batches[2], 6, schedule.batches[3].stays[5].container_ids))


def too_late(schedule: Schedule) -> Schedule:
    last = schedule.batches[4]
    stays = tuple(replace(s, start_day=s.start_day + 1200, end_day=s.end_day + 1200) for s in last.stays)
    return replaced(schedule, replace(last, stays=stays))


def replaced(schedule: Schedule, batch: Batch) -> Schedule:
    batches = tuple(batch if b.id == batch.id else b for b in schedule.batches)
    return replace(schedule, batches=batches)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (double_booked, ["FAR-2023-001", "FAR-2024-002", "FI-SEA-01-Ring-01", "booked twice"]),
        (abroad, ["FAR-2024-002", "Scotland", "geography"]),
        (too_late, ["FAR-2025-003", "2025-11-08", "as-of date"]),
    ],
    ids=["double booked", "other geography", "after the as-of date"],
)
def test_a_schedule_that_can_not_be_is_refused_by_name(
    change: Callable[[Schedule], Schedule],
    named: list[str],
    small_schedule: Schedule,
    write_schedule: Write,
    tmp_path: Path,
) -> None:
    wrong = change(small_schedule)
    write_schedule(tmp_path, replace(wrong, text=format_schedule(wrong)))
    message = refusal(tmp_path, "--schedule", "small.yaml")
    for word in ["small.yaml", *named]:
        assert word in message


def spoil(text: str, how: str) -> str:
    ways: dict[str, Callable[[], str]] = {
        "truncated": lambda: text[: len(text) * 2 // 3],
        "cut at a line's end": lambda: "".join(text.splitlines(keepends=True)[:-1]),
        "unknown key": lambda: text.replace("seed: 7", "seed: 7\nsed: 8"),
        "edited by hand": lambda: text.replace("eggs: 60000", "eggs: 60001"),
        "empty": lambda: "",
    }
    return ways[how]()


@pytest.mark.parametrize(
    ("how", "named"),
    [
        ("truncated", ["cut short"]),
        ("cut at a line's end", ["batch_count", "cut short"]),
        ("unknown key", ["sed", "did you mean 'seed'"]),
        ("edited by hand", ["body_sha256", "--rehash"]),
        ("empty", ["cut short"]),
    ],
)
def test_a_file_that_is_no_whole_schedule_is_refused_with_a_cure(
    how: str, named: list[str], small_schedule: Schedule, write_schedule: Write, tmp_path: Path
) -> None:
    path = write_schedule(tmp_path, small_schedule)
    whole = path.read_text(encoding="utf-8")
    path.write_text(spoil(whole, how), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != whole
    message = refusal(tmp_path, "--schedule", path)
    for word in [str(path), *named]:
        assert word in message


def test_a_missing_file_and_a_missing_farm_are_refused(
    small_schedule: Schedule, write_schedule: Write, tmp_path: Path
) -> None:
    assert "nowhere.yaml: no such file" in refusal(tmp_path, "--schedule", "nowhere.yaml")
    write_schedule(tmp_path, small_schedule)
    (tmp_path / "farms" / "small-farm.yaml").unlink()
    assert "small-farm" in refusal(tmp_path, "--schedule", "small.yaml")


def test_a_resume_with_another_seed_is_refused(
    small_schedule: Schedule, write_schedule: Write, done: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    other = replace(small_schedule, seed=99)
    path = write_schedule(tmp_path, replace(other, text=format_schedule(other)))
    message = refusal(done[0], "--schedule", path, "--out", "runs/small", "--resume")
    assert "seed 7 is now 99" in message


@pytest.mark.parametrize("options", [[], ["--schedule"], ["--schedule", "x.yaml", "--workers", "0"], ["--wrong"]])
def test_wrong_usage_ends_with_2(options: list[str], tmp_path: Path) -> None:
    process = call(tmp_path, *options)
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr


def test_help_names_every_option_and_loads_no_kernel(tmp_path: Path) -> None:
    process = call(tmp_path, "--help")
    assert process.returncode == 0
    for option in ("--schedule", "--out", "--workers", "--resume", "--overwrite", "--json"):
        assert option in process.stdout
    loaded: Any = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "engine.run", "--help"], capture_output=True, text=True
    ).stderr
    assert "import time" in loaded
    for heavy in ("numba", "pyarrow", "pydantic", "duckdb"):
        assert f" {heavy}\n" not in loaded


def test_a_run_goes_without_what_only_databases_and_notebooks_need(
    done: tuple[Path, subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    options = ["--schedule", str(done[0] / "small.yaml"), "--out", str(tmp_path / "run")]
    process = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "smoltworks", "run", *options], capture_output=True, text=True
    )
    assert process.returncode == 0, process.stderr
    imported = {line.rpartition("|")[2].strip() for line in process.stderr.splitlines() if "import time:" in line}
    assert "pyarrow" in imported
    unwanted = ("pandas.", "psycopg", "duckdb", "polars", "distributed")  # pandas itself is looked for, and not found
    assert not [name for name in imported if name.startswith(unwanted)]
