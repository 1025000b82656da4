"""What is being done, shown while it lasts: on a terminal a line that moves, elsewhere a line every ten seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from engine.report.console import say
from engine.report.sign_of_life import hidden, in_time, line_seconds

if TYPE_CHECKING:
    from rich.console import Console

BAR = 20  # characters


class Waiting:
    """Within its block, tells what is being done and how far it is; nothing is left of it on a terminal."""

    def __init__(self, screen: Console, what: str) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._screen, self._every = screen, line_seconds()
        self._moves = screen.is_terminal and not screen.is_dumb_terminal
        self._text, self._begun = what, time.monotonic()
        self._over, self._stack = threading.Event(), ExitStack()
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=BAR),
            TextColumn("{task.fields[far]}", markup=False),
            TimeElapsedColumn(),
        )
        self._bar = Progress(*columns, console=screen, transient=True, disable=not self._moves)
        self._task = self._bar.add_task(what, total=None, far="")

    def __enter__(self) -> Waiting:
        self._begun = time.monotonic()
        self._stack.enter_context(hidden())
        if self._moves:
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
        self._stack.close()


def compiling(kernels: int, seconds: float) -> str:
    """What is being done where kernels are in no cache yet."""
    return f"compiling for the first time: {kernels} kernel{'' if kernels == 1 else 's'}, {in_time(seconds)}"


@contextmanager
def steps(screen: Console, what: str = "reading the run") -> Iterator[Callable[[str, int, int], None]]:
    """Something to be told what is being done, how much of it is done, and how much there is; what: at first."""
    with Waiting(screen, what) as waiting:
        yield lambda doing, done, of: waiting.tell(doing, done, of)
