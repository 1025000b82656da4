"""Does an event cost the same in 55, 550 and 5,500 batches? Each on a farm scaled to hold them.

    python -m benchmarks.growth --partitions 4 --folder /tmp/growth

plans each whole, and runs so many of its partitions one after the other in one worker, spread over the schedule's
years; 0 runs every partition. CPU seconds, which other work on the machine doesn't touch as much as the clock's.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.test_plan import AS_OF, scaled_farm
from benchmarks.whole import RESULTS
from engine.biology.parameters import read_biology
from engine.execution.inputs import inputs_of
from engine.execution.partition import simulate_partition
from engine.execution.run import identity
from engine.execution.tasks import foresee, partition_tasks
from engine.execution.worker_pickles import pickled
from engine.execution.workers import WorkerProcesses
from engine.farm.schedule_file import parse_schedule
from engine.planning.planner import Request, plan
from engine.planning.starts import parse_stagger
from lake.manifest import PartitionRecord
from lake.records import sealed_text

SIZES = (55, 550, 5_500)
OF_ONE_FARM = 550  # batches that the shipped farm holds, a geography's 12 days apart
FILE = RESULTS / "growth.json"

Result = TypeVar("Result")


def timed(into: dict[str, Any], name: str, work: Callable[[], Result]) -> Result:
    """Note the CPU seconds of this process."""
    sys.stderr.write(f"  {name} ...\n")
    begun = time.process_time()
    result = work()
    into[name] = round(time.process_time() - begun, 3)
    return result


def measure(batches: int, partitions: int, folder: Path) -> dict[str, Any]:
    """One size: what the parent does for all batches, and what a worker does for some partitions."""
    sys.stderr.write(f"{batches} batches\n")
    times = -(-batches // OF_ONE_FARM)
    farm, biology = scaled_farm(times), read_biology("published")
    request = Request(
        name=f"growth-{batches}",
        batches=-(-batches // 2),
        stagger_days=parse_stagger(f"Faroe Islands=12/{times},Scotland=12/{times}", farm),
        as_of_day=AS_OF,
        seed=20251119,
        start_day=AS_OF - (OF_ONE_FARM * 6 + 50) if batches < OF_ONE_FARM else None,
    )
    parent: dict[str, Any] = {}
    schedule = timed(parent, "plan", lambda: plan(request, farm, biology))
    timed(parent, "read", lambda: parse_schedule(schedule.text, request.name, farm, biology))
    expected = timed(parent, "foresee", lambda: foresee(schedule))
    run_dir = folder / schedule.name
    shutil.rmtree(run_dir, ignore_errors=True)
    tasks = timed(parent, "tasks", lambda: list(partition_tasks(schedule, run_dir, expected)))
    sizes = timed(parent, "pickle tasks", lambda: [len(pickled(task)) for task in tasks])
    timed(parent, "inputs", lambda: sealed_text(inputs_of(schedule, identity(schedule))))
    step = max(1, len(tasks) // partitions) if partitions else 1
    chosen = tasks[step // 2 :: step][: partitions or None]
    records: list[PartitionRecord] = []
    cpu: list[float] = []
    with WorkerProcesses(1) as worker:
        for _ in range(2):  # the first fills caches: of kernels, of the climate
            worker.submit(simulate_partition, chosen[0]).result()
        for task in chosen:
            before = worker.submit(time.process_time).result()
            records.append(worker.submit(simulate_partition, task).result())
            cpu.append(worker.submit(time.process_time).result() - before)
            sys.stderr.write(f"  partition {task.partition}: {records[-1].events:,} events, {cpu[-1]:.1f} s of CPU\n")
    assert all(record.status == "succeeded" for record in records), records[0].error
    events = sum(record.events for record in records)
    shutil.rmtree(run_dir)
    return {
        "batches": len(schedule.batches),
        "partitions": len(tasks),
        "events_expected": expected.events,
        "parent_cpu_s": parent,
        "task_bytes": {"largest": max(sizes), "all": sum(sizes)},
        "ran": {"partitions": len(records), "events": events, "cpu_s": round(sum(cpu), 2)},
        "events_per_cpu_s": round(events / sum(cpu)),
        "memory_mb": [round(record.peak_memory_mb) for record in records],
    }


def table(found: list[dict[str, Any]]) -> str:
    """A line a size; a step's seconds beside n log n from the size before."""
    lines = ["| batches | events a CPU s | memory MB | parent's CPU s a step |", "|---:|---:|---:|---|"]
    for before, one in zip([None, *found], found, strict=False):
        steps = []
        for name, seconds in one["parent_cpu_s"].items():
            told = f"{name} {seconds:.2f}"
            if before is not None and before["parent_cpu_s"][name] > 0.02:
                n, was = one["batches"], before["batches"]
                limit = before["parent_cpu_s"][name] * n * math.log(n) / (was * math.log(was))
                told += f" (n log n {limit:.2f})"
            steps.append(told)
        lines.append(
            f"| {one['batches']:,} | {one['events_per_cpu_s']:,} | {max(one['memory_mb'])} | {', '.join(steps)} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--partitions", type=int, default=4, help="of each size that are run; 0: all of them")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    given = parser.parse_args()
    found = [measure(size, given.partitions, given.folder) for size in given.sizes]
    RESULTS.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(table(found) + "\n")


if __name__ == "__main__":
    main()
