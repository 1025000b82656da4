"""Every sensor's history, the same for its readings and for what a farmer makes of them.

A sensor's bias, drift, services and faults are its own, whoever lives in the container and however long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from engine.biology.values import HoursRange
from engine.biology.water import HALL_VARIABLES, SEA_VARIABLES
from engine.farm.infrastructure import Container
from engine.farm.schedule import Schedule
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.observed.sensor_readings import (
    FaultRates,
    Faults,
    Probes,
    SensorGroup,
    Water,
    daily_means,
    find_faults,
)
from engine.simulation.record import StageHistory
from engine.simulation.water.climate import Climate
from lake.codes import OXYGEN

TEMPERATURE = "Temperature"  # the name of the farm's parameter
DAYS_A_YEAR = 365.0  # as the rates of drift and faults count it


class SensorBank:
    """The sensors of a farm's containers, by the seed and the biology."""

    def __init__(self, climate: Climate) -> None:
        self._farm, self._seed = climate.farm, climate.seed
        sensors, slots = climate.biology.model.sensors, climate.farm.model.readings_per_day
        names = [p.name for p in climate.farm.model.parameters]

        def in_order(by_name: dict[str, Any]) -> np.ndarray:
            return np.array([by_name[name] for name in names])

        self._noise_sd, self._bias_sd = in_order(sensors.noise_sd), in_order(sensors.bias_sd)
        self._spike = in_order(sensors.spike)
        self._drift = in_order(sensors.drift_a_month) / (DAYS_A_YEAR / 12.0 * slots)
        self._limits = in_order(sensors.physical_range)
        self._unit = np.array([round(sensors.resolution[name] * 10000) for name in names], dtype=np.int64)
        self._interval = sensors.service_interval_days * slots
        a_year = (sensors.dropouts_a_year, sensors.spikes_a_year, sensors.flat_lines_a_year)
        hours = (sensors.dropout_hours, sensors.spike_hours, sensors.flat_line_hours)
        min_readings, max_readings = np.array([_in_readings(x, slots) for x in hours], dtype=np.int64).T.copy()
        self._rates = FaultRates(
            window=sensors.fault_window_days * slots,
            chance=np.array(a_year) * (sensors.fault_window_days / DAYS_A_YEAR),
            min_readings=min_readings,
            max_readings=max_readings,
        )
        self._variable = {
            variables: np.array([variables.index(n) if n in variables else 0 for n in names], dtype=np.int64)
            for variables in (SEA_VARIABLES, HALL_VARIABLES)
        }
        self._in_container = np.array([name == OXYGEN for name in names])
        self._probes: dict[tuple[int, ...], Probes] = {}

    def probes(self, containers: tuple[Container, ...]) -> Probes:
        """The sensors of containers of one type, kept for who asks for the same again."""
        ids = tuple(c.id for c in containers)
        found = self._probes.get(ids)
        if found is None:
            found = self._probes[ids] = self._make(containers)
        return found

    def faults(self, probes: Probes, start_day: int, days_lived: np.ndarray) -> Faults:
        """The faults of the sensors from start_day (since 1970) on, for days_lived (n,) of each container."""
        slots = self._farm.model.readings_per_day
        windows = int(days_lived.max()) * slots // self._rates.window + 2
        room = probes.noise.size * windows
        found = Faults(
            place=np.empty(room, dtype=np.int64),
            kind=np.empty(room, dtype=np.int8),
            span=np.empty((room, 3), dtype=np.int64),
            size=np.empty(room),
        )
        count = find_faults(probes.fault, start_day * slots, days_lived * slots, self._rates, out=found)
        return Faults._make(column[:count] for column in found)

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
        # a service's rate of drift has draws of its own: bias and phase are of the sensor's
        service = [[stream_key(self._seed, Stream.SENSOR, c.name, p, "service") for p in each] for c in containers]
        return Probes(
            container=np.array([c.id for c in containers], dtype=np.int64),
            first_sensor=np.array([c.sensor_ids.start for c in containers], dtype=np.int64),
            parameter=parameter,
            variable=self._variable[SEA_VARIABLES if at_sea else HALL_VARIABLES][which],
            in_container=self._in_container[which] & at_sea,
            noise=keys(Stream.READING),
            service=np.array(service),
            fault=keys(Stream.FAULT),
            bias=bias,
            phase=phase,
            interval=self._interval,
            noise_sd=self._noise_sd[which],
            drift=self._drift[which],
            limits=self._limits[which],
            spike=self._spike[which],
            unit=self._unit[which],
        )


_banks: WeakKeyDictionary[Climate, SensorBank] = WeakKeyDictionary()


def bank_of(climate: Climate) -> SensorBank:
    """The sensors that stand in a climate's water."""
    bank = _banks.get(climate)
    if bank is None:
        bank = _banks[climate] = SensorBank(climate)
    return bank


def sensor_groups(climate: Climate, stage: StageHistory) -> Iterator[tuple[slice, SensorGroup]]:
    """The sensors of a stage's containers in order, those of one place together; with the containers' positions."""
    bank, slots = bank_of(climate), climate.farm.model.readings_per_day
    # a line may have gone flat before the fish came
    lead = min(climate.biology.model.sensors.fault_window_days, stage.start_day)
    containers = [climate.farm.container(c) for c in stage.container_ids]
    begin = 0
    for _, together in groupby(containers, lambda c: (c.place, c.container_type_id)):
        neighbours = tuple(together)
        here = slice(begin, begin + len(neighbours))
        field, residence = climate.at_readings(neighbours[0], stage.start_day - lead, stage.end_day)
        water = Water(
            field=field,
            residence=residence,
            draw=np.ascontiguousarray(stage.oxygen_draw[here]),
            first=stage.start_day * slots,
            lead=lead * slots,
            slots=slots,
        )
        probes, days_lived = bank.probes(neighbours), stage.days_lived[here].astype(np.int64)
        faults = bank.faults(probes, stage.start_day, days_lived)
        yield here, SensorGroup(days_lived=days_lived, water=water, probes=probes, faults=faults)
        begin = here.stop


def daily_temperatures(
    schedule: Schedule, stage: StageHistory, groups: Iterable[tuple[slice, SensorGroup]]
) -> tuple[np.ndarray, np.ndarray]:
    """The mean of a day's temperature readings, degC, and whether there were any; both (n, days). groups: the stage's.

    As a farmer computes it: what the sensor shows, right or wrong; 0 where nothing was read.
    """
    shape = (len(stage.container_ids), stage.days)
    mean, measured = np.empty(shape), np.empty(shape, dtype=np.bool_)
    temperature = [p.name for p in schedule.farm.model.parameters].index(TEMPERATURE) + 1
    for here, group in groups:
        sensor = int(np.flatnonzero(group.probes.parameter == temperature)[0])
        daily_means(group, sensor, mean[here], measured[here])
    return mean, measured


def _in_readings(hours: HoursRange, slots: int) -> tuple[int, int]:
    """The fewest and the most readings that a fault of so many hours concerns, one at least."""
    low, high = (x * slots / 24.0 for x in hours)
    min_readings = max(1, round(low))
    return min_readings, max(min_readings, round(high))
