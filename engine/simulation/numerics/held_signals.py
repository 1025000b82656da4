"""Ctrl-C and its like wait while kernels are called.

numba runs Python inside of its machine code, to tell the types of what a kernel is given and to make what it gives
back. A handler that raises just there leaves a call half made, or ends the process.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_handlers: dict[signal.Signals, Any] = {}  # what would have been done, while signals are held
_came: list[int] = []


@contextmanager
def held_signals() -> Iterator[None]:
    """What stops a command has its effect when the block ends, which should be within a fraction of a second."""
    if _handlers or threading.current_thread() is not threading.main_thread():  # handlers run in that thread alone
        yield
        return
    _hold()
    try:
        yield
    finally:
        _release()


@contextmanager
def passed_signals() -> Iterator[None]:
    """Within held_signals: what came and what comes has its effect at once."""
    if not _handlers or threading.current_thread() is not threading.main_thread():
        yield
        return
    _release()
    try:
        yield
    finally:
        _hold()


def holding(function: Callable[P, R]) -> Callable[P, R]:
    """The function, not to be stopped half way."""
    return held_signals()(function)


def _hold() -> None:
    before = {number: signal.getsignal(number) for number in STOPS}
    ours = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}
    try:
        for number in ours:
            signal.signal(number, _note)
        _handlers.update(ours)
    except BaseException:
        _restore(ours)
        raise


def _release() -> None:
    ours = dict(_handlers)
    _handlers.clear()
    try:
        _restore(ours)
    except BaseException:
        _restore(ours)
        raise
    while _came:
        signal.raise_signal(_came.pop(0))


def _restore(handlers: dict[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _note(number: int, _: object) -> None:
    _came.append(number)
