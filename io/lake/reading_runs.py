"""reading_block and reading_day without a hash table: readings that stand in order are summed run by run, in one pass.

invariants/shared has both as SQL; what is made here is the same to the last row. A stay's readings of a sensor stand
together in a part, by time, so that a group is a run of neighbours. Whether they do is seen on the way: keys must climb
from run to run. Where they don't, or a value is null, `read_runs` gives none, and the SQL makes the tables from rows
in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

import duckdb
import numpy as np
import pyarrow as pa

from lake.declared_sql import READINGS
from lake.fingerprint import fixed_width

Connection = duckdb.DuckDBPyConnection
Runs = dict[str, np.ndarray]

DAY_US = 86_400_000_000
BLOCK = 64  # times of reading, a bit each
ROWS_AT_ONCE = 65_536  # so that a piece's columns stay in the processor's cache
READING_TABLES = frozenset({"reading_block", "reading_day"})
ASSIGNMENT = "batch_container_assignment_id"

_STEP = "SELECT 86400000000 // value::BIGINT FROM parameter WHERE name = 'readings_per_day'"
_WANTED = """
SELECT n.id AS sensor_id, p.name AS parameter
FROM sensor n
JOIN environmental_parameter p ON p.id = n.parameter_id
JOIN container c ON c.id = n.container_id
WHERE p.name IN ('Temperature', 'Dissolved Oxygen') OR (p.name = 'Salinity' AND c.area_id IS NOT NULL)
"""
_SERIES = ("batch_id", "container_id", ASSIGNMENT, "sensor_id", "parameter_id")
COLUMNS = [*_SERIES, "reading_time", "value"]
_BITS = np.left_shift(np.uint64(1), np.arange(BLOCK, dtype=np.uint64))
_MERGED: Mapping[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = MappingProxyType(
    {
        "readings": np.add,
        "off_grid": np.add,
        "total": np.add,
        "taken": np.bitwise_or,
        "first_time": np.minimum,
        "last_time": np.maximum,
        "lowest": np.minimum,
        "highest": np.maximum,
    }
)

_BLOCK_TABLE = """
CREATE TEMP TABLE reading_block AS
SELECT
    batch_id, container_id, assignment_id, sensor_id, parameter_id, block, readings,
    off_grid::HUGEINT AS off_grid, taken, make_timestamp(first_time) AT TIME ZONE 'UTC' AS first_time,
    make_timestamp(last_time) AT TIME ZONE 'UTC' AS last_time, lowest, highest
