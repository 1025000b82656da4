"""One small schedule's data, pinned: another fingerprint is a data change, to be told in CHANGELOG as such."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.farm.schedule import Schedule

# What the small schedule of conftest.py gives on every x86-64 machine with the locked dependencies. When a change
# to the model is meant, put the new value here and a line marked **data change** in CHANGELOG.md.
FINGERPRINT = "6080c4d06926917691fbe633aec9bfe5"
EVENTS = 281_347


def run_elsewhere(schedule: Path, out: Path, env: dict[str, str]) -> dict[str, object]:
    """Run in a process of its own, from a folder of its own; what --json tells."""
    command = [sys.executable, "-m", "engine.run", "--schedule", str(schedule), "--out", str(out), "--json"]
    done = subprocess.run(command, env=env, cwd=out.parent, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("machine", ["this", "oldest"])
def test_the_small_schedule_gives_the_pinned_data(
    machine: str,
    small_schedule: Schedule,
    write_schedule: Callable[[Path, Schedule], Path],
    oldest_cpu: dict[str, str],
    tmp_path: Path,
) -> None:
    env = oldest_cpu if machine == "oldest" else {**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    told = run_elsewhere(write_schedule(tmp_path, small_schedule), tmp_path / "run", env)
    assert (told["events"], told["fingerprint"]) == (EVENTS, FINGERPRINT), (
        "the data changed: if that is meant, tell it in CHANGELOG.md as a data change"
    )
