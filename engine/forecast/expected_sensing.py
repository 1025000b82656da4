"""How many readings sensors will give and how many faults they will have, by the time that they hang in the water."""

from __future__ import annotations

import math

from engine.biology.values import Range
from engine.biology.water import Sensors


def sensing_rows(sensors: Sensors, readings_per_day: int, sensor_days: int, stays: int) -> dict[str, int]:
    """Rows of `sensor_days` days of sensors in `stays` stays; a fault that began before a stay is a row of it too."""
    begun = sensor_days / 365 * sum(a_year for a_year, _ in _kinds(sensors))
    under_way = stays * sum(_share(*kind) for kind in _kinds(sensors))
    return {
        "environmental_reading": round(sensor_days * readings_per_day * (1 - dropped_share(sensors))),
        "sensor_fault": round(begun + under_way),
    }


def dropped_share(sensors: Sensors) -> float:
    """The share of the readings that dropouts leave out."""
    return _share(sensors.dropouts_a_year, sensors.dropout_hours)


def _kinds(sensors: Sensors) -> tuple[tuple[float, Range], ...]:
    """Faults a year and hours each, by kind."""
    return (
        (sensors.dropouts_a_year, sensors.dropout_hours),
        (sensors.spikes_a_year, sensors.spike_hours),
        (sensors.flat_lines_a_year, sensors.flat_line_hours),
    )


def _share(a_year: float, hours: Range) -> float:
    """The share of the time that faults of a kind take; hours: their log-uniform length."""
    low, high = hours
    return a_year / 365 / 24 * (low if low == high else (high - low) / math.log(high / low))