FROM made_runs
"""
_DAY_TABLE = f"""
CREATE TEMP TABLE reading_day AS
WITH wanted AS ({_WANTED}),
faulty AS (
    SELECT DISTINCT assignment_id, sensor_id, unnest(generate_series(
        epoch_us(start_time) // {DAY_US}, epoch_us(end_time) // {DAY_US}))::INTEGER AS day
    FROM sensor_fault
)
SELECT
    assignment_id, sensor_id, parameter, DATE '1970-01-01' + day AS day, readings,
    total / 10000.0::DOUBLE / readings AS mean, lowest::DOUBLE AS lowest, highest::DOUBLE AS highest,
    f.day IS NULL AS sound
FROM made_runs JOIN wanted USING (sensor_id) LEFT JOIN faulty f USING (assignment_id, sensor_id, day)
"""


class ReadingRuns:
    """What readings come to, as they are added piece by piece in the order in which they lie."""

    def __init__(self, connection: Connection) -> None:
        (self._step,) = connection.sql(_STEP).fetchall()[0]
        self._wanted = np.array([sensor for sensor, _ in connection.sql(_WANTED).fetchall()], np.int32)
        self._blocks = _Gathered(("assignment_id", "sensor_id", "block"))
        self._days = _Gathered(("assignment_id", "sensor_id", "day"))
        self._in_order = True

    @property
    def columns(self) -> list[str]:
        """What has to be there of readings."""
        return COLUMNS

    @property
    def in_order(self) -> bool:
        """Whether every row so far stood in order."""
        return self._in_order

    @property
    def can_be_made(self) -> bool:
        """Whether there were rows for each of the tables, and all in order."""
        return self._in_order and bool(self._blocks) and bool(self._days)

    def add(self, batch: pa.RecordBatch) -> None:
        """Take readings, some columns of which are COLUMNS."""
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            piece = batch.slice(start, ROWS_AT_ONCE)
            self._in_order = self._in_order and self._add([piece.column(name) for name in COLUMNS])

    def _add(self, columns: list[pa.Array]) -> bool:
        """Whether there is no null, and the runs' keys climb."""
        if any(column.null_count for column in columns):
            return False
        rows = {name: plain(column) for name, column in zip(COLUMNS, columns, strict=True)}
        if rows["reading_time"].min() < 0:
            return False
        differs = _differs([rows[name] for name in _SERIES])
        series = np.flatnonzero(differs)
        if not self._blocks.add(_block_runs(rows, differs, self._step)):
            return False
        kept = np.isin(rows["sensor_id"][series], self._wanted)
        return not kept.any() or self._days.add(_day_runs(rows, np.repeat(kept, np.diff(series, append=len(differs)))))

    def make_tables(self, connection: Connection, wanted: Collection[str]) -> None:
        """Make those of READING_TABLES that are wanted, and forget their runs."""
        of = (("reading_block", _BLOCK_TABLE, self._blocks), ("reading_day", _DAY_TABLE, self._days))
        for name, statement, gathered in of:
            if name in wanted:
                connection.register("made_runs", _arrow(gathered.all_runs()))
                connection.execute(statement)
                connection.unregister("made_runs")


def make_reading_tables(connection: Connection, wanted: Collection[str]) -> bool:
    """Make those of READING_TABLES that are wanted; False, and nothing made, where rows lack order."""
    runs = ReadingRuns(connection)
    for batch in connection.sql(f"SELECT {', '.join(COLUMNS)} FROM {READINGS}").to_arrow_reader(ROWS_AT_ONCE):
        runs.add(batch)
        if not runs.in_order:
            return False
    if runs.can_be_made:
        runs.make_tables(connection, wanted)
    return runs.can_be_made


def plain(column: pa.Array) -> np.ndarray:
    """A column's values without copying them where they lie so; dates, times and decimals as integers."""
    if pa.types.is_decimal128(column.type):
        halves = np.frombuffer(column.buffers()[1], np.int64)
        return np.ascontiguousarray(halves[2 * column.offset : 2 * (column.offset + len(column)) : 2])
    return fixed_width(column.cast(pa.uint8()) if pa.types.is_boolean(column.type) else column)


def run_starts(columns: list[np.ndarray]) -> np.ndarray:
    """The first row of each run of rows that agree in all of the columns."""
    return np.flatnonzero(_differs(columns))


def _differs(columns: list[np.ndarray]) -> np.ndarray:
    """Whether a row differs from the one before in any of the columns; the first row does."""
    differs = np.empty(len(columns[0]), bool)
    differs[0] = True
    np.not_equal(columns[0][1:], columns[0][:-1], out=differs[1:])
    for column in columns[1:]:
        differs[1:] |= column[1:] != column[:-1]
    return differs


def _block_runs(rows: Runs, differs: np.ndarray, step: int) -> Runs:
    time, value = rows["reading_time"], rows["value"]
    slot = time // step
    block = slot // BLOCK
    starts = np.flatnonzero(differs | _differs([block]))
    bits = _BITS[slot % BLOCK]
    beside = time != slot * step
    if beside.any():
        bits[beside] = 0
    return {
        **{name.removeprefix("batch_container_"): rows[name][starts] for name in _SERIES},
        "block": block[starts],
        "readings": np.diff(starts, append=len(slot)),
        "off_grid": np.add.reduceat(beside.astype(np.int64), starts) if beside.any() else np.zeros(len(starts), int),
        "taken": np.bitwise_or.reduceat(bits, starts),
        "first_time": np.minimum.reduceat(time, starts),
        "last_time": np.maximum.reduceat(time, starts),
        "lowest": np.minimum.reduceat(value, starts),
        "highest": np.maximum.reduceat(value, starts),
    }


def _day_runs(rows: Runs, kept: np.ndarray) -> Runs:
    time, sensor, assignment, value = (rows[name][kept] for name in ("reading_time", "sensor_id", ASSIGNMENT, "value"))
    day = (time // DAY_US).astype(np.int32)
    starts = run_starts([day, sensor, assignment])
    return {
        "assignment_id": assignment[starts],
        "sensor_id": sensor[starts],
        "day": day[starts],
        "readings": np.diff(starts, append=len(day)),
        "total": np.add.reduceat(value, starts),
        "lowest": np.minimum.reduceat(value, starts),
        "highest": np.maximum.reduceat(value, starts),
    }


class _Gathered:
    """Runs from one piece of rows after the other; a run that a piece's end cuts is made whole."""

    def __init__(self, key: tuple[str, ...]) -> None:
        self._key = key
        self._pieces: list[Runs] = []
        self._last: Runs = {}

    def __bool__(self) -> bool:
        return bool(self._last)

    def add(self, runs: Runs) -> bool:
        """Take a piece's runs; False when their keys don't climb."""
        if self._last:
            before = self._last
            if all(before[name][0] == runs[name][0] for name in before.keys() - _MERGED.keys()):
                for name in before.keys() & _MERGED.keys():
                    runs[name][:1] = _MERGED[name](runs[name][:1], before[name])
            else:
                self._pieces.append(before)
                runs_before = {name: np.concatenate([before[name], runs[name][:1]]) for name in self._key}
                if not climbs([runs_before[name] for name in self._key]):
                    return False
        self._last = {name: values[-1:].copy() for name, values in runs.items()}
        self._pieces.append({name: values[:-1] for name, values in runs.items()})
        return climbs([runs[name] for name in self._key])

    def all_runs(self) -> Runs:
        """Every run; what was gathered is given away."""
        pieces, self._pieces = [*self._pieces, self._last], []
        return {name: np.concatenate([piece.pop(name) for piece in pieces]) for name in tuple(self._last)}


def climbs(key: list[np.ndarray]) -> bool:
    """Whether each row's key is greater than that of the row before."""
    higher = key[-1][1:] > key[-1][:-1]
    for column in reversed(key[:-1]):
        higher = (column[1:] > column[:-1]) | ((column[1:] == column[:-1]) & higher)
    return bool(higher.all())


def _arrow(runs: Runs) -> pa.Table:
    """The runs as DuckDB takes them; values in 0.0001 as the decimals that they are."""
    kinds = {"lowest": pa.decimal64(10, 4), "highest": pa.decimal64(10, 4)}
    arrays = {
        name: pa.Array.from_buffers(
            kinds.get(name) or pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)]
        )
        for name, values in runs.items()
    }
    return pa.Table.from_arrays(list(arrays.values()), list(arrays))
