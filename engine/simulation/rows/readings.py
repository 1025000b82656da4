"""Rows of environmental_reading and sensor_fault, the readings into arrays reused from batch to batch."""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics.calendar import DAY_US
from engine.simulation.observed.instruments import Faults, Probes, read_all
from engine.simulation.observed.sensing import groups
from engine.simulation.rows.shared import Columns, Subject, Tables, stack

COLUMNS = {
    "batch_id": np.int32,
    "container_id": np.int32,
    "batch_container_assignment_id": np.int64,
    "sensor_id": np.int32,
    "parameter_id": np.int8,
    "reading_time": np.int64,
    "value": np.int64,
}


class Sensors:
    """One worker's readings: the buffers that hold a batch's."""

    def __init__(self) -> None:
        self._buffers: dict[str, np.ndarray] = {}

    def tables(self, subject: Subject) -> Tables:
        """environmental_reading and sensor_fault. The readings' arrays are overwritten by the next call."""
        farm = subject.schedule.farm
        slots = farm.model.readings_per_day
        self._ensure(
            sum(
                len(farm.container(c).sensor_ids) * int(days) * slots
                for stage in subject.stages
                for c, days in zip(stage.container_ids, stage.days_lived, strict=True)
            )
        )
        out = [self._buffers[name] for name in COLUMNS]
        row, faults = 0, []
        for stage, ids in zip(subject.stages, subject.ids, strict=True):
            for group in groups(subject.climate, stage):
                here = ids[group.begin : group.end]
                row = read_all(row, group.lived, group.water, group.probes, group.faults, here, *out[1:])
                faults.append(_fault_rows(subject.batch_id, here, group.probes, group.faults, slots))
        out[0][:row] = subject.batch_id
        readings = {name: self._buffers[name][:row] for name in COLUMNS}
        return {"environmental_reading": readings, "sensor_fault": stack(faults)}

    def _ensure(self, rows: int) -> None:
        if not self._buffers or len(self._buffers["value"]) < rows:
            size = rows + rows // 8
            self._buffers = {name: np.empty(size, dtype=dtype) for name, dtype in COLUMNS.items()}


def _fault_rows(batch_id: int, assignment_ids: np.ndarray, probes: Probes, faults: Faults, slots: int) -> Columns:
    c, s = np.divmod(faults.place, len(probes.parameter))
    step = DAY_US // slots
    return {
        "batch_id": np.full(len(c), batch_id),
        "container_id": probes.container[c],
        "assignment_id": assignment_ids[c],
        "sensor_id": probes.first_sensor[c] + s,
        "kind": faults.kind,
        "start_time": faults.span[:, 1] * step,
        "end_time": (faults.span[:, 2] - 1) * step,
        "readings": faults.span[:, 2] - faults.span[:, 1],
    }
