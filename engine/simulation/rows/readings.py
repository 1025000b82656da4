"""Rows of environmental_reading: field + container + sensor, into arrays reused from batch to batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.farm.infrastructure import Container
from engine.farm.schedule import Schedule
from engine.simulation import arithmetic as am
from engine.simulation import observation
from engine.simulation.climate import HALL_VARIABLES, SEA_VARIABLES, Climate
from engine.simulation.record import StageHistory
from engine.simulation.rows.shared import Columns, Subject, Tables, empty
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


@dataclass(frozen=True)
class _Probe:
    """A container's sensors, one entry each; `oxygen` holds the positions that the fish's own biomass lowers."""

    parameter: np.ndarray
    keys: np.ndarray
    bias: np.ndarray
    variable: np.ndarray
    noise_sd: np.ndarray
    unit: np.ndarray
    low: np.ndarray
    high: np.ndarray
    oxygen: np.ndarray


class Sensors:
    """One worker's sensors: their parameters, and the buffers that hold a batch's readings."""

    def __init__(self, schedule: Schedule, climate: Climate) -> None:
        self.schedule, self.climate = schedule, climate
        self._buffers: dict[str, np.ndarray] = {}
        self._probes: dict[int, _Probe] = {}
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

    def tables(self, subject: Subject) -> Tables:
        """environmental_reading and sensor_fault."""
        return {"environmental_reading": self.rows(subject), "sensor_fault": empty("sensor_fault")}

    def rows(self, subject: Subject) -> Columns:
        """A batch's readings, sensor by sensor, in time; the arrays are overwritten by the next call."""
        farm = self.schedule.farm
        count = sum(
            len(farm.container(c).sensor_ids) * s.days * self._slots for s in subject.stages for c in s.container_ids
        )
        self._ensure(count)
        out = [self._buffers[name] for name in COLUMNS]
        row = 0
        for stage, ids in zip(subject.stages, subject.ids, strict=True):
            fields: dict[int, np.ndarray] = {}
            for i, container_id in enumerate(stage.container_ids):
                container = farm.container(container_id)
                place = container.area_id or container.hall_id
                if place not in fields:
                    fields[place] = self._field(stage, container)
                row = self._read(stage, i, container, int(ids[i]), fields[place], row, out[1:])
        out[0][:row] = subject.batch_id
        return {name: self._buffers[name][:row] for name in COLUMNS}

    def _ensure(self, rows: int) -> None:
        if not self._buffers or len(self._buffers["value"]) < rows:
            size = rows + rows // 8
            self._buffers = {name: np.empty(size, dtype=dtype) for name, dtype in COLUMNS.items()}

    def _field(self, stage: StageHistory, container: Container) -> np.ndarray:
        """The water around a container at every time of reading of a stage."""
        env = self.schedule.biology.model.environment
        daily = self.climate.water(container, stage.start_day, stage.end_day)
        diurnal, tide, phase = np.zeros(len(daily)), np.zeros(len(daily)), 0.0
        if container.area_id:
            diurnal[0], diurnal[1] = env.diurnal_amplitude_c.value, env.oxygen_diurnal.value
            tide[1] = env.oxygen_tide.value
            area = self.schedule.farm.areas[container.area_id - 1].name
            phase = am.uniform(stream_key(self.schedule.seed, Stream.SITE, area), 3)
        return observation.within_day(np.ascontiguousarray(daily), stage.start_day, self._slots, diurnal, tide, phase)

    def _probe(self, container: Container) -> _Probe:
        """The container's sensors, kept from batch to batch."""
        kept = self._probes.get(container.id)
        if kept is None:
            parameter = np.array(container.sensor_parameter_ids)
            which = parameter - 1
            names = tuple(map(str, container.sensor_parameter_ids))
            seed = self.schedule.seed
            bias_keys = stream_keys(seed, Stream.SENSOR, container.name, each=names)
            bias = np.array([self._bias_sd[w] * am.normal(k, 0) for w, k in zip(which, bias_keys, strict=True)])
            keys = stream_keys(seed, Stream.READING, container.name, each=names)
            variable = self._variable[bool(container.area_id)][which]
            oxygen = np.flatnonzero(parameter == self._oxygen_id)
            low, high = self._range[which].T.copy()
            kept = _Probe(parameter, keys, bias, variable, self._noise_sd[which], self._unit[which], low, high, oxygen)
            self._probes[container.id] = kept
        return kept

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
        probe = self._probe(container)
        lowering = np.zeros((len(probe.parameter), stage.days))
        if container.area_id:
            density = stage.population[i] * (stage.weight_cg[i] / 100000.0) / container.volume_m3
            lowering[probe.oxygen] = self.schedule.biology.model.environment.oxygen_biomass.value * density
        return int(
            observation.read_sensors(
                row,
                field,
                probe.variable,
                lowering,
                stage.start_day * self._slots,
                container.id,
                assignment_id,
                container.sensor_ids.start,
                probe.parameter,
                probe.keys,
                probe.bias,
                probe.noise_sd,
                probe.unit,
                probe.low,
                probe.high,
                self._slots,
                *out,
            )
        )
