"""How many bytes a run's files take: measured, to ask the disk for room beforehand.

Measured on schedules/demo.yaml (12 batches, 2,814,342 rows in 4 partitions: 8.0 MB of parts). A part's schema and
statistics weigh as much as many rows, a batch's fingerprints stand in journal and manifest. tests hold the sum within
10 % of what a run writes.
"""

from __future__ import annotations

RUN_BYTES = 260_000
"""Dimension tables, schedule, farm and biology."""
PARTITION_BYTES = 170_000
"""One part of every event table, without its rows."""
BATCH_BYTES = 9_000
"""One batch's marks in journal and manifest."""
ROW_BYTES = 2.6
"""A row, over all event tables in the proportion in which they come."""


def part_bytes(rows: int, batches: int) -> int:
    """What a partition comes to."""
    return round(PARTITION_BYTES + BATCH_BYTES * batches + ROW_BYTES * rows)
