"""Rows of container_feeding_summary and batch_feeding_summary: a stay and a batch by calendar weeks and months.

The periods are those by which AquaMind's feed conversion trend groups what is predicted: weeks from Monday, months
from the first. Every summary has a period's whole calendar dates, also of a stay that began or ended within it, so that
those of a geography can be put together; it is made once the period is over. Stages that live on their yolk have none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from engine.biology.parameters import Parameters
from engine.simulation.feed.rations import PERIOD_FIGURES, Stock, book_growth, sum_periods
from engine.simulation.feed.supply import StageFeeding
from engine.simulation.numerics.calendar import first_of_month, first_of_week, months_since_1970, weeks_since_1970
from engine.simulation.observed.growth_samples import StageSamples
from engine.simulation.observed.state_estimate import StageEstimate
from engine.simulation.record import StageHistory
from engine.simulation.rows.columns import Columns, Tables, biomass_units, code, codes, empty, stack
from engine.simulation.rows.expected_life import ExpectedLife, RowCounts
from engine.simulation.rows.life import BatchLife
from lake.codes import SEA
from lake.columns import Nullable

CONFIDENCE_LEVELS = ("VERY_HIGH", "HIGH", "MEDIUM", "LOW")  # the columns' codes rise so: the greatest is the least sure
MAX_FCR = 99_999  # thousandths, what the column holds
MAX_PERCENT = 99_999  # hundredths


class _Calendar(NamedTuple):
    """A kind of period. of_day: the number of the period that each day lies in; first_day: of each number."""

    of_day: Callable[[Any], np.ndarray]
    first_day: Callable[[Any], np.ndarray]


CALENDARS = (_Calendar(weeks_since_1970, first_of_week), _Calendar(months_since_1970, first_of_month))


class _Evenings(NamedTuple):
    """Biomass of a stage's containers together on each evening, (days,), 0.01 kg; first_day: since 1970."""

    first_day: int
    biomass: np.ndarray


def summary_tables(life: BatchLife) -> Tables:
    """container_feeding_summary and batch_feeding_summary."""
    model = life.schedule.biology.model
    containers: list[Columns] = []
    evenings: list[_Evenings] = []
    parts = zip(life.stages, life.ids, life.estimates, life.feeding, life.weighings.stages, strict=True)
    for stage, ids, known, fed, weighed in parts:
        if not _is_fed(model, stage.stage):
            continue
        stock = _stock(stage, known)
        rows = stack([_container_rows(life, stage, stock, fed, weighed=weighed, calendar=each) for each in CALENDARS])
        order = np.lexsort((rows["period_end"], rows["period_start"], rows["container_assignment_id"]))
        rows["container_assignment_id"] = ids[rows["container_assignment_id"]]
        containers.append({name: values[order] for name, values in rows.items()})
        present = np.where(stage.present, biomass_units(stock.fish, stock.weight_cg), 0)
        evenings.append(_Evenings(stage.start_day, present.sum(axis=0)))
    whole = stack(containers) if containers else {}
    if not whole or not len(whole["period_start"]):
        return {name: empty(name) for name in ("container_feeding_summary", "batch_feeding_summary")}
    batches = _batch_rows(life, whole, evenings)
    return {
        "container_feeding_summary": _nullable(whole, "fcr"),
        "batch_feeding_summary": _nullable(batches, "fcr", "weighted_avg_fcr", "average_feeding_percentage"),
    }


def expected_summaries(expected: ExpectedLife) -> RowCounts:
    """The periods of each container of a fed stay, and those of the batch, that are over."""
    model, as_of_day = expected.schedule.biology.model, expected.schedule.as_of_day
    fed = [stay for stay in expected.stays if _is_fed(model, stay.planned.stage)]
    if not fed:
        return {"container_feeding_summary": 0, "batch_feeding_summary": 0}
    containers = sum(int(_periods_over(stay.planned.start_day, stay.lived_days, as_of_day).sum()) for stay in fed)
    first = fed[0].planned.start_day
    lived = fed[-1].planned.start_day + int(fed[-1].lived_days.max()) - first
    batches = int(_periods_over(first, np.array([lived]), as_of_day).sum())
    return {"container_feeding_summary": containers, "batch_feeding_summary": batches}


def _periods_over(first_day: int, days: np.ndarray, as_of_day: int) -> np.ndarray:
    """Periods of all kinds that so many `days` from first_day on lie in and that end before the as-of date."""
    found = np.zeros(days.shape, dtype=np.int64)
    for each in CALENDARS:
        last = np.minimum(each.of_day(first_day + days - 1), each.of_day(as_of_day) - 1)
        found += np.maximum(last - each.of_day(first_day) + 1, 0)
    return found


def _is_fed(model: Parameters, stage: int) -> bool:
    return stage == SEA or model.stages.fcr[stage - 1] > 0


def _stock(stage: StageHistory, known: StageEstimate) -> Stock:
    return Stock(
        fish=stage.population.astype(np.int64),
        weight_cg=known.weight_cg.astype(np.int64),
        fish_arrived=stage.fish.astype(np.int64),
        weight_arrived_cg=known.arrival_cg.astype(np.int64),
    )


