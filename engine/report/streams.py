"""A command's standard streams: whatever the caller closed or broke, words may be lost, data may not be in silence."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from engine.report.sign_of_life import sign

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


def require_streams() -> None:
    """Take the places of closed streams, lest a file of ours get their number, and let words fail in silence.

    What is written to a closed standard output is OutputFailed. Data go out as UTF-8 whatever the locale.
    """
    for number, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # the lowest number that is free: this one
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    if sys.stdout is None or isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout = _Data(_bytes_to(1), encoding="utf-8", errors="backslashreplace", line_buffering=os.isatty(1))
    if sys.stderr is None or isinstance(sys.stderr, io.TextIOWrapper):
        encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
        sys.stderr = _Words(_bytes_to(2), encoding=encoding, errors="backslashreplace", line_buffering=True)


def to_nowhere(number: int) -> None:
    """Let a stream lead to nothing, so that no further word on it fails."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, number)
    os.close(nothing)


def _bytes_to(number: int) -> io.BufferedWriter:
    return io.BufferedWriter(_Heard(number, "w", closefd=False))


class _Heard(io.FileIO):
    """Before anything is written, the sign of life is gone."""

    def write(self, data: ReadableBuffer) -> int:
        sign.heard(self.fileno(), bytes(memoryview(data)[-1:]))
        return super().write(data)


class OutputFailed(Exception):
    """Standard output takes no more; number: the system's reason. What is still to come goes nowhere."""

    def __init__(self, error: OSError) -> None:
        self.number = error.errno
        super().__init__("it is closed" if error.errno == errno.EBADF else error.strerror or str(error))


class Trimmed:
    """A stream without spaces at the end of its lines, which tables fill up."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self.encoding = stream, stream.encoding

    def isatty(self) -> bool:
        return False

    def write(self, text: str) -> int:
        self._stream.write(re.sub(r" +(?=\n)", "", text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()


class _Data(io.TextIOWrapper):
    """Standard output: what can't be handed out is an error that no other is taken for."""

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            raise self._failed(error) from None

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise self._failed(error) from None

    def _failed(self, error: OSError) -> OutputFailed:
        to_nowhere(1)
        with suppress(OSError):
            super().flush()
        return OutputFailed(error)


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
