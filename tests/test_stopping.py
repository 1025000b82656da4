"""Every command, stopped by every signal at any moment: a word, an exit code, no traceback; under nohup it goes on."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.commands import COMMANDS

ROOT = Path(__file__).parents[1]
TIMES = int(os.environ.get("SMOLTWORKS_STOPS", "1"))  # of each command; more by hand
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 120
LONG = "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3"
DEMO = str(ROOT / "schedules" / "demo.yaml")
PLAN = ("--batches", "200", "--stagger", "auto", "--as-of", "2025-11-19", "--dry-run")
ARGUMENTS = {
    "plan": PLAN,
    "run": ("--schedule", DEMO, "--out", "made"),
    "sql": ("RUN", LONG),
    "fingerprints": (DEMO,),
    "status": ("RUN", "--watch"),
    "plot": ("RUN", "growth", "--out", "made.svg"),
    "compare": ("RUN", "RUN"),
    "export": ("RUN", "--batch", "FAR-2023-001", "--out", "made"),
}  # of those that need others than a run's folder


@pytest.fixture
def run_dir(small_run: Path, tmp_path: Path) -> Iterator[Path]:
    run_dir = shutil.copytree(small_run, tmp_path / "run")
    yield run_dir
    if (run_dir / "postgres").exists():
        from warehouse.run_folder import remove_database

        remove_database(run_dir)


def begin(name: str, run_dir: Path, *more: str) -> subprocess.Popen[str]:
    """The command, once it heeds signals: what Python does before our first line is Python's own."""
    line = [str(run_dir) if word == "RUN" else word for word in ARGUMENTS.get(name, ("RUN",))]
    command = [sys.executable, "-m", "smoltworks", name, *line, *more]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=run_dir.parent, env=environment
    )
    while process.poll() is None and not heeds(process.pid, signal.SIGTERM):
        time.sleep(0.005)
    return process


def heeds(pid: int, number: signal.Signals) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (number - 1) & 1)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_stopped_command_says_so_and_ends(name: str, run_dir: Path) -> None:
    draw = random.Random(f"{name} 1")
    for _ in range(TIMES):
        number, after, as_json = draw.choice(SIGNALS), draw.uniform(0, 3) ** 2 / 3, draw.random() < 0.5
        process = begin(name, run_dir, *(["--json"] if as_json else []))
        time.sleep(after)
        process.send_signal(number)
        sent = time.monotonic()
        out, err = process.communicate(timeout=PATIENCE)
        told = f"{name}: {number.name} after {after:.2f} s, {time.monotonic() - sent:.2f} s to end"
        sys.stdout.write(f"{told}\n")
        assert "Traceback" not in err, (told, err)
        assert "Exception ignored" not in err, (told, err)
        if process.returncode in (0, 1, 2):  # it had ended before
            continue
        if process.returncode == -number and (out or err):  # all was said: in Python's own end
            continue
        assert process.returncode == 128 + number, (told, err)
        assert err.count("interrupted") == 1, (told, err)
        if as_json and out:
            assert json.loads(out)["exit_code"] == 128 + number


def test_under_nohup_a_command_goes_on(run_dir: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = begin("report", run_dir)
    finally:
        signal.signal(signal.SIGHUP, before)
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert "saturation" in out


def test_as_the_first_process_of_a_container_it_ends_too(run_dir: Path) -> None:
    inside = ["unshare", "--pid", "--fork", "--kill-child"]
    if shutil.which("unshare") is None or subprocess.run([*inside, "true"], check=False).returncode:
        pytest.skip("no namespaces here")
    command = [sys.executable, "-m", "smoltworks", "sql", str(run_dir), LONG]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([*inside, *command], stderr=subprocess.PIPE, text=True, env=environment) as outer:
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
        while not children.read_text():
            time.sleep(0.01)
        first = int(children.read_text())
        while not heeds(first, signal.SIGTERM):
            time.sleep(0.01)
        time.sleep(1)
        os.kill(first, signal.SIGTERM)
        assert outer.stderr is not None
        assert outer.stderr.read() == "interrupted\n"
        assert outer.wait(PATIENCE) == 143
