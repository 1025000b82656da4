"""Kernels are numpy, numba and other kernels alone, so that the hash of their sources is all that they are made of."""

from __future__ import annotations

import ast
import importlib
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.simulation.fish.days import State
from engine.simulation.numerics.kernel_sources import ROOT, sources_of

SIMULATION = ROOT / "engine" / "simulation"
MARK = re.compile(r"numerics\.compilation import (lean_)?kernel\b")
KERNELS = ("kernel", "lean_kernel")
COMPILATION = "engine.simulation.numerics.compilation"
LIBRARIES = {"__future__", "collections.abc", "math", "numba", "numpy", "typing"}


def imported(source: str) -> Iterator[str]:
    """Every module that a source imports, wherever in it; of `from a import b` both a and a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def path_of(module: str) -> Path | None:
    """The project's file of a dotted name, if it names one; a folder's own file is skipped: it has nothing in it."""
    path = ROOT / (module.replace(".", "/") + ".py")
    return path if path.is_file() else None


def named(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def is_kernel_module(source: str) -> bool:
    return MARK.search(source) is not None


def violations(source: str) -> list[str]:
    """What a kernel module imports and should not."""
    found = []
    for module in imported(source):
        path = path_of(module)
        if path is None:
            # a name of a library or of a module that is itself checked, or a folder of the project
            package = module.startswith("engine.simulation") and (ROOT / module.replace(".", "/")).is_dir()
            inside = path_of(module.rpartition(".")[0]) is not None
            if not (package or inside or module in LIBRARIES or module.rpartition(".")[0] in LIBRARIES):
                found.append(module)
        elif module != COMPILATION and not is_kernel_module(path.read_text("utf-8")):
            plain = path.parent == Path(SIMULATION, "numerics") and not violations(path.read_text("utf-8"))
            if not plain:
                found.append(module)
    return found


KERNEL_MODULES = [path for path in sorted(SIMULATION.rglob("*.py")) if is_kernel_module(path.read_text("utf-8"))]


@pytest.mark.parametrize("path", KERNEL_MODULES, ids=named)
def test_a_kernel_module_imports_numpy_numba_and_kernels_alone(path: Path) -> None:
    assert path.name == "compilation.py" or violations(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import os",
        "import numpy.testing, xxhash",
        "from engine.biology.region import Region",
        "from engine.farm.schedule import Schedule",
        "from engine.simulation import record",
        "from engine.simulation.record import BatchHistory",
        "from engine.simulation.numerics.streams import Stream",
        "from engine.simulation.water.climate import Climate",
        "from lake.codes import SEA",
        "if True:\n    from lake import codes",
        "def late():\n    import lake.codes",
    ],
)
def test_a_planted_import_is_found(line: str) -> None:
    source = (SIMULATION / "water" / "tide.py").read_text("utf-8")
    assert violations(source) == []
    assert violations(f"{source}\n{line}\n")


def test_nothing_is_compiled_but_by_our_policy() -> None:
    for path in sorted((ROOT / "engine").rglob("*.py")):
        if path.name == "compilation.py":
            continue
        source = path.read_text("utf-8")
        modules = set(imported(source))
        assert not any(name.split(".")[0] == "numba" for name in modules), path
        uses = COMPILATION in modules or any(f"{COMPILATION}.{name}" in modules for name in KERNELS)
        assert uses == is_kernel_module(source), path


def test_every_module_that_a_kernel_uses_is_hashed() -> None:
    """Found by reading lines, which is quick; here by Python's own parser."""
    for path in KERNEL_MODULES:
        waiting, reached = [path], set[Path]()
        while waiting:
            module = waiting.pop()
            if module not in reached:
                reached.add(module)
                waiting += [found for name in imported(module.read_text("utf-8")) if (found := path_of(name))]
        assert len(reached) > 3
        assert {named(each) for each in reached} == set(sources_of(path)), path


@pytest.mark.parametrize("path", KERNEL_MODULES, ids=named)
def test_every_kernel_is_made_of_what_is_hashed(path: Path) -> None:
    """The compiled functions themselves: their globals are numbers, modules or functions of hashed modules."""
    module = importlib.import_module(named(path))
    kernels = [value for value in vars(module).values() if hasattr(value, "py_func")]
    assert kernels or path.name == "compilation.py"
    for kernel in kernels:
        function = kernel.py_func
        hashed = sources_of(path_of(function.__module__) or Path())
        for name in function.__code__.co_names:
            used = function.__globals__.get(name)
            home = getattr(getattr(used, "py_func", used), "__module__", None)
            assert home is None or not home.startswith(("engine.", "lake")) or home in hashed, (kernel, name)


def test_python_is_given_no_named_tuple_by_a_kernel() -> None:
    """numba makes one by running Python inside of machine code: a Ctrl-C that comes just then ends the process."""
    named_tuples = set()
    for path in KERNEL_MODULES:
        for name, kernel in vars(importlib.import_module(named(path))).items():
            if hasattr(kernel, "py_func") and _holds_named_tuple(typing.get_type_hints(kernel.py_func)["return"]):
                named_tuples.add(name)
    assert "state_on_arrival" in named_tuples
    called = {
        (path.name, call.func.id)
        for path in sorted((ROOT / "engine").rglob("*.py"))
        for call in _calls_of_python(ast.parse(path.read_text("utf-8")))
        if isinstance(call.func, ast.Name) and call.func.id in named_tuples
    }
    assert called == set()


def test_a_lean_kernel_gives_back_no_array() -> None:
    """Who is given one would let go of what it never held."""
    lean = {}
    for path in KERNEL_MODULES:
        for name, kernel in vars(importlib.import_module(named(path))).items():
            if hasattr(kernel, "py_func") and kernel.targetoptions.get("_nrt") is False:
                lean[name] = typing.get_type_hints(kernel.py_func)["return"]
    assert {"breathe", "grow", "die"} <= lean.keys()
    assert {name for name, given in lean.items() if _holds_array(given)} == set()
    assert _holds_array(State)


def _holds_array(hint: object) -> bool:
    if hint is np.ndarray:
        return True
    fields = typing.get_type_hints(hint).values() if hasattr(hint, "_fields") else typing.get_args(hint)
    return any(_holds_array(part) for part in fields)


def _holds_named_tuple(hint: object) -> bool:
    if isinstance(hint, type) and issubclass(hint, tuple) and hasattr(hint, "_fields"):
        return True
    return any(_holds_named_tuple(part) for part in typing.get_args(hint))


def _calls_of_python(node: ast.AST) -> Iterator[ast.Call]:
    """Every call that isn't in a kernel."""
    if isinstance(node, ast.FunctionDef) and any(
        isinstance(d, ast.Name) and d.id in KERNELS for d in node.decorator_list
    ):
        return
    if isinstance(node, ast.Call):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _calls_of_python(child)
