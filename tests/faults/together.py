"""Two commands on one run, the second begun while the first is at work."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.drawing import Draw
from tests.faults.evidence import Broken, require_plain
from tests.faults.judging import require_same, require_true
from tests.faults.shell import Told
from tests.faults.workshop import RUN, SCHEDULE, Workshop

WRITERS = (
    ("run", "--schedule", SCHEDULE, "--out", RUN, "--resume"),
    ("run", "--schedule", SCHEDULE, "--out", RUN, "--overwrite"),
)
READERS = (
    ("status", RUN, "--json"),
    ("sql", RUN, "select count(*) as n, bit_xor(hash(t)) as h from feeding_event t", "--json"),
    ("verify", RUN, "--only", "20_counts", "--json"),
    ("report", RUN, "--json"),
    ("table", RUN, "feeding_event"),
)
STARTS = ("whole", "a part is missing", "nothing")


@dataclass(frozen=True)
class Together:
    """What lies there, two commands, and after which share of a run's usual time the second one begins."""

    start: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    after: float

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> Together:
        commands = (*WRITERS, *READERS)
        return Together(
            start=draw.pick(STARTS), first=draw.pick(commands), second=draw.pick(commands), after=draw.share()
        )

    def play(self, shop: Workshop) -> str:
        with shop.case() as folder:
            run_dir = folder / RUN
            if self.start != "nothing":
                shutil.copytree(shop.whole, run_dir)
            if self.start == "a part is missing":
                (run_dir / "lake/batch/part-0001.parquet").unlink()
            first = shop.start(*shop.spelled(self.first, run_dir), folder=folder)
            time.sleep(self.after * shop.usual_seconds)
            second = shop.start(*shop.spelled(self.second, run_dir), folder=folder)
            ended = {self.first: first.wait(), self.second: second.wait()}
            for command, told in ended.items():
                self._judge(shop, command, told, run_dir)
            last = shop.run(*shop.spelled(WRITERS[0], run_dir), folder=folder)
            if last.code and "no run to resume" in last.err:
                return "refused"
            require_plain(last)
            if last.code:
                raise Broken(f"can't be finished\n{last}")
            require_same(shop, run_dir)
            return "both done" if not any(told.code for told in ended.values()) else "one refused"

    def _judge(self, shop: Workshop, command: tuple[str, ...], told: Told, run_dir: Path) -> None:
        if command in WRITERS:
            require_plain(told)
        elif command[0] == "status":
            require_plain(told)  # how far it is differs from moment to moment
        else:
            require_true(shop, told, command, run_dir)
