"""The tide's current through a ring, and how long water stays in it."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

M2_HOURS = 12.4206012  # period of the principal lunar tide
S2_HOURS = 12.0  # of the principal solar tide
SPRING_TIDE_HOUR = 263142.0  # 2000-01-08 06:00 UTC in hours since 1970, a day and a half after a new moon


class Net(NamedTuple):
    """A ring's net: the way through it, and the share of the current's speed that it takes."""

    length_m: float
    blocking: float


class Current(NamedTuple):
    """The current at a site: a steady drift along the tide and an ellipse of the M2 and S2 tides.

    drift, lunar and solar are shares of speed_m_s; minor_axis: of the ellipse's major one. background_m_s: turbulence
    beside it. phase: of the tide at the site, in turns.
    """

    speed_m_s: float
    background_m_s: float
    drift: float
    lunar: float
    solar: float
    minor_axis: float
    phase: float


@kernel
def course(first_day: int, days: int, slots: int, current: Current) -> np.ndarray:
    """The tide at the times of reading about its mean of the day, (days, slots): within +-1 at a mean spring tide."""
    out = np.empty((days, slots))
    solar_lag = SPRING_TIDE_HOUR / M2_HOURS - SPRING_TIDE_HOUR / S2_HOURS
    whole = current.lunar + current.solar
    for d in range(days):
        mean = 0.0
        for s in range(slots):
            hour = (first_day + d) * 24.0 + s * (24.0 / slots)
            m2 = hour / M2_HOURS + current.phase
            s2 = hour / S2_HOURS + solar_lag + current.phase
            # water is highest a quarter of a tide after it runs in fastest
            out[d, s] = (current.lunar * am.cos_turns(m2 - 0.25) + current.solar * am.cos_turns(s2 - 0.25)) / whole
            mean += out[d, s]
        mean /= slots
        for s in range(slots):
            out[d, s] -= mean
    return out


@kernel
def residence_h(first_day: int, days: int, demand: np.ndarray, net: Net, current: Current) -> np.ndarray:
    """Hours that water stays in a ring at the times of reading, (days, slots), x what the fish demand at that hour.

    Water crosses the net at the current's speed less the share that it takes. Spring tides fall on the moon's own
    days; the drift makes one of the day's slack waters the longer. demand (slots,): 1 on average.
    """
    speed_m_s, background_m_s, phase = current.speed_m_s, current.background_m_s, current.phase
    along, lunar, solar, across = current.drift, current.lunar, current.solar, current.minor_axis
    slots = demand.shape[0]
    out = np.empty((days, slots))
    # where both tides are in phase the tide is a spring tide
    solar_lag = SPRING_TIDE_HOUR / M2_HOURS - SPRING_TIDE_HOUR / S2_HOURS
    for d in range(days):
        for s in range(slots):
            hour = (first_day + d) * 24.0 + s * (24.0 / slots)
            m2 = hour / M2_HOURS + phase
            s2 = hour / S2_HOURS + solar_lag + phase
            u = along + lunar * am.cos_turns(m2) + solar * am.cos_turns(s2)
            v = across * (lunar * am.cos_turns(m2 - 0.25) + solar * am.cos_turns(s2 - 0.25))
            speed = math.sqrt(speed_m_s * speed_m_s * (u * u + v * v) + background_m_s * background_m_s)
            out[d, s] = demand[s] * net.length_m / (speed * (1.0 - net.blocking)) / 3600.0
    return out
