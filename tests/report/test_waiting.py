"""While a command is at work, something moves: on a terminal a bar, elsewhere a plain line now and then."""

from __future__ import annotations

import io
import re
import time

import pytest
from rich.console import Console

from engine.report.sign_of_life import in_time
from engine.report.waiting import Waiting


def test_without_a_terminal_a_line_comes_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLTWORKS_EVERY", "0.1")
    file = io.StringIO()
    with Waiting(Console(file=file, width=200), "reading") as waiting:
        waiting.tell("copying [rows]", 5, 20, left=200.4)
        while not file.getvalue():
            time.sleep(0.01)
    assert file.getvalue().splitlines()[0] == "copying [rows]: 5 of 20, about 3 min 20 s left (0 s so far)"
    assert file.getvalue().isascii()


def test_on_a_terminal_a_bar_is_shown_and_gone() -> None:
    file = io.StringIO()
    with Waiting(Console(file=file, width=100, force_terminal=True), "reading") as waiting:
        waiting.tell("batches", 2, 12, left=8.0)
        waiting._bar.refresh()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    assert "2 of 12, about 8 s left" in shown


def test_seconds_are_told_as_people_do() -> None:
    seconds = (0.4, 89, 100, 239, 594, 3_500, 5_000)
    words = ["0 s", "89 s", "1 min 40 s", "4 min", "9 min 50 s", "58 min", "1 h 23 min"]
    assert [in_time(s) for s in seconds] == words
