"""Compiling what a run will call before it calls it: processes take different kernels, none waits in line."""

from __future__ import annotations

import importlib
import json
import types as python_types
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.simulation.numerics.kernel_cache import KernelCache

numba_types: Any = importlib.import_module("numba.core.types")

# by kernel, the types that a run calls it with; tests/execution/known_calls.py renews it
KNOWN_CALLS = Path(__file__).with_name("known_calls.json")
USED_BY_MOST = "engine.simulation.numerics.arithmetic"  # small, and soon there


@dataclass(frozen=True)
class KnownCall:
    """A kernel, the argument types that a run calls it with, and the names of all kernels that it is made of."""

    kernel: Any
    arguments: tuple[Sequence[Any], ...]
    parts: dict[str, int]  # to the length of each one's bytecode

    @property
    def size(self) -> int:
        return sum(self.parts.values())

    @property
    def shared(self) -> set[str]:
        """Parts that another process may be compiling, too."""
        return {name for name in self.parts if not name.startswith(USED_BY_MOST)}

    def compile(self) -> None:
        """As its first call would; what is wrong with it is told there, not here."""
        try:
            for arguments in self.arguments:
                self.kernel.compile(tuple(argument_type(each) for each in arguments))
        except Exception:
            return


def compile_ahead() -> None:
    """Compile what a run calls and no cache has, beside the other processes that do."""
    while compile_next():
        pass
    _waiting().clear()  # what is left, others compile; should they not, its first call does


def load_kept() -> None:
    """Have at hand what is kept of what a run calls; nothing is compiled but what was kept of other types alone."""
    for call in _waiting():
        if call.kernel._cache.is_kept():
            call.compile()


def compile_next() -> bool:
    """Compile the largest of what is left; False when there is none that no other process compiles.

    A kernel that another process has begun is left to it, and one that shares parts with such comes later: who needs
    what another is compiling waits.
    """
    waiting = _waiting()
    waiting[:] = [call for call in waiting if not call.kernel._cache.is_kept()]
    free = [call for call in waiting if not call.kernel._cache.is_taken()]
    under_way = {name for call in waiting if call not in free for name in call.shared}
    apart = [call for call in free if not call.shared & under_way]
    for call in (*apart, *free)[:1]:
        waiting.remove(call)
        if call.kernel._cache.take():
            call.compile()
    return bool(free)


@cache
def _waiting() -> list[KnownCall]:
    """What this process has yet to find compiled, or to compile."""
    return sorted(known_calls(), key=lambda call: -call.size)


def known_calls() -> Iterator[KnownCall]:
    """Of KNOWN_CALLS, the kernels that are still there and can be kept."""
    for name, arguments in json.loads(KNOWN_CALLS.read_text("utf-8")).items():
        home, _, function = name.rpartition(".")
        kernel = None
        with suppress(ModuleNotFoundError):
            kernel = getattr(importlib.import_module(home), function, None)
        if isinstance(getattr(kernel, "_cache", None), KernelCache):
            yield KnownCall(kernel=kernel, arguments=tuple(arguments), parts=dict(_parts(kernel)))


def argument_type(text: str | list[Any]) -> Any:
    """numba's type of "int64", of "float64[2,C]" (an array of 2 dimensions, C-contiguous; "r" is read-only), or of
    [name of a class, types]: a named tuple, or a plain one."""
    if isinstance(text, list):
        home, _, name = text[0].rpartition(".")
        named = getattr(importlib.import_module(home), name) if home else None
        return numba_types.BaseTuple.from_types(tuple(argument_type(each) for each in text[1:]), named)
    scalar, _, array = text.rstrip("]").partition("[")
    element = getattr(numba_types, scalar)
    if not array:
        return element
    dimensions, layout, *readonly = array.split(",")
    return numba_types.Array(element, int(dimensions), layout, readonly=bool(readonly))


def _parts(kernel: Any) -> Iterator[tuple[str, int]]:
    function = kernel.py_func
    yield f"{function.__module__}.{function.__name__}", len(function.__code__.co_code)
    used = [function.__globals__.get(name) for name in function.__code__.co_names]
    modules = [each for each in used if isinstance(each, python_types.ModuleType)]
    used += [getattr(module, name, None) for module in modules for name in function.__code__.co_names]
    for each in used:
        if hasattr(each, "py_func"):
            yield from _parts(each)
