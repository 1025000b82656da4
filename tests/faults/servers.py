"""Loads that lose their loader, server or connections, or meet another command: the next load completes them."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.faults.drawing import Draw
from tests.faults.evidence import Broken, require_plain
from tests.faults.judging import require_same
from tests.faults.shell import Running, Told
from tests.faults.workshop import RUN, Workshop
from warehouse.embedded import served_dsn
from warehouse.run_folder import FOLDER, remove_database

LOAD = ("load", RUN)
CHECK = ("verify", RUN, "--only", "20_counts_postgres", "--only", "07_foreign_keys_postgres")
BESIDE = re.compile(rf"{FOLDER}(/.*)?|\.{FOLDER}[.\w-]*|load\.json")
SECOND: tuple[tuple[str, ...], ...] = (
    LOAD,
    ("load", RUN, "--wipe", "--yes"),
    ("load", RUN, "--restore"),
    CHECK,
    ("status", RUN),
    ("sql", RUN, "--json"),
    ("run", "--schedule", "SCHEDULE", "--out", RUN, "--resume"),
)
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type ~ 'client'"


def _signal(name: str) -> Callable[[Running, Path], None]:
    return lambda loading, run_dir: loading.signal(signal.Signals[name])


def _kill_server(loading: Running, run_dir: Path) -> None:
    with suppress(OSError, ValueError, IndexError):
        os.kill(int((run_dir / FOLDER / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)


def _cut(loading: Running, run_dir: Path) -> None:
    dsn = served_dsn(run_dir)
    with suppress(psycopg.Error):
        if dsn:
            with psycopg.connect(dsn, connect_timeout=2) as connection:
                connection.execute(CUT)


ACTS: dict[str, Callable[[Running, Path], None]] = {
    "kill the loader": _signal("SIGKILL"),
    "interrupt": _signal("SIGINT"),
    "end": _signal("SIGTERM"),
    "hang up": _signal("SIGHUP"),
    "kill the server": _kill_server,
    "cut the connections": _cut,
}


@dataclass(frozen=True)
class Loaded:
    """What happens to a load after which share of its usual time: an act, or another command on the run."""

    act: str
    second: tuple[str, ...]  # () for the act
    after: float

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> Loaded:
        if draw.integer(0, 2):
            return Loaded(act=draw.pick(list(ACTS)), second=(), after=draw.share())
        return Loaded(act="", second=draw.pick(SECOND), after=draw.share())

    def play(self, shop: Workshop) -> str:
        usual = load_seconds(shop)
        with shop.copy() as run_dir:
            try:
                loading = shop.start(*shop.spelled(LOAD, run_dir), folder=run_dir.parent)
                time.sleep(self.after * usual)
                if self.second:
                    other = shop.start(*shop.spelled(self.second, run_dir), folder=run_dir.parent)
                    require_plain(other.wait())
                else:
                    ACTS[self.act](loading, run_dir)
                told = loading.wait()
                if told.code >= 0 or self.act not in ("kill the loader", "end", "hang up"):
                    require_plain(told)
                _complete(shop, run_dir, told)
                return "went on" if told.code == 0 else "broke off and mended"
            finally:
                remove_database(run_dir)


def load_seconds(shop: Workshop) -> float:
    """How long an undisturbed load takes, its new server included."""
    if not shop.load_seconds:
        with shop.copy() as run_dir:
            try:
                told = shop.shell.run(*shop.spelled(LOAD, run_dir))
                assert told.code == 0, told
                shop.load_seconds = told.seconds
            finally:
                remove_database(run_dir)
    return shop.load_seconds


def _complete(shop: Workshop, run_dir: Path, before: Told) -> None:
    """Loading again completes the load, once more does nothing, and the database holds what the lake holds."""
    said = [before]
    for command in (LOAD, LOAD, CHECK):
        said.append(shop.run(*shop.spelled(command, run_dir), folder=run_dir.parent))
        require_plain(said[-1])
        if said[-1].code:
            raise Broken("not completed by the next load\n" + "\n".join(map(str, said)))
    require_same(shop, run_dir, beside=BESIDE)
