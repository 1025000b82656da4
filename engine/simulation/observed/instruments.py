"""Kernels of what sensors show: noise, bias, drift between services, and faults."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAY_US
from engine.simulation.numerics.compilation import kernel

DROPOUT, SPIKE, FLAT_LINE = 0, 1, 2  # positions in the codes of sensor_fault.kind
FAULT_DRAWS = 4  # a window


class Probes(NamedTuple):
    """The sensors of n like containers, k in each; (n, k) differ between sensors, (k,) between what they measure.

    container, first_sensor (n,), parameter (k,): ids. variable (k,): the row of the field that a sensor stands in;
    own (k,): the fish draw on it. noise, service, fault (n, k): keys of streams. bias (n, k). phase (n, k), interval:
    services come when (reading + phase) is a multiple of interval, in readings since 1970. noise_sd, drift (k, 2) a
    reading, limits (k, 2), spike (k,): in the parameter's unit; unit (k,): resolution in 0.0001 of it.
    """

    container: np.ndarray
    first_sensor: np.ndarray
    parameter: np.ndarray
    variable: np.ndarray
    own: np.ndarray
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


class Faults(NamedTuple):
    """Faults in the order of their sensors, each sensor's in time. See find_faults."""

    place: np.ndarray
    kind: np.ndarray
    span: np.ndarray
    size: np.ndarray


class Water(NamedTuple):
    """What sensors of one place stand in: field (variables, readings), residence (readings,), draw (n, days).

    first: number of the stay's first reading since 1970, which stands at `lead` in the field.
    """

    field: np.ndarray
    residence: np.ndarray
    draw: np.ndarray
    first: int
    lead: int
    slots: int


