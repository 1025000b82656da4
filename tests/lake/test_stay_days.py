"""A day's row is found where it must lie, and rows that lie otherwise are seen."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.state_days import STATES, TRUTHS, LacksOrder, days_in_order
from lake.stay_days import StayDays, WaterDays
from lake.views import connect

STAYS = st.dictionaries(st.integers(1, 9), st.tuples(st.integers(-3, 3), st.integers(1, 4)), min_size=1)
ASKED = st.lists(st.tuples(st.integers(0, 10), st.integers(-5, 9)))


@given(STAYS, ASKED)
def test_a_day_is_found_where_it_lies(stays: dict[int, tuple[int, int]], asked: list[tuple[int, int]]) -> None:
    rows = [(stay, first + n) for stay, (first, days) in sorted(stays.items()) for n in range(days)]
    in_order = sorted(stays.items())
    found = StayDays.of(
        stays=np.array([s for s, _ in in_order]),
        days=np.array([days for _, (_, days) in in_order]),
        first_days=np.array([first for _, (first, _) in in_order]),
    )
    stay, day = np.array([*asked, *rows], np.int64).T
    assert found.rows_of(stay, day).tolist() == [rows.index(key) if key in rows else -1 for key in [*asked, *rows]]


@pytest.mark.parametrize(
    "rows", [[], [(1, 1), (1, 3)], [(1, 2), (1, 1)], [(1, 1), (1, 1)], [(2, 1), (1, 1)], [(1, 1), (2, 1), (1, 2)]]
)
def test_rows_that_lie_otherwise_are_none(tmp_path: Path, rows: list[tuple[int, int]]) -> None:
    with duckdb.connect() as connection:
        for table in (STATES, TRUTHS):
            connection.execute(f"CREATE TABLE {table} (assignment_id INTEGER, date DATE)")
            for stay, day in rows:
                connection.execute(f"INSERT INTO {table} VALUES (?, DATE '1970-01-01' + ?::INTEGER)", [stay, day])
        with pytest.raises(LacksOrder):
            list(days_in_order(connection, tmp_path, (), ()))


@pytest.mark.parametrize(
    "spoilt",
    [
        "daily_state ORDER BY date, assignment_id",
        "daily_truth ORDER BY date, assignment_id",
        "(SELECT * REPLACE (CASE WHEN day_number > 3 THEN temp_c END AS temp_c) FROM daily_state) AS daily_state",
        "daily_state WHERE false",
    ],
)
def test_states_that_do_not_lie_beside_their_truths_tell_nothing_of_the_water(tiny_run: Path, spoilt: str) -> None:
    table = "daily_truth" if "daily_truth" in spoilt else "daily_state"
    with connect(tiny_run) as connection:
        assert WaterDays.read(connection, tiny_run) is not None
        connection.execute(f"CREATE TABLE copied AS FROM {spoilt}; DROP VIEW {table}")
        connection.execute(f"ALTER TABLE copied RENAME TO {table}")
        assert WaterDays.read(connection, tiny_run) is None
