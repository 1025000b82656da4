"""The command that a message names as the next step, spelled so that it works where the reader stands."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

SCRIPT = "smoltworks"


def command(name: str, *arguments: str | Path) -> str:
    """A shell line for the command `name` (plan, run, status, verify, load, sql or report).

    It begins as the command that was typed: smoltworks, python -m smoltworks, python -m engine, or python -m engine.X.
    A program that imports the packages is shown the script, where it is installed.
    """
    return shlex.join([*_entrance(name), *map(str, arguments)])


def _entrance(name: str) -> list[str]:
    main = sys.modules.get("__main__")
    module = getattr(getattr(main, "__spec__", None), "name", "").removesuffix(".__main__")
    if module in ("engine", SCRIPT):
        return [_python(), "-m", module, name]
    if module.startswith("engine."):
        return [_python(), "-m", f"engine.{name}"]
    typed = Path(sys.argv[0]) if sys.argv else Path()
    if typed.stem == SCRIPT and typed.is_file():
        return [_typed(typed), name]
    beside = Path(sys.executable).with_name(SCRIPT)
    return [_typed(beside), name] if beside.is_file() else [_python(), "-m", SCRIPT, name]


def _python() -> str:
    """`python` or the like where that is this very Python, otherwise its path."""
    return _typed(Path(sys.executable)) if sys.executable else "python"


def _typed(program: Path) -> str:
    """A program's name where a shell finds it by that, otherwise its path."""
    program = Path(os.path.abspath(program))
    for name in ("python", "python3") if program.stem.startswith("python") else (program.name,):
        found = shutil.which(name)
        # the folders are compared, not what they hold: a virtual environment's python is a link to the system's
        if found and os.path.realpath(Path(found).parent) == os.path.realpath(program.parent) and _same(found, program):
            return name
    return str(program)


def _same(one: str, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
