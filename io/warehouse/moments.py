"""Times that follow from those of events: warehouse.uat.times computed on arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lake.tables import TABLES
from warehouse.uat.times import LAST_DAY, PLANNED_LATELY, RUN_START, Moment

DAY = 86_400  # seconds
NEVER = np.iinfo(np.int64).min  # null

# A linear congruential generator whose upper bits spread rows; reconciling.moment_sql does the same in SQL.
MULTIPLIER, INCREMENT, MASK, DROPPED, KEPT = 69_069, 12_345, (1 << 31) - 1, 8, 23

Read = Callable[[str, list[str]], pa.Table]  # (table, columns): a table's rows in the partition


def _no_rows(table: str, columns: list[str]) -> pa.Table:
    raise LookupError(f"no rows of {table} to look {columns} up in")


def whole(values: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Numbers as they are, dates and times in seconds, int64; NEVER where null."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    per_value = 1
    if pa.types.is_date32(values.type):
        values, per_value = values.cast(pa.int32()), -DAY
    elif pa.types.is_temporal(values.type):
        values, per_value = values.cast(pa.int64()), 1_000_000
    missing = values.is_null() if values.null_count else None
    numbers = pc.fill_null(values, 0) if values.null_count else values
    found: np.ndarray = numbers.to_numpy(zero_copy_only=False).astype(np.int64)
    if per_value < 0:
        found *= DAY
    elif per_value > 1:
        found //= per_value
    if missing is not None:
        found[missing.to_numpy(zero_copy_only=False)] = NEVER
    return found


@dataclass
class Parents:
    """The rows of a partition that others refer to; a table is read once for all that refer to it."""

    read: Read = _no_rows
    _known: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def look_up(self, table: str, path: str, ids: np.ndarray) -> np.ndarray:
        """What a path from a table leads to (int64, NEVER where null) for rows of these ids."""
        known, values = self._values(table, path)
        place = np.minimum(np.searchsorted(known, ids), max(len(known) - 1, 0))
        if not len(known):
            return np.full(len(ids), NEVER)
        return np.where(known[place] == ids, values[place], NEVER)

    def _values(self, table: str, path: str) -> tuple[np.ndarray, np.ndarray]:
        if (table, path) not in self._known:
            first, _, rest = path.partition(".")
            rows = self.read(table, list(dict.fromkeys(("id", first))))
            ids, values = whole(rows.column("id")), whole(rows.column(first))
            if rest:
                values = self.look_up(TABLES[table].column(first).references, rest, values)
            order = np.argsort(ids, kind="stable")
            self._known[table, path] = ids[order], values[order]
        return self._known[table, path]


@dataclass(frozen=True)
class Rows:
    """A lake table's rows, and the days between which the run lies, since 1970."""

    table: str
    rows: pa.RecordBatch
    parents: Parents
    run_start: int
    as_of: int

    def values(self, path: str) -> np.ndarray:
        """What a path leads to from each row, int64; NEVER where null."""
        if path in {RUN_START, LAST_DAY}:
            return np.full(self.rows.num_rows, (self.run_start if path == RUN_START else self.as_of - 1) * DAY)
        first, _, rest = path.partition(".")
        values = whole(self.rows.column(first))
        return self.parents.look_up(TABLES[self.table].column(first).references, rest, values) if rest else values


def compute(moment: Moment, rows: Rows) -> pa.Array:
    """Each row's time (timestamp, microseconds, UTC); null where nothing that it follows from is there."""
    seconds = _seconds(moment, rows)
    return pa.array(seconds * 1_000_000, pa.timestamp("us", tz="UTC"), mask=seconds == NEVER)


def _seconds(moment: Moment, rows: Rows) -> np.ndarray:
    event = rows.values(moment.of[0])
    for path in moment.of[1:]:
        event = np.where(event == NEVER, rows.values(path), event)
    missing = event == NEVER
    event = np.where(missing, 0, event)
    keys = [rows.values(key) for key in moment.keys]
    drawn = _drawn([*keys, event])
    if moment.exact:
        at = event + _spread(drawn, moment.seconds)
    else:
        day = event // DAY
        if moment.days != (0, 0):
            drawn = _drawn([drawn])
            day = day + _spread(drawn, moment.days)
        if moment.weekdays:
            weekday = (day + 3) % 7  # 1970 began on a Thursday
            day = day + np.where(weekday > 4, 7 - weekday, 0)
        if moment.plan:
            drawn = _drawn([drawn])
            day = np.minimum(day, rows.as_of - _spread(drawn, PLANNED_LATELY))
        day = np.minimum(day, rows.as_of - 1)
        at = day * DAY + _spread(_drawn([drawn]), moment.seconds)
    if not moment.plan:
        at = np.maximum(at, event)
    at = np.minimum(at, rows.as_of * DAY)
    if moment.not_before is not None:
        earliest = _seconds(moment.not_before, rows)
        return np.where(missing, earliest, np.maximum(at, earliest))
    return np.where(missing, NEVER, at)


def _drawn(keys: list[np.ndarray]) -> np.ndarray:
    """A number of 31 bits a row."""
    drawn: np.ndarray | int = 0
    for key in keys:
        drawn = ((np.maximum(key, 0) + drawn) * MULTIPLIER + INCREMENT) & MASK
    assert isinstance(drawn, np.ndarray)
    return drawn


def _spread(drawn: np.ndarray, between: tuple[int, int]) -> np.ndarray | int:
    """Whole numbers between two, both included, equally often."""
    first, last = between
    return first + ((drawn >> DROPPED) * (last - first + 1) >> KEPT) if first != last else first
