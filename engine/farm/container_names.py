"""Container names written compactly: FI-FW-01-A-C01..10 stands for ten containers in a row."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from lake.errors import shortened

NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<number>[0-9]+)", re.DOTALL)
RANGE = re.compile(r"(?P<prefix>.*?)(?P<first>[0-9]{1,9})\.\.(?P<last>[0-9]{1,9})", re.DOTALL)
MAX_RANGE = 10_000


def expand(text: str, known: Container[str]) -> list[str]:
    """The names that `text` stands for: a name, a range, or several of them between commas.

    A text that is itself in `known` is that name, whatever it looks like. ValueError for a range that runs
    backwards, is longer than 10,000, or for an empty entry. The names need not be known.
    """
    if text in known:
        return [text]
    names: list[str] = []
    for entry in (part.strip() for part in text.split(",")):
        if not entry:
            raise ValueError(f"{shortened(text)} holds an empty entry; remove the extra comma")
        match = None if entry in known else RANGE.fullmatch(entry)
        if match is None:
            names.append(entry)
            continue
        first, last, width = int(match["first"]), int(match["last"]), len(match["first"])
        if last < first:
            turned = f"{match['prefix']}{match['last']}..{match['first']}"
            raise ValueError(f"range {shortened(entry)} runs backwards; write {turned}")
        if last - first >= MAX_RANGE:
            raise ValueError(f"range {shortened(entry)} names {last - first + 1} containers; is a digit too many?")
        names += [f"{match['prefix']}{n:0{width}d}" for n in range(first, last + 1)]
    return names


def compact(names: Sequence[str], known: Container[str]) -> list[str]:
    """`names` in their order, each run of consecutive numbers as one range; `expand` undoes it."""
    entries: list[str] = []
    i = 0
    while i < len(names):
        end = i + 1
        match = NUMBERED.fullmatch(names[i])
        if match is not None and len(match["number"]) < 9:
            prefix, number, width = match["prefix"], int(match["number"]), len(match["number"])
            while end < len(names) and names[end] == f"{prefix}{number + end - i:0{width}d}":
                end += 1
        entry = f"{names[i]}..{number + end - i - 1:0{width}d}" if end > i + 1 else names[i]
        if end > i + 1 and (entry in known or "," in entry or RANGE.fullmatch(names[i])):
            entries += names[i:end]
        else:
            entries.append(entry)
        i = end
    return entries
