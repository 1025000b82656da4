"""Runs on a disk that is full, fails, stops or loses power at the n-th operation; afterwards the disk is well again."""

from __future__ import annotations

import errno
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.faults.drawing import Draw
from tests.faults.ending import READERS, STARTS, begin, empty, go_on
from tests.faults.evidence import Broken, require_plain
from tests.faults.fake_disk import STOPPED
from tests.faults.judging import require_mended, require_same, require_true
from tests.faults.shell import Conditions, Told
from tests.faults.workshop import Workshop

ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS)
NEAR_THE_END = 12  # operations: where a run becomes one that is done
LEFT = ("none", "all", "some")


@dataclass(frozen=True)
class Failing:
    """At which operation the disk fails, and how; as of fake_disk."""

    at: int
    how: str
    number: int = errno.ENOSPC
    lasting: bool = False
    names: str = "none"
    data: str = "none"
    chance: int = 0

    def on(self, run_dir: Path) -> dict[str, Any]:
        return {**asdict(self), "top": str(run_dir)}


@dataclass(frozen=True)
class OnABadDisk:
    """How the run was begun, how the disk failed, and who looks at it then."""

    start: str
    failing: Failing
    reader: tuple[str, ...]

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> OnABadDisk:
        start, how = draw.pick(STARTS), draw.pick(("error", "error", "stop", "crash", "crash"))
        if how == "crash" and start == "over another run":
            start = STARTS[0]  # what is cleared does not go through the seam
        last = operations(shop, start) + 1  # one more than there are: the power fails when the command has ended
        at = draw.integer(1, last) if draw.integer(0, 2) else last - draw.integer(0, NEAR_THE_END)
        if how == "error":
            failing = Failing(at=at, how=how, number=draw.pick(ERRORS), lasting=bool(draw.integer(0, 1)))
        elif how == "stop":
            failing = Failing(at=at, how=how)
        else:
            names, data = draw.pick(LEFT), draw.pick(LEFT)
            failing = Failing(at=at, how=how, names=names, data=data, chance=draw.integer(0, 4095))
        return OnABadDisk(start=start, failing=failing, reader=draw.pick(READERS))

    def play(self, shop: Workshop) -> str:
        with shop.case() as folder:
            run_dir, line = begin(shop, folder, self.start)
            told = shop.run(*line, folder=folder, conditions=Conditions(disk=self.failing.on(run_dir)))
            if told.code == STOPPED and not self._must_be_whole(run_dir):
                return go_on(shop, run_dir, line, self.reader)
            if told.code == 0 or told.code == STOPPED:
                return _require_whole(shop, told, run_dir, self.reader)
            return _judge(shop, told, run_dir, line)

    def _must_be_whole(self, run_dir: Path) -> bool:
        """Whether a manifest was made, which is written when all that it names is on the disk."""
        return self.start == STARTS[0] and (run_dir / "manifest.json").exists()


def operations(shop: Workshop, start: str) -> int:
    """How many operations the whole run has, begun so."""
    if start not in shop.operations:
        with shop.case() as folder:
            run_dir, line = begin(shop, folder, start)
            told = shop.shell.run(
                *line, folder=folder, conditions=Conditions(disk=Failing(at=0, how="error").on(run_dir))
            )
            assert told.code == 0, told
            shop.operations[start] = int((folder / "operations").read_text())
    return shop.operations[start]


def _require_whole(shop: Workshop, told: Told, run_dir: Path, reader: tuple[str, ...]) -> str:
    """A run that was said to be done, or whose manifest is there, is whole, whatever happened to the disk."""
    if told.code == 0:
        require_plain(told)
    said = shop.run(*shop.spelled(reader, run_dir), folder=run_dir.parent)
    if not require_true(shop, said, reader, run_dir):
        raise Broken(f"taken for done, and not whole\n{told}\n{said}")
    try:
        require_same(shop, run_dir)
    except Broken as broken:
        raise Broken(f"taken for done: {broken}\n{told}") from None
    return "done all the same"


def _judge(shop: Workshop, told: Told, run_dir: Path, line: tuple[str, ...]) -> str:
    require_plain(told)
    if empty(run_dir):
        return go_on(shop, run_dir, line, READERS[0])
    require_mended(shop, told, run_dir)
    return "said and mended"
