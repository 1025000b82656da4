"""The run's record: manifest.json, written last and atomically."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lake.errors import InputError
from lake.held import LOCK
from lake.layout import USUAL, Layout
from lake.lease import require_held
from lake.next_step import command, overwrite, resume
from lake.records import FORMAT, OtherVersion, as_record, file_bytes, opened, write_record
from lake.sealed import Damaged, seal
from lake.store_path import is_stored, is_there, missing_bucket

FILE = "manifest.json"
JOURNAL, INPUTS = Path("logs") / "run.jsonl", Path("logs") / "inputs.json"
RUNS_NAMED = 4
DERIVED = ("tables", "events")  # in the file for its readers, not in the record


ALL_TABLES = "all tables"
"""What an estimate tells the rows of."""


@dataclass(frozen=True)
class PartRecord:
    """One Parquet file: path relative to the run, rows, bytes, and the XXH3-128 of the bytes."""

    file: str
    rows: int
    bytes: int
    xxh3: str


@dataclass(frozen=True)
class BatchRecord:
    """How long one batch took: days lived, rows over all tables, seconds."""

    days: int
    rows: int
    seconds: float


@dataclass(frozen=True)
class PartitionRecord:
    """What one partition left: its files, and the fingerprint of every (batch, table)."""

    partition: int
    first_batch: int
    last_batch: int
    status: str  # succeeded | failed
    seconds: float
    peak_memory_mb: float
    tables: dict[str, PartRecord] = field(default_factory=dict)
    fingerprints: dict[int, dict[str, str]] = field(default_factory=dict)
    batches: dict[int, BatchRecord] = field(default_factory=dict)
    error: str = ""
    estimate: dict[str, int] = field(default_factory=dict)  # rows of ALL_TABLES, as the plan foresees them
    compiling: float = 0.0  # seconds of these, of a process that found kernels in no cache

    @property
    def events(self) -> int:
        """Rows of its event tables."""
        return sum(part.rows for part in self.tables.values())


@dataclass(frozen=True)
class RunIdentity:
    """What makes two runs the same run: a resume is refused when any of it differs."""

    version: str
    schedule: str
    schedule_sha256: str
    seed: int
    as_of: str
    batch_count: int
    farm_sha256: str
    biology_sha256: str
    partitions: tuple[tuple[int, int], ...]
    layout: Layout = USUAL

    def differences(self, other: RunIdentity) -> list[str]:
        """What is not the same, in words."""
        mine, theirs = asdict(self), asdict(other)
        return [f"{key} {mine[key]!r} is now {theirs[key]!r}" for key in mine if mine[key] != theirs[key]]


@dataclass(frozen=True)
class FileRecord:
    """An input file by its name and the SHA-256 of its text."""

    name: str
    sha256: str


@dataclass(frozen=True)
class ChangedParameter:
    """A parameter that is not as in the base: both values (numbers or lists of them; None: absent there).

    file: the overlay that set it last; empty where a whole file was compared with the base.
    """

    path: str
    base: Any
    value: Any
    unit: str
    confidence: str
    source: str
    file: str = ""


@dataclass(frozen=True)
class BiologyRecord:
    """The parameters that a run was made with: which file, what it builds on, and all that differs from there.

    sha256: of the resolved text, which the run's folder keeps. base: None for the published set itself.
    """

    name: str
    sha256: str
    purpose: str = ""
    base: FileRecord | None = None
    overlays: tuple[FileRecord, ...] = ()
    changed: tuple[ChangedParameter, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """A finished run. `status` is complete, or partial when a partition failed.

    `seconds` are those of the last call, which made `events_made` rows; a resume keeps the others. `compiling` of them
    went into kernels, in the worker that compiled the longest.
    """

    run: str
    status: str
    identity: RunIdentity
    seconds: float
    workers: int
    dimensions: dict[str, PartRecord]
    partitions: tuple[PartitionRecord, ...]
    estimate: dict[str, int]
    fingerprint: str
    biology: BiologyRecord
    events_made: int = 0
    compiling: float = 0.0
    format: str = FORMAT

    @property
    def tables(self) -> dict[str, int]:
        """Rows by event table over all partitions, in the order of declaration."""
        rows: dict[str, int] = {}
        for partition in self.partitions:
            for name, part in partition.tables.items():
                rows[name] = rows.get(name, 0) + part.rows
        return rows

    @property
    def events(self) -> int:
        """Rows of all event tables."""
        return sum(self.tables.values())

    @property
    def files(self) -> dict[str, list[str]]:
        """Every table's Parquet files, as paths relative to the run, in the order of partitions."""
        files = {name: [part.file] for name, part in self.dimensions.items()}
        for partition in self.partitions:
            for name, part in partition.tables.items():
                files.setdefault(name, []).append(part.file)
        return files

    @property
    def failed(self) -> tuple[PartitionRecord, ...]:
        return tuple(p for p in self.partitions if p.status != "succeeded")

    @property
    def peak_memory_mb(self) -> float:
        """The largest worker's memory, MB."""
        return max((p.peak_memory_mb for p in self.partitions), default=0.0)

    @property
    def events_per_second(self) -> float:
        """Rows a second of the last call, but for the seconds of compiling, which the next one won't need."""
        return self.events_made / max(self.seconds - self.compiling, 1e-9)

    def to_json(self) -> dict[str, Any]:
        """As manifest.json has it: with the rows by table and in all, for who reads it."""
        return {**asdict(self), "tables": self.tables, "events": self.events}


