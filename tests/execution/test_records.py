"""Any file of a run damaged in any way: one sentence from every command, and the cure that it names works."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
import typer
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import engine.load
import engine.report.__main__
import engine.run
import engine.sql
import engine.status
import engine.verify
from engine.execution import making
from engine.execution import template as template_module
from engine.execution.run import run
from engine.farm.schedule import Schedule
from lake.writer import part_path
from tests.execution.run_files import Synchronous, lake_bytes
from tests.small_plan import write_schedule

QUERY = "SELECT count(*), sum(population) FROM daily_state"
NOWHERE = "host=/nowhere dbname=none"
COMMANDS: dict[str, tuple[typer.Typer, tuple[str, ...]]] = {
    "status": (engine.status.app, ("--json",)),
    "sql": (engine.sql.app, (QUERY, "--json")),
    "report": (engine.report.__main__.app, ("--json",)),
    "verify": (engine.verify.app, ("--only", "04_double_booking", "--json")),
    "load": (engine.load.app, ("--to", NOWHERE)),
    "load --wipe": (engine.load.app, ("--to", NOWHERE, "--wipe", "--yes")),
}
RECORDS = (
    "manifest.json",
    "schedule.yaml",
    "farms/small-farm.yaml",
    "biology/published.yaml",
    "logs/run.jsonl",
    "logs/inputs.json",
    "logs/verify.json",
    ".run.lock",
)
PARTS = (part_path("geography", 0), part_path("daily_state", 0), part_path("batch", 1))
CURED_BY_RESUME = tuple(file for file in (*RECORDS, *PARTS) if file != "logs/verify.json")


class InProcess(Executor):
    """Takes the place of worker processes."""

    def __init__(self, workers: int, template: object) -> None:
        self.made: list[int] = []

    def meanwhile(self, fn: Callable[[], Any], times: int) -> None:
        pass

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture(autouse=True)
def _no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "WorkerProcesses", InProcess)
    for home in (making, template_module):
        monkeypatch.setattr(home, "Template", nullcontext)


@pytest.fixture(scope="module")
def whole(tiny_schedule: Schedule, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run by the name of `run`, verified."""
    folder = tmp_path_factory.mktemp("whole")
    run(tiny_schedule, folder / "run", Synchronous(), 1)
    assert called("verify", folder / "run", "--only", "04_double_booking") == 0
    from engine.execution.verification import verify_run

    assert verify_run(folder / "run").passed
    write_schedule(folder, tiny_schedule)
    return folder


def called(name: str, run_dir: Path, *more: str) -> int:
    app, arguments = COMMANDS[name]
    return CliRunner().invoke(app, [str(run_dir), *(more or arguments)]).exit_code


def damage(path: Path, kind: str, draw: float) -> None:
    text = path.read_bytes() if path.is_file() else b""
    at = int(draw * len(text))
    if kind in ("missing", "a folder", "a link", "a pipe"):
        path.unlink()
    if kind == "a folder":
        path.mkdir()
    elif kind == "a link":
        path.symlink_to("nowhere")
    elif kind == "a pipe":
        os.mkfifo(path)
    elif kind == "flipped" and text:
        path.write_bytes(text[:at] + bytes([text[at] ^ (1 << int(draw * 8))]) + text[at + 1 :])
    elif kind != "missing":
        shape = {"cut": text[:at], "empty": b"", "NUL": bytes(len(text)), "list": b"[]\n", "number": b"1\n"}
        path.write_bytes(shape.get(kind, b"\xff\xfe\x00{}"))


KINDS = ("flipped", "cut", "empty", "NUL", "binary", "list", "number", "missing", "a folder", "a link", "a pipe")


def outcome(name: str, run_dir: Path) -> tuple[int, str, str]:
    app, arguments = COMMANDS[name]
    found = CliRunner().invoke(app, [str(run_dir), *arguments])
    assert found.exception is None or isinstance(found.exception, SystemExit), repr(found.exception)
    assert "Traceback" not in found.stderr
    return found.exit_code, found.stdout, found.stderr


def hinted(message: str) -> list[str]:
    """The words after `run` in the command that a message names."""
    found = re.search(r" run (--schedule .*)", message)
    assert found is not None, message
    return shlex.split(found[1])


