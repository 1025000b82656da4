"""A schedule's file as a user has it, and a run of it that a script on standard input made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import smoltworks
from engine.farm.schedule import Schedule

# No guard around main, and no file that a worker could read it from.
THREE_LINES = """
import smoltworks
run = smoltworks.simulate("small.yaml", workers=2)
print(run.table("batch").select("batch_number").collect().to_series().to_list())
"""


def python(folder: Path, *arguments: str | Path, script: str = "") -> subprocess.CompletedProcess[str]:
    """This Python in a folder of the user's, where our packages are found as here."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        input=script,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


@pytest.fixture(scope="session")
def folder(
    small_schedule: Schedule,
    write_schedule: Callable[[Path, Schedule], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder with small.yaml and its farm."""
    made = tmp_path_factory.mktemp("scientist")
    write_schedule(made, small_schedule)
    return made


@pytest.fixture(scope="session")
def by_script(folder: Path) -> subprocess.CompletedProcess[str]:
    """The three lines on standard input; they make runs/small."""
    return python(folder, "-", script=THREE_LINES)


@pytest.fixture(scope="session")
def run(folder: Path, by_script: subprocess.CompletedProcess[str]) -> smoltworks.Run:
    assert by_script.returncode == 0, by_script.stderr
    return smoltworks.open_run(folder / "runs" / "small")
