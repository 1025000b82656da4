"""Kernels of the open sea: temperature anomalies, marine heat waves, rain that freshens a loch."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAYS_A_YEAR
from engine.simulation.numerics.compilation import kernel

HEAT_DRAWS = 4  # a year
TAIL_SD = 2.5  # a heat wave's peak stays within so many sd of its usual day


class AnomalyModel(NamedTuple):
    """The sea's monthly anomaly: its lag-one memory, its sd (degC), and the lines that it is made of.

    Lines stand one cycle in `line_years` years apart, each displaced at random by up to half of `jitter` x that
    distance.
    """

    memory: float
    sd: float
    line_years: int
    jitter: float


class HeatWaves(NamedTuple):
    """Marine heat waves: their yearly probability, and a wave's height and length.

    peak_c and length_days vary evenly by +- spread (a share); peak_day: day of the year, normal with its sd.
    """

    probability: float
    peak_c: float
    length_days: float
    spread: float
    peak_day: float
    peak_day_sd: float


@kernel
def anomaly(key: np.uint64, first_day: int, days: int, model: AnomalyModel) -> np.ndarray:
    """What the sea's monthly temperature departs from season and trend by, degC, by day.

    Spectral representation (Shinozuka & Deodatis 1991; Deodatis 1996): a sum of cosines of random phase whose powers
    are those of an AR(1) of monthly means with the model's memory and sd. The lines are displaced, so that a record of
    a decade shows the process's own memory and spread; the year's own harmonics are left to the season. Day by day
    the lines are raised by what the mean over a month takes from them.
    """
    memory, line_years = model.memory, model.line_years
    lines = 6 * line_years
    frequency, power, phase = np.empty(lines), np.empty(lines), np.empty(lines)
    total = 0.0
    for k in range(lines):
        # cycles a year, up to half a cycle a month
        frequency[k] = (k + 1 + model.jitter * (am.uniform(key, 2 * k) - 0.5)) / line_years
        phase[k] = am.uniform(key, 2 * k + 1)
        turns = frequency[k] / 12.0
        power[k] = 1.0 / (1.0 + memory * memory - 2.0 * memory * am.cos_turns(turns))
        if (k + 1) % line_years == 0:
            power[k] = 0.0
        total += power[k]
    out = np.zeros(days)
    for k in range(lines):
        if power[k] == 0.0:
            continue
        turns = frequency[k] / 12.0
        of_month = am.cos_turns(0.5 * turns - 0.25) / (0.5 * am.TWO_PI * turns)
        height = model.sd * math.sqrt(2.0 * power[k] / total) / of_month
        for d in range(days):
            out[d] += height * am.cos_turns(frequency[k] * ((first_day + d + 0.5) / DAYS_A_YEAR) + phase[k])
    return out


@kernel
def heat_waves(key: np.uint64, first_day: int, days: int, waves: HeatWaves) -> np.ndarray:
    """Warming by marine heat waves, degC, by day: at most one a year, each rising and falling as a raised cosine."""
    spread = waves.spread
    out = np.zeros(days)
    for year in range(int(first_day / DAYS_A_YEAR) - 1, int((first_day + days) / DAYS_A_YEAR) + 2):
        draw = max(year, 0) * HEAT_DRAWS
        if year < 0 or am.uniform(key, draw) >= waves.probability:
            continue
        late = min(max(am.normal(key, draw + 1), -TAIL_SD), TAIL_SD)
        length = waves.length_days * (1.0 + spread * (2.0 * am.uniform(key, draw + 2) - 1.0))
        height = waves.peak_c * (1.0 + spread * (2.0 * am.uniform(key, draw + 3) - 1.0))
        begin = year * DAYS_A_YEAR + waves.peak_day + waves.peak_day_sd * late - 0.5 * length
        for d in range(max(0, int(begin) - first_day), min(days, int(begin + length) + 1 - first_day)):
            turns = (first_day + d + 0.5 - begin) / length
            if 0.0 < turns < 1.0:
                out[d] += height * 0.5 * (1.0 - am.cos_turns(turns))
    return out


@kernel
def rain(key: np.uint64, days: int, chance: np.ndarray, depth: float, memory_days: float) -> np.ndarray:
    """How much rain freshens the water, PSU, by day since 1970: pulses on rainy days that fade away.

    chance (days,): of a pulse. depth: its mean, exponentially distributed. memory_days: in which it falls to 1/e.
    """
    out = np.empty(days)
    keep = am.exp(-1.0 / memory_days)
    x = 0.0
    for d in range(days):
        x *= keep
        if am.uniform(key, 2 * d) < chance[d]:
            x -= depth * am.log(am.uniform(key, 2 * d + 1))
        out[d] = x
    return out
