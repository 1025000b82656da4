"""Rows of environmental_reading and sensor_fault."""

from __future__ import annotations

import math

import numpy as np

from engine.biology.values import HoursRange
from engine.biology.water import Sensors
from engine.simulation.numerics.calendar import DAY_US
from engine.simulation.observed.sensor_readings import Readings, SensorGroup, read_group
from engine.simulation.rows.buffers import COLUMNS
from engine.simulation.rows.columns import Columns, Tables, stack
from engine.simulation.rows.life import BatchLife


def reading_tables(life: BatchLife) -> Tables:
    """environmental_reading and sensor_fault. The readings' arrays are overwritten by the next call."""
    farm = life.schedule.farm
    slots = farm.model.readings_per_day
    buffers = life.buffers.with_room(
        sum(
            len(farm.container(c).sensor_ids) * int(days) * slots
            for stage in life.stages
            for c, days in zip(stage.container_ids, stage.days_lived, strict=True)
        )
    )
    out = Readings(
        container=buffers["container_id"],
        assignment=buffers["batch_container_assignment_id"],
        sensor=buffers["sensor_id"],
        parameter=buffers["parameter_id"],
        time_us=buffers["reading_time"],
        value=buffers["value"],
    )
    row, faults = 0, []
    for ids, groups in zip(life.ids, life.sensors, strict=True):
        for here, group in groups:
            row = read_group(row, group, ids[here], out)
            faults.append({"batch_id": life.batch_id} | _fault_rows(group, ids[here]))
    buffers["batch_id"][:row] = life.batch_id
    readings = {name: buffers[name][:row] for name in COLUMNS}
    return {"environmental_reading": readings, "sensor_fault": stack(faults)}


def mean_readings(sensors: Sensors, readings_per_day: int, sensor_days: int) -> float:
    """The mean number of readings in so many days of sensors: all but those that drop out."""
    dropped = _share(sensors.dropouts_a_year, sensors.dropout_hours)
    return sensor_days * readings_per_day * (1.0 - dropped)


def _share(a_year: float, hours: HoursRange) -> float:
    """The share of the time that faults of a kind take; hours: their log-uniform length."""
    low, high = hours
    return a_year / 365 / 24 * (low if low == high else (high - low) / math.log(high / low))


def _fault_rows(group: SensorGroup, assignment_ids: np.ndarray) -> Columns:
    """The faults of containers that share their water, with the ids of their assignments (n,)."""
    faults, probes = group.faults, group.probes
    c, s = np.divmod(faults.place, len(probes.parameter))
    step = DAY_US // group.water.slots
    return {
        "container_id": probes.container[c],
        "assignment_id": assignment_ids[c],
        "sensor_id": probes.first_sensor[c] + s,
        "kind": faults.kind,
        "start_time": faults.span[:, 1] * step,
        "end_time": (faults.span[:, 2] - 1) * step,
        "readings": faults.span[:, 2] - faults.span[:, 1],
    }
