"""A real disk that is too small: the run breaks off where it is full, gets more room, and is finished as it says."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.drawing import Draw
from tests.faults.ending import READERS, empty, go_on
from tests.faults.evidence import require_plain
from tests.faults.judging import require_mended, require_same
from tests.faults.workshop import RUN, Workshop

LEAST_KB, MOST_KB, ROOMY_KB = 16, 1_400, 40_000  # the tiny run takes some 1,300 in pages of 4 KB


@dataclass(frozen=True)
class OnASmallDisk:
    """How many KB there are, and whether the run is begun all the same."""

    size_kb: int
    forced: bool

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> OnASmallDisk:
        return OnASmallDisk(MOST_KB - draw.integer(0, MOST_KB - LEAST_KB), forced=draw.integer(0, 3) > 0)

    def play(self, shop: Workshop) -> str:
        with shop.case() as folder, _mounted(folder / "disk", self.size_kb) as disk:
            if disk is None:
                return "not tried: nothing can be mounted here"
            run_dir = disk / RUN
            line = ["run", "--schedule", str(shop.schedule), "--out", str(run_dir)]
            told = shop.run(*line, *(["--force"] if self.forced else []), folder=folder)
            require_plain(told)
            _mount("remount", disk, ROOMY_KB)
            if told.code == 0:
                require_same(shop, run_dir)
                return "there was room"
            if empty(run_dir):
                return go_on(shop, run_dir, tuple(line), READERS[0])
            require_mended(shop, told, run_dir)
            return "full, said and mended"


@contextmanager
def _mounted(folder: Path, size_kb: int) -> Iterator[Path | None]:
    """A file system of that size; None where this user may not mount one."""
    folder.mkdir()
    if os.geteuid() or _mount("", folder, size_kb):
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _mount(how: str, folder: Path, size_kb: int) -> int:
    options = ",".join([*([how] if how else []), f"size={size_kb}k"])
    line = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(line, capture_output=True, check=False).returncode
