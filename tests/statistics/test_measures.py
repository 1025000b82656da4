"""Means, deviations and quantiles, and what is left out of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.statistics.measure import Basis, finite
from engine.statistics.table import compute_measures
from tests.statistics.hand_made import MakeRecords

BASIS = Basis("things", "nowhere")


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40), st.floats(0, 1))
def test_measures_agree_with_numpy(values: list[float], share: float) -> None:
    series = pl.Series(values, dtype=pl.Float64)
    assert BASIS.mean(series).value == pytest.approx(np.mean(values), abs=1e-6)
    assert BASIS.standard_deviation(series).value == pytest.approx(np.std(values, ddof=1), abs=1e-6)
    assert BASIS.quantile(series, share).value == pytest.approx(np.quantile(values, share), abs=1e-6)


def test_what_came_of_dividing_by_nothing_is_left_out() -> None:
    series = pl.Series([1.0, None, float("nan"), float("inf"), 3.0])
    assert finite(series).to_list() == [1.0, 3.0]
    assert (BASIS.mean(series).value, BASIS.mean(series).count) == (2.0, 2)
    assert BASIS.measure(float("nan"), 5).value is None
    assert BASIS.mean(pl.Series([], dtype=pl.Float64)).value is None
    assert BASIS.standard_deviation(pl.Series([1.0])).value is None


def test_a_lake_without_a_row_gives_no_value_and_no_error(make_records: MakeRecords) -> None:
    values = [m.value for family in compute_measures(make_records()) for m in family.values()]
    assert len(values) > 200
    assert set(values) == {None}
