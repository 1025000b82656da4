"""What --json prints of a command that did not do what was asked: one object, as on success."""

from __future__ import annotations

import json
from typing import Any


def failure_object(where: str, problem: str, cure: str, *, exit_code: int, more: dict[str, Any] | None = None) -> str:
    """{"error": {"where", "problem", "cure", ...}, "exit_code"} in a line."""
    error = {"where": where, "problem": problem, "cure": cure, **(more or {})}
    return json.dumps({"error": error, "exit_code": exit_code}, ensure_ascii=False) + "\n"


def stop_object(words: str, exit_code: int) -> str:
    """The same of a command that was stopped; words: what was said of it."""
    return failure_object("the command", "interrupted", words.strip("; \n"), exit_code=exit_code)
