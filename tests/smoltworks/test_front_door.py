"""The functions that a data scientist calls: plan, read, simulate; what they raise, and what they leave alone."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import smoltworks
from engine import __version__
from engine.execution import partition
from engine.farm.schedule import Schedule
from engine.simulation.fish.history import simulate_batch as really_simulate
from lake.errors import InputError
from lake.manifest import read_complete
from tests.smoltworks.conftest import python

SCHEDULES = Path(__file__).parents[2] / "schedules"


def test_three_lines_without_a_guard_make_a_run_and_print_nothing(
    by_script: subprocess.CompletedProcess[str], small_schedule: Schedule
) -> None:
    assert by_script.returncode == 0, by_script.stderr
    assert by_script.stdout == f"{[batch.number for batch in small_schedule.batches]}\n"
    assert by_script.stderr == ""


STATE = """
import json, locale, os, signal, sys, threading

def state():
    handlers = [str(signal.getsignal(number)) for number in sorted(signal.valid_signals())]
    return [dict(os.environ), locale.setlocale(locale.LC_ALL), handlers, threading.active_count(), os.getcwd()]

def settings():
    import numba, pyarrow
    from numba.core import config
    return [config.CACHE_DIR, config.THREADING_LAYER, numba.get_num_threads(), pyarrow.cpu_count(),
            pyarrow.io_thread_count()]
"""
IMPORTED = (
    STATE
    + """
before, known = state(), set(sys.modules)
import smoltworks
heavy = {"numpy", "numba", "pyarrow", "polars", "duckdb", "pydantic", "psycopg", "altair", "rich", "typer"}
print(json.dumps([before == state(), sorted(heavy & set(sys.modules) - known)]))
"""
)
SIMULATED = (
    STATE
    + """
