"""What tests share: the small farm and schedule, and its run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine.biology.parameters import Biology, read_biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Schedule
from tests import small_plan
from tests.faults import tiny
from tests.sharing import made_once
from warehouse.run_folder import FOLDER, remove_database

pytest_plugins = ["tests.asserting", "tests.store.pretended"]
os.environ["SMOLTWORKS_EVERY"] = "86400"  # what a test expects on a screen doesn't hang on how busy the machine is

# a shell's background ignores Ctrl-C, nohup SIGHUP, and so would each command that a test stops
for number, heeded in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, heeded)

settings.register_profile(
    "smoltworks", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("smoltworks")


@pytest.fixture(scope="session", autouse=True)
def _leave_no_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody but us may enter pytest's folders, so that the data of root's servers lies outside of them."""
    yield
    for link in tmp_path_factory.getbasetemp().rglob(FOLDER):
        if link.is_symlink():
            remove_database(link.parent)


@pytest.fixture(scope="session")
def small_farm() -> Farm:
    return small_plan.make_farm()


@pytest.fixture(scope="session")
def biology() -> Biology:
    return read_biology("published")


@pytest.fixture(scope="session")
def small_schedule(small_farm: Farm, biology: Biology) -> Schedule:
    return small_plan.make_schedule(small_farm, biology)


@pytest.fixture(scope="session")
def write_schedule() -> Callable[[Path, Schedule], Path]:
    return small_plan.write_schedule


@pytest.fixture(scope="session")
def small_command(
    small_schedule: Schedule,
    write_schedule: Callable[[Path, Schedule], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The small schedule run by the command, far from home, and the folder that it ran in: to be read, not changed."""

    def make(folder: Path) -> None:
        write_schedule(folder, small_schedule)
        command = [sys.executable, "-m", "engine.run", "--schedule", "small.yaml", "--workers", "1", "--json"]
        far = {**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C"}
        done = subprocess.run(command, cwd=folder, env=far, capture_output=True, text=True)
        told = {"args": command, "returncode": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
        (folder / "told.json").write_text(json.dumps(told), encoding="utf-8")

    folder = made_once(tmp_path_factory, "farmer", make)
    return folder, subprocess.CompletedProcess(**json.loads((folder / "told.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def small_run(small_command: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    """The small schedule's run: to be read, not changed."""
    folder, done = small_command
    assert done.returncode == 0, done.stderr
    return folder / "runs" / "small"


@pytest.fixture(scope="session")
def tiny_schedule(small_farm: Farm, biology: Biology) -> Schedule:
    """A harvested batch and one on land, of half a year, in two partitions: for what needs a run but no long one."""
    return tiny.make_schedule(small_farm, biology)


@pytest.fixture(scope="session")
def tiny_run(tiny_schedule: Schedule, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny schedule's run: to be read, not changed."""

    def make(folder: Path) -> None:
        from engine.execution.run import run  # late: most tests need none

        with ThreadPoolExecutor(1) as here:
            run(tiny_schedule, folder / "tiny", here, 1)

    return made_once(tmp_path_factory, "tiny", make) / "tiny"
