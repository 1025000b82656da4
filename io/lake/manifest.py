"""The run's record: manifest.json, written last and atomically."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lake.errors import InputError
from lake.files import file_hash, write_atomically
from lake.next_step import resume

FORMAT = "smoltworks-run/2"


@dataclass(frozen=True)
class PartRecord:
    """One Parquet file: path relative to the run, rows, bytes, and a hash of the bytes (empty: not taken)."""

    file: str
    rows: int
    bytes: int
    xxh3: str = ""


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
    estimate: dict[str, int] = field(default_factory=dict)  # rows by table, as foreseen before the simulation

    @property
    def events(self) -> int:
        """Rows of its event tables."""
        return sum(part.rows for part in self.tables.values())

    @staticmethod
    def from_json(data: dict[str, Any]) -> PartitionRecord:
        """From what to_json or asdict gave, read back from JSON; KeyError or TypeError when it is not that."""
        return PartitionRecord(
            **{
                **data,
                "tables": {k: PartRecord(**v) for k, v in data["tables"].items()},
                "fingerprints": {int(k): v for k, v in data["fingerprints"].items()},
                "batches": {int(k): BatchRecord(**v) for k, v in data["batches"].items()},
            }
        )


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

    @staticmethod
    def from_json(data: dict[str, Any]) -> RunIdentity:
        """From what to_json or asdict gave, read back from JSON; KeyError or TypeError when it is not that."""
        return RunIdentity(**{**data, "partitions": tuple(tuple(p) for p in data["partitions"])})

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

    @staticmethod
    def from_json(data: dict[str, Any]) -> BiologyRecord:
        """From what to_json or asdict gave, read back from JSON; KeyError or TypeError when it is not that."""
        return BiologyRecord(
            **{
                **data,
                "base": FileRecord(**data["base"]) if data["base"] else None,
                "overlays": tuple(FileRecord(**each) for each in data["overlays"]),
                "changed": tuple(ChangedParameter(**each) for each in data["changed"]),
            }
        )


@dataclass(frozen=True)
class Manifest:
    """A finished run. `status` is complete, or partial when a partition failed.

    `seconds` are those of the last call, which made `events_made` rows; a resume keeps the others.
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
        """Rows a second of the last call."""
        return self.events_made / max(self.seconds, 1e-9)

    @staticmethod
    def from_json(data: dict[str, Any]) -> Manifest:
        """From what to_json or asdict gave, read back from JSON; KeyError or TypeError when it is not that."""
        data = {k: v for k, v in data.items() if k not in {"tables", "events"}}
        return Manifest(
            **{
                **data,
                "identity": RunIdentity.from_json(data["identity"]),
                "dimensions": {k: PartRecord(**v) for k, v in data["dimensions"].items()},
                "partitions": tuple(PartitionRecord.from_json(p) for p in data["partitions"]),
                "biology": BiologyRecord.from_json(data["biology"]),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """As manifest.json has it: with the rows by table and in all, for who reads it."""
        return {**asdict(self), "tables": self.tables, "events": self.events}


def write_manifest(run_dir: Path, manifest: Manifest) -> None:
    """Write RUN/manifest.json, whole or not at all."""
    write_atomically(run_dir / "manifest.json", json.dumps(manifest.to_json(), indent=1) + "\n")


def read_manifest(run_dir: Path) -> Manifest:
    """The manifest of a finished run, complete or partial; InputError when there is none or it is not one."""
    path = run_dir / "manifest.json"
    if not run_dir.is_dir():
        raise InputError(str(run_dir), "no such run folder", "give the folder of a run, as run --out named it")
    if not path.is_file():
        begun = (run_dir / "logs" / "run.jsonl").is_file()
        problem = "a run was begun here but not finished: there is no manifest.json" if begun else "not a run folder"
        cure = f"finish it: {resume(run_dir)}"
        raise InputError(str(run_dir), problem, cure if begun else "give the folder of a run, as run --out named it")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data.get("format") != FORMAT:
            raise InputError(str(path), f"format {data.get('format')!r}, expected {FORMAT!r}", "run it again")
        return Manifest.from_json(data)
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as e:
        raise InputError(str(path), f"damaged: {e}", "run it again with --resume") from None


def read_complete(run_dir: Path, *, every_byte: bool = False) -> Manifest:
    """The manifest of a complete run whose files are all there as recorded; InputError otherwise.

    Dimension tables are held against the hash of their bytes, parts against their size; `every_byte`: all against
    their hash, where one was taken.
    """
    manifest = read_manifest(run_dir)
    if manifest.status != "complete":
        failed = [p.partition for p in manifest.failed]
        raise InputError(
            str(run_dir),
            f"only a partial run: partitions {failed} failed",
            f"finish it: {resume(run_dir)}",
        )
    parts = [part for p in manifest.partitions for part in p.tables.values()]
    hashed = [(part, True) for part in manifest.dimensions.values()] + [(part, every_byte) for part in parts]
    for part, by_hash in hashed:
        problem = part_problem(run_dir, part)
        if not problem and part.xxh3 and by_hash and file_hash(run_dir / part.file) != part.xxh3:
            problem = "is damaged: its bytes are not those that the manifest recorded"
        if problem:
            raise InputError(str(run_dir / part.file), problem, "run it again with --resume: the part is made anew")
    return manifest


def part_problem(run_dir: Path, part: PartRecord) -> str:
    """What is wrong with a recorded file by its size; empty when nothing is."""
    try:
        size = (run_dir / part.file).stat().st_size
    except FileNotFoundError:
        return "the manifest names this file, but it is not there"
    return "" if size == part.bytes else f"has {size} bytes, the manifest says {part.bytes}"
