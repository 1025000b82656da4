"""Schedules run again, told in words: the same data as recorded, or other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from engine.execution.progress import Progress
from engine.execution.repetition import DIFFERS, SAME, Recorded, Repetition, repeat
from engine.execution.tasks import Expected
from engine.report.console import say
from engine.report.run import RunDisplay


def repeat_shown(
    screen: Console, schedules: Sequence[Path], *, below: Path | None, workers: int | None, verified: bool
) -> Iterator[Repetition]:
    """`repeat`, which tells of each run that begins, and how far it is; nothing is shown while a result is out."""
    display = RunDisplay(screen)

    def begun(path: Path, expected: Expected) -> None:
        say(screen, f"running {path}: about {expected.events:,} events")
        display.prepare()

    def progress(state: Progress) -> None:
        display.progress(state)

    def step(what: str, done: int, of: int) -> None:
        display.step(what, done, of)

    runs = repeat(
        schedules, below=below, workers=workers, verified=verified, begun=begun, progress=progress, on_step=step
    )
    while True:
        display = RunDisplay(screen)
        with display:
            found = next(runs, None)
        if found is None:
            return
        yield found


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
