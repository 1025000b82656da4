"""Environments, limits and closed streams that a command may meet, in processes of their own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.drawing import Draw
from tests.faults.ending import READERS, begin, go_on
from tests.faults.evidence import require_plain
from tests.faults.judging import require_same, require_true
from tests.faults.shell import PATIENCE, ROOT, Hung, Told, script
from tests.faults.workshop import RUN, Workshop


@dataclass(frozen=True)
class Surrounding:
    """What differs: variables (None: unset), what a shell does first, how the streams go.

    cacheless: kernels have no cache and take a minute to compile, so that only commands are run that need none.
    """

    variables: Mapping[str, str | None] = field(default_factory=dict)
    first: str = ""
    streams: str = ""
    cacheless: bool = False


SURROUNDINGS: dict[str, Surrounding] = {
    "as usual": Surrounding(),
    "another time zone": Surrounding(variables={"TZ": "Pacific/Kiritimati"}),
    "Turkish": Surrounding(variables={"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}),
    "plain C": Surrounding(variables={"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "no such locale": Surrounding(variables={"LC_ALL": "xx_YY.UTF-8"}),
    "no home": Surrounding(variables={"HOME": None}, cacheless=True),
    "home is a file": Surrounding(variables={"HOME": "/dev/null"}, cacheless=True),
    "cache is a file": Surrounding(variables={"XDG_CACHE_HOME": "/dev/null"}, cacheless=True),
    "no place for temporary files": Surrounding(variables={"TMPDIR": "/nowhere"}),
    "dumb terminal": Surrounding(variables={"TERM": "dumb", "COLUMNS": "1", "NO_COLOR": "1"}),
    "no terminal named": Surrounding(variables={"TERM": None}),
    "optimised": Surrounding(variables={"PYTHONOPTIMIZE": "2"}),
    "other hashes": Surrounding(variables={"PYTHONHASHSEED": "4711"}),
    "warnings are errors": Surrounding(variables={"PYTHONWARNINGS": "error"}),
    "no bytecode": Surrounding(variables={"PYTHONDONTWRITEBYTECODE": "1"}),
    "debug allocator": Surrounding(variables={"PYTHONMALLOC": "debug"}),
    "dirty memory": Surrounding(variables={"MALLOC_PERTURB_": "165"}),
    "one thread": Surrounding(variables={"OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1", "NUMBA_NUM_THREADS": "1"}),
    "few descriptors": Surrounding(first="ulimit -n 64"),
    "private files": Surrounding(first="umask 077"),
    "open files": Surrounding(first="umask 000"),
    "no core": Surrounding(first="ulimit -c 0; ulimit -s 1024"),
    "last in the queue": Surrounding(first="renice -n 19 $$ > /dev/null"),
    "a folder that is gone": Surrounding(first='mkdir gone && cd gone && rmdir "$PWD"'),
    "beside modules of the same name": Surrounding(
        first="mkdir -p beside && cd beside && touch numpy.py io.py lake.py"
    ),
    "stdin closed": Surrounding(streams="<&-"),
    "stdin never ends": Surrounding(streams="< /dev/zero"),
    "stderr closed": Surrounding(streams="2>&-"),
    "stderr full": Surrounding(streams="2> /dev/full"),
}
NAMES = tuple(SURROUNDINGS)


@dataclass(frozen=True)
class Elsewhere:
    """The surroundings, and the command: a run, or one that reads."""

    names: tuple[str, ...]
    question: tuple[str, ...]  # () for a run

    @staticmethod
    def drawn(draw: Draw, shop: Workshop) -> Elsewhere:
        names = draw.some(NAMES, 3)
        runs = draw.integer(0, 1) == 0 and not any(SURROUNDINGS[name].cacheless for name in names)
        return Elsewhere(names, () if runs else draw.pick((*READERS, ("status", RUN, "--json"))))

    def play(self, shop: Workshop) -> str:
        if self.question:
            with shop.copy() as run_dir:
                told = self._tell(shop.spelled(self.question, run_dir), run_dir.parent)
                return "the right answer" if require_true(shop, told, self.question, run_dir) else "refused"
        with shop.case() as folder:
            run_dir, line = begin(shop, folder, "anew")
            told = self._tell([*line, "--workers", "2"], folder)
            require_plain(told)
            if told.code:
                go_on(shop, run_dir, line, READERS[0])
                return "refused or broken off, and mended"
            require_same(shop, run_dir)
            return "the same bytes"

    def _tell(self, line: list[str], folder: Path) -> Told:
        environment = dict(os.environ) | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'io'}"}
        first, streams = ["set -e"], ["< /dev/null"]
        for name in self.names:
            there = SURROUNDINGS[name]
            for variable, value in there.variables.items():
                environment.pop(variable, None)
                if value is not None:
                    environment[variable] = value
            first += [there.first] if there.first else []
            streams += [there.streams] if there.streams else []
        shell = "\n".join([*first, f'exec "$0" "$@" {" ".join(streams)}'])
        whole = ["bash", "-c", shell, script(), *line]
        try:
            done = subprocess.run(
                whole, cwd=folder, env=environment, capture_output=True, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired as late:
            raise Hung(f"still at work after {PATIENCE:.0f} s: {late.stderr!r}") from None
        out, err = (text.decode(errors="replace") for text in (done.stdout, done.stderr))
        closed = any(name.startswith("stderr") for name in self.names)
        return Told(
            line=("smoltworks", *line),
            code=done.returncode,
            out=out,
            err="error: nobody could read it" if closed and not err else err,
        )
