"""A file's values with one of them made wrong: in length, type, range, order, letters or reference."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

NEVER_RIGHT: tuple[Any, ...] = ({"low": 1}, [[]], [None], float("nan"), float("inf"), "a\x07b", "a\u202eb", "a\u2066b")
NUMBERS = (-1e300, -7, -1, 0, 1e-300, 0.5, 1, 24, 99, 1e5, 1e9, 1e13, 1e300, 2**70)
DATES = (date(1950, 1, 1), date(1970, 1, 1), date(2262, 1, 1), date(9999, 12, 31), date(1, 1, 1), "2025-11-19", "x")
TEXTS = ("", " ", " a", "x" * 1_000, "Nowhere", "a/b", "{number:0999999999d}", "{number.__class__}", "{")
MAX_OF_A_LIST = 2  # its first items are mangled, the others are like them


@dataclass(frozen=True)
class MangledFile:
    """A file's data with another value at `path`. hopeless: no file may have it there."""

    path: tuple[str | int, ...]
    value: Any
    hopeless: bool

    def data(self, original: dict[str, Any]) -> dict[str, Any]:
        """The whole file's."""
        found: Any = copy.deepcopy(original)
        node = found
        for key in self.path[:-1]:
            node = node[key]
        node[self.path[-1]] = copy.deepcopy(self.value)
        assert isinstance(found, dict)
        return found


def mangled_files(data: dict[str, Any]) -> Iterator[MangledFile]:
    """Every value of a file in every wrong way, in its order."""
    for path, value in _values(data, ()):
        for wrong in NEVER_RIGHT:
            yield MangledFile(path=path, value=wrong, hopeless=not (isinstance(value, list) and isinstance(wrong, str)))
        yield from (MangledFile(path=path, value=other, hopeless=False) for other in _others(value))


def _values(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if path:
        yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _values(value, (*path, key))
    elif isinstance(node, list):
        for i, value in enumerate(node[:MAX_OF_A_LIST]):
            yield from _values(value, (*path, i))


def _others(value: Any) -> Iterator[Any]:
    if isinstance(value, bool) or value is None:
        yield not value
    elif isinstance(value, (int, float)):
        yield from (*NUMBERS, value * 2, value / 2, "text", str(value), True, [value])
    elif isinstance(value, str):
        yield from (*TEXTS, 5, None, value.swapcase(), value + "\u0301")
    elif isinstance(value, date):
        yield from (*DATES, 5, None)
    elif isinstance(value, list):
        yield from ([], value[:-1], value[1:], value[:1], [*value, value[-1]], value[::-1], value * 40, None, "text")
    elif isinstance(value, dict):
        for key in list(value)[:4]:
            yield {k: v for k, v in value.items() if k != key}
        yield from (
            {**value, "strange": 1},
            {**value, 7: 1},
            {**value, "a\u202eb": 1},
            {**value, "x" * 500: 1},
            {},
            None,
        )


def assert_told(said: str, source: str, path: tuple[str | int, ...]) -> None:
    """A refusal names the file and the key or what it is of, quotes no more than a line of a value, and can be seen."""
    assert said.startswith(source), said
    assert all(line.isprintable() for line in said.split("\n")), said
    assert "x" * 81 not in said
    assert re.search(r"x{81}|\s{20}", said) is None, said
    if len(path) == 1:  # another length of a whole list shows in what refers to it
        return
    keys = {str(key) for key in path if isinstance(key, str)}
    words = {word for key in keys for word in (key, key.rstrip("s"), key.replace("_", " ").rstrip("s"))}
    assert any(word in said for word in words), (path, said)
