"""Weekdays, holidays, times of day, plans: work as people do it, and work as a loop over days does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest

from engine.statistics.telltales import working_week
from tests.statistics.hand_made import Row, batch, day, deaths, ring, states
from tests.statistics.telltales.bounds import farm_records, inside

EVERY_DAY = [date(2021, 3, 1) + timedelta(n) for n in range(140)]  # from a Monday on, whole weeks
# Monday to Friday, and a Saturday every other week: 10 of 110 days
WORKING_DAYS = [d for n, d in enumerate(EVERY_DAY) if n % 7 < 5 or n % 14 == 5]


def at(day: date, clock: time = time(9, 30)) -> datetime:
    return datetime.combine(day, clock, UTC)


def treated(method: str) -> Callable[[date], Row]:
    return lambda d: {"treatment_date": at(d), "method": method}


ROWS: dict[str, tuple[str, Callable[[date], Row]]] = {
    "lice counts": ("lice_count", lambda d: {"assignment_id": 1, "count_date": at(d), "fish_sampled": 20}),
    "weight samples": ("growth_sample", lambda d: {"sample_date": d}),
    "treatments": ("treatment", treated("THERMAL")),
    "vaccinations": ("treatment", treated("VACCINE")),
    "moves": ("transfer_action", lambda d: {"actual_execution_date": d}),
    "harvests": ("harvest_event", lambda d: {"event_date": at(d)}),
    "journal entries": ("journal_entry", lambda d: {"entry_date": at(d)}),
}


@pytest.mark.parametrize("what", ROWS)
def test_people_work_from_monday_to_friday(what: str) -> None:
    table, row = ROWS[what]
    name = f"{what} on Saturday or Sunday"
    for days, share, natural in ((WORKING_DAYS, 100 / 11, True), (EVERY_DAY, 200 / 7, False)):
        found = working_week.calendar(farm_records(**{table: [row(d) for d in days]}))
        assert found[name].value == pytest.approx(share)
        assert found[name].count == len(days)
        assert inside(found, name) == [natural]


def test_a_count_is_counted_once_whatever_it_found() -> None:
    """A row for each kind of louse is one count."""
    _, row = ROWS["lice counts"]
    rows = [row(d) | {"lice_type_id": kind} for d in EVERY_DAY[:7] for kind in (1, 2, 3)]
    assert working_week.calendar(farm_records(lice_count=rows))["lice counts on Saturday or Sunday"].count == 7


@pytest.mark.parametrize("what", ["treatments", "vaccinations", "harvests"])
def test_work_begins_at_any_quarter_of_an_hour(what: str) -> None:
    table, _ = ROWS[what]
    name = f"{what} begun at the 10 most frequent times of day"
    stamp = "event_date" if what == "harvests" else "treatment_date"
    method = {"harvests": {}, "vaccinations": {"method": "VACCINE"}, "treatments": {"method": "BATH"}}[what]
    quarters = [time(7 + n // 4, 15 * (n % 4)) for n in range(40)]
    for clocks, share, natural in ((quarters, 25.0, True), ([time(10)], 100.0, False)):
        rows: list[dict[str, Any]] = [{stamp: at(EVERY_DAY[n], clocks[n % len(clocks)])} | method for n in range(80)]
        found = working_week.calendar(farm_records(**{table: rows}))
        assert found[name].value == pytest.approx(share)
        assert inside(found, name) == [natural]


@pytest.mark.parametrize("what", ["lice counts", "journal entries"])
def test_records_keep_their_own_minute(what: str) -> None:
    table, row = ROWS[what]
    stamp = "count_date" if what == "lice counts" else "entry_date"
    name = f"{what} at the most frequent minute of the hour"
    for step, share, natural in ((7, 100 / 60, True), (60, 100.0, False)):
        rows = [row(d) | {stamp: at(d, time(8, n * step % 60))} for n, d in enumerate(EVERY_DAY[:60])]
        found = working_week.calendar(farm_records(**{table: rows}))
        assert found[name].value == pytest.approx(share)
        assert inside(found, name) == [natural]


def test_holidays_are_kept() -> None:
    year = [date(2021, 1, 1) + timedelta(n) for n in range(365)]
    name = "work on Christmas and New Year's days over other days"
    at_work = [d for d in year if (d.month, d.day) not in working_week.HOLIDAYS]
    at_work = [date(2021, 1, 1), *at_work]  # one of three holidays is worked
    for days, value, natural in ((at_work, 1 / 3 / (363 / 365), True), (year, 1.0, False)):
        rows = [{"sample_date": d} for d in days]
        found = working_week.calendar(farm_records(growth_sample=rows))
        assert found[name].value == pytest.approx(value)
        assert found[name].count == 3
        assert inside(found, name) == [natural]


def test_dead_fish_are_found_by_people() -> None:
    """Day 2 at sea is a Monday; the week before is not whole, the last ring's dead are too few."""
    names = [f"dead fish found on {weekday} over the mean day" for weekday in ("Sunday", "Monday")]
    assert day(2).isoweekday() == 1
    by_people, by_water = [10, 7, 7, 7, 7, 7, 4], [7] * 7
    for week, natural in ((by_people, True), (by_water, False)):
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(1, 1), ring(2, 1)],
            daily_state=[*states(1, [1000] * 15), *states(2, [1000] * 15)],
            mortality_event=[
                *deaths(1, {1: 500} | {2 + n + 7 * w: dead for n, dead in enumerate(week) for w in (0, 1)}),
                *deaths(2, {8: 34}),
            ],
        )
        found = working_week.deaths_by_weekday(records)
        assert [found[name].count for name in names] == [2, 2]
        assert [found[name].value for name in names] == pytest.approx([week[6] / 7, week[0] / 7])
        assert inside(found, *names) == [natural] * 2


def test_plans_shift_and_rings_differ() -> None:
    moves, stocked = "moves begun on the planned day", "CV of the fish stocked between a batch's rings, median"
    for late, fish, kept, cv in (((0, 1, 0, 3), (950, 1000, 1050), 50.0, 5.0), ((0, 0), (1000, 1000, 1000), 100, 0)):
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(n, 1, fish=many) for n, many in enumerate(fish, 1)],
            transfer_workflow=[
                *({"planned_start_date": day(9), "actual_start_date": day(9 + days)} for days in late),
                {"planned_start_date": day(9)},
            ],
        )
        found = working_week.plans(records)
        assert (found[moves].value, found[moves].count) == (kept, len(late))
        assert found[stocked].value == pytest.approx(cv)
        assert found[stocked].count == 1
        assert inside(found, moves, stocked) == [kept == 50, kept == 50]


def test_no_work_at_all_is_no_holiday() -> None:
    nothing = working_week.holiday_work(pl.DataFrame(schema={"date": pl.Date}))
    assert (nothing.value, nothing.count) == (None, 0)
