"""How far a load is: its phase, the table, rows a second."""

from __future__ import annotations

import threading
import time

from engine.report.waiting import Waiting

SETTLED_SECONDS = 3.0  # the pace of the rows is told from then on
COPYING = "rows"  # the phase


class LoadDisplay:
    """Hears of a load, from several threads, and tells it."""

    def __init__(self, waiting: Waiting) -> None:
        self._waiting, self._lock = waiting, threading.Lock()
        self._coming = self._rows = 0
        self._begun = time.monotonic()

    def coming(self, rows: int) -> None:
        self._coming = rows

    def phase(self, name: str) -> None:
        self._begun = time.monotonic()
        self._waiting.tell("copying" if name == COPYING else name)

    def rows(self, table: str, sent: int) -> None:
        with self._lock:
            self._rows += sent
        pace = self._rows / max(time.monotonic() - self._begun, 0.1)
        left = None
        if time.monotonic() - self._begun > SETTLED_SECONDS and self._coming:
            left = max(0, self._coming - self._rows) / pace
        self._waiting.tell(f"copying {table}, {pace:,.0f} rows/s", self._rows, self._coming, left=left)

    def restored(self, what: str, done: int, of: int) -> None:
        self._waiting.tell(what, done, of)
