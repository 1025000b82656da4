"""Kernels of series in time: what wanders, what has a season, what lies between monthly values."""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import DAYS_A_YEAR
from engine.simulation.numerics.compilation import kernel


@kernel
def ar1(key: np.uint64, n: int, coefficient: float, sd: float) -> np.ndarray:
    """n values of a stationary AR(1) with the given marginal sd, from the stream's draws 0 to n - 1."""
    out = np.empty(n)
    step = np.sqrt(1.0 - coefficient * coefficient)
    x = 0.0
    for i in range(n):
        z = am.normal(key, i)
        x = z if i == 0 else coefficient * x + step * z
        out[i] = sd * x
    return out


@kernel
def wander(key: np.uint64, n: int, coefficient: float, sd: float) -> np.ndarray:
    """Like `ar1`, at a fifteenth of its cost: a step is the sum of four uniforms (Irwin-Hall), within 3.46 sd."""
    out = np.empty(n)
    step = np.sqrt(1.0 - coefficient * coefficient)
    x = 0.0
    for i in range(n):
        z = am.irwin_hall(key, i)
        x = z if i == 0 else coefficient * x + step * z
        out[i] = sd * x
    return out


@kernel
def exponential(values: np.ndarray, median: float) -> np.ndarray:
    """median x exp(values), element by element."""
    out = np.empty(values.shape[0])
    for i in range(values.shape[0]):
        out[i] = median * am.exp(values[i])
    return out


@kernel
def uniforms(key: np.uint64, n: int) -> np.ndarray:
    """Draws 0 to n - 1 of a stream, in (0, 1)."""
    out = np.empty(n)
    for i in range(n):
        out[i] = am.uniform(key, i)
    return out


@kernel
def season(first_day: int, days: int, peak_day: float) -> np.ndarray:
    """A yearly cosine from 1 on day `peak_day` of the year to -1 half a year later, by day."""
    out = np.empty(days)
    for d in range(days):
        out[d] = am.cos_turns((first_day + d + 0.5 - peak_day) / DAYS_A_YEAR)
    return out


@kernel
def interpolate(x: float, xs: np.ndarray, ys: np.ndarray) -> float:
    """Piecewise-linear y(x) through (xs, ys) (n,), xs ascending; constant beyond the ends."""
    if x <= xs[0]:
        return float(ys[0])
    for i in range(1, xs.shape[0]):
        if x < xs[i]:
            return float(ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1]))
    return float(ys[-1])


@kernel
def through_months(months: np.ndarray, position: np.ndarray) -> np.ndarray:
    """A smooth course (Catmull-Rom) through monthly values; the series wraps around.

    position: in months, .0 = a month's middle.
    """
    n = months.shape[0]
    out = np.empty(position.shape[0])
    for i in range(position.shape[0]):
        whole = np.floor(position[i])
        f = position[i] - whole
        k = int(whole)
        p0, p1, p2, p3 = months[(k - 1) % n], months[k % n], months[(k + 1) % n], months[(k + 2) % n]
        out[i] = p1 + 0.5 * f * (p2 - p0 + f * (2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3 + f * (3.0 * (p1 - p2) + p3 - p0)))
    return out


@kernel
def daily_cycle(daily: np.ndarray, amplitude: np.ndarray, slots: int) -> np.ndarray:
    """A day's course around its level, (days, slots) at even hours from 00 UTC: highest at 16 UTC, its mean the level.

    daily, amplitude: (days,).
    """
    days = daily.shape[0]
    cycle = np.empty(slots)
    mean = 0.0
    for s in range(slots):
        cycle[s] = am.cos_turns(s / slots - 16.0 / 24.0)
        mean += cycle[s]
    mean /= slots
    out = np.empty((days, slots))
    for d in range(days):
        for s in range(slots):
            out[d, s] = daily[d] + amplitude[d] * (cycle[s] - mean)
    return out


@kernel
def day_means(values: np.ndarray) -> np.ndarray:
    """The mean of each day's values, (days, slots) to (days,), summed in order as life does."""
    days, slots = values.shape
    out = np.empty(days)
    for d in range(days):
        total = 0.0
        for s in range(slots):
            total += values[d, s]
        out[d] = total / slots
    return out