import polars  # sets a variable for its own allocator when it is imported
before, set_before = state(), settings()
import smoltworks
run = smoltworks.simulate(sys.argv[1], out=sys.argv[2], workers=1)
run.sql("select count(*) from batch")
print(json.dumps([before == state(), set_before == settings()]))
"""
)


def test_an_import_loads_nothing_heavy_and_changes_nothing(tmp_path: Path) -> None:
    done = python(tmp_path, "-c", IMPORTED)
    assert json.loads(done.stdout) == [True, []], done.stderr


def test_a_run_from_a_script_leaves_the_process_as_it_was(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SIMULATED)
    done = python(tmp_path, "script.py", folder / "small.yaml", "run")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [True, True]
    assert done.stderr == ""


def test_a_plan_is_the_shipped_schedule_of_the_same_options(tmp_path: Path) -> None:
    options: dict[str, Any] = {"batches": 6, "stagger": 88, "as_of": "2025-11-19", "seed": 20251119, "partitions": 4}
    shipped = (SCHEDULES / "demo.yaml").read_text(encoding="utf-8")
    made = smoltworks.plan(**options, name="demo")
    assert made.text == shipped
    file = tmp_path / "demo.yaml"
    assert smoltworks.plan(**options, output=file) == made
    assert file.read_text(encoding="utf-8") == shipped
    assert smoltworks.read_schedule(file).text == shipped
    assert not smoltworks.rehash(file)
    assert 0 < smoltworks.capacity(made).total < 0.1
    file.write_text("mine")
    with pytest.raises(InputError, match="exists and differs"):
        smoltworks.plan(**options, output=file)
    assert smoltworks.plan(**options, output=file, overwrite=True) == made
    later = smoltworks.advance(file, "2026-03-01", name="later")
    assert (later.name, later.batches[0]) == ("later", made.batches[0])
    with pytest.raises(InputError, match="--stagger"):
        smoltworks.plan(batches=6, stagger="soon", as_of="2025-11-19")


def test_the_ladder_is_the_shipped_one() -> None:
    shipped = (SCHEDULES / "uat-ladder.yaml").read_text(encoding="utf-8")
    assert smoltworks.plan_ladder(as_of="2025-11-19", seed=20251119).text == shipped


def test_another_biology_on_a_schedule_is_that_of_its_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Schedule] = []

    def simulate(schedule: Schedule, *_: Any, **__: Any) -> Any:
        asked.append(schedule)
        raise InterruptedError

    monkeypatch.setattr("engine.execution.run.simulate_schedule", simulate)
    for given in (folder / "small.yaml", smoltworks.read_schedule(folder / "small.yaml")):
        with pytest.raises(InterruptedError):
            smoltworks.simulate(given, biology="heat-wave")
    assert asked[0] == asked[1] == smoltworks.read_schedule(folder / "small.yaml", biology="heat-wave")
    assert asked[0].biology.name == "heat-wave"


def test_callbacks_hear_of_a_run_and_nothing_is_printed(
    folder: Path, run: smoltworks.Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    begun: list[int] = []
    partitions: list[int] = []
    progress: list[int] = []
    with ThreadPoolExecutor(1) as executor:
        made = smoltworks.simulate(
            folder / "small.yaml",
            out=tmp_path / "run",
            executor=executor,
            on_begin=lambda expected: begun.append(expected.events),
            on_partition=lambda record: partitions.append(record.events),
            on_progress=lambda state: progress.append(state.events),
        )
    assert made.manifest.fingerprint == run.manifest.fingerprint
    assert len(begun) == 1
    assert sum(partitions) == made.manifest.events
    assert len(partitions) == len(made.manifest.partitions)
    assert progress == sorted(progress)
    assert progress[-1] == made.manifest.events
    assert capfd.readouterr() == ("", "")
    with pytest.raises(InputError, match="exists already"):
        smoltworks.simulate(folder / "small.yaml", out=tmp_path / "run")
    again = smoltworks.simulate(folder / "small.yaml", out=str(tmp_path / "run"), resume=True)
    assert again.manifest == made.manifest


def test_a_callback_that_raises_ends_the_run_which_a_resume_finishes(
    folder: Path, run: smoltworks.Run, tmp_path: Path
) -> None:
    def give_up(record: object) -> None:
        raise KeyError("enough")

    with ThreadPoolExecutor(1) as executor:
        with pytest.raises(KeyError, match="enough"):
            smoltworks.simulate(folder / "small.yaml", out=tmp_path / "run", executor=executor, on_partition=give_up)
        half = smoltworks.open_run(tmp_path / "run")
        with pytest.raises(InputError, match="not finished"):
            half.table("batch")
        made = smoltworks.simulate(folder / "small.yaml", out=tmp_path / "run", executor=executor, resume=True)
    assert made.manifest.fingerprint == run.manifest.fingerprint
    assert half.table("batch").collect().height == 5


def test_a_failed_partition_is_an_exception_that_names_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def simulate_batch(schedule: Schedule, climate: Any, batch: Any) -> Any:
        if batch.number == "SCO-2025-002":
            raise ArithmeticError("half a fish")
        return really_simulate(schedule, climate, batch)

    monkeypatch.setattr(partition, "simulate_batch", simulate_batch)
    with ThreadPoolExecutor(1) as executor, pytest.raises(smoltworks.RunFailed, match="1 of 3 partitions") as failed:
        smoltworks.simulate(folder / "small.yaml", out=tmp_path / "run", executor=executor)
    assert list(failed.value.errors) == [1]
    assert "half a fish" in failed.value.errors[1]
    assert "SCO-2025-002" in failed.value.errors[1]


def test_wrong_input_is_the_lakes_own_error(folder: Path, tmp_path: Path) -> None:
    assert smoltworks.InputError is InputError
    assert smoltworks.__version__ == __version__
    with pytest.raises(InputError, match="no such file"):
        smoltworks.read_schedule(tmp_path / "nowhere.yaml")
    with pytest.raises(InputError, match="no such run folder"):
        smoltworks.open_run(tmp_path / "nowhere")
    with pytest.raises(InputError, match="not a run folder"):
        smoltworks.open_run(tmp_path)
    with pytest.raises(InputError, match="workers"):
        smoltworks.simulate(folder / "small.yaml", workers=0)
    with pytest.raises(InputError, match="has its farm already"):
        smoltworks.simulate(smoltworks.read_schedule(folder / "small.yaml"), farm="faroe-scotland")


def test_every_public_name_has_a_docstring() -> None:
    for name in set(smoltworks.__all__) - {"__version__"}:
        assert getattr(smoltworks, name).__doc__, name
    for name, member in vars(smoltworks.Run).items():
        assert name.startswith("_") or member.__doc__, name


def test_an_opened_run_sees_what_is_made_anew(run: smoltworks.Run, tmp_path: Path) -> None:
    import shutil

    copied = smoltworks.open_run(shutil.copytree(run.path, tmp_path / "run"))
    assert copied.manifest is copied.manifest
    (copied.path / "manifest.json").unlink()
    with pytest.raises(InputError, match="not finished"):
        copied.table("batch")
    shutil.copy(run.path / "manifest.json", copied.path)
    assert copied.manifest == read_complete(run.path)
