"""What compiling kernels takes of a process that finds them in no cache."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from time import perf_counter
from typing import Any

events: Any = importlib.import_module("numba.core.event")


def nobody() -> None:
    """Hears of nothing."""


class Compiled(events.Listener):  # type: ignore[misc]
    """How many kernels this process has compiled, and the seconds that took so far.

    heard: is called whenever one is about to be compiled.
    """

    def __init__(self) -> None:
        self.heard: Callable[[], None] = nobody
        self.kernels, self._seconds = 0, 0.0
        self._open, self._begun = 0, 0.0

    @property
    def seconds(self) -> float:
        return self._seconds + (perf_counter() - self._begun if self._open else 0.0)

    @property
    def is_under_way(self) -> bool:
        return self._open > 0

    def on_start(self, event: Any) -> None:
        if not self._open:
            self._begun = perf_counter()
        self._open += 1  # a kernel that another one calls is compiled within
        self.heard()

    def on_end(self, event: Any) -> None:
        self.kernels += 1
        if self._open == 1:
            self._seconds = self.seconds
        self._open -= 1


compiled = Compiled()
events.register("numba:compile", compiled)
