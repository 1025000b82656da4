"""The first run on a new machine, beside the same run again and what compiling would take at best: shared evenly by all
cores. What runs call is compiled as by `make setup` too, after which the first run should take no longer than another.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

COMPILE = "import smoltworks; print(smoltworks.compile_kernels({workers}))"


@dataclass(frozen=True)
class Took:
    """Seconds by the clock and of processors, what was printed, and how many kernels are kept since."""

    clock: float
    processors: float
    printed: str
    kernels: int


def took(kept: Path, *command: str) -> Took:
    """Python with the kernels of that folder alone."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(kept), "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run([sys.executable, *command], env=environment, check=True, capture_output=True, text=True)
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(clock=clock, processors=spent, printed=told.stdout, kernels=len(list(kept.glob("*/*.nbi"))))


def test_first_use(benchmark: Any, tmp_path: Path, smoke: bool) -> None:
    if smoke:
        pytest.skip("three minutes of compiling")
    demo = ("-m", "engine.run", "--schedule", "demo", "--json", "--overwrite", "--out", str(tmp_path / "run"))
    one = took(tmp_path / "one", "-c", COMPILE.format(workers=1))
    setup = took(tmp_path / "setup", "-c", COMPILE.format(workers=None))
    ready = took(tmp_path / "setup", *demo)
    first = benchmark.pedantic(took, args=(tmp_path / "first", *demo), rounds=1)
    again = took(tmp_path / "first", *demo)
    assert int(one.printed) > 40
    assert int(setup.printed) >= int(one.printed)  # a part that two need at once may be compiled by both
    assert first.kernels == again.kernels >= one.kernels == setup.kernels > 40
    assert len({json.loads(run.printed)["fingerprint"] for run in (first, again, ready)}) == 1
    cores = len(os.sched_getaffinity(0))
    limit = again.clock + one.processors / cores
    steps = {"first": first, "again": again, "setup": setup, "after_setup": ready}
    found = {name: (round(step.clock, 1), round(step.processors, 1)) for name, step in steps.items()}
    benchmark.extra_info |= {"seconds_by_clock_and_processors": found, "times_the_ceiling": first.clock / limit}
    print(f"\nfirst run {first.clock:.1f} s, at best {limit:.1f} s: {first.clock / limit:.1f} times as long")
    print(f"again {again.clock:.1f} s; compiled before it in {setup.clock:.1f} s, the first {ready.clock:.1f} s")
