"""A finished run summed up: its manifest, its plan, its last verification and its last load."""

from __future__ import annotations

import re
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.execution.inputs import read_inputs
from engine.execution.kept_verification import KeptVerification, last_verification
from engine.farm.schedule import Schedule
from engine.planning.capacity import CapacityReport, Saturation, capacity_report, executed_saturation
from lake.checked import OnStep, read_checked, unheard
from lake.held import held_for_reading
from lake.manifest import Manifest
from lake.next_step import command
from lake.store_path import is_stored
from lake.view_files import renew_view_files
from warehouse.loaded_target import LoadedTarget, loaded_target

SHARES = ("freshwater", "sea", "total")
EXAMPLE = "select status, count(*) from batch group by status"


@dataclass(frozen=True)
class Summary:
    """What is known of a run; `checks` is the last verification of this very data, None when there was none.

    `capacity` holds the planned saturation, `executed` what container_assignment came to, over the same days.
    """

    run_dir: Path
    schedule: Schedule
    manifest: Manifest
    bytes_checked: bool
    checks: KeptVerification | None
    loaded: LoadedTarget | None
    capacity: CapacityReport
    executed: Saturation

    @property
    def lake_line(self) -> str:
        return command("sql", self.run_dir, EXAMPLE)

    @property
    def duckdb_line(self) -> str | None:
        if is_stored(self.run_dir):
            return None  # no views that the shell could open lie in a folder
        return f"cd {shlex.quote(str(self.run_dir))} && duckdb lake.duckdb -c " + _double_quoted(EXAMPLE)

    @property
    def database_line(self) -> str | None:
        if self.loaded is None:
            return None
        if self.loaded.kind == "embedded":
            return command("load", self.run_dir, "--serve")
        return shlex.join(["psql", self.loaded.dsn])

    def to_json(self) -> dict[str, Any]:
        manifest = self.manifest
        return {
            "run": str(self.run_dir),
            "events": manifest.events,
            "seconds": manifest.seconds,
            "seconds_compiling": manifest.compiling,
            "events_per_second": manifest.events_per_second,
            "tables": manifest.tables,
            "batches": manifest.identity.batch_count,
            "as_of": manifest.identity.as_of,
            "fingerprint": manifest.fingerprint,
            "biology": asdict(manifest.biology),
            "bytes_checked": self.bytes_checked,
            "checks": None if self.checks is None else {"passed": self.checks.passed, "failed": self.checks.failed},
            "saturation": {
                "planned": {k: getattr(self.capacity, k) for k in SHARES},
                "executed": {k: getattr(self.executed, k) for k in SHARES},
            },
            "loaded": None if self.loaded is None else self.loaded.kind,
            "open": {"sql": self.lake_line, "duckdb": self.duckdb_line, "database": self.database_line},
        }


def _double_quoted(text: str) -> str:
    """One word of a shell, single quotes in it as they are."""
    return '"' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'


def summarise(run_dir: Path, *, check: bool = True, on_step: OnStep = unheard) -> Summary:
    """The run's summary; InputError when it is not complete.

    check: hold every file's bytes against the manifest; without it no verification is told, since it may have seen
    other bytes. on_step: hears of the hashing.
    """
    with held_for_reading(run_dir):
        manifest = read_checked(run_dir, check=check, on_step=on_step)
        on_step("summing up the run", 0, 0)
        schedule = read_inputs(run_dir, manifest.identity)
        renew_view_files(run_dir)
        return Summary(
            run_dir=run_dir,
            schedule=schedule,
            manifest=manifest,
            bytes_checked=check,
            checks=last_verification(run_dir, manifest) if check else None,
            loaded=loaded_target(run_dir),
            capacity=capacity_report(schedule),
            executed=executed_saturation(run_dir, schedule, manifest),
        )
