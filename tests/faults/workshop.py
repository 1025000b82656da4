"""The folder that cases are played in: the undisturbed run, copies of it, and what every command says of it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from tests import small_plan
from tests.faults import evidence, tiny
from tests.faults.shell import AS_USUAL, Conditions, Running, Shell, Told

RUN, SCHEDULE, TABLE = "RUN", "SCHEDULE", "TABLE"  # what stands for them in a command


@dataclass
class Workshop:
    """Made once a process: `schedule` is the schedule's file, `whole` the undisturbed run, `other` another seed's."""

    folder: Path
    plants: tuple[str, ...] = ()
    shell: Shell = field(init=False)
    answers: dict[tuple[str, ...], Any] = field(default_factory=dict)
    load_seconds: float = 0.0  # of an undisturbed load, once one was made
    operations: dict[str, int] = field(default_factory=dict)  # of a disk, by how the run is begun

    def __post_init__(self) -> None:
        self.shell = Shell(self.folder)

    def __enter__(self) -> Workshop:
        self.shell.__enter__()
        small_plan.write_schedule(self.folder / "schedules", tiny.shipped())
        small_plan.write_schedule(self.folder / "others", tiny.shipped(tiny.OTHER_SEED))
        for schedule, run in ((self.schedule, self.whole), (self.folder / "others/tiny.yaml", self.other)):
            told = self.shell.run("run", "--schedule", schedule, "--out", run)
            assert told.code == 0, told
            self.usual_seconds = told.seconds
        self.recorded = evidence.run_bytes(self.whole)
        self.truth = evidence.run_truth(self.whole)
        self.files = sorted(str(p.relative_to(self.whole)) for p in self.whole.rglob("*") if p.is_file())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shell.__exit__(kind, error, trace)

    @property
    def schedule(self) -> Path:
        return self.folder / "schedules" / f"{tiny.NAME}.yaml"

    @property
    def whole(self) -> Path:
        return self.folder / "whole" / RUN

    @property
    def other(self) -> Path:
        return self.folder / "others" / RUN

    @contextmanager
    def case(self) -> Iterator[Path]:
        """A folder for one case, which is empty and goes afterwards."""
        folder = self.folder / "case"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def copy(self) -> Iterator[Path]:
        """A copy of the undisturbed run, in a folder for one case."""
        with self.case() as folder:
            yield Path(shutil.copytree(self.whole, folder / RUN))

    def run(self, *arguments: str | Path, conditions: Conditions = AS_USUAL, folder: Path | None = None) -> Told:
        """A command to its end, under the faults that are planted."""
        return self.start(*arguments, conditions=conditions, folder=folder).wait()

    def start(self, *arguments: str | Path, conditions: Conditions = AS_USUAL, folder: Path | None = None) -> Running:
        """A command under way, under the faults that are planted."""
        planted = replace(conditions, plants=(*self.plants, *conditions.plants))
        return self.shell.start(*arguments, conditions=planted, folder=folder)

    def spelled(self, command: tuple[str, ...], run_dir: Path) -> list[str]:
        """The command for this run folder and our schedule."""
        words = {RUN: str(run_dir), SCHEDULE: str(self.schedule)}
        return [words.get(word, word) for word in command]

    def answer(self, question: tuple[str, ...]) -> Any:
        """What a reading command says of the undisturbed run; `question` has RUN where the folder goes."""
        if question not in self.answers:
            copied = self.folder / "asked" / RUN
            shutil.rmtree(copied.parent, ignore_errors=True)
            shutil.copytree(self.whole, copied)
            told = self.shell.run(*self.spelled(question, copied))
            assert told.code == 0, told
            self.answers[question] = evidence.plain(json.loads(told.out), copied)
        return self.answers[question]


@contextmanager
def opened() -> Iterator[Workshop]:
    """A workshop in memory where there is some: the campaign is about what is written, not about how fast."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder, Workshop(folder=Path(folder)) as shop:
        yield shop
