"""Killed outright, worker or whole run, while partitions are under way: known as such, resumed to the same bytes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.execution.progress import read_progress
from engine.execution.run import run
from engine.farm.schedule import Batch, Schedule
from engine.farm.schedule_file import read_schedule
from engine.farm.schedule_text import format_schedule
from lake.errors import InputError
from lake.manifest import Manifest, read_complete, read_manifest
from lake.processes import process_start
from tests.execution.run_files import Synchronous, lake_bytes

PATIENCE = 60.0
LIVES = 7


def until(found: Callable[[], Any], process: subprocess.Popen[str] | None = None) -> Any:
    """What `found` gives, once it gives something; asked a thousand times a second."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := found():
            return value
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.001)
    raise AssertionError("waited in vain")


@pytest.fixture(scope="module")
def schedule_file(
    small_schedule: Schedule, write_schedule: Callable[[Path, Schedule], Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The small schedule with a first partition of some whole lives, and a second of one short one."""
    life, days = small_schedule.batches[0], 1000
    lives = [replace(_moved(life, i * days), id=i + 1, number=f"FAR-{i + 1:03d}") for i in range(LIVES)]
    young = replace(_moved(small_schedule.batches[3], (LIVES - 1) * days), id=LIVES + 1)
    long = replace(
        small_schedule,
        name="long",
        as_of_day=small_schedule.as_of_day + (LIVES - 1) * days,
        batches=(*lives, young),
        partitions=(range(1, LIVES + 1), range(LIVES + 1, LIVES + 2)),
    )
    return write_schedule(tmp_path_factory.mktemp("schedules"), replace(long, text=format_schedule(long)))


def _moved(batch: Batch, days: int) -> Batch:
    stays = tuple(replace(s, start_day=s.start_day + days, end_day=s.end_day + days) for s in batch.stays)
    return replace(batch, stays=stays)


def begin(schedule_file: Path, run_dir: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "engine.run", "--schedule", str(schedule_file), "--out", str(run_dir), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def worker_of(run_dir: Path, partition: int) -> int:
    """The process that is making a partition; 0 before it has begun."""
    path = run_dir / "logs" / f"progress-{partition:04d}.json"
    try:
        return int(json.loads(path.read_text())["pid"])
    except FileNotFoundError:
        return 0


@pytest.fixture(scope="module")
def whole(schedule_file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], Manifest]:
    run_dir = tmp_path_factory.mktemp("runs") / "whole"
    manifest = run(read_schedule(schedule_file), run_dir, Synchronous(), 1)
    return lake_bytes(run_dir), manifest


def test_a_killed_worker_costs_its_partition_alone(
    schedule_file: Path, whole: tuple[dict[str, str], Manifest], tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    process = begin(schedule_file, run_dir, "--workers", "2", "--json")
    os.kill(until(lambda: worker_of(run_dir, 0), process), signal.SIGKILL)
    code, out, err = finish(process)
    assert code == 3, err
    told = json.loads(out)
    assert told["partitions"] == {"succeeded": 1, "failed": 1}
    assert "1 of 2 partitions failed" in err
    assert f"--schedule {schedule_file} --out {run_dir} --resume" in err
    assert read_manifest(run_dir).status == "partial"
    assert "worker process died" in read_manifest(run_dir).partitions[0].error
    assert not [name for name in told["tables"] if (run_dir / f"lake/{name}/part-0000.parquet").exists()]
    with pytest.raises(InputError, match="only a partial run"):
        read_complete(run_dir)

    code, out, err = finish(begin(schedule_file, run_dir, "--resume", "--json"))
    assert code == 0, err
    assert json.loads(out)["fingerprint"] == whole[1].fingerprint
    assert lake_bytes(run_dir) == whole[0]


def test_a_killed_run_is_known_as_half_written_and_its_workers_end(
    schedule_file: Path, whole: tuple[dict[str, str], Manifest], tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    process = begin(schedule_file, run_dir, "--workers", "2")
    worker = until(lambda: worker_of(run_dir, 0), process)
    born = process_start(worker)
    process.kill()
    finish(process)
    with pytest.raises(InputError, match="begun here but not finished"):
        read_complete(run_dir)
    assert read_progress(run_dir).state == "interrupted"
    until(lambda: process_start(worker) != born)
    assert not list(run_dir.glob("lake/batch/part-0000.parquet"))

    code, _, err = finish(begin(schedule_file, run_dir, "--resume"))
    assert code == 0, err
    assert lake_bytes(run_dir) == whole[0]
    assert read_complete(run_dir).fingerprint == whole[1].fingerprint


def test_an_interrupted_run_ends_and_can_be_resumed(
    schedule_file: Path, whole: tuple[dict[str, str], Manifest], tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    process = begin(schedule_file, run_dir, "--workers", "1")
    until(lambda: worker_of(run_dir, 0), process)
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert code == 130, err
    assert "Traceback" not in err
    assert f"--out {run_dir} --resume" in err
    code, _, err = finish(begin(schedule_file, run_dir, "--resume"))
    assert code == 0, err
    assert lake_bytes(run_dir) == whole[0]
