"""Schedules run again, told in words: the same data as recorded, or other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from engine.execution.repetition import DIFFERS, SAME, Recorded, Repetition
from engine.execution.run import Expected
from engine.report.console import say


def announce(screen: Console) -> Callable[[Path, Expected], None]:
    """Tells of each run that begins."""
    return lambda path, expected: say(screen, f"running {path}: about {expected.events:,} events")


def print_repetition(screen: Console, found: Repetition) -> None:
    """One schedule's outcome, and what was recorded where that is another."""
    lines = [f"{found.schedule}: {found.outcome} ({_words(found.made)}, {found.seconds:.1f} s)"]
    if found.outcome == DIFFERS and found.recorded is not None:
        lines.append(f"  recorded: {_words(found.recorded)}")
        lines.append("  with the recorded version and the dependencies of constraints.txt, this is a fault")
    if found.broken is not None:
        lines.append(f"  invariants broken: {', '.join(found.broken)}" if found.broken else "  every invariant holds")
    say(screen, *lines)


def repetitions_data(found: Sequence[Repetition]) -> dict[str, Any]:
    """What --json gives."""
    return {
        "same": all(r.outcome == SAME for r in found),
        "holds": all(r.holds for r in found),
        "schedules": [r.to_json() for r in found],
    }


def _words(recorded: Recorded) -> str:
    return f"{recorded.events:,} events, {recorded.fingerprint}"