@kernel
def find_faults(
    keys: np.ndarray,
    first: int,
    readings: np.ndarray,
    window: int,
    chance: np.ndarray,
    least: np.ndarray,
    most: np.ndarray,
    place: np.ndarray,
    kind: np.ndarray,
    span: np.ndarray,
    size: np.ndarray,
) -> int:
    """The faults of the sensors of n containers, in order, cut to their stays; returns how many.

    Times are counted in readings since 1970. Each window of `window` readings has one fault at the most, of a kind
    with probability chance[kind], wholly inside it, of least[kind] to most[kind] readings, log-uniform; so a
    sensor's history does not depend on who asks for which part of it.
    keys (n, sensors); first: of all stays; readings (n,): a stay's. Per fault: place, its position container x
    sensors + sensor; kind; span, when it began, and its first reading and the one after its last within the stay; size,
    from -1.5 to -0.5 or 0.5 to 1.5, by which a spike's height is multiplied.
    """
    n, sensors = keys.shape
    count = 0
    for c in range(n):
        end = first + readings[c]
        for s in range(sensors):
            key = keys[c, s]
            for w in range(first // window, (end - 1) // window + 1):
                u = am.uniform(key, w * FAULT_DRAWS)
                what = 0
                while what < 3 and u >= chance[what]:
                    u -= chance[what]
                    what += 1
                if what == 3:
                    continue
                low = am.log(1.0 * least[what])
                high = am.log(most[what] + 1.0)
                drawn = am.exp(low + (high - low) * am.uniform(key, w * FAULT_DRAWS + 1))
                length = min(max(int(drawn), least[what]), most[what])
                begin = w * window + int(am.uniform(key, w * FAULT_DRAWS + 2) * (window - length + 1))
                if begin >= end or begin + length <= first:
                    continue
                height = am.uniform(key, w * FAULT_DRAWS + 3) * 2.0 - 1.0
                place[count] = c * sensors + s
                kind[count] = what
                span[count, 0] = begin
                span[count, 1] = max(begin, first)
                span[count, 2] = min(begin + length, end)
                size[count] = height + 0.5 if height >= 0.0 else height - 0.5
                count += 1
    return count


@kernel
def show(
    row: int,
    count: int,
    water: np.ndarray,
    at: int,
    key: np.uint64,
    index: int,
    offset: float,
    slope: float,
    noise_sd: float,
    unit: int,
    low: float,
    high: float,
    values: np.ndarray,
) -> None:
    """Write `count` readings from `row` on, in 0.0001 of the unit: water + offset + slope x reading + noise.

    water[at] is the first reading's; `index` is its number since 1970. unit: resolution in 0.0001 of the parameter's
    unit; low, high: what the sensor can show. Noise is the sum of four 16-bit uniforms of one hash (Irwin-Hall),
    normal to 3.4 sd.
    """
    scale = noise_sd / am.IRWIN_HALL_SD
    level = offset - scale * am.IRWIN_HALL_MEAN
    to_units = 10000.0 / unit
    for i in range(count):
        z = am.mix(key + np.uint64(index + i + 1) * am.GOLDEN)
        total = am.irwin_hall_sum(z)
        x = water[at + i] + (level + slope * i) + scale * total
        x = min(max(x, low), high)
        values[row + i] = math.floor(x * to_units + 0.5) * unit


@kernel
def read_sensor(
    row: int,
    c: int,
    s: int,
    readings: int,
    level: np.ndarray,
    water: Water,
    probes: Probes,
    faults: Faults,
    fault: int,
    times: np.ndarray,
    values: np.ndarray,
) -> tuple[int, int]:
    """Append one stay's readings of sensor s of container c; returns the next free row and the next sensor's fault.

    level: the water at the sensor, as Water.field has it. After a service the drift starts anew from 0. A dropout
    leaves no row, a spike adds its size x the sensor's height, a flat line repeats the reading with which it began.
    """
    step = DAY_US // water.slots
    place = c * probes.parameter.shape[0] + s
    key, phase, interval, first = probes.noise[c, s], probes.phase[c, s], probes.interval, water.first
    low, high = probes.limits[s, 0], probes.limits[s, 1]
    i = 0
    while i < readings:
        index = first + i
        since = (index + phase) % interval
        until = min(readings, i + interval - since)
        what = -1
        if fault < faults.place.shape[0] and faults.place[fault] == place:
            if index < faults.span[fault, 1]:
                until = min(until, faults.span[fault, 1] - first)
            else:
                what = faults.kind[fault]
                until = min(until, faults.span[fault, 2] - first)
        count = until - i
        shown, number = count, index
        if what == FLAT_LINE:
            shown, number = 1, faults.span[fault, 0]
            since = (number + phase) % interval
        if what != DROPOUT:
            rate = probes.drift[s, 0] + (probes.drift[s, 1] - probes.drift[s, 0]) * am.uniform(
                probes.service[c, s], (number + phase) // interval
            )
            offset = probes.bias[c, s] + rate * since
            if what == SPIKE:
                offset += faults.size[fault] * probes.spike[s]
            at = water.lead + number - first
            show(
                row, shown, level, at, key, number, offset, rate, probes.noise_sd[s], probes.unit[s], low, high, values
            )
            if what == FLAT_LINE:
                values[row + 1 : row + count] = values[row]
            for j in range(count):
                times[row + j] = (index + j) * step
            row += count
        i = until
        if what >= 0 and first + i == faults.span[fault, 2]:
            fault += 1
    return row, fault


@kernel
def own_level(c: int, days: int, water: Water, level: np.ndarray) -> None:
    """What the fish of container c leave of the oxygen that comes in, at each reading of their stay, into `level`."""
    outside = water.field[1]
    level[: water.lead] = outside[: water.lead]
    for d in range(days):
        for i in range(water.lead + d * water.slots, water.lead + (d + 1) * water.slots):
            level[i] = outside[i] - water.draw[c, d] * water.residence[i]


@kernel
def read_all(
    row: int,
    lived: np.ndarray,
    water: Water,
    probes: Probes,
    faults: Faults,
    assignment: np.ndarray,
    containers: np.ndarray,
    assignments: np.ndarray,
    sensors: np.ndarray,
    parameters: np.ndarray,
    times: np.ndarray,
    values: np.ndarray,
) -> int:
    """Append the readings of n containers over one stay of lived (n,) days; returns the next free row.

    Output rows: container by container, sensor by sensor, in time. values: 0.0001 of the parameter's unit.
    """
    level = np.empty(water.field.shape[1])
    fault = 0
    for c in range(lived.shape[0]):
        begin = row
        for s in range(probes.parameter.shape[0]):
            start = row
            readings = lived[c] * water.slots
            if probes.own[s]:
                own_level(c, lived[c], water, level)
                row, fault = read_sensor(row, c, s, readings, level, water, probes, faults, fault, times, values)
            else:
                field = water.field[probes.variable[s]]
                row, fault = read_sensor(row, c, s, readings, field, water, probes, faults, fault, times, values)
            sensors[start:row] = probes.first_sensor[c] + s
            parameters[start:row] = probes.parameter[s]
        containers[begin:row] = probes.container[c]
        assignments[begin:row] = assignment[c]
    return row


@kernel
def daily_means(
    lived: np.ndarray,
    s: int,
    water: Water,
    probes: Probes,
    faults: Faults,
    mean: np.ndarray,
    measured: np.ndarray,
) -> None:
    """The mean of a day's readings of sensor s in each container, and whether there were any, into (n, days).

    The faults are those of all sensors.
    """
    n, days = mean.shape
    times, values = np.empty(days * water.slots, dtype=np.int64), np.empty(days * water.slots, dtype=np.int64)
    field = water.field[probes.variable[s]]
    fault = 0
    for c in range(n):
        place = c * probes.parameter.shape[0] + s
        while fault < faults.place.shape[0] and faults.place[fault] < place:
            fault += 1
        rows, fault = read_sensor(0, c, s, lived[c] * water.slots, field, water, probes, faults, fault, times, values)
        first_day = water.first // water.slots
        i = 0
        for d in range(days):
            total, count = 0, 0
            while i < rows and times[i] < (first_day + d + 1) * DAY_US:
                total += values[i]
                count += 1
                i += 1
            measured[c, d] = count > 0
            mean[c, d] = total / (count * 10000.0) if count > 0 else 0.0
