"""Kernels of a hall's water: episodes of its biofilter, failures of its power."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

WINDOW_DAYS = 60  # at most one episode begins in each, and none lasts longer
FAILURE_DAYS = 365  # at most one failure in each
DRAWS = 4  # a window


class Episodes(NamedTuple):
    """Episodes in which a biofilter takes up less: per_year of them, of lognormal lengths.

    rise: their mean height, as a rise of the logarithm of what it leaves; rise_sd: between them.
    """

    per_year: float
    days_median: float
    days_sdlog: float
    rise: float
    rise_sd: float


class PowerFailures(NamedTuple):
    """Failures of a hall's power. probability: a year. Oxygen falls by 0.5 to 1.5 x depth (% saturation) at most, and
    a failure lasts 0.5 to 1.5 x hours."""

    probability: float
    depth: float
    hours: float


@kernel
def biofilter(key: np.uint64, first_day: int, days: int, episodes: Episodes) -> np.ndarray:
    """How much less a biofilter takes up, as a rise of the logarithm of what it leaves, by day.

    Episodes rise and fall as a raised cosine.
    """
    out = np.zeros(days)
    for window in range(max(0, first_day // WINDOW_DAYS - 1), (first_day + days - 1) // WINDOW_DAYS + 1):
        draw = window * DRAWS
        if am.uniform(key, draw) >= episodes.per_year * WINDOW_DAYS / 365.0:
            continue
        begin = (window + am.uniform(key, draw + 1)) * WINDOW_DAYS
        length = min(episodes.days_median * am.exp(episodes.days_sdlog * am.normal(key, draw + 2)), 1.0 * WINDOW_DAYS)
        height = max(episodes.rise + episodes.rise_sd * am.normal(key, draw + 3), 0.0)
        for d in range(max(0, int(begin) - first_day), min(days, int(begin + length) + 1 - first_day)):
            turns = (first_day + d + 0.5 - begin) / length
            if 0.0 < turns < 1.0:
                out[d] += height * 0.5 * (1.0 - am.cos_turns(turns))
    return out


@kernel
def power_failures(key: np.uint64, first_day: int, days: int, slots: int, failures: PowerFailures) -> np.ndarray:
    """How far oxygen falls while a hall has no power, % saturation, (days, slots) at even hours from 00 UTC.

    It falls and comes back as a half sine.
    """
    hours = failures.hours
    out = np.zeros((days, slots))
    hours_a_slot = 24.0 / slots
    longest = int(1.5 * hours / 24.0) + 1
    for window in range(max(0, (first_day - longest) // FAILURE_DAYS), (first_day + days - 1) // FAILURE_DAYS + 1):
        draw = window * DRAWS
        if am.uniform(key, draw) >= failures.probability * FAILURE_DAYS / 365.0:
            continue
        begin = (window + am.uniform(key, draw + 1)) * FAILURE_DAYS * 24.0
        length = hours * (0.5 + am.uniform(key, draw + 2))
        deepest = failures.depth * (0.5 + am.uniform(key, draw + 3))
        first, last = int(begin / hours_a_slot), int((begin + length) / hours_a_slot)
        for i in range(max(0, first - first_day * slots), min(days * slots, last + 1 - first_day * slots)):
            part = ((first_day * slots + i) * hours_a_slot - begin) / length
            if 0.0 < part < 1.0:
                out[i // slots, i % slots] += deepest * am.cos_turns(0.5 * part - 0.25)
    return out
