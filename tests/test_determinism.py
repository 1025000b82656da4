"""One small schedule's data, pinned: another fingerprint is a data change, to be told in CHANGELOG as such."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from engine.farm.schedule import Schedule

# What the small schedule of conftest.py gives on every x86-64 machine with the locked dependencies. When a change
# to the model is meant, put the new value here and a line marked **data change** in CHANGELOG.md.
FINGERPRINT = "5163c2d7ecb7542cd36c850df1694cbb"
EVENTS = 295_722


def is_pinned(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["events"], told["fingerprint"]) == (EVENTS, FINGERPRINT), (
        "the data changed: if that is meant, tell it in CHANGELOG.md as a data change"
    )


def test_the_small_schedule_gives_the_pinned_data(
    small_command: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    is_pinned(small_command[1])


def test_the_oldest_processor_gives_the_pinned_data(
    small_schedule: Schedule,
    write_schedule: Callable[[Path, Schedule], Path],
    oldest_cpu: dict[str, str],
    tmp_path: Path,
) -> None:
    schedule = str(write_schedule(tmp_path, small_schedule))
    command = [sys.executable, "-m", "engine.run", "--schedule", schedule, "--out", str(tmp_path / "run"), "--json"]
    is_pinned(subprocess.run(command, env=oldest_cpu, cwd=tmp_path, capture_output=True, text=True, timeout=300))
