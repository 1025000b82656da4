"""The table of docs/reliability.md: what was tried, how often, and how often it held."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FILE = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- make faults writes from here -->", "<!-- to here -->"


@dataclass(frozen=True)
class Row:
    """A kind of cases in words, how many were played, and how many survived."""

    kind: str
    words: str
    cases: int
    survived: int


def machine() -> str:
    """Where it was played: cores, memory, system, Python."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    system = f"{platform.system()} {platform.release().split('-')[0]} on {platform.machine()}"
    return f"{os.cpu_count()} cores, {memory_gb:.0f} GB, {system}, Python {platform.python_version()}"


def commit() -> str:
    """The commit that was tried, and whether it was changed."""
    root = FILE.parents[1]
    name = _git(root, "rev-parse", "--short", "HEAD") or "unknown"
    return name + (" with changes" if _git(root, "status", "--porcelain", "--", "engine", "io", "smoltworks") else "")


def _git(root: Path, *words: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def text(rows: Sequence[Row], planted: Sequence[tuple[str, int | None]], seed: int, minutes: float) -> str:
    """The generated part."""
    total, survived = sum(row.cases for row in rows), sum(row.survived for row in rows)
    lines = [
        f"Seed {seed}, {date.today().isoformat()}, commit {commit()}, {minutes:.0f} minutes on {machine()}.",
        "",
        "| kind | what happens | cases | survived |",
        "|---|---|---:|---:|",
        *(f"| {row.kind} | {row.words} | {row.cases:,} | {row.survived:,} |" for row in rows),
        f"| **all** | | **{total:,}** | **{survived:,}** |",
    ]
    if planted:
        lines += [
            "",
            "| planted fault | found by the |",
            "|---|---|",
            *(f"| {name} | {'not found' if case is None else f'{case}. case'} |" for name, case in planted),
        ]
    return "\n".join(lines)


def write(generated: str) -> None:
    """Put the generated part between its marks, and leave the rest."""
    before, _, rest = FILE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    FILE.write_text(f"{before}{BEGIN}\n\n{generated}\n\n{END}{after}", encoding="utf-8")
