"""Units of time, and the month of a day; days and months are counted since 1970."""

from __future__ import annotations

from typing import Any

import numpy as np

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
WEEK_DAYS = 7
DAYS_A_YEAR = 365.2425
MIDSUMMER, MIDWINTER = 172.0, 355.0  # days of the year


def months_since_1970(day: Any) -> np.ndarray:
    """The month that each day (since 1970) lies in, of the same shape; 0 is January 1970, so that % 12 is the month."""
    months: np.ndarray = np.asarray(day, dtype="datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months


def weeks_since_1970(day: Any) -> np.ndarray:
    """The week from Monday that each day (since 1970) lies in, of the same shape; 0 is that of 1 January 1970."""
    weeks: np.ndarray = (np.asarray(day, dtype=np.int64) + 3) // WEEK_DAYS
    return weeks


def weekday(day: Any) -> np.ndarray:
    """The day of the week that each day (since 1970) is, of the same shape; 0 is Monday."""
    days: np.ndarray = (np.asarray(day, dtype=np.int64) + 3) % WEEK_DAYS
    return days


def first_of_month(month: Any) -> np.ndarray:
    """The first day (since 1970) of each month (since 1970), of the same shape."""
    days: np.ndarray = np.asarray(month, dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return days


def first_of_week(week: Any) -> np.ndarray:
    """The Monday (since 1970) of each week (see weeks_since_1970), of the same shape."""
    days: np.ndarray = WEEK_DAYS * np.asarray(week, dtype=np.int64) - 3
    return days
