"""A run's files and fingerprints, and executors that show what is under way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from lake.manifest import Manifest


def lake_bytes(run_dir: Path) -> dict[str, str]:
    """Each Parquet file's hash, by its path in the run; anything else below lake/ too."""
    files = [p for p in (run_dir / "lake").rglob("*") if p.is_file()]
    return {str(p.relative_to(run_dir)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def marks(manifest: Manifest) -> dict[int, dict[str, str]]:
    """Fingerprints by batch and table, whatever the partitions."""
    return {b: tables for p in manifest.partitions for b, tables in p.fingerprints.items()}


class Synchronous(Executor):
    """Runs each task as it is given, in this process; `expected_rows` holds those of each, in the order they came."""

    def __init__(self) -> None:
        self.expected_rows: list[float] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.expected_rows.append(args[0].expected_rows)
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as e:
            future.set_exception(e)
        return future