def files_of(run_dir: Path) -> set[str]:
    """All that lies in a run but for what readers keep there."""
    found = {p.relative_to(run_dir).as_posix() for p in run_dir.rglob("*") if p.is_file()}
    return found - {"logs/verify.json", "logs/checked.json"}


@pytest.fixture(scope="module")
def answers(whole: Path) -> dict[str, tuple[int, str, str]]:
    return {name: outcome(name, whole / "run") for name in COMMANDS}


def copy_of(whole: Path, factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = factory.mktemp("damaged")
    yield shutil.copytree(whole / "run", folder / "run", symlinks=True)
    shutil.rmtree(folder)


def timeless(text: str, run_dir: Path) -> str:
    """Without what differs from call to call: the folder and clock times."""
    return re.sub(r'"seconds": [0-9.e-]+', "", text.replace(str(run_dir), "RUN"))


@settings(max_examples=40, phases=(Phase.explicit, Phase.generate))
@given(
    file=st.sampled_from((*RECORDS, *PARTS)),
    kind=st.sampled_from(KINDS),
    draw=st.floats(0, 1, exclude_max=True),
    name=st.sampled_from(tuple(COMMANDS)),
)
def test_a_command_tells_the_truth_or_what_is_damaged(
    whole: Path,
    answers: dict[str, tuple[int, str, str]],
    tmp_path_factory: pytest.TempPathFactory,
    file: str,
    kind: str,
    draw: float,
    name: str,
) -> None:
    for run_dir in copy_of(whole, tmp_path_factory):
        damage(run_dir / file, kind, draw)
        code, told, message = outcome(name, run_dir)
        truth = answers[name]
        if code == truth[0] and name != "status":
            assert timeless(told, run_dir) == timeless(truth[1], whole / "run")
        elif code != truth[0]:
            assert code == 2
            assert told == ""
            assert str(run_dir) in message
        if file in PARTS and name in ("sql", "verify", "report", "load"):
            assert (name == "sql" and "daily_state" not in file) or "--resume" in message


@settings(max_examples=15, phases=(Phase.explicit, Phase.generate))
@given(file=st.sampled_from(CURED_BY_RESUME), kind=st.sampled_from(KINDS), draw=st.floats(0, 1, exclude_max=True))
def test_a_resume_from_the_runs_own_schedule_makes_it_whole(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, file: str, kind: str, draw: float
) -> None:
    for run_dir in copy_of(whole, tmp_path_factory):
        damage(run_dir / file, kind, draw)
        (run_dir / "biology" / ".published.yaml.1.tmp").write_text("half")
        (run_dir / "logs" / "progress-0000.json").write_text("{}")
        shutil.copy(run_dir / part_path("batch", 0), run_dir / part_path("batch", 9))
        words = ["--schedule", str(run_dir / "schedule.yaml"), "--out", str(run_dir), "--resume", "--json"]
        found = CliRunner().invoke(engine.run.app, words)
        assert (found.exit_code, found.exception) == (0, None), (file, kind, found.stderr)
        assert lake_bytes(run_dir) == lake_bytes(whole / "run")
        assert files_of(run_dir) == files_of(whole / "run")
        for text in ("schedule.yaml", "farms/small-farm.yaml", "biology/published.yaml"):
            assert (run_dir / text).read_bytes() == (whole / "run" / text).read_bytes()
        for name in ("status", "sql", "verify", "report"):
            code, _, message = outcome(name, run_dir)
            assert code == 0, message


@pytest.mark.parametrize("file", PARTS)
def test_the_cure_in_the_message_makes_just_the_damaged_part_anew(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, file: str
) -> None:
    for run_dir in copy_of(whole, tmp_path_factory):
        damage(run_dir / file, "flipped", 0.5)
        code, told, message = outcome("verify", run_dir)
        assert (code, told) == (2, "")
        found = CliRunner().invoke(engine.run.app, [*hinted(message), "--json"])
        assert found.exit_code == 0, found.stderr
        assert lake_bytes(run_dir) == lake_bytes(whole / "run")
        assert outcome("verify", run_dir)[0] == 0


@pytest.mark.parametrize("lost", [("logs/run.jsonl",), ("logs/run.jsonl", "manifest.json"), ("logs",)])
def test_one_whole_record_is_enough_to_know_the_run(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, lost: tuple[str, ...]
) -> None:
    for run_dir in copy_of(whole, tmp_path_factory):
        for file in lost:
            if (run_dir / file).is_dir():
                shutil.rmtree(run_dir / file)
            else:
                (run_dir / file).write_bytes(b"\0" * 99)
        words = ["--schedule", str(run_dir / "schedule.yaml"), "--out", str(run_dir), "--resume"]
        found = CliRunner().invoke(engine.run.app, words)
        assert found.exit_code == 0, found.stderr
        assert lake_bytes(run_dir) == lake_bytes(whole / "run")
        assert files_of(run_dir) == files_of(whole / "run")


def test_when_no_record_is_left_the_cure_is_to_make_it_anew(
    whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for run_dir in copy_of(whole, tmp_path_factory):
        for file in ("logs/run.jsonl", "logs/inputs.json", "manifest.json"):
            (run_dir / file).write_bytes(b"\0" * 99)
        words = ["--schedule", str(run_dir / "schedule.yaml"), "--out", str(run_dir)]
        found = CliRunner().invoke(engine.run.app, [*words, "--resume"])
        assert found.exit_code == 2
        assert "nothing tells which run it was" in found.stderr
        found = CliRunner().invoke(engine.run.app, hinted(found.stderr))
        assert found.exit_code == 0, found.stderr
        assert lake_bytes(run_dir) == lake_bytes(whole / "run")
        assert files_of(run_dir) == files_of(whole / "run")


def test_a_run_of_another_version_is_made_again_by_the_command_that_is_named(
    whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for run_dir in copy_of(whole, tmp_path_factory):
        (run_dir / "manifest.json").write_text('{"format": "smoltworks-run/2"}')
        (run_dir / "logs/run.jsonl").write_text('{"event": "begun", "pid": 1}\n')
        for name in ("status", "sql", "verify", "report"):
            code, _, message = outcome(name, run_dir)
            assert code == 2
            assert "another version" in message
        found = CliRunner().invoke(engine.run.app, hinted(message))
        assert found.exit_code == 0, found.stderr
        assert lake_bytes(run_dir) == lake_bytes(whole / "run")


def test_a_damaged_verification_is_told_and_made_again(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    for run_dir in copy_of(whole, tmp_path_factory):
        path = run_dir / "logs" / "verify.json"
        path.write_text(path.read_text().replace('"failed": 0', '"failed": 1'))
        code, _, message = outcome("report", run_dir)
        assert code == 2
        assert "verify again" in message


def test_without_a_check_no_verification_is_told(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    for run_dir in copy_of(whole, tmp_path_factory):
        damage(run_dir / part_path("daily_state", 0), "flipped", 0.5)
        found = CliRunner().invoke(engine.report.__main__.app, [str(run_dir), "--no-check"])
        assert found.exit_code == 0
        assert found.stderr.splitlines()[0] == "bytes not checked"
        assert "passed" not in found.stdout
        found = CliRunner().invoke(engine.sql.app, [str(run_dir), "SELECT count(*) FROM batch", "--no-check"])
        assert found.stderr.splitlines()[0] == "bytes not checked"


@pytest.mark.parametrize("again", ["--resume", "--overwrite"])
def test_a_run_that_is_read_is_not_changed(whole: Path, tmp_path_factory: pytest.TempPathFactory, again: str) -> None:
    from lake.held import held_for_reading, held_for_writing
    from lake.query import answer

    for run_dir in copy_of(whole, tmp_path_factory):
        before = lake_bytes(run_dir)
        words = ["--schedule", str(run_dir / "schedule.yaml"), "--out", str(run_dir), again]
        with answer(run_dir, QUERY), held_for_reading(run_dir):
            found = CliRunner().invoke(engine.run.app, words)
        assert found.exit_code == 2
        assert "in use by another command" in found.stderr
        assert lake_bytes(run_dir) == before
        with held_for_writing(run_dir):
            for name in ("sql", "verify", "report", "load", "load --wipe"):
                code, _, message = outcome(name, run_dir)
                assert code == 2
                assert "another process is running it" in message
            assert outcome("status", run_dir)[0] == 0
