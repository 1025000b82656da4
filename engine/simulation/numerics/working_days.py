"""Days on which people rest, and the days on which work is done that falls due on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS, weekday

WORK, WEEKEND, HOLIDAY = 0, 1, 2  # kinds of days
FRIDAY = 4
FIRST_YEAR, LAST_YEAR = 1970, 2263
EPOCH = date(FIRST_YEAR, 1, 1)
SLIPS_FROM = 1  # of a rhythm's draws, the first that is not its phase


class Diligence(NamedTuple):
    """Of the work that falls due at a weekend, or on a holiday, the share that is done on that day."""

    weekend: float
    holiday: float


@lru_cache(maxsize=16)
def kinds_of_days(fixed: tuple[int, ...], easter: tuple[int, ...]) -> np.ndarray:
    """What kind each day since 1970 is in a country: WORK, WEEKEND or HOLIDAY; not to be written to.

    fixed: its holidays as month x 100 + day; easter: as days after Easter Sunday.
    """
    day = np.arange((date(LAST_YEAR + 1, 1, 1) - EPOCH).days)
    kind = np.where(weekday(day) > FRIDAY, WEEKEND, WORK).astype(np.int8)
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        kind[[(date(year, md // 100, md % 100) - EPOCH).days for md in fixed]] = HOLIDAY
        kind[[easter_day(year) + after for after in easter]] = HOLIDAY
    kind.flags.writeable = False
    return kind


def easter_day(year: int) -> int:
    """Easter Sunday of a year, days since 1970 (Meeus 1991, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    after = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * after) // 451
    month, day = divmod(h + after - 7 * m + 114, 31)
    return (date(year, month, day + 1) - EPOCH).days


def done_on(due: np.ndarray, key: np.uint64, kinds: np.ndarray, diligence: Diligence) -> np.ndarray:
    """The day on which work that falls due on each of some days (since 1970) is done: that day, or the next of work."""
    chance = (1.0, *diligence)
    out = np.array(due, dtype=np.int64)
    for i, day in enumerate(out.tolist()):
        if am.uniform(key, day) >= chance[kinds[day]]:
            out[i] = next_working_day(day, kinds)
    return out


def next_working_day(day: int, kinds: np.ndarray) -> int:
    """The first day of work from `day` on."""
    while kinds[day] != WORK:
        day += 1
    return day


def weekly(first_day: int, end_day: int, key: np.uint64, slips: Sequence[int]) -> np.ndarray:
    """The days of [first_day, end_day) on which routine work falls due, ascending.

    On a weekday of the key's own, off by one of `slips`, days.
    """
    phase = int(am.uniform(key, 0) * WEEK_DAYS)
    due = np.arange(first_day + (phase - first_day) % WEEK_DAYS, end_day, WEEK_DAYS)
    off = [slips[int(am.uniform(key, SLIPS_FROM + day) * len(slips))] for day in due.tolist()]
    shifted = due + np.array(off, dtype=np.int64)
    days: np.ndarray = np.unique(shifted[(shifted >= first_day) & (shifted < end_day)])
    return days
