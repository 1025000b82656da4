"""What stops a command: Ctrl-C, SIGTERM, SIGHUP. From its first moment on it ends with a word, within a second.

Nothing heavy is imported here: the package's first import starts the watch, before anything can be half done.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from engine.report.sign_of_life import sign
from engine.simulation.numerics.held_signals import STOPS

PATIENCE = 0.7  # seconds that code which hears of no signal (a library's) is given to come back
LOOK = 0.05


class Stopped(KeyboardInterrupt):
    """A signal that ends the command: SIGINT, SIGTERM or SIGHUP."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.strsignal(number))


class _State:
    """What this process was asked for, what it has met, and what it has said of it."""

    json_asked = False

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.json_told = False
        self.came: int | None = None  # the signal
        self.told = False  # that it was stopped
        self.taken = threading.Event()  # a handler has run
        self.hints: list[Callable[[], str]] = []


state = _State()


def stopped_code(stop: KeyboardInterrupt) -> int:
    """The exit code of a command that was stopped: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP."""
    return 128 + (stop.number if isinstance(stop, Stopped) else signal.SIGINT)


@contextmanager
def when_stopped(hint: Callable[[], str]) -> Iterator[None]:
    """What to say, after the word interrupted, of a stop within the block."""
    state.hints.append(hint)
    yield
    state.hints.remove(hint)  # not when an error leaves the block: it may be a stop, which is told outside


def hint() -> str:
    """What is to be said of a stop now."""
    with suppress(Exception):
        return state.hints[-1]()
    return ""


def watch() -> None:
    """From now on a signal ends the process at once: nothing has begun yet, or all is done."""
    if threading.current_thread() is threading.main_thread():
        for number in STOPS:
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                signal.signal(number, _end)


@contextmanager
def stops() -> Iterator[None]:
    """In the block a signal raises Stopped, unless it is ignored or somebody else sees to it.

    A library that is at work for long is interrupted (a query of DuckDB), or left by ending the process when it does
    not come back: whatever a command writes withstands that.
    """
    ours: dict[signal.Signals, Any] = {}
    if threading.current_thread() is threading.main_thread():
        usual = (signal.SIG_DFL, signal.default_int_handler, _end)
        ours = {number: before for number in STOPS if (before := signal.getsignal(number)) in usual}
    if not ours:
        yield
        return
    state.begin()
    told_before, sys.unraisablehook = sys.unraisablehook, _raise_again
    for number in ours:
        signal.signal(number, _stop)
    try:
        with _watched():
            yield
    finally:
        for number, before in ours.items():
            signal.signal(number, before)
        sys.unraisablehook = told_before


def _stop(number: int, _: object) -> None:
    state.came = number
    state.taken.set()
    raise Stopped(number)


def _end(number: int, _: object = None) -> None:
    """End the process here and now, in words."""
    try:
        if not state.told:
            state.told, words = True, hint()
            sign.end()
            os.write(2, f"interrupted{words}\n".encode(errors="backslashreplace"))
            if (state.json_asked or "--json" in sys.argv) and not state.json_told:
                os.write(1, _object(words, 128 + number).encode(errors="backslashreplace"))
    finally:
        os._exit(128 + number)


def _object(words: str, code: int) -> str:
    with suppress(Exception):  # the signal may have come half way through the import of what makes it
        from engine.report.objects import stop_object

        return stop_object(words, code)
    return f'{{"error": {{"where": "the command", "problem": "interrupted", "cure": ""}}, "exit_code": {code}}}\n'


def _raise_again(lost: Any) -> None:
    """A stop that was raised where Python lets errors fall (a finaliser) comes once more."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    number = getattr(lost.exc_value, "number", signal.SIGINT)
    again = threading.Timer(LOOK, signal.pthread_kill, (threading.main_thread().ident, number))
    again.daemon = True
    again.start()


@contextmanager
def _watched() -> Iterator[None]:
    """A thread hears of signals while the main one is inside of a library."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    if before != -1:  # somebody's event loop
        signal.set_wakeup_fd(before)
    else:
        threading.Thread(target=_listen, args=(reading,), daemon=True).start()
    try:
        yield
    finally:
        if before == -1:
            signal.set_wakeup_fd(-1)
        os.close(writing)
        if before != -1:
            os.close(reading)


def _listen(reading: int) -> None:
    while numbers := os.read(reading, 64):
        for number in numbers:
            if number in STOPS:
                _wait_for_the_handler(number)
    os.close(reading)


def _wait_for_the_handler(number: int) -> None:
    """Interrupt what a library is at, even once the handler has run: DuckDB waits for a query that it gave up."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        state.taken.wait(LOOK)
        interrupting = sys.modules.get("lake.interrupting")
        if interrupting is not None:
            interrupting.interrupt()
        if state.taken.is_set():
            time.sleep(LOOK)
    if not state.taken.is_set():
        _end(number)
