"""Rows of container_feeding_summary and batch_feeding_summary.

Periods are counted from each stage's first day, on which all its stays begin: so the containers' periods coincide,
and a batch's period is the sum over them. Stages that live on their yolk have none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.biology.parameters import Parameters
from engine.simulation.feed.rations import PERIOD_FIGURES, Stock, sum_periods
from engine.simulation.feed.supply import StageFeeding
from engine.simulation.observed.growth_samples import StageSamples
from engine.simulation.observed.state_estimate import StageEstimate
from engine.simulation.record import StageHistory
from engine.simulation.rows.columns import Columns, Tables, code, codes, empty, stack
from engine.simulation.rows.expected_life import ExpectedLife, RowCounts
from engine.simulation.rows.life import BatchLife
from lake.codes import SEA
from lake.columns import Nullable

CONFIDENCE_LEVELS = ("VERY_HIGH", "HIGH", "MEDIUM", "LOW")  # the columns' codes rise so: the greatest is the least sure
MAX_FCR = 99_999  # thousandths, what the column holds
MAX_PERCENT = 99_999  # hundredths


@dataclass(frozen=True)
class _Periods:
    """One stage by container and period, (n, periods), feed and biomass in 0.01 kg.

    is_stocked: the container held fish when the period began. first, last: days since 1970. evenings (periods,): sum
    of the evenings' biomass over all containers. weighed: the latest weighing up to the last day, -1 for none.
    """

    is_stocked: np.ndarray
    first: np.ndarray
    last: np.ndarray
    feed: np.ndarray
    meals: np.ndarray
    start: np.ndarray
    end: np.ndarray
    growth: np.ndarray
    evenings: np.ndarray
    weighed: np.ndarray


def summary_tables(life: BatchLife) -> Tables:
    """container_feeding_summary and batch_feeding_summary."""
    model = life.schedule.biology.model
    containers: list[Columns] = []
    batches: list[Columns] = []
    parts = zip(life.stages, life.ids, life.estimates, life.feeding, life.weighings.stages, strict=True)
    for stage, ids, known, fed, weighed in parts:
        if not _is_fed(model, stage.stage):
            continue
        periods = _periods(stage, known, fed, weighed=weighed, length=model.feed.summary_days)
        period, columns = _container_rows(life, ids, periods)
        containers.append(columns)
        batches.append(_batch_rows(life, periods, period, columns))
    if not containers:
        return {name: empty(name) for name in ("container_feeding_summary", "batch_feeding_summary")}
    return {
        "container_feeding_summary": _nullable(stack(containers), "fcr"),
        "batch_feeding_summary": _nullable(stack(batches), "fcr", "weighted_avg_fcr", "average_feeding_percentage"),
    }


def expected_summaries(expected: ExpectedLife) -> RowCounts:
    """The periods of each container of a fed stay, and those of the longest."""
    model = expected.schedule.biology.model
    containers = batches = 0
    for stay in expected.stays:
        if _is_fed(model, stay.planned.stage):
            periods = -(-stay.lived_days // model.feed.summary_days)
            containers += int(periods.sum())
            batches += int(periods.max())
    return {"container_feeding_summary": containers, "batch_feeding_summary": batches}


def _is_fed(model: Parameters, stage: int) -> bool:
    return stage == SEA or model.stages.fcr[stage - 1] > 0


def _periods(
    stage: StageHistory, known: StageEstimate, fed: StageFeeding, weighed: StageSamples, length: int
) -> _Periods:
    n, days = stage.population.shape
    number = -(-days // length)
    sums, evenings = np.zeros((n, number, PERIOD_FIGURES), dtype=np.int64), np.zeros(number, dtype=np.int64)
    sum_periods(
        length,
        days_lived=stage.days_lived.astype(np.int64),
        stock=Stock(
            fish=stage.population.astype(np.int64),
            weight_cg=known.weight_cg.astype(np.int64),
            fish_arrived=stage.fish.astype(np.int64),
            weight_arrived_cg=known.arrival_cg.astype(np.int64),
        ),
        meals=fed.meals,
        sums=sums,
        evenings=evenings,
    )
    fish, lived, feed, meals, start, end, growth = (sums[:, :, i] for i in range(PERIOD_FIGURES))
    first = np.broadcast_to(stage.start_day + np.arange(number) * length, (n, number))
    latest = np.full((n, number), -1, dtype=np.int64)
    np.maximum.at(latest, (weighed.container, (weighed.day - stage.start_day) // length), weighed.day)
    latest = np.maximum.accumulate(latest, axis=1)
    return _Periods(
        is_stocked=fish > 0,
        first=first,
        last=first + lived - 1,
        feed=feed,
        meals=meals,
        start=start,
        end=end,
        growth=growth,
        evenings=evenings,
        weighed=latest,
    )


def _container_rows(life: BatchLife, ids: np.ndarray, periods: _Periods) -> tuple[np.ndarray, Columns]:
    """The rows of one stage, and the period of each."""
    c, p = np.nonzero(periods.is_stocked)
    last, weighed = periods.last[c, p], periods.weighed[c, p]
    feed, growth = periods.feed[c, p], periods.growth[c, p]
    age = np.where(weighed >= 0, last - weighed, np.iinfo(np.int32).max)
    levels = codes("container_feeding_summary", "confidence_level", CONFIDENCE_LEVELS)
    limits = life.schedule.biology.model.feed.summary_confidence_days
    method = codes("container_feeding_summary", "estimation_method", ("INTERPOLATED", "MEASURED"))
    return p, {
        "batch_id": life.batch_id,
        "container_assignment_id": ids[c],
        "period_start": periods.first[c, p],
        "period_end": last,
        "total_feed_kg": feed,
        "starting_biomass_kg": periods.start[c, p],
        "ending_biomass_kg": periods.end[c, p],
        "growth_kg": growth,
        "fcr": _conversion(life, feed, growth, periods.start[c, p]),
        "confidence_level": levels[np.searchsorted(limits, age, side="right")],
        "estimation_method": method[(weighed >= periods.first[c, p]).astype(np.int64)],
        "data_points": periods.meals[c, p],
    }


def _batch_rows(life: BatchLife, periods: _Periods, period: np.ndarray, rows: Columns) -> Columns:
    """The sums of the containers' `rows`, each of a `period`."""
    number = periods.is_stocked.shape[1]

    def total(values: np.ndarray) -> np.ndarray:
        sums = np.zeros(number, dtype=np.int64)
        np.add.at(sums, period, values)
        return sums

    count = total(np.ones_like(period))
    feed, growth = total(rows["total_feed_kg"]), total(rows["growth_kg"])
    start, end = total(rows["starting_biomass_kg"]), total(rows["ending_biomass_kg"])
    last, confidence = np.zeros(number, dtype=np.int64), np.zeros(number, dtype=np.int64)
    np.maximum.at(last, period, rows["period_end"])
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
    first = periods.first[0]
    days = last - first + 1
    average = (2 * periods.evenings + days) // np.maximum(2 * days, 1)
    columns = {
        "period_start": first,
        "period_end": last,
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
    return {"batch_id": life.batch_id, **{name: values[count > 0] for name, values in columns.items()}}


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
