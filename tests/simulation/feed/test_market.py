"""The feed market: a series of its name, shared in part by all geographies, that no span of days shifts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.biology.parameters import Biology
from engine.simulation.feed.market import feed_index

MONTH_DAYS = np.arange("1970-01", "2030-01", dtype="datetime64[M]").astype("datetime64[D]").astype(int)


@pytest.fixture(scope="module")
def months(biology: Biology) -> np.ndarray:
    """Log index of 300 geographies in each month of 1970 to 2029, less the trend: (worlds, geographies, months)."""
    policy = biology.model.feed
    years = np.arange(len(MONTH_DAYS)) / 12 + 1970 - policy.market_epoch_year
    series = [
        [np.log(feed_index(biology, seed, f"G{g}", first_day=0, days=365 * 60 + 15)[MONTH_DAYS]) for g in range(2)]
        for seed in range(150)
    ]
    return np.array(series) - policy.market_trend * years


def test_the_index_is_a_mean_corrected_lognormal_about_its_trend(months: np.ndarray, biology: Biology) -> None:
    sd = biology.model.feed.market_sd
    assert np.exp(months).mean() == pytest.approx(1.0, abs=0.01)
    assert months.std() == pytest.approx(sd, rel=0.05)


def test_the_index_remembers_the_month_before_as_asked(months: np.ndarray, biology: Biology) -> None:
    centred = months - months.mean()
    found = (centred[:, :, 1:] * centred[:, :, :-1]).mean() / centred.var()
    assert found == pytest.approx(biology.model.feed.market_ar1, abs=0.01)


def test_geographies_share_the_worlds_part(months: np.ndarray, biology: Biology) -> None:
    centred = months - months.mean()
    found = (centred[:, 0] * centred[:, 1]).mean() / centred.var()
    assert found == pytest.approx(biology.model.feed.market_common**2, abs=0.05)


@given(st.integers(0, 25_000), st.integers(1, 900), st.integers(0, 200))
def test_a_days_price_is_the_same_in_every_span(biology: Biology, first: int, days: int, later: int) -> None:
    long = feed_index(biology, 3, "Scotland", first_day=first, days=days + later)
    np.testing.assert_array_equal(feed_index(biology, 3, "Scotland", first_day=first, days=days), long[:days])
    np.testing.assert_array_equal(
        feed_index(biology, 3, "Scotland", first_day=first + days - 1, days=1 + later), long[days - 1 :]
    )


def test_the_price_changes_with_the_month_and_on_no_other_day(biology: Biology) -> None:
    index = feed_index(biology, 3, "Scotland", first_day=0, days=365 * 60 + 15)
    changed = np.flatnonzero(np.diff(index)) + 1
    np.testing.assert_array_equal(changed, MONTH_DAYS[1:])
