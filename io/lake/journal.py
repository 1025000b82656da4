"""A run's journal, logs/run.jsonl: written as it goes, so that a run that was killed is known as far as it came."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lake.disk import disk


class Journal:
    """Append-only JSON lines: what happened in a run, in order. The last line may be cut by a kill."""

    def __init__(self, run_dir: Path) -> None:
        self.path = run_dir / "logs" / "run.jsonl"

    def append(self, event: str, **fields: Any) -> None:
        """Add a line and sync it to the disk."""
        disk().make_folder(self.path.parent)
        line = json.dumps({"event": event, **fields}).encode() + b"\n"
        is_new = not self.path.exists()
        if not is_new and self._is_cut():
            line = b"\n" + line
        disk().write(self.path, line, append=True, sync=True)
        if is_new:
            disk().sync_folder(self.path.parent)

    def _is_cut(self) -> bool:
        """Whether a kill cut the last line, which must not swallow the next one."""
        with self.path.open("rb") as file:
            if not file.seek(0, os.SEEK_END):
                return False
            file.seek(-1, os.SEEK_END)
            return file.read() != b"\n"

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
