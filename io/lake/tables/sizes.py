"""How many bytes a run's files take, to ask the disk for room beforehand: measured, held within 10 % by a test.

Measured on whole runs, all files together, before logs/inputs.json and logs/checked.json (some 120,000 bytes more),
lake.sql and lake.duckdb (361,689):
schedules/demo.yaml 8,435,861 bytes (2,814,342 rows, 12 batches, 4 partitions), uat-ladder 24,546,457 (9,451,173; 64;
2), 550-6day 475,606,636 (178,767,385; 550; 14).
"""

from __future__ import annotations

RUN_BYTES = 740_000
"""Dimension tables; lake.sql and lake.duckdb; schedule, farm and biology, each as a file and in logs/inputs.json; the
hashes of what was read."""
PARTITION_BYTES = 170_000
"""A part of every event table, without its rows."""
BATCH_BYTES = 7_000
"""A batch's marks in journal and manifest."""
ROW_BYTES = 2.6
"""A row, over all event tables in the proportion in which they come."""


def part_bytes(rows: int, batches: int) -> int:
    """What a partition comes to."""
    return round(PARTITION_BYTES + BATCH_BYTES * batches + ROW_BYTES * rows)
