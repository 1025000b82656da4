"""What a kernel is made of: its own module's source, and that of every module of ours that it imports, near or far."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]  # where `engine` lies
IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<home>engine[\w.]*)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n]*)"
    r"|import[ \t]+(?P<modules>engine[^\n]*))",
    re.MULTILINE,
)
NAME = re.compile(r"[\w.]+")


def sources_of(path: Path) -> dict[str, bytes]:
    """The sources that the module of that file is made of, by name: the same wherever they lie.

    OSError when one is no file that can be read.
    """
    found: dict[str, bytes] = {}
    waiting = [path]
    while waiting:
        path = waiting.pop()
        name = _named(path)
        if name not in found:
            found[name], imported = _read(path)
            waiting += imported
    return dict(sorted(found.items()))


def _named(path: Path) -> str:
    inside = path.is_relative_to(ROOT)
    return ".".join((path.relative_to(ROOT) if inside else Path(path.name)).with_suffix("").parts)


@cache
def _read(path: Path) -> tuple[bytes, list[Path]]:
    """A module's source, and the files of ours that it imports."""
    source = path.read_bytes()
    return source, list(_imported(source.decode()))


def _imported(source: str) -> Iterator[Path]:
    for found in IMPORT.finditer(source):
        home = found["home"]
        names = NAME.findall(found["names"] if home else found["modules"])
        for name in {home, *(f"{home}.{name}" for name in names)} if home else names:
            path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
            if path.is_file():
                yield path
