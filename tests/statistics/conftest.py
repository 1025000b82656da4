"""The small run's records and its tables in DuckDB; and lakes made by hand, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.statistics.records import Records
from engine.statistics.table import run_records
from lake.manifest import read_complete
from lake.views import Connection, connect
from tests.statistics import hand_made
from tests.statistics.hand_made import MakeRecords


@pytest.fixture(scope="session")
def small_records(small_run: Path) -> Records:
    return run_records(small_run, read_complete(small_run))


@pytest.fixture(scope="session")
def duck(small_run: Path) -> Iterator[Connection]:
    """The same run, to be asked in SQL."""
    with connect(small_run) as connection:
        yield connection


@pytest.fixture(scope="session")
def make_records() -> MakeRecords:
    return hand_made.make_records
