"""Kernels of what is observed: sensors' readings and weekly growth samples."""

from __future__ import annotations

import math

import numpy as np

from engine.simulation import arithmetic as am
from engine.simulation.compilation import kernel

M2_HOURS = 12.4206012  # period of the principal lunar tide
MICROSECONDS_A_DAY = 86_400_000_000
IRWIN_HALL_MEAN = 131070.0
IRWIN_HALL_SD = 37837.22626
CM_A_ROOT = 4.5  # about 100^(1/3) over the cube root of K: length over the cube-root weight, cm / g^(1/3)
THIRD = 1.0 / 3.0
MASK_16 = np.uint64(0xFFFF)
S16, S32, S48 = np.uint64(16), np.uint64(32), np.uint64(48)


@kernel
def within_day(
    daily: np.ndarray, first_day: int, slots: int, diurnal: np.ndarray, tide: np.ndarray, tide_phase: float
) -> np.ndarray:
    """A place's field at the times of reading, shape (variables, days * slots).

    daily (variables, days); diurnal, tide (variables,): amplitudes of a daily cycle (highest at 16 UTC; it averages
    to zero over the day's readings) and of the M2 tide. tide_phase in turns.
    """
    variables, days = daily.shape
    out = np.empty((variables, days * slots))
    for p in range(variables):
        for d in range(days):
            for s in range(slots):
                x = daily[p, d]
                hour = s * (24.0 / slots)
                if diurnal[p] != 0.0:
                    x += diurnal[p] * am.cos_turns((hour - 16.0) / 24.0)
                if tide[p] != 0.0:
                    x += tide[p] * am.cos_turns(((first_day + d) * 24.0 + hour) / M2_HOURS + tide_phase)
                out[p, d * slots + s] = x
    return out


