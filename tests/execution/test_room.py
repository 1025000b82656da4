"""A run asks the disk for room beforehand: what it will take is foreseen within a tenth, and a smaller disk refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.execution.run import simulate_schedule
from engine.execution.tasks import foresee
from engine.farm.schedule import Schedule
from engine.farm.schedule_file import read_schedule
from lake import space
from lake.errors import InputError
from tests.execution.run_files import Synchronous
from tests.small_plan import SCHEDULES

# bytes of all files of whole runs, measured: see lake/tables/sizes.py
MEASURED = {"demo": 9_161_799, "uat-ladder": 25_314_284}


@pytest.mark.parametrize("name", MEASURED)
def test_a_runs_bytes_are_foreseen_within_a_tenth(name: str) -> None:
    expected = foresee(read_schedule(SCHEDULES / f"{name}.yaml"))
    assert expected.bytes == pytest.approx(MEASURED[name], rel=0.1)


def test_a_small_runs_bytes_are_foreseen_within_a_tenth(small_run: Path, small_schedule: Schedule) -> None:
    there = sum(path.stat().st_size for path in small_run.rglob("*") if path.is_file())
    assert foresee(small_schedule).bytes == pytest.approx(there, rel=0.1)


def test_a_disk_with_too_little_room_is_refused_beforehand(
    small_schedule: Schedule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lake.space.free_bytes", lambda path: 100_000)
    with pytest.raises(InputError, match=r"the run needs about \d\.\d MB, and 100\.0 kB are free\n.*--force"):
        simulate_schedule(small_schedule, tmp_path / "run", executor=Synchronous(), workers=1)
    assert not list((tmp_path / "run").glob("[!.]*"))
    space.require_space(tmp_path, 200_000, "the run", forced=True)


def test_a_disk_that_is_not_there_yet_is_the_one_above(tmp_path: Path) -> None:
    assert space.free_bytes(tmp_path / "a/b/c") > 0
    assert space.mount_of(tmp_path / "a/b/c") == space.mount_of(tmp_path)
