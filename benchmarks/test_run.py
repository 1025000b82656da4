"""Events a second of a whole run, beside the Parquet writer's own ceiling on the same columns in the same process."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from benchmarks.ceilings import writer_seconds
from benchmarks.here import Here, one_thread
from engine.execution.run import run
from engine.execution.template import Template
from engine.execution.workers import WorkerProcesses
from engine.farm.schedule import Schedule
from lake.manifest import Manifest
from lake.tables import EVENT_TABLE_NAMES


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


def rows_on_disk(run_dir: Path) -> int:
    return sum(
        pq.read_metadata(file).num_rows
        for name in EVENT_TABLE_NAMES
        for file in (run_dir / "lake" / name).glob("*.parquet")
    )


def test_run_beside_the_writers_ceiling(benchmark: Any, schedule: Schedule, tmp_path: Path) -> None:
    few = replace(schedule, batches=schedule.batches[:40], partitions=(range(1, len(schedule.batches[:40]) + 1),))
    manifests: list[Manifest] = []

    def whole_run() -> None:
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        manifests.append(run(few, tmp_path / "run", Here(), 1))

    benchmark.pedantic(whole_run, rounds=3, warmup_rounds=1)
    ceiling = min(writer_seconds(tmp_path / "run", tmp_path) for _ in range(3))
    events = manifests[-1].events
    pace, limit = events / benchmark.stats.stats.min, events / ceiling
    benchmark.extra_info |= {
        "events": events,
        "events_per_second": round(pace),
        "writer_ceiling_events_per_second": round(limit),
        "share_of_ceiling": round(pace / limit, 3),
    }
    print(f"\n{events:,} events: run {pace:,.0f}/s, writer alone {limit:,.0f}/s on one core: {pace / limit:.0%} of it")
    assert {m.status for m in manifests} == {"complete"}
    assert events == rows_on_disk(tmp_path / "run")


def test_two_workers_over_one(benchmark: Any, schedule: Schedule, tmp_path: Path) -> None:
    seconds: dict[int, float] = {}
    fingerprints: set[str] = set()

    def timed(workers: int, round_: int) -> float:
        with Template() as template, WorkerProcesses(workers, template) as pool:
            for future in [pool.submit(int, "1") for _ in range(4 * workers)]:
                future.result()
            begun = time.perf_counter()
            manifest = run(schedule, tmp_path / f"run-{workers}-{round_}", pool, workers)
            ended = time.perf_counter()
        assert manifest.events == rows_on_disk(tmp_path / manifest.run)
        fingerprints.add(manifest.fingerprint)
        return ended - begun

    def both() -> None:
        for workers in (1, 2):
            seconds[workers] = min(seconds.get(workers, 1e9), timed(workers, len(list(tmp_path.iterdir()))))

    benchmark.pedantic(both, rounds=2, warmup_rounds=1)
    ratio = seconds[1] / seconds[2]
    benchmark.extra_info |= {"one_worker_s": seconds[1], "two_workers_s": seconds[2], "speedup": round(ratio, 2)}
    print(f"\none worker {seconds[1]:.2f} s, two workers {seconds[2]:.2f} s: {ratio:.2f} times")
    assert len(fingerprints) == 1  # the same data, whoever made it
