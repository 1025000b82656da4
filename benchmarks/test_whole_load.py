"""A whole load into the run's own server, beside what PostgreSQL takes for the same rows, indexes and keys.

SMOLTWORKS_BENCH_RUN names a run to take instead of a new one.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import SCHEDULES
from benchmarks.load_ceiling import CONNECTIONS, Pace, load_ceiling, server_process, timed
from engine.execution.run import run
from engine.execution.workers import WorkerProcesses
from engine.farm.schedule_file import read_any
from engine.planning.partitions import balance_partitions
from warehouse.embedded import embedded_dsn
from warehouse.run_database import load
from warehouse.run_folder import remove_database

BATCHES, SMOKE_BATCHES = 55, 2


@pytest.fixture(scope="module")
def run_dir(smoke: bool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("SMOLTWORKS_BENCH_RUN")
    if named:
        return Path(named)
    whole = read_any(SCHEDULES / "550-6day.yaml")
    batches = whole.batches[: SMOKE_BATCHES if smoke else BATCHES]
    partitions = balance_partitions([1] * len(batches), 2 if smoke else 8)
    folder = tmp_path_factory.mktemp("whole") / "run"
    for above in (folder.parent, folder.parent.parent, folder.parent.parent.parent):
        above.chmod(0o711)  # root's server runs as another user
    with WorkerProcesses(CONNECTIONS) as pool:
        run(replace(whole, batches=batches, partitions=partitions), folder, pool, CONNECTIONS)
    return folder


@pytest.mark.benchmark(group="a whole load")
def test_whole_load_beside_its_ceiling(benchmark: BenchmarkFixture, run_dir: Path, tmp_path: Path) -> None:
    remove_database(run_dir)
    with embedded_dsn(run_dir) as dsn:
        server = server_process(run_dir)
        results = []

        def ours(pace: Pace) -> None:
            results.append(load(run_dir, connections=CONNECTIONS))

        pedantic: Callable[..., Pace] = benchmark.pedantic  # untyped
        pace = pedantic(timed, args=(server, ours), rounds=1)
        (result,) = results
        pace.phases = {kind: seconds / CONNECTIONS for kind, seconds in result.spent.items()}
        ceiling = load_ceiling(dsn, server, tmp_path)
    total, size = result.total_rows, sum(result.bytes.values())
    for name, each in (("load", pace), ("bytes encoded beforehand, indexes, keys", ceiling)):
        phases = ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in each.phases.items())
        print(f"\n{name}: {each.clock:.1f} s, {each.busy:.1f} s of processors ({phases})")
    print(
        f"the load reaches {ceiling.clock / pace.clock:.0%} of the ceiling by the clock, "
        f"{ceiling.busy / pace.busy:.0%} by processors; {size / total:.0f} bytes a row"
    )
    benchmark.extra_info |= {
        "rows": total,
        "bytes_a_row": round(size / total),
        "seconds": {"load": pace.clock, "ceiling": ceiling.clock},
        "processor_seconds": {"load": pace.busy, "ceiling": ceiling.busy},
        "phases": {"load": pace.phases, "ceiling": ceiling.phases},
        "share_of_ceiling": round(ceiling.clock / pace.clock, 3),
    }
    remove_database(run_dir)
