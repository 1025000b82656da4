"""The command that a message names as the next step, spelled so that it works where the reader stands."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

SCRIPT = "smoltworks"


def command(name: str, *arguments: str | Path) -> str:
    """A shell line for the command `name` (plan, run, status, verify, load, sql, describe, report ...).

    It begins as the line that was typed: smoltworks, python -m smoltworks, python -m engine, or python -m engine.X.
    A program that imports the packages is shown the script where it is installed.
    """
    module = _main_module()
    if module.startswith("engine."):
        return shlex.join([_python(), "-m", f"engine.{name}", *map(str, arguments)])
    return shlex.join([*_entrance(), name, *map(str, arguments)])


def resume(run_dir: Path) -> str:
    """A shell line that finishes a run from what lies in its folder."""
    return command("run", "--schedule", run_dir / "schedule.yaml", "--out", run_dir, "--resume")


def finalise(run_dir: Path) -> str:
    """A shell line that makes a run of the parts in its folder."""
    return command("run", "--schedule", run_dir / "schedule.yaml", "--out", run_dir, "--finalise")


def overwrite(run_dir: Path) -> str:
    """A shell line that makes a run anew from the schedule in its folder."""
    return command("run", "--schedule", run_dir / "schedule.yaml", "--out", run_dir, "--overwrite")


def entrance() -> str:
    """What is typed before a command's name, for a shell."""
    return shlex.join(_entrance())


def beginnings() -> tuple[str, ...]:
    """How the commands that messages name begin, psql's and DuckDB's among them."""
    return entrance(), f"{shlex.quote(_python())} -m", "psql", "duckdb", "cd"


def _entrance() -> list[str]:
    module = _main_module()
    if module in ("engine", SCRIPT):
        return [_python(), "-m", module]
    typed = Path(sys.argv[0]) if sys.argv else Path()
    beside = Path(sys.executable).with_name(SCRIPT)
    for script in (typed, beside):
        if script.stem == SCRIPT and script.is_file():
            return [_typed(script)]
    return [_python(), "-m", SCRIPT]


def _main_module() -> str:
    """The module that python -m runs; "" for a script."""
    name: str = getattr(getattr(sys.modules.get("__main__"), "__spec__", None), "name", "")
    return name.removesuffix(".__main__")


def _python() -> str:
    """`python` or the like where that is this very Python, otherwise its path."""
    return _typed(Path(sys.executable)) if sys.executable else "python"


def _typed(program: Path) -> str:
    """A program's name where a shell finds it by that, otherwise its path."""
    program = Path(os.path.abspath(program))
    for name in ("python", "python3") if program.stem.startswith("python") else (program.name,):
        found = shutil.which(name)
        # folders are compared, not what their links lead to: a virtual environment's python is the system's
        if found and os.path.realpath(Path(found).parent) == os.path.realpath(program.parent) and _same(found, program):
            return name
    return str(program)


def _same(one: str, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
