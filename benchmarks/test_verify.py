"""A verification beside its ceiling in the same process: files hashed, and every value read once by DuckDB."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

from benchmarks.ceilings import scan_seconds
from benchmarks.conftest import SCHEDULES
from benchmarks.here import Here
from engine.execution.run import run
from engine.execution.verification import Verification, verify_run
from engine.farm.schedule_file import read_any


def test_verify_beside_reading_everything_once(benchmark: Any, smoke: bool, tmp_path: Path) -> None:
    schedule = read_any(SCHEDULES / ("demo.yaml" if smoke else "uat-ladder.yaml"))
    manifest = run(schedule, tmp_path / "run", Here(), 1)
    used: list[float] = []
    found: list[Verification] = []

    def verify() -> None:
        begun = time.process_time()
        found.append(verify_run(tmp_path / "run"))
        used.append(time.process_time() - begun)

    benchmark.pedantic(verify, rounds=1 if smoke else 2, warmup_rounds=0 if smoke else 1)
    ceiling = min(scan_seconds(tmp_path / "run", manifest, time.process_time) for _ in range(1 if smoke else 2))
    slowest = sorted(found[-1].checks, key=lambda check: -check.seconds)[:5]
    benchmark.extra_info |= {
        "events": manifest.events,
        "cpu_seconds": round(min(used), 2),
        "reading_once_cpu_seconds": round(ceiling, 2),
        "times_reading_once": round(min(used) / ceiling, 2),
        "events_per_cpu_second": round(manifest.events / min(used)),
        "slowest_checks_seconds": {check.name: round(check.seconds, 2) for check in slowest},
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(
        f"\n{manifest.events:,} events: verified in {min(used):.2f} s of CPU, read once in {ceiling:.2f}: "
        f"{min(used) / ceiling:.1f} times; {manifest.events / min(used):,.0f} events a CPU second"
    )
    assert all(verification.passed and len(verification.checks) == 22 for verification in found)
