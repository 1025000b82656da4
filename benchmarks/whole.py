"""The whole way, measured: plan, run, verify, load, reconcile, each beside its ceiling in the same process.

    python -m benchmarks.whole --batches 55 --folder /tmp/whole

writes benchmarks/results/whole-55.json, the raw figures with the machine's, and prints the table of all that lie there;
--tables prints it alone. The run stays in the folder until the next call.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import smoltworks
from benchmarks import ceilings
from benchmarks.here import Here, cpu_seconds, one_thread
from benchmarks.load_ceiling import CONNECTIONS, load_ceiling, server_process
from benchmarks.load_ceiling import timed as paced
from benchmarks.where import time_by_module
from engine.execution.run import run as run_here
from engine.farm.schedule import Schedule
from warehouse.embedded import embedded_dsn
from warehouse.load_result import LoadResult
from warehouse.run_folder import remove_database

RESULTS = Path(__file__).parent / "results"
AS_OF, STAGGER, LONGEST = date(2025, 11, 19), 6, 550
BEFORE_EGGS = 50  # days between the last start and the as-of date, as plan has them
STEPS = ("plan", "run", "verify", "load")
RECONCILE = ("20_counts_postgres", "07_foreign_keys_postgres")
SAMPLED = 36  # batches, of which the run's time is told
PLANNING = {
    "engine.planning": "allocating",
    "engine.farm.schedule": "writing the schedule",
    "engine.farm": "reading the farm",
    "engine.biology": "reading the biology",
    "engine.inputs": "reading the farm",
    "yaml": "reading the farm",
}
RUNNING = {
    "lake.fingerprint": "fingerprints",
    "lake.writer": "Parquet",
    "engine.simulation.fish.history": "living the batches",
    "engine.simulation.emission": "their rows",
    "engine.forecast": "foreseeing",
}

Result = TypeVar("Result")


@dataclass
class Step:
    """One step: wall seconds, CPU seconds of this process and of its children, the ceiling's wall seconds.

    In a load's `cpu` is the server's too. parts: where the time went; of a sample that parts_of tells, if it tells one.
    """

    name: str
    seconds: float
    cpu: float
    ceiling: float = 0.0
    ceiling_cpu: float = 0.0
    ceiling_is: str = ""
    parts: dict[str, float] = field(default_factory=dict)
    parts_of: str = ""
    ceiling_parts: dict[str, float] = field(default_factory=dict)


def timed(name: str, work: Callable[[], Result]) -> tuple[Step, Result]:
    """A step, and what it gave."""
    sys.stderr.write(f"{name} ...\n")
    begun, cpu = time.perf_counter(), cpu_seconds()
    result = work()
    return Step(name=name, seconds=time.perf_counter() - begun, cpu=cpu_seconds() - cpu), result


def planned(batches: int) -> Schedule:
    """So many batches as 550-6day has its first: six days apart from 2016 on, most of them harvested."""
    days = (max(LONGEST, batches) - 1) * STAGGER + BEFORE_EGGS
    start = AS_OF - timedelta(days=days)
    each = -(-batches // 2)
    return smoltworks.plan(
        batches=each, stagger=STAGGER, as_of=AS_OF, start=start, seed=20251119, name=f"whole-{batches}"
    )


def warm(folder: Path, workers: int) -> None:
    """Kernels compiled and kept, whatever the machine did before: compiling is another measurement."""
    sample = smoltworks.plan_sample(as_of=AS_OF, name="warm")
    smoltworks.simulate(sample, out=folder / "warm", workers=workers, overwrite=True)


def measure(batches: int, folder: Path, workers: int, names: Sequence[str]) -> None:
    """The named steps of so many batches, each kept as soon as it is measured; what was kept of the others stands."""
    folder.mkdir(parents=True, exist_ok=True)
    run_dir, file = folder / f"whole-{batches}", RESULTS / f"whole-{batches}.json"
    warm(folder, workers)
    step, schedule = timed("plan", lambda: planned(batches))
    if "run" in names:
        if run_dir.exists():
            smoltworks.open_run(run_dir)  # refuses what is no run
            remove_database(run_dir)
            shutil.rmtree(run_dir)
        ran = run_step(schedule, run_dir, workers)
    run = smoltworks.open_run(run_dir)
    if "plan" in names:
        step.parts = time_by_module(lambda: planned(batches), PLANNING)
        step.ceiling = ceilings.yaml_seconds(schedule.text)
        step.ceiling_is = "libyaml reads and writes the schedule's text"
        keep(file, run, workers, step)
    if "run" in names:
        keep(file, run, workers, ran)
    if "verify" in names:
        keep(file, run, workers, verify_step(run))
    if "load" in names:
        for steps in load_steps(run, folder):
            keep(file, run, workers, *steps)


def keep(file: Path, run: smoltworks.Run, workers: int, *steps: Step) -> None:
    """Write steps into a file of results, in the place of what it held of them."""
    manifest = run.manifest
    before = json.loads(file.read_text(encoding="utf-8"))["steps"] if file.exists() else []
    kept = {step["name"]: step for step in (*before, *map(asdict, steps))}
    found = {
        "batches": manifest.tables["batch"],
        "events": manifest.events,
        "bytes": sum((run.path / part).stat().st_size for parts in manifest.files.values() for part in parts),
        "fingerprint": manifest.fingerprint,
        "peak_memory_mb": manifest.peak_memory_mb,
        "workers": workers,
        "machine": {"cores": os.cpu_count(), "processor": platform.processor() or platform.machine()},
        "version": smoltworks.__version__,
        "at": datetime.now(tz=UTC).isoformat(timespec="seconds"),
        "steps": list(kept.values()),
    }
    file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def run_step(schedule: Schedule, run_dir: Path, workers: int) -> Step:
    """Simulate and write."""
    step, run = timed("run", lambda: smoltworks.simulate(schedule, out=run_dir, workers=workers))
    assert not run.manifest.compiling
    with tempfile.TemporaryDirectory(dir=run_dir.parent) as out:
        step.parts, step.parts_of = (
            sampled_run(schedule, Path(out) / "sample"),
            f"{min(SAMPLED, len(schedule.batches))} batches in one process",
        )
        alone = ceilings.writer_seconds(run_dir, Path(out))
    step.ceiling = alone / min(workers, os.cpu_count() or 1)
    step.ceiling_is = f"the Parquet writer alone, {alone:.2f} s of one core, on as many cores as there are workers"
    return step


def sampled_run(schedule: Schedule, out: Path) -> dict[str, float]:
    """CPU seconds of the first batches, made by this process, by what is done."""
    few = schedule.batches[:SAMPLED]
    sample = replace(schedule, batches=few, partitions=(range(1, len(few) + 1),))
    with one_thread():
        run_here(sample, out / "warm", Here(), 1)
        return time_by_module(lambda: run_here(sample, out / "made", Here(), 1), RUNNING)


def verify_step(run: smoltworks.Run) -> Step:
    """Check every invariant."""
    step, found = timed("verify", run.verify)
    assert found.passed
    slowest = sorted(found.checks, key=lambda check: -check.seconds)[:5]
    step.parts = {check.name: check.seconds for check in slowest}
    step.ceiling = ceilings.scan_seconds(run.path, run.manifest)
    step.ceiling_is = "every byte hashed, every column decoded and hashed once by DuckDB"
    return step


def load_steps(run: smoltworks.Run, folder: Path) -> Iterator[tuple[Step, Step]]:
    """Load into the run's own server, and reconcile; told again with the load's ceiling, which spends the database."""
    remove_database(run.path)
    with embedded_dsn(run.path) as dsn:  # started beforehand, so that its processors can be counted
        server = server_process(run.path)
        found: list[LoadResult] = []
        sys.stderr.write("load ...\n")
        pace = paced(server, lambda _: found.append(run.load(connections=CONNECTIONS)))
        spent = {kind: seconds / CONNECTIONS for kind, seconds in found[0].spent.items()}
        load = Step(name="load", seconds=pace.clock, cpu=pace.busy, parts=spent)
        reconcile, checked = timed("reconcile", lambda: run.verify(only=RECONCILE))
        assert checked.passed
        reconcile.parts = {check.name: check.seconds for check in checked.checks}
        reconcile.ceiling = ceilings.reconcile_seconds(dsn, run.path, run.manifest)
        reconcile.ceiling_is = "rows counted and numbers summed once on both sides"
        yield load, reconcile
        sys.stderr.write("the load's ceiling ...\n")
        with tempfile.TemporaryDirectory(dir=folder) as place:
            ceiling = load_ceiling(dsn, server, Path(place))
    load.ceiling, load.ceiling_cpu, load.ceiling_parts = ceiling.clock, ceiling.busy, ceiling.phases
    load.ceiling_is = "COPY of bytes encoded beforehand, CREATE INDEX, keys validated, ANALYZE: two connections"
    remove_database(run.path)  # the ceiling has emptied it
    yield load, reconcile


def table(results: list[dict[str, Any]]) -> str:
    """The table of benchmarks/README.md."""
    lines = ["| batches | step | seconds | CPU s | ceiling s | share of it | where the time goes |"]
    lines.append("|---:|---|---:|---:|---:|---:|---|")
    for result in sorted(results, key=lambda each: each["batches"]):
        for step in result["steps"]:
            parts = _told(step["parts"]) + (f", of {step['parts_of']}" if step.get("parts_of") else "")
            if step["ceiling_parts"]:
                parts += f"; the ceiling's: {_told(step['ceiling_parts'])}"
            share = step["ceiling"] / step["seconds"]
            beside = f"{step['ceiling']:.2f} | {share:.0%}" if step["ceiling"] else "not measured |"
            figures = f"{step['seconds']:.1f} | {step['cpu']:.1f} | {beside}"
            lines.append(f"| {result['batches']} | {step['name']} | {figures} | {parts} |")
    return "\n".join(lines)


def _told(parts: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds:.1f}" for name, seconds in parts.items() if seconds >= 0.05)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batches", type=int, default=55, help="over both geographies")
    parser.add_argument(
        "--folder", type=Path, help="for the run, 90 bytes a row with its database's 260; a temporary one"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS, help="alone, of the run that lies there")
    parser.add_argument("--tables", action="store_true", help="print the table of what was measured before")
    given = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    if not given.tables:
        with tempfile.TemporaryDirectory(prefix="whole-") as temporary:
            folder = given.folder or Path(temporary)
            measure(given.batches, folder, given.workers, given.steps)
    measured = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(RESULTS.glob("whole-*.json"))]
    sys.stdout.write(table(measured) + "\n")


if __name__ == "__main__":
    main()
