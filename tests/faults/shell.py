"""Commands as a user types them, run in children of a warm process; what each said and how it ended."""

from __future__ import annotations

import itertools
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from lake.next_step import SCRIPT

PATIENCE = 400.0  # seconds that a command may take on a busy machine
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Told:
    """How a command ended: its exit code (minus the signal that ended it), what it printed, MB that it took."""

    line: tuple[str, ...]
    code: int
    out: str
    err: str
    memory_mb: int = 0
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"$ {' '.join(self.line[1:])}\n[exit {self.code}] {self.out[-300:]}{self.err[-900:]}"


class Hung(AssertionError):
    """A command that did not end in time."""


@dataclass(frozen=True)
class Conditions:
    """Under what a command runs: environment, limits (of setrlimit), planted faults, and a disk that fails.

    litter: what is left in memory by an earlier owner, by seed; 0 for nothing.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    plants: tuple[str, ...] = ()
    disk: Mapping[str, Any] = field(default_factory=dict)
    litter: int = 0


AS_USUAL = Conditions()


class Running:
    """A command under way."""

    def __init__(self, shell: Shell, pid: int, line: tuple[str, ...], files: tuple[Path, Path]) -> None:
        self._shell, self.pid, self._line, self._files = shell, pid, line, files
        self._began = time.monotonic()

    @property
    def ended(self) -> bool:
        self._shell.hear(0.0)
        return self.pid in self._shell.dead

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if not self.ended:
            os.kill(self.pid, number)

    def wait(self, patience: float = PATIENCE) -> Told:
        """How it ended; Hung when it does not."""
        end = time.monotonic() + patience
        while not self.ended:
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                while not self.ended:
                    self._shell.hear(1.0)
                raise Hung(f"still at work after {patience:.0f} s: {self._told(-9, 0)}")
            self._shell.hear(0.5)
        code, memory_mb = self._shell.dead.pop(self.pid)
        return self._told(code, memory_mb)

    def _told(self, code: int, memory_mb: int) -> Told:
        out, err = (file.read_text(encoding="utf-8", errors="replace") for file in self._files)
        for file in self._files:
            file.unlink()
        seconds = time.monotonic() - self._began
        return Told(line=self._line, code=code, out=out, err=err, memory_mb=memory_mb, seconds=seconds)


class Shell:
    """Runs commands in `folder`; use as a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dead: dict[int, tuple[int, int]] = {}
        self._numbers = itertools.count()
        self._heard = b""
        self._started: list[int] = []
        self._talk = folder / ".said"
        self._talk.mkdir(exist_ok=True)
        path = os.pathsep.join([str(ROOT), str(ROOT / "io")])
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._zygote.stdout is not None
        os.set_blocking(self._zygote.stdout.fileno(), False)
        self._ready = False

    def __enter__(self) -> Shell:
        while not self._ready:
            self.hear(5.0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._zygote.stdin is not None
        self._zygote.stdin.close()
        self._zygote.wait()

    def run(self, *arguments: str | Path, conditions: Conditions = AS_USUAL, folder: Path | None = None) -> Told:
        """A command of smoltworks to its end."""
        return self.start(*arguments, conditions=conditions, folder=folder).wait()

    def start(self, *arguments: str | Path, conditions: Conditions = AS_USUAL, folder: Path | None = None) -> Running:
        """A command of smoltworks, under way."""
        line = (script(), *map(str, arguments))
        number = next(self._numbers)
        files = (self._talk / f"{number}.out", self._talk / f"{number}.err")
        for file in files:
            file.touch()
        request = {
            "line": line,
            "folder": str(folder or self.folder),
            "out": str(files[0]),
            "err": str(files[1]),
            "environment": dict(conditions.environment),
            "limits": dict(conditions.limits),
            "plants": list(conditions.plants),
            "disk": dict(conditions.disk),
            "litter": conditions.litter,
        }
        assert self._zygote.stdin is not None
        self._zygote.stdin.write(json.dumps(request).encode() + b"\n")
        self._zygote.stdin.flush()
        while not self._started:
            self.hear(1.0)
        return Running(self, self._started.pop(), line, files)

    def hear(self, seconds: float) -> None:
        """Take what the warm process has said, waiting so long for it at most."""
        assert self._zygote.stdout is not None
        stream = self._zygote.stdout.fileno()
        if not select.select([stream], [], [], seconds)[0]:
            return
        said = os.read(stream, 1 << 16)
        if not said:
            raise RuntimeError("the warm process has ended")
        *lines, self._heard = (self._heard + said).split(b"\n")
        for line in lines:
            data = json.loads(line)
            if "started" in data:
                self._started.append(data["started"])
            elif "ended" in data:
                self.dead[data["ended"]] = (data["code"], data["memory_mb"])
            else:
                self._ready = True


def script() -> str:
    """The path of the installed command."""
    beside = Path(sys.executable).with_name(SCRIPT)
    return str(beside) if beside.is_file() else shutil.which(SCRIPT) or SCRIPT
