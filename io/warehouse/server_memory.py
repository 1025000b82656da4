"""What a session of the run's own server may take to make indexes: of the memory that is free, and of processors."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from psycopg import sql

from warehouse.database import Connection

LEAST, MOST = 64 << 20, 2 << 30  # bytes
SHARE = 3  # of what is free, all sessions together sort in one part of so many
MEMORY = Path("/proc/meminfo")
CONTAINER = Path("/sys/fs/cgroup")


def free_memory(memory: Path = MEMORY, container: Path = CONTAINER) -> int:
    """Bytes that can be had without swapping; 0 where the system does not tell."""
    try:
        lines = dict(line.split(":", 1) for line in memory.read_text().splitlines() if ":" in line)
        free = int(lines["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError, ValueError, IndexError):
        return 0
    try:
        most = int((container / "memory.max").read_text())  # "max" where there is no limit
        free = min(free, max(0, most - int((container / "memory.current").read_text())))
    except (OSError, ValueError):
        pass
    return free


def sorting_memory(connections: int, free: int) -> int:
    """Bytes for each of so many sessions that make indexes."""
    return min(max(free // SHARE // max(connections, 1), LEAST), MOST)


def helpers(connections: int, processors: int) -> int:
    """Further processes for each of so many sessions. They hand over what they sorted by files, so none where the
    sessions keep all processors busy already: it costs nearly a third more (measured on 1.8 million readings)."""
    return max(processors // max(connections, 1) - 1, 0)


def let_sort(pool: list[Connection]) -> None:
    """Give the sessions of a pool, which are all that the server has to do, what they can have to make indexes."""
    kilobytes = sorting_memory(len(pool), free_memory()) >> 10
    workers = helpers(len(pool), len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1)
    for connection in pool:
        connection.execute(sql.SQL("SET maintenance_work_mem = {}").format(sql.Literal(f"{kilobytes}kB")))
        connection.execute(sql.SQL("SET max_parallel_maintenance_workers = {}").format(sql.Literal(workers)))
