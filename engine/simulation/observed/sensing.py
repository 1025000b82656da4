"""Every sensor's history, the same for its readings and for what a farmer makes of them.

A sensor's bias, drift, services and faults are its own, whoever lives in the container and however long.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from engine.biology.values import Range
from engine.farm.infrastructure import Container
from engine.farm.schedule import Schedule
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.observed.instruments import Faults, Probes, Water, daily_means, find_faults
from engine.simulation.record import StageHistory
from engine.simulation.water.climate import HALL_VARIABLES, SEA_VARIABLES, Climate
from lake.codes import OXYGEN

DAYS_A_MONTH = 365.0 / 12.0


@dataclass(frozen=True)
class Group:
    """Neighbouring containers of a stage that share their water: positions `begin` to `end`, sensors, faults."""

    begin: int
    end: int
    lived: np.ndarray
    water: Water
    probes: Probes
    faults: Faults


class SensorBank:
    """The sensors of a farm's containers, by the seed and the biology."""

    def __init__(self, climate: Climate) -> None:
        self._farm, self._seed = climate.farm, climate.seed
        sensors, slots = climate.biology.model.sensors, climate.farm.model.readings_per_day
        names = [p.name for p in climate.farm.model.parameters]

        def of(by_name: dict[str, Any]) -> np.ndarray:
            return np.array([by_name[name] for name in names])

        self._noise_sd, self._bias_sd, self._spike = of(sensors.noise_sd), of(sensors.bias_sd), of(sensors.spike)
        self._drift = of(sensors.drift_a_month) / (DAYS_A_MONTH * slots)
        self._limits = of(sensors.physical_range)
        self._unit = np.array([round(sensors.resolution[name] * 10000) for name in names], dtype=np.int64)
        self._interval = sensors.service_interval_days * slots
        self._window = sensors.fault_window_days * slots
        a_year = (sensors.dropouts_a_year, sensors.spikes_a_year, sensors.flat_lines_a_year)
        self._chance = np.array(a_year) * (sensors.fault_window_days / 365.0)
        spans = [_in_readings(x, slots) for x in (sensors.dropout_hours, sensors.spike_hours, sensors.flat_line_hours)]
        self._least, self._most = np.array(spans, dtype=np.int64).T.copy()
        self._variable = {
            variables: np.array([variables.index(n) if n in variables else 0 for n in names], dtype=np.int64)
            for variables in (SEA_VARIABLES, HALL_VARIABLES)
        }
        self._own = np.array([name == OXYGEN for name in names])
        self._probes: dict[tuple[int, ...], Probes] = {}

    def probes(self, containers: tuple[Container, ...]) -> Probes:
        """The sensors of containers of one type, kept for who asks for the same again."""
        ids = tuple(c.id for c in containers)
        found = self._probes.get(ids)
        if found is None:
            found = self._probes[ids] = self._make(containers)
        return found

    def faults(self, probes: Probes, start_day: int, lived: np.ndarray) -> Faults:
        """The faults of the sensors from start_day on, for lived (n,) days of each container."""
        slots = self._farm.model.readings_per_day
        longest = int(lived.max()) * slots // self._window + 2
        most = probes.noise.size * longest
        found = Faults(
            np.empty(most, dtype=np.int64),
            np.empty(most, dtype=np.int8),
            np.empty((most, 3), dtype=np.int64),
            np.empty(most),
        )
        count = find_faults(
            probes.fault,
            start_day * slots,
            lived * slots,
            self._window,
            self._chance,
            self._least,
            self._most,
            *found,
        )
        return Faults(*(column[:count] for column in found))

    def _make(self, containers: tuple[Container, ...]) -> Probes:
        parameter = np.array(containers[0].sensor_parameter_ids)
        which, each = parameter - 1, tuple(map(str, containers[0].sensor_parameter_ids))

        def keys(stream: Stream) -> np.ndarray:
            return np.stack([stream_keys(self._seed, stream, c.name, each=each) for c in containers])

        own = keys(Stream.SENSOR)
        bias, phase = np.empty(own.shape), np.empty(own.shape, dtype=np.int64)
        for (c, s), key in np.ndenumerate(own):
            bias[c, s] = self._bias_sd[which[s]] * am.normal(key, 0)
            phase[c, s] = int(am.uniform(key, 1) * self._interval)
        at_sea = containers[0].is_at_sea
        return Probes(
            np.array([c.id for c in containers], dtype=np.int64),
            np.array([c.sensor_ids.start for c in containers], dtype=np.int64),
            parameter,
            self._variable[SEA_VARIABLES if at_sea else HALL_VARIABLES][which],
            self._own[which] & at_sea,
            keys(Stream.READING),
            # a service's rate of drift has draws of its own: bias and phase are of the sensor's
            np.array([[stream_key(self._seed, Stream.SENSOR, c.name, p, "service") for p in each] for c in containers]),
            keys(Stream.FAULT),
            bias,
            phase,
            self._interval,
            self._noise_sd[which],
            self._drift[which],
            self._limits[which],
            self._spike[which],
            self._unit[which],
        )


