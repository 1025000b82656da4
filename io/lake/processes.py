"""Whether a process of this machine lives: by its number, and by when it was born, which tells it from a later one."""

from __future__ import annotations

import os
from pathlib import Path


def process_start(pid: int) -> str:
    """When a process began, in the system's own count, which tells it from a later one of the same number.

    Empty where the system does not tell, and for a process that has ended but is still listed.
    """
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if state[0] == "Z" else state[19]


def is_alive(pid: int, born: str) -> bool:
    """Whether the process of that number is there, and is the one that was born then."""
    try:
        if pid <= 0:
            return False
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return process_start(pid) == born if born else True
