"""What a reader sees held against what ours sees."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.readers.environments import Reader

Told = Mapping[str, Mapping[str, Any]]
FIGURES = ("nulls", "sum", "min", "max")
NEAR = 1e-9  # of floats that stand for decimals


@dataclass
class Outcome:
    """What one reader came to: tables that it opened, columns that are as ours, and what isn't."""

    tables: int = 0
    columns: int = 0
    cells: int = 0
    refused: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether every table opened, and every column is as it should be."""
        return not self.refused and not self.differing


def compare(reader: Reader, told: Told, ours: Told) -> Outcome:
    """Every table's rows, and every column's type, nulls, sum and ends."""
    outcome = Outcome()
    for table, expected in ours.items():
        found = told.get(table, {"error": "was not read"})
        if "error" in found:
            outcome.refused.append(f"{table}: {found['error']}")
            continue
        outcome.tables += 1
        if found["rows"] != expected["rows"]:
            outcome.differing.append(f"{table}: {found['rows']} rows, not {expected['rows']}")
        for name, column in expected["columns"].items():
            outcome.columns += 1
            outcome.cells += expected["rows"]
            other = found["columns"].get(name)
            if other is None:
                outcome.differing.append(f"{table}.{name} is missing")
            elif wrong := _differing(reader, other, column):
                outcome.differing.append(f"{table}.{name}: {wrong}")
    return outcome


def _differing(reader: Reader, found: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    """What of a column isn't as expected; empty when all is."""
    kind = expected["type"]
    wanted = next((theirs for ours, theirs in reader.differs if kind.split("(")[0] == ours), kind)
    nothing = found["type"] == "nothing" and expected["min"] is None  # pandas tells no type of no values
    object_like = reader.probe in ("pandas", "recipe", "fastparquet")
    if not (found["type"] == wanted or nothing or (object_like and _of_pandas(found["type"], wanted, expected))):
        return f"{found['type']}, not {wanted}"
    for figure in FIGURES:
        if not _same(found[figure], expected[figure], kind, wanted):
            return f"{figure} {found[figure]}, not {expected[figure]}"
    return ""


def _of_pandas(found: str, wanted: str, expected: Mapping[str, Any]) -> bool:
    """pandas tells a Python type of objects, and holds whole numbers and truth values with nulls as others."""
    if found.split("(")[0] == wanted.split("(")[0]:
        return True
    return expected["nulls"] > 0 and wanted.startswith("int") and found == "float"


def _same(found: Any, expected: Any, kind: str, wanted: str) -> bool:
    if found is None or expected is None:
        return found is None and expected is None
    if str(found) == str(expected):
        return True
    if kind == "date" and wanted != kind:
        return str(_day(found)) == str(expected)
    numbers = kind.startswith(("int", "decimal"))
    return numbers and isinstance(found, float) and math.isclose(found, float(expected), rel_tol=NEAR, abs_tol=NEAR)


def _day(microseconds: Any) -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))).date().isoformat()
