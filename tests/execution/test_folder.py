"""A run's folder belongs to one process, must be writable, and is believed byte by byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.execution.run import run
from engine.farm.schedule import Schedule
from lake.checked import read_checked
from lake.errors import InputError
from lake.held import LOCK
from lake.manifest import Manifest, read_manifest
from tests.execution.run_files import Synchronous

HOLD = """
import fcntl, sys
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_folder_that_another_process_holds_is_left_alone(small_schedule: Schedule, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(run_dir / LOCK)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match="another process is running it"):
            run(small_schedule, run_dir, Synchronous(), 1)
        assert [path.name for path in run_dir.iterdir()] == [LOCK]
        other.kill()
    assert run(small_schedule, run_dir, Synchronous(), 1).status == "complete"


def test_a_folder_that_cannot_be_made_is_a_clear_error(small_schedule: Schedule, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="can't be written to"):
        run(small_schedule, tmp_path / "file" / "run", Synchronous(), 1)


def test_a_dimension_changed_in_place_is_found(undisturbed: tuple[Path, Manifest], tmp_path: Path) -> None:
    import shutil

    copied = shutil.copytree(undisturbed[0], tmp_path / "run")
    part = copied / read_manifest(copied).dimensions["geography"].file
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    with pytest.raises(InputError, match="geography, a dimension"):
        read_checked(copied)


def test_a_part_changed_in_place_is_found_before_a_load(undisturbed: tuple[Path, Manifest], tmp_path: Path) -> None:
    import shutil

    copied = shutil.copytree(undisturbed[0], tmp_path / "run")
    part = copied / "lake" / "daily_state" / "part-0000.parquet"
    data = bytearray(part.read_bytes())
    data[len(data) // 2] ^= 1
    part.write_bytes(data)
    with pytest.raises(InputError, match=r"daily_state, partition 0 \(batches 1-2\)"):
        read_checked(copied)
