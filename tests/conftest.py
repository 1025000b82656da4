"""What tests share: a farm of two stations and two areas a geography, and a schedule that shows every stage of life."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, settings

from engine.biology.parameters import Biology, read_biology
from engine.farm.infrastructure import Farm, parse_farm
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay
from engine.farm.schedule_text import format_schedule
from tests.sharing import made_once

SCHEDULES = Path(__file__).resolve().parents[1] / "schedules"
AS_OF_DAY = 20_400  # 2025-11-08

settings.register_profile(
    "smoltworks", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("smoltworks")


@pytest.fixture(scope="session")
def small_farm() -> Farm:
    """The shipped farm with two tanks a hall and three rings on two barges an area."""
    data = yaml.safe_load((SCHEDULES / "farms" / "faroe-scotland.yaml").read_text(encoding="utf-8"))
    data["name"] = "small-farm"
    data["halls"]["containers"] = 2
    data["areas"] |= {"rings": 3, "barges": 2}
    for geography in data["geographies"]:
        geography["stations"]["count"] = geography["areas"]["count"] = 2
    return parse_farm(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), "small farm")


@pytest.fixture(scope="session")
def biology() -> Biology:
    return read_biology("published")


def life_of(farm: Farm, geography: int, place: int, start_day: int) -> tuple[Stay, ...]:
    """Stays in all of one station's halls, then in all rings of one area; `place` counts from 0."""
    station = [s for s in farm.stations if s.geography_id == geography][place]
    halls = {h.stage: tuple(h.container_ids) for h in farm.halls if h.station_id == station.id}
    area = farm.areas_in(geography)[place]
    stays, day = [], start_day
    for stage, days in enumerate(STAGE_DAYS, 1):
        stays.append(Stay(stage, halls.get(stage) or tuple(area.ring_ids), day, day + days))
        day += days
    return tuple(stays)


@pytest.fixture(scope="session")
def small_schedule(small_farm: Farm, biology: Biology) -> Schedule:
    """Five batches: harvested by weight, harvested at the plan's end, at sea, in Parr after the cull, a day old."""
    lives = (
        ("FAR-2023-001", 1, 0, 960, 60_000, 4_000.0),
        ("SCO-2023-001", 2, 0, 950, 50_001, 20_000.0),
        ("FAR-2024-002", 1, 1, 600, 40_000, None),
        ("SCO-2025-002", 2, 1, 250, 30_000, None),
        ("FAR-2025-003", 1, 0, 1, 20_000, None),
    )
    batches = tuple(
        Batch(i, number, geography, eggs, life_of(small_farm, geography, place, AS_OF_DAY - age), target)
        for i, (number, geography, place, age, eggs, target) in enumerate(lives, 1)
    )
    schedule = Schedule(
        "small", 7, AS_OF_DAY, small_farm, biology, batches, (range(1, 3), range(3, 5), range(5, 6)), ""
    )
    return replace(schedule, text=format_schedule(schedule))


@pytest.fixture(scope="session")
def write_schedule() -> Callable[[Path, Schedule], Path]:
    """Write a schedule with its farm beside it, as a user has them; returns the schedule's path."""

    def write(folder: Path, schedule: Schedule) -> Path:
        (folder / "farms").mkdir(parents=True, exist_ok=True)
        (folder / "farms" / f"{schedule.farm.name}.yaml").write_text(schedule.farm.text, encoding="utf-8")
        path = folder / f"{schedule.name}.yaml"
        path.write_text(schedule.text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def small_command(
    small_schedule: Schedule,
    write_schedule: Callable[[Path, Schedule], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The small schedule run by the command, far from home, and the folder that it ran in: to be read, not changed."""

    def make(folder: Path) -> None:
        write_schedule(folder, small_schedule)
        command = [sys.executable, "-m", "engine.run", "--schedule", "small.yaml", "--workers", "2", "--json"]
        far = {**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C"}
        done = subprocess.run(command, cwd=folder, env=far, capture_output=True, text=True, timeout=250)
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
def oldest_cpu(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a process that sees the oldest x86-64: no AVX in NumPy, numba or the C library."""
    return {
        **os.environ,
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
        "NUMBA_CPU_NAME": "x86-64",
        "NUMBA_CPU_FEATURES": "",
        "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA",
        "NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("kernels")),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
