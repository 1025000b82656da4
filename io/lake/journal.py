"""A run's journal, logs/run.jsonl: written as it goes, so that a run that was killed is known as far as it came."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """Append-only JSON lines: what happened in a run, in order. The last line may be cut by a kill."""

    def __init__(self, run_dir: Path) -> None:
        self.path = run_dir / "logs" / "run.jsonl"

    def append(self, event: str, **fields: Any) -> None:
        """Add a line and sync it to the disk."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read() != b"\n":
                    file.write(b"\n")  # a kill cut the last line: it must not swallow this one
            file.write(json.dumps({"event": event, **fields}).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> Iterator[dict[str, Any]]:
        """Every whole line; a cut last line is skipped."""
        if not self.path.is_file():
            return
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except json.JSONDecodeError:
                    continue
