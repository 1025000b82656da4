"""While a command is silent: on a terminal a line that moves and is gone before any other word, elsewhere a line every
ten seconds.

Nothing heavy is imported here: the package's first import begins it, so that what is imported next is no silence.
"""

from __future__ import annotations

import atexit
import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

SILENCE = 0.25  # seconds without a word, until the line is there
LOOK = 0.1
LINE_SECONDS = 10.0
PATIENCE = 0.2  # seconds that the terminal is waited for by somebody who must not wait
MOVING = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
MOVING_ASCII = "|/-\\"
TO_THE_END = "\x1b[K"  # what a terminal takes for: clear the line from here on
NO_CURSOR = frozenset({"dumb", "unknown"})  # terminals on which nothing can be taken back


class Sign:
    """The line of a process: the numbers of the file that it is written to, and of that which takes the result."""

    def __init__(self, terminal: int = 2, result: int = 1) -> None:
        self._fd, self._result = terminal, result
        self._lock = threading.RLock()
        self._over = threading.Event()
        self._over.set()
        self._hidden = self._turn = 0
        self._is_shown = False
        self._within = False  # a line of somebody else's, which ours must not be put into
        self._what: Callable[[], str] = lambda: "starting"

    def begin(self) -> None:
        """From now on silence is broken."""
        self._begun = self._spoken = self._told = time.monotonic()
        self._moves = is_terminal(self._fd)
        self._over.clear()
        atexit.register(self.end)
        threading.Thread(target=self._look, daemon=True).start()

    def doing(self, what: str | Callable[[], str], done: int | None = None, of: int | None = None) -> None:
        """What is being done, or what tells it whenever it is asked; how much of it, of how much."""
        self._what = what if callable(what) else lambda: how_far(what, done, of)

    def heard(self, number: int, data: bytes) -> None:
        """Somebody writes to standard output or error, now: the line is gone; for good once the result begins."""
        if self._over.is_set() or (number == self._result and self._moves and _is_file(number)):
            return
        if number == self._result:
            self.end()
            return
        with self._lock:
            self._clear()
            self._spoken = time.monotonic()
            self._within = not data.endswith(b"\n")

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """In the block somebody else shows what is being done."""
        with self._lock:
            self._hidden += 1
            self._clear()
        try:
            yield
        finally:
            with self._lock:
                self._hidden -= 1
                self._spoken, self._within = time.monotonic(), False

    def end(self) -> None:
        """No more of it; never waits long, so that a stop can call it."""
        got = self._lock.acquire(timeout=PATIENCE)
        self._over.set()
        if got:
            self._clear()
            self._lock.release()

    def _look(self) -> None:
        while not self._over.wait(LOOK):
            with self._lock:
                if self._hidden or self._over.is_set():
                    continue
                now = time.monotonic()
                if self._moves:
                    if now - self._spoken >= SILENCE and not self._within:
                        self._show(now - self._begun)
                elif now - max(self._spoken, self._told) >= line_seconds():
                    self._told = now
                    self._write(f"{self._what()} ({in_time(now - self._begun)} so far)\n")

    def _show(self, seconds: float) -> None:
        so_far = f" ({in_time(seconds)} so far)" if seconds >= 1 else ""
        is_wide = "utf" in (getattr(sys.stderr, "encoding", None) or "").lower()
        moving = MOVING if is_wide else MOVING_ASCII
        text = f"{moving[self._turn % len(moving)]} {self._what()}{so_far}"[: _columns(self._fd) - 1]
        self._turn += 1
        self._write(f"\r{text}{TO_THE_END}")
        self._is_shown = True

    def _clear(self) -> None:
        if self._is_shown:
            self._write(f"\r{TO_THE_END}")
            self._is_shown = False

    def _write(self, text: str) -> None:
        with suppress(OSError):
            os.write(self._fd, text.encode(errors="backslashreplace"))


def is_terminal(number: int = 2) -> bool:
    """Whether it is a terminal on which a line can be taken back."""
    with suppress(OSError):
        return os.isatty(number) and os.environ.get("TERM", "").lower() not in NO_CURSOR
    return False


def line_seconds() -> float:
    """Seconds between two lines where there is no terminal; the environment's SMOLTWORKS_EVERY says otherwise."""
    try:
        return max(0.1, min(float(os.environ["SMOLTWORKS_EVERY"]), threading.TIMEOUT_MAX))
    except (KeyError, ValueError):
        return LINE_SECONDS


def in_time(seconds: float) -> str:
    """Seconds for people: 8 s, 2 min 10 s, 14 min, 1 h 20 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 595:
        tens = round(seconds / 10)
        return f"{tens // 6} min" + (f" {tens % 6}0 s" if tens % 6 else "")
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def how_far(what: str, done: int | None, of: int | None) -> str:
    """What is being done, and how much of it where that is known."""
    return what if done is None or not of else f"{what}: {done:,} of {of:,}"


def _columns(number: int) -> int:
    with suppress(OSError):
        if columns := os.get_terminal_size(number).columns:
            return columns
    return 80


def _is_file(number: int) -> bool:
    with suppress(OSError):
        return stat.S_ISREG(os.fstat(number).st_mode)
    return False


sign = Sign()
doing, hidden = sign.doing, sign.hidden
