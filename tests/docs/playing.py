"""Blocks of the documentation run as a reader types them: commands in children of a warm process, the rest in bash."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from engine.farm.schedule import Schedule
from engine.farm.schedule_text import format_schedule
from lake.next_step import SCRIPT
from tests.docs.pages import ROOT, Block
from tests.faults.shell import Shell
from tests.small_plan import write_schedule

DEMO = "demo"
LARGE = (DEMO, "uat-ladder", "400-7day", "550-6day", "584-11day", "584-87pct")  # a tiny schedule stands in for them
MODULE = re.compile(r"python -m (?:engine|smoltworks)[. ]")
QUOTED = re.compile(r"'[^']*'|\"[^\"$`]*\"")
FOR_BASH = re.compile(r"[|<>;&`$*~]")  # outside quotes
OF_A_SESSION = re.compile(r"(cd|export|\.|source|unset) ")  # what later lines of a block depend on
SHOWN = 1500  # characters of what a command said last


class BlockFailed(AssertionError):
    """A block that did not do what the page says."""


@dataclass
class Reader:
    """Somebody who follows one page in a folder of their own; `run`: one of `schedule`, made before."""

    shell: Shell
    folder: Path
    schedule: Schedule
    run: Path

    def begin(self, blocks: list[Block]) -> None:
        """Lay out the folder: the shipped schedules, and the demo's run unless the page makes it."""
        shutil.copytree(ROOT / "schedules", self.folder / "schedules")
        for name in LARGE:
            named = replace(self.schedule, name=name)
            write_schedule(self.folder / "schedules", replace(named, text=format_schedule(named)))
        if not any(self._makes_demo(line) for block in blocks if not block.kept for line in _lines(block)):
            self._give_demo()

    def follow(self, block: Block) -> None:
        """Run a block; BlockFailed when its last line ends otherwise than the page says, or one before it fails."""
        if block.kept:
            return
        if block.file:
            (self.folder / block.file).write_text(block.text, encoding="utf-8")
            return
        if block.language == "python":
            self._judge(block, block.text, *self._script(block), wanted=block.code)
            return
        lines = _lines(block)
        if any(OF_A_SESSION.match(line) for line in lines):
            lines = ["set -e\n" + "\n".join(lines)]
        for i, line in enumerate(lines, 1):
            self._judge(block, line, *self._type(line), wanted=block.code if i == len(lines) else 0)

    def _judge(self, block: Block, line: str, code: int, said: str, *, wanted: int) -> None:
        if code != wanted:
            raise BlockFailed(f"{block.page}:{block.line}: `{line.strip()}` ended with {code}\n{said[-SHOWN:]}")

    def _type(self, line: str) -> tuple[int, str]:
        if self._makes_demo(line) and not self._demo.exists():
            self._give_demo()
            return 0, ""
        plain = not FOR_BASH.search(QUOTED.sub("", line)) and "\n" not in line
        words = shlex.split(line, comments=True) if plain else []
        if MODULE.match(line) and plain:
            words = [SCRIPT, *words[2].split(".")[1:], *words[3:]]
        if words and words[0] == SCRIPT:
            told = self.shell.run(*map(self._in_the_folder, words[1:]), folder=self.folder)
            return told.code, told.out + told.err
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        python_path = os.pathsep.join([str(ROOT), str(ROOT / "io")])
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder,
            env={**os.environ, "PATH": path, "PYTHONPATH": python_path},
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    def _script(self, block: Block) -> tuple[int, str]:
        file = self.folder / f"block{block.line}.py"
        file.write_text(block.text, encoding="utf-8")
        told = self.shell.run("script", file, self._stand_in, folder=self.folder)
        return told.code, told.out + told.err

    @property
    def _stand_in(self) -> Path:
        return self.folder / "schedules" / f"{DEMO}.yaml"

    @property
    def _demo(self) -> Path:
        return self.folder / "runs" / DEMO

    def _give_demo(self) -> None:
        shutil.copytree(self.run, self._demo)

    def _makes_demo(self, line: str) -> bool:
        return line.split() in [[SCRIPT, "run", "--schedule", each] for each in (DEMO, f"schedules/{DEMO}.yaml")]

    def _in_the_folder(self, word: str) -> str:
        """A shipped schedule's name as the file that stands in for it."""
        return f"schedules/{word}.yaml" if word in LARGE else word


def _lines(block: Block) -> list[str]:
    """The commands of a block of the shell, one a line."""
    if block.language != "sh":
        return []
    joined = block.text.replace("\\\n", " ").splitlines()
    return [line.strip() for line in joined if line.strip() and not line.strip().startswith("#")]
