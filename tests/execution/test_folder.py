"""A run's folder belongs to one process, must be writable, and is believed byte by byte."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from engine.execution.partition import PartitionTask
from engine.execution.progress import read_progress
from engine.execution.run import run
from engine.farm.schedule import Schedule
from lake.checked import read_checked
from lake.errors import InputError
from lake.held import LOCK, held_for_reading
from lake.manifest import Manifest, PartitionRecord, read_manifest
from lake.query import answer
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


def test_status_is_told_all_the_while_a_run_is_replaced(
    small_schedule: Schedule, undisturbed: tuple[Path, Manifest], tmp_path: Path
) -> None:
    import shutil

    copied = shutil.copytree(undisturbed[0], tmp_path / "run")
    states: set[str] = set()
    problems: list[Exception] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            try:
                states.add(read_progress(copied).state)
            except Exception as error:
                problems.append(error)

    def fails(task: PartitionTask) -> PartitionRecord:
        raise InterruptedError

    looker = threading.Thread(target=look)
    looker.start()
    try:
        for resume in (False, True):
            run(small_schedule, copied, Synchronous(), 1, simulate=fails, resume=resume, overwrite=not resume)
    finally:
        ended.set()
        looker.join()
    assert problems == []
    assert states <= {"running", "interrupted", "partial", "complete"}


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can become somebody who may not read")
def test_a_folder_that_is_only_to_be_read_is_read_and_what_can_not_be_is_named(
    undisturbed: tuple[Path, Manifest],
) -> None:
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        copied = shutil.copytree(undisturbed[0], Path(folder) / "run")
        (copied / LOCK).unlink()
        os.seteuid(65534)
        try:
            assert read_checked(copied).status == "complete"
            with held_for_reading(copied), answer(copied, "SELECT count(*) FROM batch") as found:
                assert found.fetchall() == [(5,)]
            os.seteuid(0)
            for file in ("lake/batch/part-0001.parquet", "manifest.json"):
                (copied / file).chmod(0)
                os.seteuid(65534)
                with pytest.raises(InputError, match="can't be read: Permission denied"):
                    read_checked(copied)
                os.seteuid(0)
        finally:
            os.seteuid(0)
    assert not (copied / LOCK).exists()
