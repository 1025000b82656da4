"""Kernels of what sensors show: noise, bias, drift between services, and faults."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAY_US
from engine.simulation.numerics.compilation import kernel

DROPOUT, SPIKE, FLAT_LINE = 0, 1, 2  # positions in the codes of sensor_fault.kind
FAULT_KINDS = 3
FAULT_DRAWS = 4  # a window
VALUE_UNITS = 10000.0  # a reading is a whole number of 0.0001 of its parameter's unit


class Probes(NamedTuple):
    """The sensors of n like containers, k in each; (n, k) differ between sensors, (k,) between what they measure.

    container, first_sensor (n,), parameter (k,): ids. variable (k,): the row of the field that a sensor stands in;
    in_container (k,): it reads the field less what the container's fish take. noise, service, fault (n, k): keys of
    streams. bias (n, k). phase (n, k), interval: services come when (reading + phase) is a multiple of interval, in
    readings since 1970. noise_sd, drift (k, 2) a reading, limits (k, 2), spike (k,): in the parameter's unit; unit
    (k,): resolution in 0.0001 of it.
    """

    container: np.ndarray
    first_sensor: np.ndarray
    parameter: np.ndarray
    variable: np.ndarray
    in_container: np.ndarray
    noise: np.ndarray
    service: np.ndarray
    fault: np.ndarray
    bias: np.ndarray
    phase: np.ndarray
    interval: int
    noise_sd: np.ndarray
    drift: np.ndarray
    limits: np.ndarray
    spike: np.ndarray
    unit: np.ndarray


class FaultRates(NamedTuple):
    """How sensors fail, in readings. Each window has one fault at the most, of a kind with probability chance (kinds,),
    that lasts from min_readings to max_readings (kinds,).
    """

    window: int
    chance: np.ndarray
    min_readings: np.ndarray
    max_readings: np.ndarray


class Faults(NamedTuple):
    """Faults in the order of their sensors, each sensor's in time, (faults,).

    place: container (position) x sensors + sensor; kind: DROPOUT, SPIKE or FLAT_LINE; span (faults, 3): when it began,
    and its first reading and the one after its last within the stay, in readings since 1970; size, from -1.5 to -0.5 or
    0.5 to 1.5, by which a spike's height is multiplied.
    """

    place: np.ndarray
    kind: np.ndarray
    span: np.ndarray
    size: np.ndarray


class Water(NamedTuple):
    """What sensors of one place stand in: field (variables, readings), residence (readings,), draw (n, days).

    slots: readings a day. first: number of the stay's first reading since 1970, which stands at `lead` in the field.
    """

    field: np.ndarray
    residence: np.ndarray
    draw: np.ndarray
    first: int
    lead: int
    slots: int


class SensorGroup(NamedTuple):
    """The sensors of n containers that share their water, over one stay of days_lived (n,) days each."""

    days_lived: np.ndarray
    water: Water
    probes: Probes
    faults: Faults


class Readings(NamedTuple):
    """Columns of readings, (rows,): ids, microseconds since 1970, and 0.0001 of the parameter's unit."""

    container: np.ndarray
    assignment: np.ndarray
    sensor: np.ndarray
    parameter: np.ndarray
    time_us: np.ndarray
    value: np.ndarray


class Display(NamedTuple):
    """How a sensor shows what it measures: see `write_readings`."""

    key: np.uint64
    noise_sd: float
    low: float
    high: float
    unit: int


