"""Sizes of the benchmarks: whole by default, small with SMOLTWORKS_BENCH=smoke."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from engine.farm.schedule import Schedule
from engine.farm.schedule_file import read_any
from engine.planning.partitions import balance_partitions

SCHEDULES = Path(__file__).parent.parent / "schedules"


@pytest.fixture(scope="session")
def smoke() -> bool:
    return os.environ.get("SMOLTWORKS_BENCH") == "smoke"


@pytest.fixture(scope="session")
def schedule(smoke: bool) -> Schedule:
    """The first batches of the 550-batch plan, in 8 partitions: enough work to measure, little enough to repeat."""
    whole = read_any(SCHEDULES / "550-6day.yaml")
    batches = whole.batches[: 16 if smoke else 160]
    return replace(whole, batches=batches, partitions=balance_partitions([1] * len(batches), 8))
