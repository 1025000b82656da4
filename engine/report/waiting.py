"""What is being done, shown while it lasts: on a terminal a line that moves, elsewhere a line every ten seconds."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from engine.report.console import say

if TYPE_CHECKING:
    from rich.console import Console

LINE_SECONDS = 10.0
BAR = 20  # characters


class Waiting:
    """Within its block, tells what is being done and how far it is; nothing is left of it on a terminal."""

    def __init__(self, screen: Console, what: str) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        self._screen, self._every = screen, line_seconds()
        self._text, self._begun = what, time.monotonic()
        self._over = threading.Event()
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=BAR),
            TextColumn("{task.fields[far]}", markup=False),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
        )
        self._task = self._bar.add_task(what, total=None, far="")

    def __enter__(self) -> Waiting:
        self._begun = time.monotonic()
        if self._screen.is_terminal:
            self._bar.start()
        else:
            threading.Thread(target=self._lines, daemon=True).start()
        return self

    def tell(self, what: str, done: int | None = None, of: int | None = None, *, left: float | None = None) -> None:
        """What is being done, how much of it, of how much; left: seconds. May be called from any thread."""
        far = "" if done is None or not of else f"{done:,} of {of:,}"
        if left is not None:
            far += f"{', ' if far else ''}about {in_time(left)} left"
        self._text = f"{what}: {far}" if far else what
        self._bar.update(self._task, description=what, completed=done or 0, total=of, far=far)

    def _lines(self) -> None:
        while not self._over.wait(self._every):
            say(self._screen, f"{self._text} ({in_time(time.monotonic() - self._begun)} so far)")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._bar.stop()


def line_seconds() -> float:
    """Seconds between two lines where there is no terminal; the environment's SMOLTWORKS_EVERY says otherwise."""
    try:
        return max(0.1, min(float(os.environ["SMOLTWORKS_EVERY"]), threading.TIMEOUT_MAX))
    except (KeyError, ValueError):
        return LINE_SECONDS


def in_time(seconds: float) -> str:
    """Seconds for people: 8 s, 4 min, 1 h 20 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def steps(screen: Console, what: str = "reading the run") -> Iterator[Callable[[str, int, int], None]]:
    """Something to be told what is being done, how much of it is done, and how much there is; what: at first."""
    with Waiting(screen, what) as waiting:
        yield lambda doing, done, of: waiting.tell(doing, done, of)
