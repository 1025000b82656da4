"""What the states of a stay's day say of its water, found by where the day's row must lie: no join is needed.

A run writes each stay's states together, a row a day without a gap, and the truths beside them in the same order: a
day's row lies as many after the stay's first as days have passed. Of rows that lie otherwise nothing is found here.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from lake.fingerprint import fixed_width

Connection = duckdb.DuckDBPyConnection

ROWS_AT_ONCE = 65_536
_WATER = """
SELECT
    d.assignment_id, d.date, t.temp_c, t.oxygen_mean, d.temp_c AS farm_c,
    (d.temp_source = 'measured')::TINYINT AS measured,
    (d.assignment_id = t.assignment_id AND d.date = t.date)::TINYINT AS beside
FROM daily_state d POSITIONAL JOIN daily_truth t
"""


@dataclass(frozen=True)
class StayDays:
    """Stays in rising order: where in the rows each one's begin, how many they are, and its first day, since 1970."""

    stays: np.ndarray
    begins: np.ndarray
    days: np.ndarray
    first_days: np.ndarray

    @classmethod
    def of(cls, stay: np.ndarray, day: np.ndarray) -> StayDays | None:
        """Of a stay and a day a row; None where there are no rows or they lie otherwise."""
        if not len(stay):
            return None
        other = stay[1:] != stay[:-1]
        begins = np.append(0, np.flatnonzero(other) + 1)
        stays = stay[begins]
        if not ((other | (day[1:] - day[:-1] == 1)).all() and (stays[1:] > stays[:-1]).all()):
            return None
        days = np.diff(np.append(begins, len(stay))).astype(np.int32)
        return cls(stays=stays, begins=begins.astype(np.int32), days=days, first_days=day[begins])

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
    def read(cls, connection: Connection) -> WaterDays | None:
        """None where the tables lie otherwise, or a value is null."""
        pieces = []
        for batch in connection.sql(_WATER).to_arrow_reader(ROWS_AT_ONCE):
            if any(column.null_count for column in batch.columns):
                return None
            pieces.append([fixed_width(_in_32_bits(column)).copy() for column in batch.columns])
        if not pieces:
            return None
        stay, day, temp_c, oxygen, farm_c, measured, beside = map(np.concatenate, zip(*pieces, strict=True))
        rows = StayDays.of(stay, day)
        if rows is None or not beside.all():
            return None
        return cls(rows=rows, temp_c=temp_c, oxygen=oxygen, farm_c=farm_c, measured=measured > 0)


def _in_32_bits(column: pa.Array) -> pa.Array:
    """The column, decimals in 32 bits."""
    return column.cast(pa.decimal32(5, 2)) if pa.types.is_decimal(column.type) else column
