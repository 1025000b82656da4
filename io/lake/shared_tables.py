"""The tables that checks share: each made once, when the first check names it, and dropped after the last.

Checks run side by side, each with its own cursor of one connection; whoever needs a table that another is making waits.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import MappingProxyType

from lake.one_pass import FINGERPRINTS, MADE_HERE, OnePass, make_in_one_pass, one_pass_begun
from lake.shared_sql import make_shared_table, shared_tables
from lake.views import Connection


@cache
def shared_by(text: str) -> frozenset[str]:
    """The shared tables that a text names, and those that these are made of."""
    named = (shared_tables().keys() | {FINGERPRINTS}) & set(re.findall(r"\w+", text))
    return frozenset(named).union(*(shared_by(shared_tables()[name]) for name in named - {FINGERPRINTS}))


class SharedTables:
    """Those of a run, for the texts that will name them."""

    def __init__(self, run_dir: Path, texts: Mapping[str, str] = MappingProxyType({})) -> None:
        """texts: those to come, by name. What one pass over the rows makes for one is made for all."""
        self._run_dir = run_dir
        self._to_come = dict(texts)
        self._under_way: OnePass | None = None
        self._pass: OnePass | None = None  # of which no table has been asked for yet
        # whoever holds one may ask for that of a table which this one is made of, never the other way round
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._changing = threading.Lock()

    @contextmanager
    def pass_begun(self, connection: Connection, wanted: frozenset[str]) -> Iterator[None]:
        """The one pass over the rows under way, for those of its tables that are wanted."""
        with one_pass_begun(connection, self._run_dir, wanted) as self._under_way:
            self._pass = self._under_way
            yield

    def stop(self) -> None:
        """Let nobody wait for the pass any longer."""
        if self._under_way:
            self._under_way.stop()

    def make(self, connection: Connection, text: str) -> None:
        """Make those that a text names, unless they are there."""
        words = frozenset(re.findall(r"\w+", text))
        if now := MADE_HERE & words:
            with self._lock("the pass"):
                self._make_by_the_pass(connection, now)
                self._make(connection, now & shared_tables().keys())
        self._make(connection, words & shared_tables().keys() - MADE_HERE)

    def _make_by_the_pass(self, connection: Connection, now: frozenset[str]) -> None:
        if begun := self._pass:
            self._pass = None
            begun.make_tables(connection, now)
        elif missing := {name for name in now if not _exists(connection, name)}:
            soon = {name for name in MADE_HERE & self._named_to_come() if not _exists(connection, name)}
            make_in_one_pass(connection, self._run_dir, missing, soon)

    def _make(self, connection: Connection, names: frozenset[str]) -> None:
        for name, made_of in shared_tables().items():
            if name in names:
                with self._lock(name):
                    if not _exists(connection, name):
                        self.make(connection, made_of)
                        make_shared_table(connection, self._run_dir, name)

    def _lock(self, name: str) -> threading.RLock:
        with self._changing:
            return self._locks[name]

    def over(self, connection: Connection, name: str) -> None:
        """A text is done with: drop what none to come names."""
        with self._changing:
            del self._to_come[name]
            for table in {FINGERPRINTS, *shared_tables()} - self._named_to_come():
                connection.execute(f"DROP TABLE IF EXISTS {table}")

    def _named_to_come(self) -> frozenset[str]:
        return frozenset().union(*map(shared_by, tuple(self._to_come.values())))


def _exists(connection: Connection, name: str) -> bool:
    found = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [name]).fetchall()
    return bool(found[0][0])
