"""While a command is at work, something moves: on a terminal a bar, elsewhere a plain line now and then."""

from __future__ import annotations

import io
import re
import time

import pytest
from rich.console import Console

from engine.execution.progress import Progress, Underway
from engine.report.waiting import Waiting, in_time


def test_without_a_terminal_a_line_comes_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMOLTWORKS_EVERY", "0.1")
    file = io.StringIO()
    with Waiting(Console(file=file, width=200), "reading") as waiting:
        waiting.tell("copying [rows]", 5, 20, left=200.4)
        while not file.getvalue():
            time.sleep(0.01)
    assert file.getvalue().splitlines()[0] == "copying [rows]: 5 of 20, about 3 min left (0 s so far)"
    assert file.getvalue().isascii()


def test_on_a_terminal_a_bar_is_shown_and_gone() -> None:
    file = io.StringIO()
    with Waiting(Console(file=file, width=100, force_terminal=True), "reading") as waiting:
        waiting.tell("batches", 2, 12, left=8.0)
        waiting._bar.refresh()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    assert "2 of 12, about 8 s left" in shown


def test_seconds_are_told_as_people_do() -> None:
    assert [in_time(s) for s in (0.4, 89, 100, 3_500, 5_000)] == ["0 s", "89 s", "2 min", "58 min", "1 h 23 min"]


def test_the_time_left_is_by_the_workers_own_pace() -> None:
    """Two workers, 10 partitions of 100 events each; a hundred seconds of compiling are no part of the pace."""

    def under_way(partition: int, events: int) -> Underway:
        return Underway(partition=partition, pid=1, batches=10, done=1, events=events, begun=100.0, told=110.0)

    state = Progress(
        run="x",
        state="running",
        partitions=10,
        batches=100,
        estimate=1_000,
        started_at=0.0,
        updated_at=112.0,
        workers=2,
    )
    assert state.seconds_left is None
    state.running = [under_way(0, 50), under_way(1, 50)]
    assert state.seconds_left == pytest.approx(900 / 10 - 2)  # ten events a second in two workers, told 2 s ago
    state.estimate = 100
    assert state.seconds_left == 0.0
