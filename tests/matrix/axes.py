"""The axes of the matrix: what may vary around a run, and its data may not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

PARTITIONS = (1, 3, 14)  # of fourteen batches
MIDDLE = 3
PROCESSES, IN_PROCESS, KILLED = "processes", "in this process", "killed and resumed"
OLDEST_CPU = {
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    "NUMBA_CPU_NAME": "x86-64",
    "NUMBA_CPU_FEATURES": "",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA",
}
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
MANY_THREADS = {"POLARS_MAX_THREADS": "7", "OMP_NUM_THREADS": "7"}
NOT_COMPILED = {"NUMBA_DISABLE_JIT": "1"}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")


@dataclass(frozen=True)
class Case:
    """One value of one axis, and how its run is made."""

    axis: str
    value: str
    partitions: int = MIDDLE
    workers: int = 2
    how: str = PROCESSES
    python: str = f"{sys.version_info.major}.{sys.version_info.minor}"
    environment: dict[str, str] = field(default_factory=dict)
    tiny: bool = False  # the tiny schedule, which has four batches
    locale: str = ""  # that the system must have


def axes() -> Iterator[Case]:
    """Every case but those of the tiny schedule."""
    for workers in (1, 2, 4):
        yield Case(axis="workers", value=str(workers), partitions=max(PARTITIONS), workers=workers)
    for partitions in PARTITIONS:
        yield Case(axis="partitions", value=str(partitions), partitions=partitions)
    yield Case(axis="executor", value=PROCESSES)
    yield Case(axis="executor", value=IN_PROCESS, how=IN_PROCESS)
    yield Case(axis="interrupted", value=KILLED, partitions=max(PARTITIONS), workers=1, how=KILLED)
    for locale, zone in (("C", "Pacific/Auckland"), ("C.UTF-8", "America/St_Johns"), ("tr_TR.UTF-8", "Asia/Kathmandu")):
        yield Case(
            axis="locale and zone", value=f"{locale}, {zone}", environment={"LC_ALL": locale, "TZ": zone}, locale=locale
        )
    for seed in ("0", "1", "4294967295"):
        yield Case(axis="PYTHONHASHSEED", value=seed, environment={"PYTHONHASHSEED": seed})
    yield Case(axis="threads of Polars and Arrow", value="1", environment=ONE_THREAD)
    yield Case(axis="threads of Polars and Arrow", value="7", environment=MANY_THREADS)
    yield Case(axis="PYTHONOPTIMIZE", value="2", environment={"PYTHONOPTIMIZE": "2"})
    yield Case(axis="processor", value="oldest x86-64", environment=OLDEST_CPU)
    for python in PYTHONS:
        yield Case(axis="Python", value=python, python=python)


def tiny_axes() -> Iterator[Case]:
    """The cases of the tiny schedule, whose kernels may be pure Python."""
    yield Case(axis="kernels", value="compiled", tiny=True, partitions=2)
    yield Case(axis="kernels", value="pure Python", tiny=True, partitions=4, environment=NOT_COMPILED)


def gate_axes() -> Iterator[Case]:
    """A few cases of the tiny schedule that vary several axes at once."""
    yield Case(axis="gate", value="one partition", tiny=True, partitions=1, workers=1)
    varied = {"LC_ALL": "C", "TZ": "America/St_Johns", "PYTHONHASHSEED": "1", **ONE_THREAD}
    yield Case(axis="gate", value="four workers", tiny=True, partitions=4, workers=4, environment=varied)
    yield Case(axis="gate", value=IN_PROCESS, tiny=True, partitions=2, how=IN_PROCESS)
    yield Case(axis="gate", value=KILLED, tiny=True, partitions=4, workers=1, how=KILLED)
    yield Case(axis="gate", value="pure Python", tiny=True, partitions=4, environment=NOT_COMPILED)


def environment_of(case: Case) -> dict[str, str]:
    """Ours, without what another axis sets, and the case's."""
    varied = {name for each in axes() for name in each.environment} | set(NOT_COMPILED)
    return {k: v for k, v in os.environ.items() if k not in varied} | case.environment
