"""The month of a day against the standard library's calendar."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.simulation.numerics.calendar import months_since_1970


@given(st.lists(st.integers(-30_000, 60_000), min_size=1))
def test_a_days_month_is_the_calendars(days: list[int]) -> None:
    dates = [date(1970, 1, 1) + timedelta(days=day) for day in days]
    expected = [12 * (d.year - 1970) + d.month - 1 for d in dates]
    np.testing.assert_array_equal(months_since_1970(np.array(days)), expected)
    assert int(months_since_1970(days[0])) == expected[0]
