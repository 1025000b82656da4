"""What a person sees of a run: a bar while it goes, its figures when it has ended."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from engine.execution.progress import Progress
from engine.report.console import say
from engine.report.sign_of_life import in_time
from engine.report.waiting import Waiting, compiling
from lake.files import folder_bytes
from lake.manifest import BiologyRecord, Manifest, PartitionRecord
from lake.next_step import command, finalise
from lake.space import size

if TYPE_CHECKING:
    from engine.execution.parts import MadePart
    from engine.execution.tasks import Expected

CHANGES_SHOWN, VALUE_WIDTH, FAILURES_SHOWN = 4, 40, 12
WORTH_TELLING = 1.0  # seconds
PARTLY_DONE = 3


class RunDisplay:
    """How far a run is, from its schedule's reading on."""

    def __init__(self, screen: Console) -> None:
        self._screen, self._waiting = screen, Waiting(screen, "reading the schedule")
        self._compiled, self._failed = (0, 0.0), 0
        self.has_begun = False

    def __enter__(self) -> RunDisplay:
        self._waiting.__enter__()
        return self

    def read(self, run_dir: Path, batches: int) -> None:
        """The schedule is known."""
        self._run_dir, self._batches = run_dir, batches
        self._waiting.tell("foreseeing the run, starting workers")

    def begun(self, expected: Expected) -> None:
        over = f"; {len(expected.flagged)} batches may outgrow their containers" if expected.flagged else ""
        say(
            self._screen,
            f"running {self._run_dir}: {self._batches} batches, about {expected.events:,} events, "
            f"{size(expected.bytes)}{over}",
        )
        self.prepare()

    def prepare(self) -> None:
        """What comes before the first batch is under way."""
        self.has_begun = True
        self._waiting.tell("preparing the water")

    def finished(self, record: PartitionRecord) -> None:
        if record.status != "succeeded":
            self._failed += 1
            if self._failed <= FAILURES_SHOWN:
                say(self._screen, f"partition {record.partition} failed; the others go on")

    def progress(self, state: Progress) -> None:
        self._compiled = max(self._compiled, state.compiled)
        kernels, seconds = self._compiled
        if state.events:
            what = f"batches ({state.events:,} events)"
            self._waiting.tell(what, state.batches_done, state.batches, left=state.seconds_left)
        elif kernels:
            self._waiting.tell(compiling(kernels, seconds))

    def step(self, what: str, done: int, of: int) -> None:
        """What comes after the run itself."""
        self._waiting.tell(what, done, of)

    def told(self) -> None:
        """What the run took beside its own work."""
        kernels, seconds = self._compiled
        if seconds >= WORTH_TELLING:
            say(self._screen, f"of that {in_time(seconds)} went into compiling {kernels} kernels, which are kept")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.__exit__(kind, error, trace)


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
    compiling = f", {manifest.compiling:.1f} s of it compiling" if manifest.compiling >= WORTH_TELLING else ""
    return (
        f"{manifest.events:,} events"
        + (f", {kept:,} of them kept," if kept else "")
        + f" in {manifest.seconds:.1f} s{compiling}: {manifest.events_per_second:,.0f} events a second"
        + (" otherwise" if compiling else "")
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
    say(
        screen,
        f"{made_in(manifest)} on {manifest.workers} workers, "
        f"{manifest.peak_memory_mb:.0f} MB at most in one; "
        f"{size(folder_bytes(run_dir / 'lake'))} in {run_dir}",
    )


def print_next(screen: Console, run_dir: Path) -> None:
    """What to do with a run that is whole."""
    say(screen, f"a page to look at: {command('report', run_dir, '--html')}")


def print_whole(screen: Console, manifest: Manifest, run_dir: Path) -> None:
    """That a resume found nothing to make."""
    there = f"{manifest.events:,} events, {size(folder_bytes(run_dir / 'lake'))}"
    say(screen, f"{run_dir} is whole already: nothing was made; {there}")


def print_failures(screen: Console, manifest: Manifest, run_dir: Path, again: str) -> None:
    """Each failed partition with its error, and the command that makes them."""
    for record in manifest.failed[:FAILURES_SHOWN]:
        say(
            screen,
            f"partition {record.partition} (batches {record.first_batch}-{record.last_batch}) failed:",
            f"  {_last_line(record.error)}",
        )
    if (more := len(manifest.failed) - FAILURES_SHOWN) > 0:
        say(screen, f"and {more} more, which {command('status', run_dir, '--json')} lists")
    say(
        screen,
        f"{len(manifest.failed)} of {len(manifest.partitions)} partitions failed; the rest is kept. To finish:",
        f"  {again}",
    )


def _last_line(error: str) -> str:
    """An error as its last words; the traceback before them is in the manifest and in status --json."""
    lines = error.strip().splitlines()
    where = lines[0].partition("Traceback")[0] if len(lines) > 1 else ""
    return where + lines[-1]


def print_part(screen: Console, made: MadePart, again: str) -> None:
    """What a part made or found, and what comes next."""
    name, missing = f"part {made.share} of {made.run_dir}", made.failed
    if made.is_whole:
        say(screen, f"{made.run_dir} is whole already: nothing was made")
    elif not made.records:
        say(screen, f"{name}: there are only {made.partitions} partitions, so that nothing is left to make")
    elif not missing:
        kept = f", {len(made.kept)} were there" if made.kept else ""
        say(
            screen,
            f"{name}: {len(made.records) - len(made.kept)} partitions made{kept}; "
            f"{made.events_made:,} events in {made.seconds:.1f} s",
            f"once every part is made: {finalise(made.run_dir)}",
        )
    for record in missing[:FAILURES_SHOWN]:
        say(screen, f"partition {record.partition} failed:", f"  {_last_line(record.error)}")
    if missing:
        say(
            screen,
            f"{name}: {len(missing)} of its {len(made.records)} partitions failed; the rest is kept. To finish:",
            f"  {again}",
        )


def part_data(made: MadePart, again: str) -> dict[str, Any]:
    """What --json prints of a part; again: the command that makes what failed."""
    if not made.failed:
        return made.to_json()
    failed = [{"partition": record.partition, "error": record.error} for record in made.failed]
    problem = f"{len(failed)} of the {len(made.records)} partitions of part {made.share} failed; the rest is kept"
    where, cure = str(made.run_dir), f"to finish: {again}"
    error = {"where": where, "problem": problem, "cure": cure, "partitions": failed}
    return {"error": error, "exit_code": PARTLY_DONE} | made.to_json()


def run_data(manifest: Manifest, run_dir: Path, again: str) -> dict[str, Any]:
    """What --json prints of a run; again: the command that makes what failed."""
    failed = [
        {"partition": r.partition, "first_batch": r.first_batch, "last_batch": r.last_batch, "error": r.error}
        for r in manifest.failed
    ]
    problem = f"{len(failed)} of {len(manifest.partitions)} partitions failed; the rest is kept"
    error = {"where": str(run_dir), "problem": problem, "cure": f"to finish: {again}", "partitions": failed}
    return ({"error": error, "exit_code": PARTLY_DONE} if failed else {}) | {
        "run": str(run_dir),
        "status": manifest.status,
        "events": manifest.events,
        "tables": manifest.tables,
        "seconds": manifest.seconds,
        "seconds_compiling": manifest.compiling,
        "events_per_second": manifest.events_per_second,
        "partitions": {
            "succeeded": len(manifest.partitions) - len(manifest.failed),
            "failed": len(manifest.failed),
        },
        "batches": manifest.identity.batch_count,
        "fingerprint": manifest.fingerprint,
        "biology": {"name": manifest.biology.name, "sha256": manifest.biology.sha256},
        "peak_memory_mb": manifest.peak_memory_mb,
    }