@kernel
def read_sensors(
    start: int,
    field: np.ndarray,
    variable: np.ndarray,
    lowering: np.ndarray,
    first_index: int,
    container_id: int,
    assignment_id: int,
    first_sensor_id: int,
    parameter: np.ndarray,
    keys: np.ndarray,
    bias: np.ndarray,
    noise_sd: np.ndarray,
    unit: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    slots: int,
    containers: np.ndarray,
    assignments: np.ndarray,
    sensors: np.ndarray,
    parameters: np.ndarray,
    times: np.ndarray,
    values: np.ndarray,
) -> int:
    """Append the readings of one container's sensors over one stay; returns the next free row.

    field (variables, readings): the water at each time of reading. variable (sensors,): the row of `field` that a
    sensor sees. lowering (sensors, days): what the container itself takes from it. first_index: number of the
    first reading since 1970-01-01. unit: resolution in 0.0001 of the parameter's unit; low, high: what the sensor
    can show. Output rows: sensor by sensor, in time. values: 0.0001 of the unit.

    Noise is the sum of four 16-bit uniforms of one hash (Irwin-Hall), normal to 3.4 sd.
    """
    readings = field.shape[1]
    row = start
    for s in range(keys.shape[0]):
        p = variable[s]
        key = keys[s]
        scale = noise_sd[s] / IRWIN_HALL_SD
        offset = bias[s] - scale * IRWIN_HALL_MEAN
        to_units = 10000.0 / unit[s]
        for i in range(readings):
            z = am.mix(key + np.uint64(first_index + i + 1) * am.GOLDEN)
            total = float((z & MASK_16) + ((z >> S16) & MASK_16) + ((z >> S32) & MASK_16) + (z >> S48))
            x = field[p, i] - lowering[s, i // slots] + offset + scale * total
            x = min(max(x, low[s]), high[s])
            values[row + i] = math.floor(x * to_units + 0.5) * unit[s]
        step = MICROSECONDS_A_DAY // slots
        for i in range(readings):
            times[row + i] = (first_index + i) * step
        sensors[row : row + readings] = first_sensor_id + s
        parameters[row : row + readings] = parameter[s]
        row += readings
    containers[start:row] = container_id
    assignments[start:row] = assignment_id
    return row


@kernel
def selection_errors(keys: np.ndarray, sd: float, limit: float) -> np.ndarray:
    """By how much the fish that come into a container's samples differ from all, in SD of the cube-root weight, (n,).

    A Laplace deviate of the given sd, cut off at `limit` sd: most containers are sampled fairly, a few are not.
    """
    out = np.empty(keys.shape[0])
    for c in range(keys.shape[0]):
        u = am.uniform(keys[c], 0) - 0.5
        size = min(-am.log(1.0 - 2.0 * abs(u)) / math.sqrt(2.0), limit)
        out[c] = sd * (size if u > 0.0 else -size)
    return out


@kernel
def irwin_hall(z: np.uint64) -> float:
    """A standard deviate from one hash: the sum of its four 16-bit uniforms, near normal, never beyond 3.5."""
    total = float((z & MASK_16) + ((z >> S16) & MASK_16) + ((z >> S32) & MASK_16) + (z >> S48))
    return (total - IRWIN_HALL_MEAN) / IRWIN_HALL_SD


@kernel
def draw_fish(
    key: np.uint64, index: int, mu: float, root_sd: float, condition: float, condition_sd: float
) -> tuple[int, int]:
    """One fish of a container: weight (0.01 g) and length (0.01 cm), from the stream's draws `index` and `index` + 1.

    mu, root_sd: mean and SD of the cube-root weight. condition, condition_sd: of K = 100 W / L^3, drawn near normal
    and within 3.5 SD (Irwin-Hall); it gives the rounded weight its length, by Newton.
    """
    root = max(mu + root_sd * am.normal(key, index), 0.2 * mu)
    k = condition + condition_sd * irwin_hall(am.mix(key + np.uint64(index + 2) * am.GOLDEN))
    weight = max(1, am.whole(root * root * root * 100.0))
    cubed = weight / k
    length = CM_A_ROOT * root
    for _ in range(3):  # from within 10 %, the error squares each time
        length = THIRD * (length + length + cubed / (length * length))
    return weight, max(1, am.whole(length * 100.0))


@kernel
def weigh(
    keys: np.ndarray,
    selection: np.ndarray,
    first_day: int,
    every: int,
    also_on: int,
    last_day: int,
    enough_cg: int,
    size: int,
    population: np.ndarray,
    mu: np.ndarray,
    v: np.ndarray,
    condition: float,
    condition_sd: float,
    sample_container: np.ndarray,
    sample_day: np.ndarray,
    sample_size: np.ndarray,
    statistics: np.ndarray,
    fish_sample: np.ndarray,
    fish_number: np.ndarray,
    fish_weight: np.ndarray,
    fish_length: np.ndarray,
) -> tuple[int, int]:
    """Weigh and measure `size` fish of each of n containers every `every` days; returns (samples, fish) written.

    population, mu, v (n, days); selection (n,): see selection_errors. Days of the stay: also_on is weighed on too,
    those after last_day are not. A container is weighed no more once a sample before its latest had reached enough_cg
    (0.01 g): the latest itself has no say, so that what it errs does not decide whether it is the last.

    Per sample: container (position), day, size and statistics (samples, 7): mean, sd, least, greatest weight (0.01 g),
    mean and sd of length (0.01 cm), mean K (0.01). Per fish: its sample (position), number from 1, weight (0.01 g) and
    length (0.01 cm). The statistics are those of the rounded values.
    """
    n, days = population.shape
    samples = 0
    fish = 0
    for c in range(n):
        before_cg = 0
        enough = False
        for d in range(min(days, last_day + 1)):
            if (d % every != every - 1 and d != also_on) or enough:
                continue
            count = min(size, population[c, d])
            if count == 0:
                continue
            root_sd = math.sqrt(v[c, d])
            root = mu[c, d] + selection[c] * root_sd
            weight_sum = 0
            length_sum = 0
            k_sum = 0.0
            least = 1 << 40
            greatest = 0
            begin = fish
            for i in range(count):
                index = ((first_day + d) * size + i) * 2
                weight, length = draw_fish(keys[c], index, root, root_sd, condition, condition_sd)
                fish_sample[fish] = samples
                fish_number[fish] = i + 1
                fish_weight[fish] = weight
                fish_length[fish] = length
                weight_sum += weight
                length_sum += length
                long = float(length)
                k_sum += weight / (long * long * long)
                least = min(least, weight)
                greatest = max(greatest, weight)
                fish += 1
            weight_mean = weight_sum / count
            length_mean = length_sum / count
            weight_ss = 0.0
            length_ss = 0.0
            for f in range(begin, fish):
                off = fish_weight[f] - weight_mean
                weight_ss += off * off
                off = fish_length[f] - length_mean
                length_ss += off * off
            free = max(count - 1, 1)
            mean_cg = am.whole(weight_mean)
            sample_container[samples] = c
            sample_day[samples] = first_day + d
            sample_size[samples] = count
            statistics[samples, 0] = mean_cg
            statistics[samples, 1] = am.whole(math.sqrt(weight_ss / free))
            statistics[samples, 2] = least
            statistics[samples, 3] = greatest
            statistics[samples, 4] = am.whole(length_mean)
            statistics[samples, 5] = am.whole(math.sqrt(length_ss / free))
            statistics[samples, 6] = am.whole(k_sum / count * 100_000_000.0)  # 0.01 g and 0.01 cm
            samples += 1
            enough = before_cg >= enough_cg > 0
            before_cg = mean_cg
    return samples, fish
