"""What a person sees of a run: a bar while it goes, its figures when it has ended."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.table import Table

from engine.execution.progress import read_progress
from engine.execution.run import Expected
from engine.report.console import progress
from lake.errors import InputError
from lake.manifest import BiologyRecord, Manifest, PartitionRecord

REFRESH_SECONDS = 0.3
CHANGES_SHOWN, VALUE_WIDTH = 4, 40


class Watch:
    """A progress bar over a run's batches, fed from the workers' progress files; silent in a pipe."""

    def __init__(self, screen: Console, run_dir: Path, batches: int) -> None:
        self._screen, self._run_dir, self._batches = screen, run_dir, batches
        self._bar = progress(screen)
        self._task = self._bar.add_task("batches", total=batches)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Watch:
        self._bar.start()
        if self._screen.is_terminal:
            self._thread.start()
        return self

    def begun(self, expected: Expected) -> None:
        over = f"; {len(expected.flagged)} batches may outgrow their containers" if expected.flagged else ""
        self._screen.print(f"running {self._run_dir}: {self._batches} batches, about {expected.events:,} events{over}")

    def finished(self, record: PartitionRecord) -> None:
        if record.status != "succeeded":
            self._screen.print(f"partition {record.partition} failed; the others go on")

    def _follow(self) -> None:
        while not self._done.wait(REFRESH_SECONDS):
            try:
                state = read_progress(self._run_dir)
            except InputError:
                continue
            self._bar.update(self._task, completed=state.batches_done, description=f"batches ({state.events:,} events)")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()
        self._bar.stop()


def rows_table(manifest: Manifest) -> Table:
    """Rows and bytes a row, by table."""
    table = Table("table", box=None, pad_edge=False)
    table.add_column("rows", justify="right")
    table.add_column("bytes a row", justify="right")
    for name, rows in manifest.tables.items():
        size = sum(p.tables[name].bytes for p in manifest.partitions if name in p.tables)
        table.add_row(name, f"{rows:,}", f"{size / rows:.1f}" if rows else "")
    return table


def made_in(manifest: Manifest) -> str:
    """Events, seconds and pace; a resume's pace is that of what it made."""
    kept = manifest.events - manifest.events_made
    return (
        f"{manifest.events:,} events"
        + (f", {kept:,} of them kept," if kept else "")
        + f" in {manifest.seconds:.1f} s: {manifest.events_per_second:,.0f} events a second"
    )


def biology_line(biology: BiologyRecord) -> str:
    """Which parameters a run is made with, in one line: how many differ from the base, the first of them by value."""
    line = f"biology   {biology.name}"
    if biology.base is None:
        return line
    changed = biology.changed
    few = "; ".join(f"{each.path} {_short(each.base)} -> {_short(each.value)}" for each in changed[:CHANGES_SHOWN])
    more = f"; {len(changed) - CHANGES_SHOWN} more in manifest.json" if len(changed) > CHANGES_SHOWN else ""
    number = f"{len(changed)} parameter{'' if len(changed) == 1 else 's'}"
    return f"{line}: {biology.base.name} but for {number}" + (f": {few}{more}" if changed else "")


def _short(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= VALUE_WIDTH else text[: VALUE_WIDTH - 3] + "..."


def print_run(screen: Console, manifest: Manifest, run_dir: Path) -> None:
    """Rows by table, and the run in one line."""
    screen.print(rows_table(manifest))
    screen.print(
        f"{made_in(manifest)} on {manifest.workers} workers, "
        f"{manifest.peak_memory_mb:.0f} MB at most in one; {run_dir}",
        soft_wrap=True,
    )