def _container_rows(
    life: BatchLife, stage: StageHistory, stock: Stock, fed: StageFeeding, *, weighed: StageSamples, calendar: _Calendar
) -> Columns:
    """The rows of one stage and kind of period; container_assignment_id is the container's position."""
    policy = life.schedule.biology.model.feed
    n, days = stage.population.shape
    was_weighed = np.zeros((n, days), dtype=bool)
    was_weighed[weighed.container, weighed.day - stage.start_day] = True
    booked = np.zeros((n, days), dtype=np.int64)
    lived = stage.days_lived.astype(np.int64)
    book_growth(policy.summary_revision_days, days_lived=lived, stock=stock, weighed=was_weighed, booked=booked)
    numbers = calendar.of_day(stage.start_day + np.arange(days))
    of_day = numbers - numbers[0]
    sums = np.zeros((n, of_day[-1] + 1, PERIOD_FIGURES), dtype=np.int64)
    sum_periods(of_day, days_lived=lived, stock=stock, meals=fed.meals, booked=booked, sums=sums)
    first = calendar.first_day(numbers[0] + np.arange(of_day[-1] + 2))
    over = first[1:] <= life.schedule.as_of_day
    c, p = np.nonzero((sums[:, :, 0] > 0) & over)
    lived, feed, meals, start, end, growth = (sums[c, p, i] for i in range(1, PERIOD_FIGURES))
    first_lived = np.maximum(first[p], stage.start_day)
    last_lived = first_lived + lived - 1
    latest = _latest_weighing(was_weighed)[c, last_lived - stage.start_day] + stage.start_day
    age = np.where(latest >= stage.start_day, last_lived - latest, np.iinfo(np.int32).max)
    levels = codes("container_feeding_summary", "confidence_level", CONFIDENCE_LEVELS)
    method = codes("container_feeding_summary", "estimation_method", ("INTERPOLATED", "MEASURED"))
    feed, growth = (
        (feed + 50) // 100,
        (growth + 500 * policy.summary_revision_days) // (1000 * policy.summary_revision_days),
    )
    return {
        "batch_id": life.batch_id,
        "container_assignment_id": c,
        "period_start": first[p],
        "period_end": first[p + 1] - 1,
        "total_feed_kg": feed,
        "starting_biomass_kg": start,
        "ending_biomass_kg": end,
        "growth_kg": growth,
        "fcr": _conversion(life, feed, growth, start),
        "confidence_level": levels[np.searchsorted(policy.summary_confidence_days, age, side="right")],
        "estimation_method": method[(latest >= first_lived).astype(np.int64)],
        "data_points": meals,
    }


def _latest_weighing(weighed: np.ndarray) -> np.ndarray:
    """For each day of `weighed` (n, days) the latest day (position) up to it that is set, -1 for none."""
    days = np.where(weighed, np.arange(weighed.shape[1]), -1)
    latest: np.ndarray = np.maximum.accumulate(days, axis=1)
    return latest


def _batch_rows(life: BatchLife, rows: Columns, evenings: Sequence[_Evenings]) -> Columns:
    """The sums of the containers' `rows` of each period."""
    periods, period = np.unique(np.stack([rows["period_start"], rows["period_end"]]), axis=1, return_inverse=True)
    period = period.ravel()
    number = periods.shape[1]

    def total(values: np.ndarray) -> np.ndarray:
        sums = np.zeros(number, dtype=np.int64)
        np.add.at(sums, period, values)
        return sums

    count = total(np.ones_like(period))
    feed, growth = total(rows["total_feed_kg"]), total(rows["growth_kg"])
    start, end = total(rows["starting_biomass_kg"]), total(rows["ending_biomass_kg"])
    confidence = np.zeros(number, dtype=np.int64)
    np.maximum.at(confidence, period, rows["confidence_level"])
    measured_code = code("container_feeding_summary", "estimation_method", "MEASURED")
    measured = total(rows["estimation_method"] == measured_code)
    converted = rows["fcr"] >= 0
    method = np.where(
        measured == count,
        code("batch_feeding_summary", "estimation_method", "MEASURED"),
        np.where(
            measured == 0,
            code("batch_feeding_summary", "estimation_method", "INTERPOLATED"),
            code("batch_feeding_summary", "estimation_method", "MIXED"),
        ),
    )
    days, biomass_days = _biomass_days(periods, evenings)
    average = (2 * biomass_days + days) // np.maximum(2 * days, 1)
    return {
        "batch_id": np.full(number, life.batch_id),
        "period_start": periods[0],
        "period_end": periods[1],
        "total_feed_kg": feed,
        "average_biomass_kg": average,
        "average_feeding_percentage": _ratio(feed, average * days, 10_000, MAX_PERCENT),
        "total_feed_consumed_kg": feed,
        "total_biomass_gain_kg": end - start,
        "total_starting_biomass_kg": start,
        "total_ending_biomass_kg": end,
        "total_growth_kg": growth,
        "fcr": _conversion(life, feed, growth, start),
        "weighted_avg_fcr": _ratio(
            total(np.where(converted, rows["fcr"] * rows["total_feed_kg"], 0)),
            total(np.where(converted, rows["total_feed_kg"], 0)),
            1,
            MAX_FCR,
        ),
        "estimation_method": method,
        "container_count": count,
        "overall_confidence_level": confidence,
    }


def _biomass_days(periods: np.ndarray, evenings: Sequence[_Evenings]) -> tuple[np.ndarray, np.ndarray]:
    """Days of each period (first and last day, (2, periods)) that the batch was fed in, and the sum of their evenings'
    biomass, 0.01 kg.
    """
    first_day = min(each.first_day for each in evenings)
    biomass, lived = (
        np.zeros(max(e.first_day + len(e.biomass) for e in evenings) - first_day, dtype=np.int64) for _ in "bl"
    )
    for each in evenings:
        days = slice(each.first_day - first_day, each.first_day - first_day + len(each.biomass))
        biomass[days] += each.biomass
        lived[days] = 1
    begin, end = (np.clip(days - first_day, 0, len(biomass)) for days in (periods[0], periods[1] + 1))
    until, lived_until = (np.concatenate([[0], np.cumsum(values)]) for values in (biomass, lived))
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
