"""reading_span and reading_day without a sort: readings that stand in order are summed run by run, in one pass.

invariants/shared has both as SQL; what is made here is the same to the last row. A stay's readings of a sensor stand
together in a part, by time and mostly a step apart: a span is a run of neighbours, and where its days begin follows
from its first time. Whether rows stand so is seen on the way. Where they don't, or a value is null, nothing is made
here, and the SQL makes the tables from rows in any order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb
import numpy as np
import pyarrow as pa

from lake.declared_sql import READINGS
from lake.rows_in_order import differs, is_higher, joined, plain, to_arrow
from lake.stay_days import WaterDays

Connection = duckdb.DuckDBPyConnection
Runs = dict[str, np.ndarray]

DAY_US = 86_400_000_000
ROWS_AT_ONCE = 65_536  # so that a piece's columns stay in the processor's cache
READING_TABLES = frozenset({"reading_span", "reading_day"})
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
_SPAN_OF = tuple(name.removeprefix("batch_container_") for name in _SERIES)
_DAY_OF = ("assignment_id", "sensor_id", "day")
COLUMNS = [*_SERIES, "reading_time", "value"]
_MERGED: Mapping[str, np.ufunc] = MappingProxyType(
    {
        "readings": np.add,
        "total": np.add,
        "first_time": np.minimum,
        "last_time": np.maximum,
        "lowest": np.minimum,
        "highest": np.maximum,
    }
)

# values of spans, in 0.0001, and states, in 0.01
_OF_SPANS = {"lowest": pa.decimal64(10, 4), "highest": pa.decimal64(10, 4)}
_DECIMALS = {"truth": pa.decimal32(5, 2), "farm_c": pa.decimal32(5, 2)}

_SPAN_TABLE = """
CREATE TABLE reading_span AS
SELECT
    batch_id, container_id, assignment_id, sensor_id, parameter_id, readings,
    make_timestamp(first_time) AT TIME ZONE 'UTC' AS first_time,
    make_timestamp(last_time) AT TIME ZONE 'UTC' AS last_time, lowest, highest
