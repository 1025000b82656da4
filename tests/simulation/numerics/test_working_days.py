"""The working week: weekends and holidays by the almanac, and what falls due on them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from engine.biology.parameters import read_biology
from engine.simulation.numerics.working_days import (
    EPOCH,
    HOLIDAY,
    WEEKEND,
    WORK,
    Diligence,
    done_on,
    easter_day,
    kinds_of_days,
    weekly,
)

KEY = np.uint64(12_345)


def day(value: date) -> int:
    return (value - EPOCH).days


@pytest.mark.parametrize(
    "sunday",  # of the almanacs
    [date(1981, 4, 19), date(2000, 4, 23), date(2008, 3, 23), date(2024, 3, 31), date(2025, 4, 20), date(2038, 4, 25)],
)
def test_easter_is_the_almanacs(sunday: date) -> None:
    assert easter_day(sunday.year) == day(sunday)


def test_faroese_and_scottish_days_of_2025() -> None:
    regions = read_biology("published").model.regions
    faroese, scottish = (
        kinds_of_days(regions[name].holidays, regions[name].easter_holidays) for name in ("Faroe Islands", "Scotland")
    )
    assert faroese[day(date(2025, 7, 29))] == HOLIDAY  # Olavsoka
    assert scottish[day(date(2025, 7, 29))] == WORK
    assert faroese[day(date(2025, 5, 29))] == HOLIDAY  # Ascension
    assert scottish[day(date(2025, 4, 18))] == faroese[day(date(2025, 4, 18))] == HOLIDAY  # Good Friday
    assert scottish[day(date(2025, 11, 22))] == WEEKEND
    assert [int(scottish[day(date(2025, 11, 24)) + i]) for i in range(7)] == [0, 0, 0, 0, 0, 1, 2]  # St Andrew


def test_work_is_caught_up_on_the_next_day_of_work() -> None:
    kinds = kinds_of_days((1225, 1226), (-2, 1))
    due = np.array([day(date(2025, 12, 23) + timedelta(i)) for i in range(7)])
    done = done_on(due, KEY, kinds, Diligence(0.0, 0.0))
    assert [(EPOCH + timedelta(int(d))).day for d in done] == [23, 24, 29, 29, 29, 29, 29]
    assert done_on(due, KEY, kinds, Diligence(1.0, 1.0)).tolist() == due.tolist()


def test_some_of_it_is_done_at_the_weekend() -> None:
    kinds = kinds_of_days((1225,), (-2,))
    due = np.arange(10_000, 20_000)
    done = done_on(due, KEY, kinds, Diligence(0.28, 0.1))
    share = (kinds[done] != WORK).mean()
    assert share == pytest.approx(2 / 7 * 0.28, abs=0.01)


def test_a_routine_is_weekly_on_days_that_later_ends_leave_as_they_were() -> None:
    slips = (0, 0, 0, 1, -1)
    days = weekly(10_000, 12_000, KEY, slips)
    assert 5 <= np.diff(days).min() <= np.diff(days).max() <= 9
    assert len(set(days % 7)) > 1
    assert weekly(10_000, 11_000, KEY, slips).tolist() == days[days < 11_000].tolist()
    assert len({int(np.bincount(weekly(10_000, 12_000, np.uint64(k), (0,)) % 7).argmax()) for k in range(40)}) == 7
