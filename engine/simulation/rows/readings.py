"""Rows of environmental_reading: field + container + sensor, into arrays reused from batch to batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.farm.infrastructure import Container
from engine.farm.schedule import Schedule
from engine.simulation import arithmetic as am
from engine.simulation import observation
from engine.simulation.climate import HALL_VARIABLES, SEA_VARIABLES, Climate
from engine.simulation.history import SEA, StageHistory
from engine.simulation.rows.shared import Columns, Subject
from engine.simulation.streams import Stream, stream_key, stream_keys

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
    """One worker's sensors: their parameters, and the buffers that hold a batch's readings."""

    def __init__(self, schedule: Schedule, climate: Climate) -> None:
        self.schedule, self.climate = schedule, climate
        self._buffers: dict[str, np.ndarray] = {}
        self._slots = schedule.farm.model.readings_per_day
        names = [p.name for p in schedule.farm.model.parameters]
        sensors = schedule.biology.model.sensors

        def values(by_name: dict[str, Any]) -> np.ndarray:
            return np.array([by_name[n].value for n in names])

        self._noise_sd, self._bias_sd = values(sensors.noise_sd), values(sensors.bias_sd)
        self._unit = np.array([round(sensors.resolution[n].value * 10000) for n in names], dtype=np.int64)
        self._range = np.array([sensors.physical_range[n].value for n in names])
        self._variable = {
            at_sea: np.array([rows.index(n) if n in rows else 0 for n in names], dtype=np.int64)
            for at_sea, rows in ((True, SEA_VARIABLES), (False, HALL_VARIABLES))
        }
        self._oxygen_id = names.index("Dissolved Oxygen") + 1

    def rows(self, subject: Subject) -> Columns:
        """A batch's readings, sensor by sensor, in time; the arrays are overwritten by the next call."""
        farm = self.schedule.farm
        count = sum(
            len(farm.container(c).sensor_ids) * s.days * self._slots
            for s in subject.stages
            for c in s.container_ids
        )
        self._ensure(count)
        out = [self._buffers[name] for name in COLUMNS]
        row = 0
        for stage, ids in zip(subject.stages, subject.ids, strict=True):
            fields: dict[int, np.ndarray] = {}
            for i, container_id in enumerate(stage.container_ids):
                container = farm.container(container_id)
                place = container.area_id if stage.stage == SEA else container.hall_id
                if place not in fields:
                    fields[place] = self._field(stage, place)
                row = self._read(stage, i, container, int(ids[i]), fields[place], row, out[1:])
        out[0][:row] = subject.batch_id
        return {name: self._buffers[name][:row] for name in COLUMNS}

    def _ensure(self, rows: int) -> None:
        if not self._buffers or len(self._buffers["value"]) < rows:
            size = rows + rows // 8
            self._buffers = {name: np.empty(size, dtype=dtype) for name, dtype in COLUMNS.items()}

    def _field(self, stage: StageHistory, place: int) -> np.ndarray:
        """The water of one place at every time of reading of a stage."""
        env, at_sea = self.schedule.biology.model.environment, stage.stage == SEA
        daily = (self.climate.sea(place) if at_sea else self.climate.hall(place))[
            :, stage.start_day : stage.end_day
        ]
        diurnal, tide, phase = np.zeros(len(daily)), np.zeros(len(daily)), 0.0
        if at_sea:
            diurnal[0], diurnal[1] = env.diurnal_amplitude_c.value, env.oxygen_diurnal.value
            tide[1] = env.oxygen_tide.value
            area = self.schedule.farm.areas[place - 1].name
            phase = am.uniform(stream_key(self.schedule.seed, Stream.SITE, area), 3)
        return observation.within_day(
            np.ascontiguousarray(daily), stage.start_day, self._slots, diurnal, tide, phase
        )

    def _read(
        self,
        stage: StageHistory,
        i: int,
        container: Container,
        assignment_id: int,
        field: np.ndarray,
        row: int,
        out: list[np.ndarray],
    ) -> int:
        parameter = np.array(container.sensor_parameter_ids)
        which = parameter - 1
        lowering = np.zeros((len(which), stage.days))
        if stage.stage == SEA and self._oxygen_id in container.sensor_parameter_ids:
            density = stage.population[i] * (stage.weight_cg[i] / 100000.0) / container.volume_m3
            per_density = self.schedule.biology.model.environment.oxygen_biomass.value
            lowering[container.sensor_parameter_ids.index(self._oxygen_id)] = per_density * density
        names = tuple(map(str, container.sensor_parameter_ids))
        seed = self.schedule.seed
        bias_keys = stream_keys(seed, Stream.SENSOR, container.name, each=names)
        bias = np.array([self._bias_sd[w] * am.normal(k, 0) for w, k in zip(which, bias_keys, strict=True)])
        return int(
            observation.read_sensors(
                row,
                field,
                self._variable[stage.stage == SEA][which],
                lowering,
                stage.start_day * self._slots,
                container.id,
                assignment_id,
                container.sensor_ids.start,
                parameter,
                stream_keys(seed, Stream.READING, container.name, each=names),
                bias,
                self._noise_sd[which],
                self._unit[which],
                self._range[which, 0],
                self._range[which, 1],
                self._slots,
                *out,
            )
        )