FROM made_runs
"""
_DAY_TABLE = f"""
CREATE TABLE reading_day AS
WITH wanted AS (
    SELECT sensor_id, parameter::ENUM ('Temperature', 'Dissolved Oxygen', 'Salinity') AS parameter FROM ({_WANTED})
),
faulty AS (
    SELECT DISTINCT assignment_id, sensor_id, unnest(generate_series(
        epoch_us(start_time) // {DAY_US}, epoch_us(end_time) // {DAY_US}))::INTEGER AS day
    FROM sensor_fault
)
SELECT
    r.assignment_id, r.sensor_id, w.parameter, DATE '1970-01-01' + r.day AS day, r.readings,
    r.total / 10000.0::DOUBLE / r.readings AS mean, r.lowest < r.highest AS varies, f.day IS NULL AS sound, %s
FROM made_runs r JOIN wanted w USING (sensor_id) LEFT JOIN faulty f USING (assignment_id, sensor_id, day)
"""
# what the day's states say: found beside it, or joined where they lie in another order
_BESIDE = _DAY_TABLE % "r.truth, r.farm_c"
_JOINED = (
    _DAY_TABLE
    % """CASE w.parameter WHEN 'Temperature' THEN t.temp_c WHEN 'Dissolved Oxygen' THEN t.oxygen_mean END AS truth,
    CASE WHEN w.parameter = 'Temperature' AND d.temp_source = 'measured' THEN d.temp_c END AS farm_c"""
    + """
LEFT JOIN daily_truth t ON t.assignment_id = r.assignment_id AND t.date = DATE '1970-01-01' + r.day
LEFT JOIN daily_state d ON d.assignment_id = r.assignment_id AND d.date = DATE '1970-01-01' + r.day
"""
)


@dataclass(frozen=True)
class Wanted:
    """What is asked of readings: microseconds between two of a sensor, and whose days are summed: what they measure."""

    step: int
    sensors: np.ndarray  # in rising order
    parameters: np.ndarray

    @classmethod
    def of(cls, connection: Connection) -> Wanted:
        """As the run's own tables have it."""
        (step,) = connection.sql(_STEP).fetchall()[0]
        found = sorted(connection.sql(_WANTED).fetchall())
        sensors = np.array([sensor for sensor, _ in found], np.int32)
        return cls(step, sensors, np.array([parameter for _, parameter in found], np.str_))


class ReadingRuns:
    """What readings come to, as they are added piece by piece in the order in which they lie."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._spans: list[Runs] = []
        self._days: list[Runs] = []
        self._in_order = True

    @property
    def in_order(self) -> bool:
        """Whether every row so far stood in order."""
        return self._in_order

    def add(self, batch: pa.RecordBatch) -> None:
        """Take readings, some columns of which are COLUMNS."""
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            piece = batch.slice(start, ROWS_AT_ONCE)
            self._in_order = self._in_order and self._add([piece.column(name) for name in COLUMNS])

    def follow(self, other: ReadingRuns) -> None:
        """Take what other readings came to, which lie behind these; they are given away."""
        self._in_order = self._in_order and other.in_order
        self._spans += other._spans
        self._days += other._days
        other._spans, other._days = [], []

    def _add(self, columns: list[pa.Array]) -> bool:
        """Whether there is no null, and rows climb by stay, sensor and time."""
        if any(column.null_count for column in columns):
            return False
        rows = {name: plain(column) for name, column in zip(COLUMNS, columns, strict=True)}
        time, value = rows["reading_time"], rows["value"]
        other = differs([rows[name] for name in _SERIES])
        begins = other.copy()
        begins[1:] |= time[1:] - time[:-1] != self._wanted.step
        starts = np.flatnonzero(begins)
        ends = np.append(starts[1:], len(time))
        spans = {
            **{name: rows[column][starts] for name, column in zip(_SPAN_OF, _SERIES, strict=True)},
            "readings": ends - starts,
            "first_time": time[starts],
            "last_time": time[ends - 1],
            "lowest": np.minimum.reduceat(value, starts),
            "highest": np.maximum.reduceat(value, starts),
        }
        self._spans.append(spans)
        kept = np.flatnonzero(np.isin(spans["sensor_id"], self._wanted.sensors))
        if len(kept):
            days = _days_of({name: spans[name][kept] for name in spans}, starts[kept], self._wanted.step)
            self._days.append(_summed(days, value, most=DAY_US // self._wanted.step + 1))
        return _are_in_order(spans)

    def make_tables(self, connection: Connection, run_dir: Path, wanted: Collection[str]) -> bool:
        """Make those of READING_TABLES that are wanted, and forget what they are of.

        False, and nothing made, where there is nothing for one of them, or rows lack order.
        """
        if not (self._in_order and self._spans and self._days):
            return False
        spans = joined(self._spans)
        if not _are_in_order(spans):
            return False
        goes_on = spans["first_time"][1:] - spans["last_time"][:-1] == self._wanted.step
        spans = _merged(spans, goes_on & ~differs([spans[name] for name in _SPAN_OF])[1:])
        days = joined(self._days)
        days = _merged(days, ~differs([days[name] for name in _DAY_OF])[1:])
        beside = _beside(connection, run_dir, days, self._wanted) if "reading_day" in wanted else None
        of_day = _JOINED if beside is None else _BESIDE
        for name, statement, runs in (
            ("reading_span", _SPAN_TABLE, spans),
            ("reading_day", of_day, days | (beside or {})),
        ):
            if name in wanted:
                connection.register("made_runs", to_arrow(runs, _DECIMALS | ({} if "total" in runs else _OF_SPANS)))
                connection.execute(statement)
                connection.unregister("made_runs")
        return True


def make_reading_tables(connection: Connection, run_dir: Path, wanted: Collection[str]) -> bool:
    """Make those of READING_TABLES that are wanted; False, and nothing made, where rows lack order."""
    runs = ReadingRuns(Wanted.of(connection))
    for batch in connection.sql(f"SELECT {', '.join(COLUMNS)} FROM {READINGS}").to_arrow_reader(ROWS_AT_ONCE):
        runs.add(batch)
        if not runs.in_order:
            return False
    return runs.make_tables(connection, run_dir, wanted)


def _are_in_order(spans: Runs) -> bool:
    """Whether each span is of the series of the one before and no earlier, or of a later stay or sensor."""
    other = differs([spans[name] for name in _SPAN_OF])[1:]
    later = spans["first_time"][1:] >= spans["last_time"][:-1]
    higher = is_higher([spans["assignment_id"], spans["sensor_id"]])
    return bool(spans["first_time"].min() >= 0 and np.where(other, higher, later).all())


def _days_of(spans: Runs, starts: np.ndarray, step: int) -> Runs:
    """The days of spans whose rows begin at `starts`: where each day's rows begin, and how many they are."""
    first = spans["first_time"] // DAY_US
    count = spans["last_time"] // DAY_US - first + 1
    span = np.repeat(np.arange(len(count)), count)
    day = np.arange(len(span)) + (first - (np.cumsum(count) - count))[span]
    # rows of the span that lie before a midnight: its times rise by one step a row
    ends = np.minimum(-((spans["first_time"][span] - (day + 1) * DAY_US) // step), spans["readings"][span])
    begins = np.append(0, ends[:-1])
    begins[np.cumsum(count) - count] = 0
    return {
        "assignment_id": spans["assignment_id"][span],
        "sensor_id": spans["sensor_id"][span],
        "day": day.astype(np.int32),
        "start": starts[span] + begins,
        "readings": (ends - begins).astype(np.int32),
    }


def _summed(days: Runs, value: np.ndarray, most: int) -> Runs:
    """The days with their sums and extremes; no day has more than `most` rows."""
    start, readings = days.pop("start"), days["readings"]
    last = start + readings - 1
    total = value[start]
    lowest, highest = total.copy(), total.copy()
    for row in range(1, min(most, int(readings.max()))):
        of_row = value[np.minimum(start + row, last)]
        np.minimum(lowest, of_row, out=lowest)
        np.maximum(highest, of_row, out=highest)
        total += of_row * (row < readings)
    # there are millions of days, and few readings of 200,000
    fits = max(int(highest.max()), -int(lowest.min())) <= np.iinfo(np.int32).max
    kind = np.int32 if fits else np.int64
    return days | {"total": total, "lowest": lowest.astype(kind), "highest": highest.astype(kind)}


def _beside(connection: Connection, run_dir: Path, days: Runs, wanted: Wanted) -> dict[str, pa.Array] | None:
    """truth and farm_c of readings' days; None where states lie in another order."""
    water = WaterDays.read(connection, run_dir)
    if water is None:
        return None
    stay, sensor, day = (days[name] for name in _DAY_OF)
    starts = np.flatnonzero(differs([stay, sensor]))
    measures = wanted.parameters[np.searchsorted(wanted.sensors, sensor[starts])]
    length = np.diff(np.append(starts, len(day)))
    is_warmth, is_oxygen = (np.repeat(measures == name, length) for name in ("Temperature", "Dissolved Oxygen"))
    row = water.rows.rows_of(stay, day)
    truth = np.where(is_warmth, water.temp_c[row], water.oxygen[row])
    return {
        "truth": pa.array(truth, mask=(row < 0) | ~(is_warmth | is_oxygen)),
        "farm_c": pa.array(water.farm_c[row], mask=(row < 0) | ~(is_warmth & water.measured[row])),
    }


def _merged(runs: Runs, goes_on: np.ndarray) -> Runs:
    """The runs, those made whole that were cut; goes_on: whether each but the first goes on with the one before."""
    cut = np.flatnonzero(goes_on) + 1
    if not len(cut):
        return runs
    heads = np.append(True, cut[1:] != cut[:-1] + 1)
    into = (cut[heads] - 1)[np.cumsum(heads) - 1]
    for name in runs.keys() & _MERGED.keys():
        _MERGED[name].at(runs[name], into, runs[name][cut])
    return {name: np.delete(values, cut) for name, values in runs.items()}
