"""Whether a schedule gives on this machine the data that were recorded of it: a run made, compared and removed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field

from engine.execution.making import RunEvents
from engine.execution.progress import Progress
from engine.execution.run import require_complete, simulate_schedule
from engine.execution.tasks import Expected
from engine.execution.verification import verify_run
from engine.farm.schedule_file import read_any
from engine.inputs.bounded import FileName
from engine.inputs.reading import StrictModel, load_text, parse_yaml, validate
from engine.inputs.shipped_files import find_schedule, record_folder
from lake.checked import OnStep, unheard
from lake.errors import InputError
from lake.files import write_atomically

FILE = "fingerprints.yaml"
FORMAT = "smoltworks-fingerprints/1"
SAME, DIFFERS, NOT_RECORDED = "same", "differs", "not recorded"
HEADER = f"# What the schedules of this folder come to, on any machine: smoltworks fingerprints\nformat: {FORMAT}\n"


class Recorded(StrictModel):
    """What a schedule came to when it was recorded: rows of its event tables, the run's fingerprint."""

    events: Annotated[int, Field(ge=0)]
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class Record(StrictModel):
    """A folder's record, by the name of the schedule's file."""

    format: Literal["smoltworks-fingerprints/1"]
    schedules: dict[FileName, Recorded]


@dataclass(frozen=True)
class Repetition:
    """A schedule's file, what it came to here, and what was recorded of it. broken: invariants that do not hold."""

    schedule: Path
    made: Recorded
    recorded: Recorded | None
    seconds: float
    broken: tuple[str, ...] | None = None  # None where the run was not verified

    @property
    def outcome(self) -> str:
        if self.recorded is None:
            return NOT_RECORDED
        return SAME if self.recorded == self.made else DIFFERS

    @property
    def holds(self) -> bool:
        """Whether the data are the recorded ones, and no invariant that was looked at is broken."""
        return self.outcome == SAME and not self.broken

    def to_json(self) -> dict[str, Any]:
        return {
            "schedule": str(self.schedule),
            "outcome": self.outcome,
            **self.made.model_dump(),
            "recorded": None if self.recorded is None else self.recorded.model_dump(),
            "seconds": self.seconds,
            "broken": None if self.broken is None else list(self.broken),
        }


def read_record(folder: Path) -> dict[str, Recorded]:
    """What is recorded in a folder of schedules, by the name of the file; InputError when the record is wrong."""
    path = folder / FILE
    if not path.exists():
        return {}
    return validate(Record, parse_yaml(load_text(path), str(path)), str(path)).schedules


def recorded_schedules() -> list[Path]:
    """The schedules that are recorded in the present folder's `schedules`, else the shipped ones."""
    shipped = record_folder()
    for folder in (Path("schedules"), *([shipped] if shipped is not None else [])):
        if record := read_record(folder):
            return [folder / f"{name}.yaml" for name in record]
    raise InputError("schedules", f"no {FILE} lies here in schedules/", "name the schedules' files")


def repeat(
    schedules: Sequence[Path],
    *,
    below: Path | None = None,
    workers: int | None = None,
    verified: bool = False,
    begun: Callable[[Path, Expected], None] = lambda path, expected: None,
    progress: Callable[[Progress], None] | None = None,
    on_step: OnStep = unheard,
) -> Iterator[Repetition]:
    """Run each schedule in a folder of its own, in `below` or the system's temporary one, and remove it.

    verified: hold each run against every invariant before it is removed. begun, progress, on_step: hear of each run,
    and of its verification.

    InputError: a schedule or a record is wrong; all are read before the first run. RunFailed: partitions failed.
    """
    if below is not None and not below.is_dir():
        raise InputError(str(below), "no such folder", "name one with room for the largest run")
    schedules = [find_schedule(path) for path in schedules]
    records = {folder: read_record(folder) for folder in {path.parent for path in schedules}}
    read = [(path, read_any(path)) for path in schedules]
    for path, schedule in read:
        with tempfile.TemporaryDirectory(prefix="smoltworks-", dir=below) as folder:
            run_dir = Path(folder) / schedule.name
            events = RunEvents(
                begun=lambda expected, path=path: begun(path, expected),  # type: ignore[misc]
                progress=progress,
            )
            manifest = simulate_schedule(schedule, run_dir, workers=workers, events=events)
            require_complete(manifest, run_dir)
            checks = verify_run(run_dir, on_step=on_step).checks if verified else None
        yield Repetition(
            schedule=path,
            made=Recorded(events=manifest.events, fingerprint=manifest.fingerprint),
            recorded=records[path.parent].get(path.stem),
            seconds=manifest.seconds,
            broken=None if checks is None else tuple(check.name for check in checks if not check.passed),
        )


def record(found: Sequence[Repetition]) -> None:
    """Record what schedules came to, each in its folder's file; what is recorded of others stays."""
    for folder in {repetition.schedule.parent for repetition in found}:
        new = {r.schedule.stem: r.made for r in found if r.schedule.parent == folder}
        values = {name: value.model_dump() for name, value in sorted((read_record(folder) | new).items())}
        write_atomically(folder / FILE, HEADER + yaml.safe_dump({"schedules": values}))
