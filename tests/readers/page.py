"""The table of docs/readers.md: which readers opened a lake, and what they saw."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tests.faults.dossier import commit
from tests.readers.comparing import Outcome, Told
from tests.readers.environments import Reader

FILE = Path(__file__).resolve().parents[2] / "docs" / "readers.md"
BEGIN, END = "<!-- make readers writes from here, seal ", "<!-- to here -->"


@dataclass(frozen=True)
class Row:
    """What came of one reader; `outcome` is None where it could not be tried."""

    reader: Reader
    version: str
    outcome: Outcome | None
    skipped: str = ""

    @property
    def wrong(self) -> bool:
        """Whether it saw something else than we do."""
        return self.outcome is not None and not self.outcome.right

    @property
    def refused(self) -> list[str]:
        """Tables that it couldn't open, and why."""
        return self.outcome.refused if self.outcome else []

    @property
    def differing(self) -> list[str]:
        """Columns that it sees otherwise."""
        return self.outcome.differing if self.outcome else []

    @property
    def line(self) -> str:
        """The table's line."""
        if self.outcome is None:
            return f"| {self.reader.name} | | not tried: {self.skipped} | | |"
        seen = "the same" if not self.differing else f"**{len(self.differing)} columns differ**"
        opened = f"{self.outcome.tables}" + (f", **{len(self.refused)} refused**" if self.refused else "")
        return f"| {self.reader.name} | {self.version} | {opened} | {seen} | {self.reader.remark} |"


def text(rows: Sequence[Row], ours: Told) -> str:
    """The generated part."""
    columns = sum(len(table["columns"]) for table in ours.values())
    count = sum(table["rows"] for table in ours.values())
    return "\n".join(
        [
            f"{date.today().isoformat()}, commit {commit()}: a run of {len(ours)} tables, {columns} columns and "
            f"{count:,} rows.",
            "",
            "| reader | installed | tables opened | types, nulls, sums, first and last | remark |",
            "|---|---|---:|---|---|",
            *(row.line for row in rows),
        ]
    )


def write(rows: Sequence[Row], ours: Told) -> None:
    """Put the generated part between its marks, with a seal that an edit by hand breaks; leave the rest."""
    before, _, _, after = parted(FILE.read_text(encoding="utf-8"))
    told = text(rows, ours)
    FILE.write_text(f"{before}{BEGIN}{seal(told)} -->\n\n{told}\n\n{END}{after}", encoding="utf-8")


def parted(page: str) -> tuple[str, str, str, str]:
    """The page before the generated part, its seal, the part, and the page after it."""
    before, _, rest = page.partition(BEGIN)
    mark, _, rest = rest.partition(" -->")
    told, _, after = rest.partition(END)
    return before, mark, told.strip(), after


def seal(told: str) -> str:
    """Twelve digits that stand for a text."""
    return hashlib.sha256(told.encode()).hexdigest()[:12]
