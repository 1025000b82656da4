"""A command's standard streams: whatever the caller closed or broke, words may be lost, data may not be in silence."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress


def require_streams() -> None:
    """Take the places of closed streams, lest a file of ours get their number, and let words fail in silence.

    What is written to a closed standard output fails (EBADF). Data go out as UTF-8 whatever the locale.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # the lowest number that is free: this one
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    if sys.stdout is None:
        sys.stdout = _writer(1)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if sys.stderr is None or isinstance(sys.stderr, io.TextIOWrapper):
        encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
        raw = io.FileIO(2, "w", closefd=False)
        sys.stderr = _Words(io.BufferedWriter(raw), encoding=encoding, errors="backslashreplace", line_buffering=True)


class _Words(io.TextIOWrapper):
    """Standard error: when nobody takes the words, the work goes on."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            self._give_up()
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            self._give_up()

    def _give_up(self) -> None:
        to_nowhere(2)
        with suppress(OSError):
            super().flush()


def _writer(number: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(io.FileIO(number, "w", closefd=False)), encoding="utf-8")


def stdout_problem() -> OSError | None:
    """Hand out what waits for standard output; why it can't be, after which it goes nowhere."""
    try:
        sys.stdout.flush()
    except OSError as error:
        to_nowhere(1)
        with suppress(OSError):
            sys.stdout.flush()
        return error
    return None


def to_nowhere(number: int) -> None:
    """Let a stream lead to nothing, so that no further word on it fails."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)
