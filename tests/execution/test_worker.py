"""What a worker's process goes without."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from engine.execution.workers import WorkerProcesses
from lake.without_pandas import WithoutPandas


def imported_for_an_array_of_texts() -> tuple[list[str], bool]:
    """Arrow looks for pandas as it makes one; the array, and whether pandas was found."""
    return pa.array(["a", "b"], pa.string()).to_pylist(), "pandas" in sys.modules


def test_a_worker_makes_arrays_without_pandas_wherever_it_is_installed() -> None:
    pytest.importorskip("pandas")
    with WorkerProcesses(1) as pool:
        assert pool.submit(imported_for_an_array_of_texts).result() == (["a", "b"], False)
    assert WithoutPandas not in sys.meta_path


def test_a_module_that_ends_the_process_when_it_is_imported_fails_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ends_at_once.py").write_text(
        "import os\nif os.getpid() != " + str(os.getpid()) + ":\n    raise SystemExit(3)\ndef work(): return 1\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with WorkerProcesses(1) as pool:
        call = pool.submit(importlib.import_module("ends_at_once").work)
        with pytest.raises(ImportError, match="SystemExit: 3"):
            call.result(timeout=60)
