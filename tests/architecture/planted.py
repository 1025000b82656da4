"""Rules, what breaks them, and trees in which something is planted that does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tests.architecture.source import Offence, Source, read_source

Rule = Callable[[Source], Iterable[Offence]]
# a module in each room, for what is planted to import
EMPTY = (
    "smoltworks/__init__.py",
    "engine/__init__.py",
    "engine/plan.py",
    "engine/planning/planner.py",
    "engine/simulation/emission.py",
    "engine/simulation/record.py",
    "engine/simulation/rows/feed.py",
    "engine/simulation/fish/life.py",
    "engine/simulation/lice/counts.py",
    "engine/simulation/water/sea.py",
    "engine/farm/__init__.py",
    "engine/farm/schedule.py",
    "engine/biology/parameters.py",
    "engine/inputs/reading.py",
    "io/warehouse/load.py",
    "io/lake/__init__.py",
    "io/lake/writer.py",
)


def offenders(rule: Rule, source: Source) -> set[str]:
    """The modules that break a rule."""
    return {offence.module for offence in rule(source)}


def findings(rule: Rule, source: Source) -> list[str]:
    """What breaks a rule, and where."""
    return [f"{o.module}:{o.line} {o.reason}" for o in rule(source)]


def plant(root: Path, texts: dict[str, str]) -> Source:
    """A tree of empty modules but for the texts given by path."""
    for path, text in {**dict.fromkeys(EMPTY, ""), **texts}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return read_source(root)