@kernel
def find_faults(keys: np.ndarray, first: int, readings: np.ndarray, rates: FaultRates, out: Faults) -> int:
    """Write the faults of the sensors of n containers, in order, cut to their stays; returns how many.

    keys (n, sensors); first: number of all stays' first reading since 1970; readings (n,): a stay's. A fault lies
    wholly inside its window and its length is log-uniform; so a sensor's history does not depend on who asks for which
    part of it.
    """
    n, sensors = keys.shape
    window = rates.window
    count = 0
    for c in range(n):
        end = first + readings[c]
        for s in range(sensors):
            key = keys[c, s]
            for w in range(first // window, (end - 1) // window + 1):
                u = am.uniform(key, w * FAULT_DRAWS)
                kind = 0
                while kind < FAULT_KINDS and u >= rates.chance[kind]:
                    u -= rates.chance[kind]
                    kind += 1
                if kind == FAULT_KINDS:
                    continue
                low = am.log(1.0 * rates.min_readings[kind])
                high = am.log(rates.max_readings[kind] + 1.0)
                drawn = am.exp(low + (high - low) * am.uniform(key, w * FAULT_DRAWS + 1))
                length = min(max(int(drawn), rates.min_readings[kind]), rates.max_readings[kind])
                begin = w * window + int(am.uniform(key, w * FAULT_DRAWS + 2) * (window - length + 1))
                if begin >= end or begin + length <= first:
                    continue
                height = am.uniform(key, w * FAULT_DRAWS + 3) * 2.0 - 1.0
                out.place[count] = c * sensors + s
                out.kind[count] = kind
                out.span[count, 0] = begin
                out.span[count, 1] = max(begin, first)
                out.span[count, 2] = min(begin + length, end)
                out.size[count] = height + 0.5 if height >= 0.0 else height - 0.5
                count += 1
    return count


@kernel
def write_readings(
    water: np.ndarray, index: int, offset: float, drift: float, display: Display, value: np.ndarray
) -> None:
    """Write a reading for each value of `water` (readings,) into `value`: water + offset + drift x reading + noise.

    index: the first reading's number since 1970. display.unit: resolution in 0.0001 of the parameter's unit; low, high:
    what the sensor can show. Noise is the sum of four 16-bit uniforms of one hash (Irwin-Hall), normal to 3.4 sd.
    """
    scale = display.noise_sd / am.IRWIN_HALL_SD
    level = offset - scale * am.IRWIN_HALL_MEAN
    to_units = VALUE_UNITS / display.unit
    for i in range(water.shape[0]):
        z = am.mix(display.key + np.uint64(index + i + 1) * am.GOLDEN)
        total = am.irwin_hall_sum(z)
        x = water[i] + (level + drift * i) + scale * total
        x = min(max(x, display.low), display.high)
        value[i] = math.floor(x * to_units + 0.5) * display.unit


@kernel
def read_sensor(
    c: int, s: int, level: np.ndarray, group: SensorGroup, fault: int, time_us: np.ndarray, value: np.ndarray
) -> tuple[int, int]:
    """Write one stay's readings of sensor s of container c; returns how many, and the position of the next fault.

    level: the water at the sensor, as Water.field has it; fault: the position of the sensor's first. After a service
    the drift starts anew from 0. A dropout leaves no reading, a spike adds its size x the sensor's height, a flat line
    repeats the reading with which it began.
    """
    water, probes, faults = group.water, group.probes, group.faults
    readings = group.days_lived[c] * water.slots
    step = DAY_US // water.slots
    place = c * probes.parameter.shape[0] + s
    phase, interval, first = probes.phase[c, s], probes.interval, water.first
    display = Display(
        key=probes.noise[c, s],
        noise_sd=probes.noise_sd[s],
        low=probes.limits[s, 0],
        high=probes.limits[s, 1],
        unit=probes.unit[s],
    )
    row = 0
    i = 0
    while i < readings:
        index = first + i
        since = (index + phase) % interval
        until = min(readings, i + interval - since)
        kind = -1
        if fault < faults.place.shape[0] and faults.place[fault] == place:
            if index < faults.span[fault, 1]:
                until = min(until, faults.span[fault, 1] - first)
            else:
                kind = faults.kind[fault]
                until = min(until, faults.span[fault, 2] - first)
        count = until - i
        shown, number = count, index
        if kind == FLAT_LINE:
            shown, number = 1, faults.span[fault, 0]
            since = (number + phase) % interval
        if kind != DROPOUT:
            drift = probes.drift[s, 0] + (probes.drift[s, 1] - probes.drift[s, 0]) * am.uniform(
                probes.service[c, s], (number + phase) // interval
            )
            offset = probes.bias[c, s] + drift * since
            if kind == SPIKE:
                offset += faults.size[fault] * probes.spike[s]
            at = water.lead + number - first
            write_readings(
                level[at : at + shown],
                index=number,
                offset=offset,
                drift=drift,
                display=display,
                value=value[row : row + shown],
            )
            if kind == FLAT_LINE:
                value[row + 1 : row + count] = value[row]
            for j in range(count):
                time_us[row + j] = (index + j) * step
            row += count
        i = until
        if kind >= 0 and first + i == faults.span[fault, 2]:
            fault += 1
    return row, fault


@kernel
def level_in_container(c: int, days: int, water: Water, level: np.ndarray) -> None:
    """What the fish of container c leave of the oxygen that comes in, at each reading of their stay, into `level`."""
    outside = water.field[1]
    for i in range(water.lead):  # assigned as a slice, its check of shapes alone takes 4 s to compile
        level[i] = outside[i]
    for d in range(days):
        for i in range(water.lead + d * water.slots, water.lead + (d + 1) * water.slots):
            level[i] = outside[i] - water.draw[c, d] * water.residence[i]


@kernel
def read_group(row: int, group: SensorGroup, assignment: np.ndarray, out: Readings) -> int:
    """Append the readings of a group's n containers from `row` on; returns the next free row.

    assignment (n,): ids. Rows: container by container, sensor by sensor, in time.
    """
    water, probes = group.water, group.probes
    level = np.empty(water.field.shape[1])
    # for a plain 0 read_sensor would be compiled by itself
    fault: int = np.int64(0)  # type: ignore[assignment]
    for c in range(group.days_lived.shape[0]):
        begin = row
        for s in range(probes.parameter.shape[0]):
            time_us, value = out.time_us[row:], out.value[row:]
            if probes.in_container[s]:
                level_in_container(c, group.days_lived[c], water, level)
                count, fault = read_sensor(c, s, level, group, fault=fault, time_us=time_us, value=value)
            else:
                field = water.field[probes.variable[s]]
                count, fault = read_sensor(c, s, field, group, fault=fault, time_us=time_us, value=value)
            out.sensor[row : row + count] = probes.first_sensor[c] + s
            out.parameter[row : row + count] = probes.parameter[s]
            row += count
        out.container[begin:row] = probes.container[c]
        out.assignment[begin:row] = assignment[c]
    return row


@kernel
def daily_means(group: SensorGroup, s: int, mean: np.ndarray, measured: np.ndarray) -> None:
    """The mean of a day's readings of sensor s in each container, and whether there were any, into (n, days)."""
    water, probes, faults = group.water, group.probes, group.faults
    n, days = mean.shape
    time_us, value = np.empty(days * water.slots, dtype=np.int64), np.empty(days * water.slots, dtype=np.int64)
    field = water.field[probes.variable[s]]
    # for a plain 0 read_sensor would be compiled by itself
    fault: int = np.int64(0)  # type: ignore[assignment]
    for c in range(n):
        place = c * probes.parameter.shape[0] + s
        while fault < faults.place.shape[0] and faults.place[fault] < place:
            fault += 1
        rows, fault = read_sensor(c, s, field, group, fault=fault, time_us=time_us, value=value)
        first_day = water.first // water.slots
        i = 0
        for d in range(days):
            total, count = 0, 0
            while i < rows and time_us[i] < (first_day + d + 1) * DAY_US:
                total += value[i]
                count += 1
                i += 1
            measured[c, d] = count > 0
            mean[c, d] = total / (count * VALUE_UNITS) if count > 0 else 0.0
