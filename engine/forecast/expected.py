"""How many rows each table will hold, by batch, before the run: the sum of what each family of rows expects."""

from __future__ import annotations

from engine.farm.schedule import Batch, Schedule
from engine.simulation.emission import FAMILIES
from engine.simulation.record import BatchHistory
from engine.simulation.rows.expected_life import RowCounts, expected_life


def expected_rows(schedule: Schedule, batch: Batch, history: BatchHistory) -> RowCounts:
    """Expected rows by table of one batch up to the as-of date; `history` is its whole life in few containers."""
    expected = expected_life(schedule, batch, history)
    rows: RowCounts = {}
    for family in FAMILIES:
        rows |= family.expected(expected)
    return rows
