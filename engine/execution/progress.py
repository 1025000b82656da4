"""How far a run is, from its folder alone: the journal, the workers' progress files and the manifest."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lake.errors import InputError
from lake.journal import Journal
from lake.manifest import PartitionRecord

# A batch's days from first to last; the ages by which seconds a batch are given.
AGE_CLASSES = (("50-200 days", 0, 200), ("200-600 days", 200, 600), ("600-900 days", 600, 100_000))


@dataclass
class Progress:
    """A run as it stands. `running` holds the progress files' content; times are Unix seconds."""

    run: str
    state: str  # running, complete, partial or interrupted
    partitions: int
    batches: int
    estimate: int
    started_at: float
    updated_at: float
    pid: int = 0  # of the process that runs or ran it
    records: dict[int, PartitionRecord] = field(default_factory=dict)
    running: list[dict[str, Any]] = field(default_factory=list)

    @property
    def succeeded(self) -> list[PartitionRecord]:
        return [r for r in self.records.values() if r.status == "succeeded"]

    @property
    def failed(self) -> list[PartitionRecord]:
        return [r for r in self.records.values() if r.status == "failed"]

    @property
    def batches_done(self) -> int:
        return sum(len(r.batches) for r in self.succeeded) + sum(int(p["done"]) for p in self.running)

    @property
    def events(self) -> int:
        return sum(r.events for r in self.succeeded) + sum(int(p["events"]) for p in self.running)

    @property
    def seconds(self) -> float:
        return max(self.updated_at - self.started_at, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """By the events still expected at the pace so far; None before the first or after the last."""
        if self.state != "running" or not self.events or not self.estimate:
            return None
        return max(0.0, (self.estimate - self.events) * self.seconds / self.events)

    def seconds_by_age(self) -> dict[str, float | None]:
        """Mean seconds a batch by the days that it lived; None where no batch did."""
        out: dict[str, float | None] = {}
        batches = [b for r in self.succeeded for b in r.batches.values()]
        for name, low, high in AGE_CLASSES:
            seconds = [b.seconds for b in batches if low < b.days <= high]
            out[name] = sum(seconds) / len(seconds) if seconds else None
        return out

    def to_json(self) -> dict[str, Any]:
        done = len(self.succeeded) + len(self.failed)
        return {
            "run": self.run,
            "state": self.state,
            "partitions": {
                "total": self.partitions,
                "succeeded": len(self.succeeded),
                "failed": len(self.failed),
                "running": len(self.running),
                "waiting": max(0, self.partitions - done - len(self.running)),
            },
            "batches": {"total": self.batches, "done": self.batches_done},
            "events": self.events,
            "events_expected": self.estimate,
            "seconds": self.seconds,
            "events_per_second": self.events / self.seconds,
            "batches_per_second": self.batches_done / self.seconds,
            "success_rate": len(self.succeeded) / done if done else None,
            "seconds_per_batch": self.seconds_by_age(),
            "seconds_left": self.seconds_left,
            "errors": [
                {"partition": r.partition, "error": r.error.strip().splitlines()[-1], "detail": r.error}
                for r in self.failed
            ],
        }


def read_progress(run_dir: Path) -> Progress:
    """The run's progress; InputError when the folder holds no run."""
    journal = Journal(run_dir)
    if not journal.path.is_file():
        raise InputError(str(run_dir), "not a run folder", "give the folder of a run, as run --out named it")
    progress = Progress(
        run=run_dir.name, state="running", partitions=0, batches=0, estimate=0, started_at=0.0, updated_at=0.0
    )
    born = ""
    for line in journal.read():
        at = float(line.get("at", 0.0))
        progress.updated_at = max(progress.updated_at, at)
        if line["event"] == "begun":
            progress.started_at, progress.state = at, "running"
            progress.pid, born = int(line["pid"]), line.get("born", "")
            progress.partitions = len(line["identity"]["partitions"])
            progress.batches = line["identity"]["batch_count"]
            progress.records.clear()
        elif line["event"] == "forecast":
            progress.estimate = line["events"]
        elif line["event"] == "partition":
            record = PartitionRecord.from_json(line["record"])
            progress.records[record.partition] = record
        elif line["event"] == "ended":
            progress.state = line["status"]
    if progress.state == "running":
        if not _is_alive(progress.pid, born):
            progress.state = "interrupted"
        else:
            progress.updated_at = time.time()
            progress.running = _running(run_dir, progress)
    return progress


def _running(run_dir: Path, progress: Progress) -> list[dict[str, Any]]:
    found = []
    for path in sorted((run_dir / "logs").glob("progress-*.json")):
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            continue  # finished between the listing and the reading
        if state["partition"] not in progress.records:
            found.append(state)
    return found


def process_start(pid: int) -> str:
    """When a process began, in the system's own count, which tells it from a later one of the same number.

    Empty where the system does not tell, and for a process that has ended but is still listed.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state[0] == "Z" else state[19]


def _is_alive(pid: int, born: str) -> bool:
    try:
        if pid <= 0:
            return False
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return process_start(pid) == born if born else True
