"""Whatever a command meets ends in a sentence that says what to do, and an exit code: never in a traceback."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Annotated

import duckdb
import pytest
import typer

from engine.report.console import input_errors, start
from engine.report.stopping import stopped_code
from lake.errors import InputError

NUMBERS = ("ENOSPC", "EDQUOT", "EROFS", "EACCES", "EMFILE", "ENOMEM", "EIO", "EFBIG", "ENOENT")
READERS = (
    "engine.report.__main__",
    "engine.status",
    "engine.sql",
    "engine.verify",
    "engine.commands",
    "engine.execution.summary",
    "engine.execution.verification",
    "engine.report.summary",
    "engine.report.status",
    "engine.report.verification",
    "lake.query",
    "smoltworks",
    "smoltworks.runs",
)


def ended_by(error: BaseException, capfd: pytest.CaptureFixture[str], run_dir: Path | None = None) -> tuple[int, str]:
    """The exit code, and what was said, of a command in which an error was raised."""
    with pytest.raises(SystemExit) as end, input_errors(run_dir):
        raise error
    assert isinstance(end.value.code, int)
    said = capfd.readouterr()
    assert "Traceback" not in said.err
    assert said.out == ""
    return end.value.code, said.err


@pytest.mark.parametrize("name", NUMBERS)
def test_what_the_system_refuses_is_told_with_what_to_do(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    number = getattr(errno, name)
    code, said = ended_by(OSError(number, os.strerror(number), str(tmp_path / "part")), capfd)
    assert code == 1
    assert re.fullmatch(r"error: .+\n  .+\n", said), said
    if name == "ENOSPC":
        assert re.match(r"error: the disk /.*: is full: .* are free\n", said)


def test_too_little_memory_and_wrong_input_are_told(capfd: pytest.CaptureFixture[str]) -> None:
    assert ended_by(MemoryError(), capfd)[0] == 1
    assert ended_by(InputError("a", "b", "c"), capfd) == (2, "error: a: b\n  c\n")


def test_what_libraries_are_refused_is_no_fault_of_ours(capfd: pytest.CaptureFixture[str]) -> None:
    full = duckdb.IOException('IO Error: Could not write file "/t/x.tmp": No space left on device')
    assert ended_by(full, capfd)[1].startswith("error: a disk: is full")
    assert "not enough memory" in ended_by(duckdb.OutOfMemoryException("Out of Memory Error"), capfd)[1]


def test_a_fault_of_ours_is_one_sentence_and_its_traceback_a_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").mkdir()
    code, said = ended_by(ZeroDivisionError("by nought\nand more"), capfd, tmp_path)
    (file,) = (tmp_path / "logs").iterdir()
    assert code == 1
    assert said == f"error: a fault of Smoltworks: ZeroDivisionError: by nought\n  please report it, with {file}\n"
    assert "Traceback" in file.read_text()


def test_an_exit_that_a_command_chose_is_its_own() -> None:
    with pytest.raises(typer.Exit), input_errors():
        raise typer.Exit(3)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_a_command_as_ctrl_c_does(
    number: signal.Signals, code: int, capfd: pytest.CaptureFixture[str]
) -> None:
    # under nohup, or in a shell's background, they are ignored
    usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    before = signal.signal(number, usual)
    stopped: list[int] = []

    def work() -> None:
        try:
            os.kill(os.getpid(), number)
            threading.Event().wait(10)
        except KeyboardInterrupt as stop:
            stopped.append(stopped_code(stop))
            raise

    try:
        with pytest.raises(SystemExit) as end, input_errors():
            work()
        assert signal.getsignal(number) is usual
    finally:
        signal.signal(number, before)
    assert (stopped, end.value.code) == ([code], code)
    assert capfd.readouterr().err == "interrupted\n"


def test_a_signal_while_the_command_line_is_read_is_told_too(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "_exit", sys.exit)
    app = typer.Typer(add_completion=False)

    @app.command()
    def stopped_before_it_begins(number: Annotated[int, typer.Argument(callback=_hang_up)] = 0) -> None:
        raise AssertionError("nothing is run")

    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        with pytest.raises(SystemExit) as end:
            start(app, [])
    finally:
        signal.signal(signal.SIGHUP, before)
    assert end.value.code == 129
    assert capfd.readouterr().err == "interrupted\n"


def _hang_up(number: int) -> int:
    os.kill(os.getpid(), signal.SIGHUP)
    return number


def told(streams: str, *line: str) -> tuple[int, str, str]:
    """How `python -m smoltworks` ends with streams as a shell gives them."""
    command = ["bash", "-c", f'exec "$0" -m smoltworks "$@" {streams}', sys.executable, *line]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("streams", [">&-", "> /dev/full"])
def test_data_that_nobody_takes_are_missed(streams: str) -> None:
    code, _, said = told(streams, "--version")
    assert code == 1
    assert re.fullmatch(r"error: standard output: can't be written to: .+\n  .+\n", said)


@pytest.mark.parametrize("streams", ["2>&-", "2> /dev/full", "<&-", "<&- 2>&-"])
def test_words_that_nobody_takes_are_not(streams: str, tmp_path: Path) -> None:
    assert told(streams, "--version")[0] == 0
    code, out, _ = told(streams, "status", str(tmp_path / "none"))
    assert (code, out) == (2, "")


def test_a_reader_that_has_enough_is_left_in_peace() -> None:
    code, _, said = told("> >(true)", "--help")
    assert code in (0, 141)
    assert said == ""


def test_what_only_reads_a_run_needs_no_kernels() -> None:
    imports = f"[importlib.import_module(name) for name in {READERS}]"
    line = f"import sys, importlib; {imports}; print('numba' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", line], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
