"""What a worker's process goes without."""

from __future__ import annotations

import sys

import pyarrow as pa
import pytest

from engine.execution.worker import WithoutPandas
from engine.execution.workers import WorkerProcesses


def imported_for_an_array_of_texts() -> tuple[list[str], bool]:
    """Arrow looks for pandas as it makes one; the array, and whether pandas was found."""
    return pa.array(["a", "b"], pa.string()).to_pylist(), "pandas" in sys.modules


def test_a_worker_makes_arrays_without_pandas_wherever_it_is_installed() -> None:
    pytest.importorskip("pandas")
    with WorkerProcesses(1) as pool:
        assert pool.submit(imported_for_an_array_of_texts).result() == (["a", "b"], False)
    assert WithoutPandas not in sys.meta_path
