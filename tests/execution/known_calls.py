"""What a run calls kernels with. `python -m tests.execution.known_calls` renews what engine/execution keeps of it."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from numba.core.types import BaseTuple

from engine.execution.compiling_ahead import KNOWN_CALLS

Calls = dict[str, list[list[Any]]]


def type_text(given: Any) -> Any:
    """The inverse of argument_type."""
    if hasattr(given, "instance_class"):
        named = given.instance_class
        return [f"{named.__module__}.{named.__qualname__}", *(type_text(each) for each in given)]
    if isinstance(given, BaseTuple):
        parts: Any = given
        return ["tuple", *(type_text(each) for each in parts)]
    if hasattr(given, "layout"):
        return f"{given.dtype}[{given.ndim},{given.layout}{'' if given.mutable else ',r'}]"
    return str(given)


def _note_calls() -> Calls:
    """By kernel, what Python calls it with in this process from now on."""
    importlib.import_module("engine.execution.partition")  # it imports every kernel that a run calls
    calls: Calls = {}
    for name, module in sorted(sys.modules.items()):
        for kernel in vars(module).values() if name.startswith("engine.") else ():
            function = getattr(kernel, "py_func", None)
            if getattr(function, "__module__", "") == name:
                _note_calls_of(kernel, calls)
    return calls


def _note_calls_of(kernel: Any, calls: Calls) -> None:
    compile_it = kernel._compile_for_args

    def noting(*given: Any) -> Any:
        types = [type_text(kernel.typeof_pyval(each)) for each in given]
        calls.setdefault(f"{kernel.py_func.__module__}.{kernel.py_func.__name__}", []).append(types)
        return compile_it(*given)

    kernel._compile_for_args = noting


def print_calls_of(schedule: Path, out: Path) -> None:
    """Run in this process, and print what is called."""
    from concurrent.futures import ThreadPoolExecutor

    from engine.execution import compiling_ahead
    from engine.execution.run import run
    from engine.farm.schedule_file import read_any

    compiling_ahead.known_calls = lambda: iter(())  # what is compiled ahead is not noted when it is called
    calls = _note_calls()
    with ThreadPoolExecutor(1) as executor:
        manifest = run(read_any(schedule), out, executor, 1)
    print(json.dumps({"status": manifest.status, "calls": dict(sorted(calls.items()))}))


def calls_of(schedule: Path, out: Path) -> Calls:
    """What a run of that schedule calls, in a process of its own."""
    code = "import sys; from pathlib import Path; from tests.execution.known_calls import print_calls_of; "
    code += "print_calls_of(Path(sys.argv[1]), Path(sys.argv[2]))"
    command = [sys.executable, "-c", code, str(schedule), str(out)]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
    assert told["status"] == "complete"
    found: Calls = told["calls"]
    return found


def kept_text(calls: Calls) -> str:
    """A line a kernel."""
    lines = (f"{json.dumps(name)}: {json.dumps(arguments)}" for name, arguments in calls.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        KNOWN_CALLS.write_text(kept_text(calls_of(Path("schedules/demo.yaml"), Path(folder) / "run")), "utf-8")
