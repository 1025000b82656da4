"""Everything that a command imports and compiles, once, before the process forks."""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path

from engine.commands import COMMANDS
from engine.execution.run import run
from tests.faults import tiny
from tests.faults.pretended import OneAfterAnother

# None of these may begin threads on import: a forked child would wait for them for ever.
MODULES = ("duckdb", "polars", "pyarrow.dataset", "psycopg", "rich.console", "smoltworks", "engine.report.query")


def everything() -> None:
    """Import the commands and what they import late, and compile every kernel of a life."""
    for module in (*MODULES, *(where for where, _ in COMMANDS.values())):
        importlib.import_module(module)
    for module in ("engine.execution.verification", "engine.execution.summary", "warehouse.run_database"):
        importlib.import_module(module)
    with tempfile.TemporaryDirectory() as folder:
        run(tiny.shipped(), Path(folder) / "run", OneAfterAnother(1), 1)
