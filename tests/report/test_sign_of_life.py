"""On a terminal no command is silent for long, whatever it imports; and nothing of the sign is left at its end."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import termios
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.commands import COMMANDS
from engine.report.sign_of_life import SILENCE, Sign

SILENT_AT_MOST = 30  # seconds that the sign is waited for, on a machine that may be busy
MOVES = 3
SIGN = re.compile(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] [a-z ]+(?: \(\d+ s so far\))?")
WHOLE = {"run": ["--schedule", "nowhere.yaml"], "sql": ["nowhere", "select 1"]}  # with a display of their own, and none
PIECE = re.compile(r"(\x1b\[)([0-9;?]*)([A-Za-z])|([\r\n]|[^\r\n\x1b]+)")
TOO_LONG = 7  # the code of the others, that end within their import
# What the console script does, with an import that takes long, that of the command's own module: until it is let go on.
SCRIPT = """
import importlib.abc, sys

class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            sys.stdin.readline()
            if {name!r} not in {whole!r}:
                raise SystemExit({code})

sys.meta_path.insert(0, Slow())
from engine.commands import main
main()
"""


@dataclass(frozen=True)
class Seen:
    """What a command wrote to a terminal, from when its slow import was let go on too, and its exit code."""

    before: str
    after: str
    code: int

    @property
    def left(self) -> list[str]:
        """The lines that are there in the end."""
        lines, row, column = [""], 0, 0
        for control, number, kind, text in PIECE.findall(self.before + self.after):
            if text == "\r":
                column = 0
            elif text == "\n":
                row += 1
                lines += [""] * (row + 1 - len(lines))
            elif text:
                lines[row] = f"{lines[row]:{column}}"[:column] + text + lines[row][column + len(text) :]
                column += len(text)
            elif kind == "A":
                row -= int(number or 1)
            elif control and kind == "K":
                lines[row] = "" if number == "2" else lines[row][:column]
        return lines


def on_a_terminal(command: list[str], folder: Path, *, moves: int = MOVES) -> Seen:
    """A command whose slow import goes on once the sign has moved, or when it does not come."""
    parent, child = pty.openpty()
    termios.tcsetwinsize(child, (40, 120))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=child, stderr=child
    ) as process:
        os.close(child)
        before = after = ""
        while len(SIGN.findall(before)) < moves and (text := _read(parent, SILENT_AT_MOST)):
            before += text
        assert process.stdin is not None
        process.stdin.close()
        while text := _read(parent, SILENT_AT_MOST):
            after += text
    os.close(parent)
    return Seen(before=before, after=after, code=process.returncode)


def _read(terminal: int, seconds: float) -> str:
    """What comes next; "" at the end, or when nothing comes."""
    if not select.select([terminal], [], [], seconds)[0]:
        return ""
    try:
        return os.read(terminal, 1 << 16).decode(errors="replace")
    except OSError:
        return ""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """Every command on a terminal, with its slow import."""

    def run(name: str) -> Seen:
        folder = tmp_path_factory.mktemp(name)
        script = folder / "smoltworks"
        text = SCRIPT.format(name=name, module=COMMANDS[name][0], whole=[*WHOLE], code=TOO_LONG)
        script.write_text(text, encoding="utf-8")
        return on_a_terminal([sys.executable, str(script), name, *WHOLE.get(name, [])], folder)

    with ThreadPoolExecutor(4) as threads:
        return dict(zip(COMMANDS, threads.map(run, COMMANDS), strict=True))


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_is_silent_on_a_terminal_and_nothing_is_left(name: str, shown: dict[str, Seen]) -> None:
    seen = shown[name]
    assert len(set(SIGN.findall(seen.before))) >= MOVES, seen
    assert "starting" in seen.before
    assert seen.code == (2 if name in WHOLE else TOO_LONG), seen
    assert not [line for line in seen.left if SIGN.search(line)], seen.left
    assert seen.left[-1] == ""  # the prompt stands at the beginning of a line


def test_where_there_is_no_terminal_a_line_comes_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLTWORKS_EVERY", "0.1")
    reading, writing = os.pipe()
    sign = Sign(writing, writing + 1)
    sign.begin()
    sign.doing("hashing", 3, 1_200)
    assert os.read(reading, 100) == b"hashing: 3 of 1,200 (0 s so far)\n"
    sign.heard(writing + 1, b"a result")
    os.close(writing)
    assert b"\r" not in os.read(reading, 1 << 16)


def test_other_words_are_never_mixed_with_it() -> None:
    parent, child = pty.openpty()
    sign = Sign(child, child)
    sign.begin()
    assert "starting" in _read(parent, SILENT_AT_MOST)
    sign.heard(2, b"is it so? ")  # a question: the line is somebody else's, until it ends
    assert _read(parent, SILENT_AT_MOST).endswith("\r\x1b[K")
    assert _read(parent, 2 * SILENCE) == ""
    sign.heard(2, b"yes\n")
    assert "starting" in _read(parent, SILENT_AT_MOST)
    with sign.hidden():
        while "starting" in _read(parent, 2 * SILENCE):
            pass
        assert _read(parent, 2 * SILENCE) == ""
    sign.doing(lambda: "querying: 5 %")
    assert "querying: 5 %" in _read(parent, SILENT_AT_MOST)
    sign.heard(child, b"the result")
    last = _read(parent, 2 * SILENCE)
    assert _read(parent, 2 * SILENCE) == ""
    assert last.endswith("\r\x1b[K")
    os.close(child)
    os.close(parent)
