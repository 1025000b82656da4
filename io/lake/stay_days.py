"""What the states of a stay's day say of its water, found by where the day's row must lie: no join is needed.

Stays' days lie one after the other without a gap (lake.state_days): a day's row lies as many after the stay's first as
days have passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lake.rows_in_order import joined
from lake.state_days import Connection, LacksOrder, days_in_order, says


@dataclass(frozen=True)
class StayDays:
    """Stays in rising order: where in the rows each one's begin, how many they are, and its first day, since 1970."""

    stays: np.ndarray
    begins: np.ndarray
    days: np.ndarray
    first_days: np.ndarray

    @classmethod
    def of(cls, stays: np.ndarray, days: np.ndarray, first_days: np.ndarray) -> StayDays:
        """Of stays whose rows lie one after the other's."""
        begins = (np.cumsum(days) - days).astype(np.int32)
        return cls(stays=stays, begins=begins, days=days.astype(np.int32), first_days=first_days)

    def rows_of(self, stay: np.ndarray, day: np.ndarray) -> np.ndarray:
        """The row of each stay and day, -1 where there is none; quick where a stay's days lie together."""
        heads = np.append(0, np.flatnonzero(stay[1:] != stay[:-1]) + 1)[: len(stay)]
        at = np.minimum(np.searchsorted(self.stays, stay[heads]), len(self.stays) - 1)
        length = np.diff(np.append(heads, len(stay)))
        days = np.where(self.stays[at] == stay[heads], self.days[at], np.int32(0))
        since = day - np.repeat(self.first_days[at], length)
        found = (since >= 0) & (since < np.repeat(days, length))
        return np.where(found, since + np.repeat(self.begins[at], length), np.int32(-1))


@dataclass(frozen=True)
class WaterDays:
    """A row a stay and day: the true temperature and oxygen, and the farm's temperature, whether measured; in 0.01."""

    rows: StayDays
    temp_c: np.ndarray
    oxygen: np.ndarray
    farm_c: np.ndarray
    measured: np.ndarray

    @classmethod
    def read(cls, connection: Connection, run_dir: Path) -> WaterDays | None:
        """None where the tables lie otherwise, or a value is null."""
        stays, water = [], []
        try:
            for days in days_in_order(connection, run_dir, ("temp_c", "temp_source"), ("temp_c", "oxygen_mean")):
                first_days = days.of_state("date")[days.start]
                stays.append({"stays": days.stay, "days": days.count, "first_days": first_days})
                water.append(
                    {
                        "temp_c": days.of_truth("temp_c").astype(np.int32),
                        "oxygen": days.of_truth("oxygen_mean").astype(np.int32),
                        "farm_c": days.of_state("temp_c").astype(np.int32),
                        "measured": says(days.state.column("temp_source"), "measured"),
                    }
                )
        except LacksOrder:
            return None
        return cls(rows=StayDays.of(**joined(stays)), **joined(water))
