"""What a command of a case does in the one process that it has: partitions one after another, tables read aloud."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from engine.simulation.numerics.held_signals import held_signals

LITTER_SIZES, LITTER_PIECES = (4, 8, 12, 16, 32, 64, 128, 512, 4096, 65536), 50


class OneAfterAnother(Executor):
    """In place of worker processes: each task as it is given, in this process, and finished whatever signals come."""

    def __init__(self, workers: int, template: object = None) -> None:
        self.workers = workers

    def meanwhile(self, fn: Callable[[], Any], times: int) -> None:
        """Nothing is done while nobody waits: there is this process alone."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            with held_signals():
                future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def one_process() -> Iterator[None]:
    """A run without worker processes, which writes the same files however slow the machine is."""
    with (
        patch("engine.execution.template.Template", nullcontext),
        patch("engine.execution.making.Template", nullcontext),
        patch("engine.execution.making.WorkerProcesses", OneAfterAnother),
        patch("engine.execution.partition.PROGRESS_SECONDS", math.inf),
    ):
        yield


def litter(seed: int) -> None:
    """Leave memory that was used: what reads beyond an array's end then finds other values."""
    if seed:
        chance = np.random.default_rng(seed)
        for size in LITTER_SIZES:
            left = [chance.random(size) for _ in range(LITTER_PIECES)]
            del left


def table(run_dir: str, name: str) -> None:
    """Run.table of Python, as a command: rows of the table, and a hash of them."""
    from engine.report.console import input_errors
    from smoltworks import open_run

    with input_errors():
        rows = open_run(Path(run_dir)).table(name).collect()
        data = rows.write_csv().encode()
        sys.stdout.write(json.dumps({"rows": len(rows), "sha256": hashlib.sha256(data).hexdigest()}) + "\n")


def script(file: str, stand_in: str) -> None:
    """A Python file as a reader runs it, the schedule of the file `stand_in` in place of a large one."""
    import runpy

    import smoltworks

    simulate, small = smoltworks.simulate, smoltworks.read_schedule(stand_in)

    def smaller(schedule: Any, **options: Any) -> Any:
        if isinstance(schedule, str | Path):
            schedule = smoltworks.read_schedule(schedule)
        return simulate(schedule if len(schedule.batches) <= len(small.batches) else small, **options)

    with patch("smoltworks.simulate", smaller):
        runpy.run_path(file, run_name="__main__")


COMMANDS: dict[str, Callable[..., None]] = {"table": table, "script": script}