_banks: WeakKeyDictionary[Climate, SensorBank] = WeakKeyDictionary()


def bank_of(climate: Climate) -> SensorBank:
    """The sensors that stand in a climate's water."""
    bank = _banks.get(climate)
    if bank is None:
        bank = _banks[climate] = SensorBank(climate)
    return bank


def groups(climate: Climate, stage: StageHistory) -> Iterator[Group]:
    """A stage's containers in order, those of one place together."""
    bank, slots = bank_of(climate), climate.farm.model.readings_per_day
    # a line may have gone flat before the fish came
    lead = min(climate.biology.model.sensors.fault_window_days, stage.start_day)
    containers = [climate.farm.container(c) for c in stage.container_ids]
    begin = 0
    for _, together in groupby(containers, lambda c: (c.place, c.container_type_id)):
        here = tuple(together)
        end = begin + len(here)
        field, residence = climate.at_readings(here[0], stage.start_day - lead, stage.end_day)
        water = Water(
            field,
            residence,
            np.ascontiguousarray(stage.oxygen_draw[begin:end]),
            stage.start_day * slots,
            lead * slots,
            slots,
        )
        probes, lived = bank.probes(here), stage.days_lived[begin:end].astype(np.int64)
        yield Group(begin, end, lived, water, probes, bank.faults(probes, stage.start_day, lived))
        begin = end


def daily_temperature(schedule: Schedule, climate: Climate, stage: StageHistory) -> tuple[np.ndarray, np.ndarray]:
    """The mean of a day's temperature readings, degC, and whether there were any; both (n, days).

    As a farmer computes it: what the sensor shows, right or wrong; 0 where nothing was read.
    """
    shape = (len(stage.container_ids), stage.days)
    mean, measured = np.empty(shape), np.empty(shape, dtype=np.bool_)
    temperature = [p.name for p in schedule.farm.model.parameters].index("Temperature") + 1
    for group in groups(climate, stage):
        here = slice(group.begin, group.end)
        sensor = int(np.flatnonzero(group.probes.parameter == temperature)[0])
        daily_means(group.lived, sensor, group.water, group.probes, group.faults, mean[here], measured[here])
    return mean, measured


def fault_counts(climate: Climate, containers: tuple[Container, ...], start_day: int, days: int) -> tuple[int, int]:
    """How many faults the sensors of containers of one type have during a stay, and the readings that drop out."""
    bank = bank_of(climate)
    faults = bank.faults(bank.probes(containers), start_day, np.full(len(containers), days, dtype=np.int64))
    dropped = faults.span[faults.kind == 0]
    return len(faults.kind), int((dropped[:, 2] - dropped[:, 1]).sum())


def _in_readings(hours: Range, slots: int) -> tuple[int, int]:
    """The least and most readings that a fault of so many hours concerns."""
    shortest, longest = (x * slots / 24.0 for x in hours)
    least = max(1, round(shortest))
    return least, max(least, round(longest))
