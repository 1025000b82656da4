"""Units of time, and the month of a day; days and months are counted since 1970."""

from __future__ import annotations

from typing import Any

import numpy as np

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
WEEK_DAYS = 7
DAYS_A_YEAR = 365.2425


def months_since_1970(day: Any) -> np.ndarray:
    """The month that each day (since 1970) lies in, of the same shape; 0 is January 1970, so that % 12 is the month."""
    months: np.ndarray = np.asarray(day, dtype="datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months
