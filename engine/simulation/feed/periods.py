"""Kernels of what a stay comes to by calendar weeks and months: feed, biomass, growth, weighings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.feed.rations import Stock, book_growth
from engine.simulation.numerics.compilation import kernel

SUMS = 9  # what sum_periods writes of a period
PERIOD_FIGURES = 11  # rows of what list_periods writes


class FedStay(NamedTuple):
    """A stay of n fed containers from start_day (since 1970) on, for days_lived (n,) days. ids (n,): of the stays.

    meals (n, days, 2) in 0.0001 kg; weighed (n, days): fish were weighed that day.
    """

    start_day: int
    days_lived: np.ndarray
    ids: np.ndarray
    stock: Stock
    meals: np.ndarray
    weighed: np.ndarray


class Calendar(NamedTuple):
    """First days (since 1970) of all weeks and months that a batch's life touches, and of the next one of each."""

    weeks: np.ndarray
    months: np.ndarray


@kernel
def sum_periods(stay: FedStay, booked: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """What each container's periods of a kind come to, (n, periods, SUMS); begins (periods + 1,): their first days.

    Fish in the first morning, first and last day lived, feed (0.0001 kg), meals, biomass in the first morning and on
    the last evening (0.01 kg), growth (as `booked`, see book_growth), day of the latest weighing of the stay by then,
    -1 for none.
    """
    stock, meals = stay.stock, stay.meals
    n, days = stock.fish.shape
    sums = np.zeros((n, begins.shape[0] - 1, SUMS), dtype=np.int64)
    for c in range(n):
        before_fish, before_cg = stock.fish_arrived[c], stock.weight_arrived_cg[c]
        latest = -1
        p = 0
        for d in range(min(days, stay.days_lived[c])):
            day = stay.start_day + d
            while begins[p + 1] <= day:
                p += 1
            if d == 0 or begins[p] == day:
                sums[c, p, 0] = before_fish
                sums[c, p, 1] = day
                sums[c, p, 5] = (before_fish * before_cg + 500) // 1000
            if stay.weighed[c, d]:
                latest = day
            for t in range(meals.shape[2]):
                sums[c, p, 3] += meals[c, d, t]
                sums[c, p, 4] += 1 if meals[c, d, t] > 0 else 0
            before_fish, before_cg = stock.fish[c, d], stock.weight_cg[c, d]
            sums[c, p, 2] = day
            sums[c, p, 6] = (before_fish * before_cg + 500) // 1000
            sums[c, p, 7] += booked[c, d]
            sums[c, p, 8] = latest
    return sums


@kernel
def list_periods(row: int, stay: FedStay, span: int, calendar: Calendar, as_of_day: int, rows: np.ndarray) -> int:
    """Append a stay's weeks and months that are over and began with fish, to `rows` (PERIOD_FIGURES, periods), from
    `row` on; returns the next free place.

    Container by container, by first day, a week before a month that begins with it. span: see book_growth. The rows of
    `rows` are the stay's id, the period's first and last day, and what sum_periods gives but for the fish.
    """
    booked = np.zeros(stay.stock.fish.shape, dtype=np.int64)
    book_growth(span, days_lived=stay.days_lived, stock=stay.stock, weighed=stay.weighed, booked=booked)
    weeks, months = calendar.weeks, calendar.months
    of_week, of_month = sum_periods(stay, booked, weeks), sum_periods(stay, booked, months)
    for c in range(stay.days_lived.shape[0]):
        w, m = 0, 0
        while w < weeks.shape[0] - 1 or m < months.shape[0] - 1:
            is_week = m == months.shape[0] - 1 or (w < weeks.shape[0] - 1 and weeks[w] <= months[m])
            if is_week:
                first, end, sums = weeks[w], weeks[w + 1], of_week[c, w]
                w += 1
            else:
                first, end, sums = months[m], months[m + 1], of_month[c, m]
                m += 1
            if sums[0] > 0 and end <= as_of_day:
                rows[0, row] = stay.ids[c]
                rows[1, row] = first
                rows[2, row] = end - 1
                for i in range(1, SUMS):
                    rows[2 + i, row] = sums[i]
                row += 1
    return row
