"""Rows of container_feeding_summary and batch_feeding_summary: a stay and a batch by calendar weeks and months.

The periods are those by which AquaMind's feed conversion trend groups what is predicted: weeks from Monday, months
from the first. Every summary has a period's whole calendar dates, also of a stay that began or ended within it, so that
those of a geography can be put together; it is made once the period is over. Stages that live on their yolk have none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from engine.biology.parameters import Parameters
from engine.simulation.feed.periods import PERIOD_FIGURES, Calendar, FedStay, list_periods
from engine.simulation.numerics.calendar import (
    WEEK_DAYS,
    first_of_month,
    first_of_week,
    months_since_1970,
    weeks_since_1970,
)
from engine.simulation.rows.columns import BatchRows, Columns, biomass_units, code, codes, edges, empty
from engine.simulation.rows.lives import Lives
from lake.codes import SEA
from lake.columns import Nullable

CONFIDENCE_LEVELS = ("VERY_HIGH", "HIGH", "MEDIUM", "LOW")  # the columns' codes rise so: the greatest is the least sure
MAX_FCR = 99_999  # thousandths, what the column holds
MAX_PERCENT = 99_999  # hundredths
MIN_MONTH_DAYS, MAX_PERIOD_DAYS = 28, 32  # of a month; more than any period's


class _Kind(NamedTuple):
    """A kind of period. of_day: the number of the period that each day lies in; first_day: of each number."""

    of_day: Callable[[Any], np.ndarray]
    first_day: Callable[[Any], np.ndarray]

    def begins(self, first_day: int, end_day: int) -> np.ndarray:
        """The first days of the periods that days [first_day, end_day) lie in, and that of the next."""
        return self.first_day(np.arange(int(self.of_day(first_day)), int(self.of_day(end_day - 1)) + 2))


WEEKS, MONTHS = _Kind(weeks_since_1970, first_of_week), _Kind(months_since_1970, first_of_month)


class _Evenings(NamedTuple):
    """The days of all lives, end to end, and up to each of them (days + 1,): the biomass of all fed containers on the
    evenings, 0.01 kg, and how many evenings had any.

    begins, lengths (lives,): where each life's days stand, and how many; first_days: since 1970.
    """

    begins: np.ndarray
    lengths: np.ndarray
    first_days: np.ndarray
    biomass: np.ndarray
    lived: np.ndarray


def summary_tables(lives: Lives) -> dict[str, BatchRows]:
    """container_feeding_summary and batch_feeding_summary."""
    periods, counts, evenings = _periods(lives)
    if not periods.shape[1]:
        none = {name: empty(name) for name in ("container_feeding_summary", "batch_feeding_summary")}
        return {name: lives.rows(columns, counts) for name, columns in none.items()}
    containers = _container_rows(lives, periods)
    batches, batch_counts = _batch_rows(lives, containers, np.repeat(np.arange(len(lives)), counts), evenings)
    return {
        "container_feeding_summary": lives.rows(_nullable(containers, "fcr"), counts),
        "batch_feeding_summary": lives.rows(
            _nullable(batches, "fcr", "weighted_avg_fcr", "average_feeding_percentage"), batch_counts
        ),
    }


def _periods(lives: Lives) -> tuple[np.ndarray, np.ndarray, _Evenings]:
    """The periods of all containers, (PERIOD_FIGURES, periods), stay by stay; how many are each life's; the evenings'
    biomass.
    """
    model = lives.schedule.biology.model
    first_days = np.array([life.history.batch.start_day for life in lives])
    lengths = np.array([life.stages[-1].end_day for life in lives]) - first_days
    begins = edges(lengths)[:-1]
    biomass, lived = np.zeros(int(lengths.sum()), dtype=np.int64), np.zeros(int(lengths.sum()), dtype=np.int64)
    # a stay begins and ends within a period of each kind
    room = sum(len(s.container_ids) * (s.days // WEEK_DAYS + s.days // MIN_MONTH_DAYS + 4) for s in lives.stages)
    rows, ends = np.empty((PERIOD_FIGURES, room), dtype=np.int64), [0]
    for life, begin in zip(lives, begins.tolist(), strict=True):
        first_day, end_day, end = life.history.batch.start_day, life.stages[-1].end_day, ends[-1]
        calendar = Calendar(weeks=WEEKS.begins(first_day, end_day), months=MONTHS.begins(first_day, end_day))
        for stage, ids, fed, weighed in zip(life.stages, life.ids, life.feeding, life.weighed, strict=True):
            if not _is_fed(model, stage.stage):
                continue
            stay = FedStay(
                start_day=stage.start_day,
                days_lived=stage.days_lived.astype(np.int64),
                ids=ids,
                stock=fed.stock,
                meals=fed.meals,
                weighed=weighed,
            )
            end = list_periods(
                end, stay, model.feed.summary_revision_days, calendar, as_of_day=lives.schedule.as_of_day, rows=rows
            )
            here = slice(begin + stage.start_day - first_day, begin + stage.end_day - first_day)
            biomass[here] += biomass_units(fed.stock.fish, fed.stock.weight_cg).sum(axis=0)
            lived[here] = 1
        ends.append(end)
    until, lived_until = (edges(values) for values in (biomass, lived))
    evenings = _Evenings(begins=begins, lengths=lengths, first_days=first_days, biomass=until, lived=lived_until)
    return rows[:, : ends[-1]], np.diff(ends), evenings


def _is_fed(model: Parameters, stage: int) -> bool:
    return stage == SEA or model.stages.fcr[stage - 1] > 0


def _container_rows(lives: Lives, periods: np.ndarray) -> Columns:
    """A row a container and period."""
    policy = lives.schedule.biology.model.feed
    stay, first, last, first_lived, last_lived, feed, meals, start, end, growth, latest = periods
    # rows wait to be written: a view would keep all columns until then
    stay, start, end = (values.copy() for values in (stay, start, end))
    age = np.where(latest >= 0, last_lived - latest, np.iinfo(np.int32).max)
    levels = codes("container_feeding_summary", "confidence_level", CONFIDENCE_LEVELS)
    method = codes("container_feeding_summary", "estimation_method", ("INTERPOLATED", "MEASURED"))
    feed, growth = (
        (feed + 50) // 100,
        (growth + 500 * policy.summary_revision_days) // (1000 * policy.summary_revision_days),
    )
    return {
        "container_assignment_id": stay,
        "period_start": first,
        "period_end": last,
        "total_feed_kg": feed,
        "starting_biomass_kg": start,
        "ending_biomass_kg": end,
        "growth_kg": growth,
        "fcr": _conversion(lives, feed, growth, start),
        "confidence_level": levels[np.searchsorted(policy.summary_confidence_days, age, side="right")],
        "estimation_method": method[(latest >= first_lived).astype(np.int64)],
        "data_points": meals,
    }


def _batch_rows(lives: Lives, rows: Columns, life: np.ndarray, evenings: _Evenings) -> tuple[Columns, np.ndarray]:
    """The sums of the containers' `rows` of each batch's periods, and how many are each batch's.

    life: the position of the life that each of `rows` is of.
    """
    which = rows["period_start"] * MAX_PERIOD_DAYS + rows["period_end"] - rows["period_start"]
    span = int(which.max()) + 1
    which += life * span
    order = np.argsort(which, kind="stable")
    which = which[order]
    begin = np.concatenate([[0], np.flatnonzero(which[1:] != which[:-1]) + 1])
    (of_life, which), count = np.divmod(which[begin], span), np.diff(np.append(begin, len(order)))
    first, length = np.divmod(which, MAX_PERIOD_DAYS)
    converted = rows["fcr"] >= 0
    fed_converted = np.where(converted, rows["total_feed_kg"], 0)
    summed = (
        rows["total_feed_kg"],
        rows["growth_kg"],
        rows["starting_biomass_kg"],
        rows["ending_biomass_kg"],
        rows["estimation_method"] == code("container_feeding_summary", "estimation_method", "MEASURED"),
        rows["fcr"] * fed_converted,
        fed_converted,
    )
    feed, growth, start, end, measured, weighted, fed_converted = np.add.reduceat(
        np.stack(summed)[:, order], begin, axis=1
    )
    method = np.where(
        measured == count,
        code("batch_feeding_summary", "estimation_method", "MEASURED"),
        np.where(
            measured == 0,
            code("batch_feeding_summary", "estimation_method", "INTERPOLATED"),
            code("batch_feeding_summary", "estimation_method", "MIXED"),
        ),
    )
    days, biomass_days = _biomass_days(of_life, first, first + length + 1, evenings)
    average = (2 * biomass_days + days) // np.maximum(2 * days, 1)
    columns = {
        "period_start": first,
        "period_end": first + length,
        "total_feed_kg": feed,
        "average_biomass_kg": average,
        "average_feeding_percentage": _ratio(feed, average * days, 10_000, MAX_PERCENT),
        "total_feed_consumed_kg": feed,
        "total_biomass_gain_kg": end - start,
        "total_starting_biomass_kg": start,
        "total_ending_biomass_kg": end,
        "total_growth_kg": growth,
        "fcr": _conversion(lives, feed, growth, start),
        "weighted_avg_fcr": _ratio(weighted, fed_converted, 1, MAX_FCR),
        "estimation_method": method,
        "container_count": count,
        "overall_confidence_level": np.maximum.reduceat(rows["confidence_level"][order], begin),
    }
    return columns, np.bincount(of_life, minlength=len(lives))


def _biomass_days(
    life: np.ndarray, first: np.ndarray, end: np.ndarray, evenings: _Evenings
) -> tuple[np.ndarray, np.ndarray]:
    """Days of each period [first, end) that a life was fed in, and the sum of their evenings' biomass, 0.01 kg."""
    begin, end = (
        evenings.begins[life] + np.clip(days - evenings.first_days[life], 0, evenings.lengths[life])
        for days in (first, end)
    )
    return evenings.lived[end] - evenings.lived[begin], evenings.biomass[end] - evenings.biomass[begin]


def _ratio(above: np.ndarray, below: np.ndarray, units: int, maximum: int) -> np.ndarray:
    """above / below in whole `units`, halves up; -1 where either is not positive or the ratio above `maximum`."""
    ratio = (2 * units * above + below) // np.maximum(2 * below, 1)
    return np.where((above > 0) & (below > 0) & (ratio <= maximum), ratio, -1)


def _conversion(lives: Lives, feed: np.ndarray, growth: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Feed / growth, thousandths; -1 where growth is too small a share of the biomass for weighings to tell it."""
    min_share = lives.schedule.biology.model.feed.summary_least_growth
    return np.where(growth > min_share * start, _ratio(feed, growth, 1000, MAX_FCR), -1)


def _nullable(columns: Columns, *names: str) -> Columns:
    for name in names:
        values = columns[name]
        columns[name] = Nullable(np.maximum(values, 0), values >= 0)
    return columns
