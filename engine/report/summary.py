"""The summary of a finished run, from its manifest, its last verification and its last load."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from engine.farm.schedule import Schedule
from engine.farm.schedule_file import read_any
from engine.planning.capacity import Report, Saturation, capacity_report, executed_saturation
from engine.report.running import biology_line, made_in, rows_table
from lake.manifest import Manifest, read_complete
from warehouse.embedded import psql_line, served_dsn
from warehouse.record import LoadedTarget, loaded_target

SHARES = ("freshwater", "sea", "total")
VERIFIED = Path("logs") / "verify.json"


@dataclass(frozen=True)
class Summary:
    """What is known of a run; `checks` is the last verification of this very data, None when there was none.

    `capacity` holds the planned saturation, `executed` what container_assignment came to, over the same days.
    """

    run_dir: Path
    schedule: Schedule
    manifest: Manifest
    checks: dict[str, Any] | None
    loaded: LoadedTarget | None
    capacity: Report
    executed: Saturation

    @property
    def lake_line(self) -> str:
        return f'python -m engine.sql {self.run_dir} "select status, count(*) from batch group by status"'

    @property
    def duckdb_line(self) -> str:
        return f"duckdb -c \"from '{self.run_dir}/lake/batch/*.parquet'\""

    @property
    def database_line(self) -> str | None:
        if self.loaded is None:
            return None
        if self.loaded.kind == "embedded":
            return f"python -m engine.load {self.run_dir} --serve"
        return f'psql "{self.loaded.dsn}"'

    def to_json(self) -> dict[str, Any]:
        manifest = self.manifest
        return {
            "run": str(self.run_dir),
            "events": manifest.events,
            "seconds": manifest.seconds,
            "events_per_second": manifest.events_per_second,
            "tables": manifest.tables,
            "batches": manifest.identity.batch_count,
            "as_of": manifest.identity.as_of,
            "fingerprint": manifest.fingerprint,
            "biology": asdict(manifest.biology),
            "checks": None if self.checks is None else {k: self.checks[k] for k in ("passed", "failed")},
            "saturation": {
                "planned": {k: getattr(self.capacity, k) for k in SHARES},
                "executed": {k: getattr(self.executed, k) for k in SHARES},
            },
            "loaded": None if self.loaded is None else self.loaded.kind,
            "open": {"sql": self.lake_line, "duckdb": self.duckdb_line, "database": self.database_line},
        }


def record_verification(run_dir: Path, manifest: Manifest, result: dict[str, Any]) -> None:
    """Keep a verification's result beside the run, tied to the data that it looked at."""
    text = json.dumps({"fingerprint": manifest.fingerprint, **result}, indent=1)
    (run_dir / VERIFIED).write_text(text + "\n", encoding="utf-8")


def gather(run_dir: Path) -> Summary:
    """The run's summary; InputError when it is not complete."""
    manifest = read_complete(run_dir)
    checks: dict[str, Any] | None = None
    if (run_dir / VERIFIED).is_file():
        found = json.loads((run_dir / VERIFIED).read_text(encoding="utf-8"))
        checks = found if found.get("fingerprint") == manifest.fingerprint else None
    schedule = read_any(run_dir / "schedule.yaml")
    capacity = capacity_report(schedule)
    return Summary(run_dir, schedule, manifest, checks, loaded_target(run_dir), capacity, executed_saturation(run_dir))


def print_summary(screen: Console, facts: Summary) -> None:
    """The summary for people, on one screen."""
    manifest = facts.manifest
    batches = manifest.identity.batch_count
    screen.print(rows_table(manifest))

    def say(text: str) -> None:
        screen.print(text, soft_wrap=True, markup=False)

    say(f"{batches} batches up to {manifest.identity.as_of}: {made_in(manifest)}")
    say(
        "saturation of freshwater, sea and all containers: planned "
        + ", ".join(f"{getattr(facts.capacity, k):.1%}" for k in SHARES)
        + "; executed "
        + ", ".join(f"{getattr(facts.executed, k):.1%}" for k in SHARES)
        + ("" if facts.capacity.steady else " (over the whole span, for want of a steady state)")
    )
    if facts.checks is None:
        say(f"checks    not run yet: python -m engine.verify {facts.run_dir}")
    else:
        passed, failed = facts.checks["passed"], facts.checks["failed"]
        say(f"checks    {passed} of {passed + failed} passed")
    say(biology_line(manifest.biology))
    say(f"lake      {facts.run_dir / 'lake'}: {facts.lake_line}")
    say(f"          or with DuckDB's own shell, where it is installed: {facts.duckdb_line}")
    if facts.database_line is None:
        say(f"database  not loaded yet: python -m engine.load {facts.run_dir}")
    elif facts.loaded is not None and facts.loaded.kind == "embedded":
        say(f"database  {facts.run_dir / 'postgres'}: keep it up with {facts.database_line}")
        dsn = served_dsn(facts.run_dir)
        say(f"          and open it: {psql_line(dsn)}" if dsn else "          which prints its psql line")
    else:
        say(f"database  {facts.database_line}")
