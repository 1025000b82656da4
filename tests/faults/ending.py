"""Commands that are killed, interrupted, halted or cut short while they write, and what brings the run to its end."""

from __future__ import annotations

import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.drawing import Draw
from tests.faults.evidence import Broken, require_plain
from tests.faults.judging import require_mended, require_same, require_true
from tests.faults.shell import AS_USUAL, Conditions, Told
from tests.faults.workshop import RUN, Workshop

STARTS = ("anew", "a part is missing", "over another run")
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGSTOP", "SIGXFSZ")
HALTED_SECONDS = 0.05
LONGEST_FILE = 1 << 18  # bytes; the longest of the tiny run has about half
READERS = (("verify", RUN, "--only", "20_counts", "--json"), ("sql", RUN, "--json"), ("report", RUN, "--json"))


@dataclass(frozen=True)
class Killed:
    """How the run was begun, after which shares of its usual time it was killed, and who looks at it then."""

    start: str
    after: tuple[float, ...]
    reader: tuple[str, ...]

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> Killed:
        start, reader = draw.pick(STARTS), draw.pick(READERS)
        return Killed(start=start, after=tuple(draw.share() for _ in range(draw.integer(1, 2))), reader=reader)

    def play(self, shop: Workshop) -> str:
        with shop.case() as folder:
            run_dir, line = begin(shop, folder, self.start)
            first = line
            for share in self.after:
                running = shop.start(*line, folder=folder)
                time.sleep(share * shop.usual_seconds)
                running.signal(signal.SIGKILL)
                told = running.wait()
                if told.code == 0:
                    require_same(shop, run_dir)
                    return "done before the kill"
                if not untouched(shop, run_dir, self.start):
                    line = ("run", "--schedule", str(shop.schedule), "--out", str(run_dir), "--resume")
            if untouched(shop, run_dir, self.start):
                return begin_again(shop, run_dir, first)
            return go_on(shop, run_dir, first, self.reader)


@dataclass(frozen=True)
class Signalled:
    """How the run was begun, which signal it got, and after which share of its usual time (or bytes of a file)."""

    start: str
    name: str
    after: float

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> Signalled:
        return Signalled(start=draw.pick(STARTS), name=draw.pick(SIGNALS), after=draw.share())

    def play(self, shop: Workshop) -> str:
        with shop.case() as folder:
            run_dir, line = begin(shop, folder, self.start)
            number = signal.Signals[self.name]
            if self.name == "SIGXFSZ":
                told = shop.run(*line, folder=folder, conditions=_longest(int(self.after * LONGEST_FILE)))
            else:
                running = shop.start(*line, folder=folder)
                time.sleep(self.after * shop.usual_seconds)
                running.signal(number)
                if number == signal.SIGSTOP:
                    time.sleep(HALTED_SECONDS)
                    running.signal(signal.SIGCONT)
                told = running.wait()
            return self._judge(shop, told, run_dir, line)

    def _judge(self, shop: Workshop, told: Told, run_dir: Path, line: tuple[str, ...]) -> str:
        if told.code == 0:
            require_plain(told)
            require_same(shop, run_dir)
            return "went on"
        if self.name == "SIGSTOP":
            raise Broken(f"a halt ended it\n{told}")
        if told.code == -signal.Signals[self.name]:
            # before it could say anything: then it may not have begun anything either
            if run_dir.is_dir() and self.start == "anew" and any(run_dir.iterdir()):
                raise Broken(f"ended without a word by {self.name}\n{told}")
            if untouched(shop, run_dir, self.start):
                return begin_again(shop, run_dir, line)
            return go_on(shop, run_dir, line, READERS[0])
        require_plain(told)
        if not untouched(shop, run_dir, self.start):
            require_mended(shop, told, run_dir)
            return "ended plainly and mended"
        return begin_again(shop, run_dir, line)


def begin(shop: Workshop, folder: Path, start: str) -> tuple[Path, tuple[str, ...]]:
    """What lies there already, and the command that is to be disturbed."""
    run_dir = folder / RUN
    line: tuple[str, ...] = ("run", "--schedule", str(shop.schedule), "--out", str(run_dir))
    if start == "a part is missing":
        shutil.copytree(shop.whole, run_dir)
        (run_dir / "lake/batch/part-0001.parquet").unlink()
        line = (*line, "--resume")
    elif start == "over another run":
        shutil.copytree(shop.other, run_dir)
        line = (*line, "--overwrite")
    return run_dir, line


def untouched(shop: Workshop, run_dir: Path, start: str) -> bool:
    """Whether nothing was begun there: the records are those of what lay there before, if anything did."""
    if start == "anew":
        return empty(run_dir)
    before = shop.whole if start == "a part is missing" else shop.other
    records = ("manifest.json", "logs/run.jsonl")
    return all((run_dir / r).is_file() and (run_dir / r).read_bytes() == (before / r).read_bytes() for r in records)


def empty(run_dir: Path) -> bool:
    """Whether no run is there."""
    return not run_dir.is_dir() or not [p for p in run_dir.iterdir() if p.name != ".run.lock"]


def go_on(shop: Workshop, run_dir: Path, line: tuple[str, ...], reader: tuple[str, ...]) -> str:
    """Look at what is there as a person would, and do what is said; the same command again where nothing is."""
    told = shop.run("status", run_dir, folder=run_dir.parent)
    require_plain(told)
    told = shop.run(*shop.spelled(reader, run_dir), folder=run_dir.parent)
    if require_true(shop, told, reader, run_dir):
        require_same(shop, run_dir)
        return "whole"
    if not empty(run_dir) and "not a run folder" not in told.err:
        require_mended(shop, told, run_dir)
        return "known as unfinished and mended"
    return begin_again(shop, run_dir, line)


def begin_again(shop: Workshop, run_dir: Path, line: tuple[str, ...]) -> str:
    """The same command, where nothing was begun."""
    again = shop.run(*line, folder=run_dir.parent)
    require_plain(again)
    if again.code:
        require_mended(shop, again, run_dir)
    require_same(shop, run_dir)
    return "begun again"


def _longest(size: int) -> Conditions:
    return Conditions(limits={"RLIMIT_FSIZE": max(size, 1)}) if size else AS_USUAL
