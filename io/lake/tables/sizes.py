"""How many bytes a run's files take, to ask the disk for room beforehand: measured, held within 10 % by a test.

Measured on whole runs, all files together: schedules/demo.yaml 9,161,799 bytes (2,814,342 rows, 12 batches, 4
partitions), uat-ladder 25,314,284 (9,451,173; 64; 2).
"""

from __future__ import annotations

RUN_BYTES = 760_000
"""Dimension tables; lake.sql and lake.duckdb; schedule, farm and biology, each as a file and in logs/inputs.json; the
hashes of what was read."""
PARTITION_BYTES = 205_000
"""A part of every event table, without its rows."""
BATCH_BYTES = 7_000
"""A batch's marks in journal and manifest."""
ROW_BYTES = 2.58
"""A row, over all event tables in the proportion in which they come."""


def part_bytes(rows: int, batches: int) -> int:
    """What a partition comes to."""
    return round(PARTITION_BYTES + BATCH_BYTES * batches + ROW_BYTES * rows)
