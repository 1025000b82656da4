"""Makes a case's run and gives what it came to, or the reason why it can't be made here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import smoltworks
from engine.biology.parameters import read_biology
from tests import small_plan, tiny_plan
from tests.matrix.axes import IN_PROCESS, KILLED, Case, environment_of
from tests.matrix.interpreters import interpreter

ROOT = Path(__file__).resolve().parents[2]
BATCHES_A_GEOGRAPHY, STAGGER_DAYS, ADULT_DAYS, AS_OF = 7, 60, 220, "2025-11-19"
LIMIT_SECONDS = 3600
# stays in the process that calls
INSIDE = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import smoltworks
with ThreadPoolExecutor(1) as executor:
    made = smoltworks.simulate(sys.argv[1], out=sys.argv[2], executor=executor).manifest
print(json.dumps({"events": made.events, "fingerprint": made.fingerprint}))
"""


class Skipped(Exception):
    """The case can't be tried on this machine: why."""


@dataclass(frozen=True)
class Made:
    """What a run came to."""

    events: int
    fingerprint: str
    seconds: float


def write_schedules(folder: Path, partitions: int, *, tiny: bool) -> Path:
    """The matrix's schedule in so many partitions, with its farm."""
    farm, biology = small_plan.make_farm(), read_biology("published")
    name = f"{'tiny' if tiny else 'matrix'}-{partitions}"
    path = folder / f"{name}.yaml"
    if path.exists():
        return path
    if tiny:
        return small_plan.write_schedule(
            folder, tiny_plan.make_tiny_schedule(farm, biology, partitions=partitions, name=name)
        )
    (folder / "farms").mkdir(exist_ok=True)
    (folder / "farms" / f"{farm.name}.yaml").write_text(farm.text, encoding="utf-8")
    smoltworks.plan(
        batches=BATCHES_A_GEOGRAPHY,
        stagger=STAGGER_DAYS,
        adult_days=ADULT_DAYS,
        as_of=AS_OF,
        farm=folder / "farms" / f"{farm.name}.yaml",
        seed=3,
        rings=3,
        eggs=40_000,
        partitions=partitions,
        name=name,
        output=path,
    )
    return path


def make(case: Case, folder: Path) -> Made:
    """Run the case below `folder` and remove the run; Skipped where this machine lacks something."""
    if case.locale and case.locale.lower().replace("-", "") not in _locales():
        raise Skipped(f"no locale {case.locale} on this machine")
    python = interpreter(case.python)
    if isinstance(python, str):
        raise Skipped(python)
    schedule = write_schedules(folder, case.partitions, tiny=case.tiny)
    run_dir = folder / "run"
    environment = environment_of(case) | {"PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "io")))}
    command = [str(python), "-m", "engine.run", "--schedule", str(schedule), "--out", str(run_dir), "--json"]
    command += ["--workers", str(case.workers)]
    if case.how == IN_PROCESS:
        command = [str(python), "-c", INSIDE, str(schedule), str(run_dir)]
    try:
        if case.how == KILLED:
            _kill_half_way(command, environment, run_dir, case.partitions)
            command.append("--resume")
        began = time.perf_counter()
        told = _output(command, environment)
        return Made(
            events=told["events"], fingerprint=told["fingerprint"], seconds=round(time.perf_counter() - began, 1)
        )
    finally:
        shutil.rmtree(run_dir, ignore_errors=True)


def _output(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    if "Warning" in done.stderr:
        raise RuntimeError(f"{' '.join(command)} made noise:\n{done.stderr[:500]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _kill_half_way(command: list[str], environment: dict[str, str], run_dir: Path, partitions: int) -> None:
    """Start a run and kill it when half of its partitions are made."""
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + LIMIT_SECONDS
        while process.poll() is None and time.monotonic() < end:
            if len(list(run_dir.glob("lake/batch/part-*.parquet"))) >= max(1, partitions // 2):
                break
            time.sleep(0.01)
        process.kill()
    if (run_dir / "manifest.json").exists():
        raise RuntimeError("the run ended before it was killed")


def _locales() -> set[str]:
    """The system's locales, without dashes and in small letters, as it spells them differently."""
    if (tool := shutil.which("locale")) is None:
        return {"c"}
    told = subprocess.run([tool, "-a"], capture_output=True, text=True, check=False).stdout
    return {name.lower().replace("-", "") for name in (*told.split(), "C")}
