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
from engine.simulation.rows.columns import Columns, Tables, biomass_units, code, codes, empty
from engine.simulation.rows.life import BatchLife
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
    """By day from first_day on: biomass of all fed containers on the evening, 0.01 kg, and whether there are any."""

    first_day: int
    biomass: np.ndarray
    lived: np.ndarray


def summary_tables(life: BatchLife) -> Tables:
    """container_feeding_summary and batch_feeding_summary."""
    periods, evenings = _periods(life)
    if not periods.shape[1]:
        return {name: empty(name) for name in ("container_feeding_summary", "batch_feeding_summary")}
    containers = _container_rows(life, periods)
    batches = _batch_rows(life, containers, evenings)
    return {
        "container_feeding_summary": _nullable(containers, "fcr"),
        "batch_feeding_summary": _nullable(batches, "fcr", "weighted_avg_fcr", "average_feeding_percentage"),
    }


def _periods(life: BatchLife) -> tuple[np.ndarray, _Evenings]:
    """The periods of all containers, (PERIOD_FIGURES, periods), stay by stay; and the evenings' biomass."""
    model, history = life.schedule.biology.model, life.history
    first_day, end_day = history.batch.start_day, history.stages[-1].end_day
    calendar = Calendar(weeks=WEEKS.begins(first_day, end_day), months=MONTHS.begins(first_day, end_day))
    biomass, lived = np.zeros(end_day - first_day, dtype=np.int64), np.zeros(end_day - first_day, dtype=np.int64)
    # a stay begins and ends within a period of each kind
    room = sum(len(s.container_ids) * (s.days // WEEK_DAYS + s.days // MIN_MONTH_DAYS + 4) for s in life.stages)
    rows = np.empty((PERIOD_FIGURES, room), dtype=np.int64)
    end = 0
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
            end, stay, model.feed.summary_revision_days, calendar, as_of_day=life.schedule.as_of_day, rows=rows
        )
        here = slice(stage.start_day - first_day, stage.end_day - first_day)
        biomass[here] += biomass_units(fed.stock.fish, fed.stock.weight_cg).sum(axis=0)
        lived[here] = 1
    return rows[:, :end], _Evenings(first_day=first_day, biomass=biomass, lived=lived)


def _is_fed(model: Parameters, stage: int) -> bool:
    return stage == SEA or model.stages.fcr[stage - 1] > 0


def _container_rows(life: BatchLife, periods: np.ndarray) -> Columns:
    """A row a container and period."""
    policy = life.schedule.biology.model.feed
    stay, first, last, first_lived, last_lived, feed, meals, start, end, growth, latest = periods
    age = np.where(latest >= 0, last_lived - latest, np.iinfo(np.int32).max)
    levels = codes("container_feeding_summary", "confidence_level", CONFIDENCE_LEVELS)
    method = codes("container_feeding_summary", "estimation_method", ("INTERPOLATED", "MEASURED"))
    feed, growth = (
        (feed + 50) // 100,
        (growth + 500 * policy.summary_revision_days) // (1000 * policy.summary_revision_days),
    )
    return {
        "batch_id": np.full(len(stay), life.batch_id),
        "container_assignment_id": stay,
        "period_start": first,
        "period_end": last,
        "total_feed_kg": feed,
        "starting_biomass_kg": start,
        "ending_biomass_kg": end,
        "growth_kg": growth,
        "fcr": _conversion(life, feed, growth, start),
        "confidence_level": levels[np.searchsorted(policy.summary_confidence_days, age, side="right")],
        "estimation_method": method[(latest >= first_lived).astype(np.int64)],
        "data_points": meals,
    }


def _batch_rows(life: BatchLife, rows: Columns, evenings: _Evenings) -> Columns:
    """The sums of the containers' `rows` of each period."""
    length = rows["period_end"] - rows["period_start"]
    which = rows["period_start"] * MAX_PERIOD_DAYS + length
    order = np.argsort(which, kind="stable")
    which = which[order]
    begin = np.concatenate([[0], np.flatnonzero(which[1:] != which[:-1]) + 1])
    first, length = which[begin] // MAX_PERIOD_DAYS, which[begin] % MAX_PERIOD_DAYS
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
    count = np.diff(np.append(begin, len(order)))
    method = np.where(
        measured == count,
        code("batch_feeding_summary", "estimation_method", "MEASURED"),
        np.where(
            measured == 0,
            code("batch_feeding_summary", "estimation_method", "INTERPOLATED"),
            code("batch_feeding_summary", "estimation_method", "MIXED"),
        ),
    )
    days, biomass_days = _biomass_days(first, first + length + 1, evenings)
    average = (2 * biomass_days + days) // np.maximum(2 * days, 1)
    return {
        "batch_id": np.full(len(first), life.batch_id),
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
        "fcr": _conversion(life, feed, growth, start),
        "weighted_avg_fcr": _ratio(weighted, fed_converted, 1, MAX_FCR),
        "estimation_method": method,
        "container_count": count,
        "overall_confidence_level": np.maximum.reduceat(rows["confidence_level"][order], begin),
    }


def _biomass_days(first: np.ndarray, end: np.ndarray, evenings: _Evenings) -> tuple[np.ndarray, np.ndarray]:
    """Days of each period [first, end) that the batch was fed in, and the sum of their evenings' biomass, 0.01 kg."""
    begin, end = (np.clip(days - evenings.first_day, 0, len(evenings.biomass)) for days in (first, end))
    until, lived_until = (np.concatenate([[0], np.cumsum(v)]) for v in (evenings.biomass, evenings.lived))
    return lived_until[end] - lived_until[begin], until[end] - until[begin]


def _ratio(above: np.ndarray, below: np.ndarray, units: int, maximum: int) -> np.ndarray:
    """above / below in whole `units`, halves up; -1 where either is not positive or the ratio above `maximum`."""
    ratio = (2 * units * above + below) // np.maximum(2 * below, 1)
    return np.where((above > 0) & (below > 0) & (ratio <= maximum), ratio, -1)


def _conversion(life: BatchLife, feed: np.ndarray, growth: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Feed / growth, thousandths; -1 where growth is too small a share of the biomass for weighings to tell it."""
    min_share = life.schedule.biology.model.feed.summary_least_growth
    return np.where(growth > min_share * start, _ratio(feed, growth, 1000, MAX_FCR), -1)


def _nullable(columns: Columns, *names: str) -> Columns:
    for name in names:
        values = columns[name]
        columns[name] = Nullable(np.maximum(values, 0), values >= 0)
    return columns