def write_manifest(run_dir: Path, manifest: Manifest) -> None:
    """Write RUN/manifest.json, whole or not at all; InputError where another writer took the place in a store."""
    require_held(run_dir)
    write_record(run_dir / FILE, seal(manifest.to_json(), indent=1))


def read_manifest(run_dir: Path) -> Manifest:
    """The manifest of a finished run, complete or partial; InputError when there is none or it is damaged."""
    path = run_dir / FILE
    if not is_there(path):
        if not is_run(run_dir):
            raise no_run(run_dir)
        problem = f"a run was begun here but not finished: there is no {FILE}"
        raise InputError(str(run_dir), problem, f"finish it: {resume(run_dir)}")
    try:
        data = opened(file_bytes(path))
        return as_record({key: value for key, value in data.items() if key not in DERIVED}, Manifest)
    except OtherVersion as error:
        raise InputError(str(path), str(error), f"run it again: {overwrite(run_dir)}") from None
    except Damaged as error:
        raise InputError(str(path), f"damaged: {error}", f"make it anew: {resume(run_dir)}") from None


def is_run(run_dir: Path) -> bool:
    """Whether a run was begun in the folder, whatever has become of its records."""
    begun = any(is_there(run_dir / file) for file in (JOURNAL, INPUTS))
    return begun or all(is_there(run_dir / file) for file in (FILE, LOCK))


def no_run(run_dir: Path) -> InputError:
    """What to say of a path that is no run: what it is, and which runs there are in it, beside it, and in runs/."""
    if missing_bucket(run_dir):
        return InputError(str(run_dir), "there is no such bucket", "is its name right, and AWS_ENDPOINT_URL?")
    if is_stored(run_dir):
        cure = f"is the prefix right? this makes one: {command('run', '--schedule', 'demo', '--out', run_dir)}"
        return InputError(str(run_dir), "no run is there", cure)
    is_folder = os.path.isdir(run_dir)  # not Path.is_dir: what is no path at all is no folder, not an error
    problem = "not a run folder" if is_folder else "no such run folder"
    known = list(dict.fromkeys(map(str, _runs_near(run_dir))))
    alike = [] if is_folder else difflib.get_close_matches(str(run_dir), known, n=1)
    if alike:
        cure = f"did you mean {alike[0]}?"
    elif known:
        cure = f"give the folder of a run: {', '.join(known[:RUNS_NAMED])}" + (
            ", ..." if len(known) > RUNS_NAMED else ""
        )
    else:
        cure = f"give the folder of a run; this makes one: {command('run', '--schedule', 'demo')}"
    is_file = os.path.lexists(run_dir) and not is_folder
    return InputError(str(run_dir), "is a file, and a run is a folder" if is_file else problem, cure)


def _runs_near(run_dir: Path) -> Iterator[Path]:
    for folder in (run_dir, run_dir.parent, Path("runs")):
        with suppress(OSError):
            yield from sorted(each for each in folder.iterdir() if (each / FILE).is_file())


def read_complete(run_dir: Path) -> Manifest:
    """The manifest of a complete run, whatever its files hold: InputError otherwise."""
    manifest = read_manifest(run_dir)
    if manifest.status != "complete":
        failed = [p.partition for p in manifest.failed]
        raise InputError(
            str(run_dir),
            f"only a partial run: partitions {failed} failed",
            f"finish it: {resume(run_dir)}",
        )
    return manifest
