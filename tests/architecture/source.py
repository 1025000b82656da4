"""The modules of a source tree as syntax, and what each of them imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

PACKAGES = {
    "smoltworks": "smoltworks",
    "engine": "engine",
    "warehouse": "io/warehouse",
    "lake": "io/lake",
    "tests": "tests",
    "benchmarks": "benchmarks",
}


class Offence(NamedTuple):
    """A place that breaks a rule, and how."""

    module: str
    line: int
    reason: str


class Import(NamedTuple):
    """A module that another imports, on a line; `bound` is the name it gives there, `member` the thing, if not all."""

    line: int
    target: str
    bound: str
    member: str


@dataclass(frozen=True)
class Module:
    """A module's name and source."""

    name: str
    path: Path
    is_package: bool

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))


@dataclass(frozen=True)
class Source:
    """Every module below a root, by name."""

    modules: dict[str, Module]

    def of(self, *packages: str) -> list[Module]:
        return [m for m in self.modules.values() if m.name.split(".")[0] in packages]

    def imports(self, module: Module) -> Iterator[Import]:
        """All imports of the tree's own modules, those inside functions and for types alone too."""
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                for name in node.names:
                    if name.name in self.modules:
                        yield Import(line=node.lineno, target=name.name, bound=name.asname or name.name, member="")
            elif isinstance(node, ast.ImportFrom):
                origin = _origin(module, node)
                for name in node.names:
                    bound, below = name.asname or name.name, f"{origin}.{name.name}"
                    if below in self.modules:
                        yield Import(line=node.lineno, target=below, bound=bound, member="")
                    elif origin in self.modules:
                        yield Import(line=node.lineno, target=origin, bound=bound, member=name.name)


def _origin(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*parts, node.module] if node.module else parts)


def read_source(root: Path) -> Source:
    """The tree below a folder that is laid out as the repository is."""
    found = {}
    for package, folder in PACKAGES.items():
        for path in sorted((root / folder).rglob("*.py")):
            parts = (package, *path.relative_to(root / folder).with_suffix("").parts)
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            found[name] = Module(name=name, path=path, is_package=is_package)
    return Source(found)
