"""The small schedule run once, undisturbed, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.execution.run import run
from engine.farm.schedule import Schedule
from lake.manifest import Manifest
from tests.execution.run_files import Synchronous


@pytest.fixture(scope="session")
def undisturbed(small_schedule: Schedule, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    run_dir = tmp_path_factory.mktemp("runs") / "undisturbed"
    return run_dir, run(small_schedule, run_dir, Synchronous(), 1)
