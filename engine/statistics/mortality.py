"""Statistics of death at sea: losses of whole batches, weekly rates of rings, shape over the cycle, causes.

The official measure (Norwegian Veterinary Institute): rate = dead / mean(fish at start, fish at end) of a period.
"""

from __future__ import annotations

import math

import polars as pl

from engine.statistics.measure import (
    Basis,
    Measure,
    Measures,
    as_float,
    as_percent,
    by_geography,
    mean,
    name_by_geography,
    ratio,
    total,
    with_geography,
)
from engine.statistics.records import Records

WEEK = 7
WORST_BATCHES, WORST_WEEKS = 0.20, 0.05
MIN_DEAD = 0.5  # fish: a week without a death has a logarithm too
DAY_INTERVALS = ((1, 21), (22, 60), (61, 120), (121, 180), (181, 240), (241, 300), (301, 360), (361, 420), (421, 600))
EARLY, PLATEAU, LATE = (1, 21), (60, 240), (360, 100_000)
CAUSES = {
    "infectious": ("DISEASE",),
    "trauma": ("HANDLING",),
    "unknown": ("UNKNOWN",),
    "environmental": ("ENVIRONMENTAL",),
    "other and predation": ("OTHER", "PREDATION"),
}


def sea_losses(records: Records) -> Measures:
    """Share of the fish stocked that were not harvested, by batch; and how much of it the worst batches bear.

    Harvested batches alone. Deaths, culls and whatever else the fish came to are in it.
    """
    basis = Basis("batches", "container_assignment at sea and harvest_event")
    batches = records.cycles.with_columns(loss=1 - pl.col("fish") / pl.col("stocked"))
    found: Measures = {
        "fall of the mean sea loss without the worst 20 % of batches": _relative_reduction(basis, batches)
    }
    for geography, rows in by_geography(batches, records.geographies):
        found[with_geography("mean sea loss", geography)] = as_percent(basis.mean(rows["loss"]))
        found[with_geography("fall of the mean sea loss without the worst 20 % of batches", geography)] = (
            _relative_reduction(basis, rows)
        )
    return found


def _relative_reduction(basis: Basis, batches: pl.DataFrame) -> Measure:
    """By how many percent the mean loss falls when the worst fifth of the batches is dropped."""
    lost = batches["loss"].sort()
    kept = lost.head(lost.len() - round(WORST_BATCHES * lost.len()))
    left = ratio(mean(kept), mean(lost))
    return as_percent(basis.measure(None if left is None else 1 - left, lost.len()))


def ring_weeks(records: Records) -> pl.DataFrame:
    """A ring's whole weeks since the transfer.

    assignment_id, batch_id, geography, week (0 first), dead, rate, log_rate (natural, of at least half a dead fish).
    """
    week = (pl.col("day") - 1) // WEEK
    dead = records.ring_deaths.group_by("assignment_id", week=week).agg(pl.col("dead").sum())
    before = pl.col("end").shift(1).over("assignment_id")
    fish = (pl.col("start") + pl.col("end")) / 2
    return (
        records.ring_days.group_by("assignment_id", week=week)
        .agg(days=pl.len(), end=pl.col("population").sort_by("day").last())
        .sort("assignment_id", "week")
        .join(records.rings.select("assignment_id", "batch_id", "geography", "fish"), on="assignment_id")
        .with_columns(start=pl.when(pl.col("week") == 0).then(pl.col("fish")).otherwise(before))
        .filter((pl.col("days") == WEEK) & (pl.col("start") + pl.col("end") > 0))
        .join(dead, on=["assignment_id", "week"], how="left")
        .with_columns(pl.col("dead").fill_null(0))
        .with_columns(rate=pl.col("dead") / fish, log_rate=(pl.max_horizontal("dead", pl.lit(MIN_DEAD)) / fish).log())
        .select("assignment_id", "batch_id", "geography", "week", "dead", "rate", "log_rate")
        .sort("assignment_id", "week")
    )


def weekly_mortality(records: Records) -> Measures:
    """How unequal the weeks of the rings are, and how alike a ring's weeks that follow each other.

    The worst weeks are those of the highest rate. The autocorrelation is that of a ring's log rate around
    the ring's own mean, pooled over rings; the plain one takes all pairs of weeks as they are, so that differences
    between rings and the cycle's shape are in it.
    """
    weeks = ring_weeks(records)
    found = weekly_mortality_measures(weeks)
    for geography, rows in by_geography(weeks, records.geographies):
        found |= name_by_geography(weekly_mortality_measures(rows), geography)
    return found


def weekly_mortality_measures(weeks: pl.DataFrame) -> Measures:
    """The measures of weekly_mortality, of some rings' weeks (as ring_weeks gives them)."""
    basis = Basis("batches", "mortality_event without culls, daily_state.population")
    count = weeks["batch_id"].n_unique()
    rates = weeks["rate"]
    worst = weeks.sort("rate", descending=True).head(round(WORST_WEEKS * weeks.height))
    pairs = weeks.with_columns(own=pl.col("log_rate") - pl.col("log_rate").mean().over("assignment_id")).select(
        "log_rate",
        "own",
        next=pl.col("log_rate").shift(-1).over("assignment_id"),
        next_own=pl.col("own").shift(-1).over("assignment_id"),
        follows=pl.col("week").shift(-1).over("assignment_id") == pl.col("week") + 1,
    )
    pairs = pairs.filter(pl.col("follows"))
    correlated = pairs.select(own=pl.corr("own", "next_own"), plain=pl.corr("log_rate", "next")).row(0)
    return {
        "weekly ring mortality, mean over median": basis.measure(ratio(mean(rates), as_float(rates.median())), count),
        "weekly ring mortality, share of deaths in the worst 5 % of ring-weeks": basis.measure(
            ratio(total(worst["dead"]), total(weeks["dead"])), count
        ),
        "weekly ring mortality, share of the rates' sum in the worst 5 % of ring-weeks": basis.measure(
            ratio(total(worst["rate"]), total(rates)), count
        ),
        "weekly ring mortality, lag-1 autocorrelation of the log rate within rings": basis.measure(
            correlated[0], count
        ),
        "weekly ring mortality, lag-1 correlation of the log rate over all rings": basis.measure(correlated[1], count),
        "weekly ring mortality, standard deviation of the log rate": basis.measure(
            as_float(weeks["log_rate"].std()), count
        ),
    }


def mortality_by_day(records: Records) -> Measures:
    """How the rate runs over the days at sea: dead per fish and week, all fish of the days together."""
    basis = Basis("batches", "mortality_event without culls, daily_state.population")
    days = records.rings.select("assignment_id", "batch_id", "geography").join(
        records.deaths_by_day, on="assignment_id"
    )
    plateau, _ = rate_per_week(days, *PLATEAU)
    late, reached = rate_per_week(days, *LATE)
    early, begun = rate_per_week(days, *EARLY)
    found = {
        "sea mortality from day 360 over days 60-240": basis.measure(ratio(late, plateau), reached),
        "sea mortality at days 1-21 over days 60-240": basis.measure(ratio(early, plateau), min(begun, reached)),
    }
    for geography, rows in by_geography(days, records.geographies):
        for first, last in DAY_INTERVALS:
            rate, count = rate_per_week(rows, first, last)
            name = with_geography(f"sea mortality a week, days {first}-{last}", geography)
            found[name] = as_percent(basis.measure(rate, count))
        yearly = [rate_per_week(rows, first, last)[0] for first, last in DAY_INTERVALS[:-1]]
        known = [rate for rate in yearly if rate is not None]
        risk = _yearly_risk(known) if len(known) == len(yearly) else None
        found[with_geography("sea mortality, risk of a year", geography)] = as_percent(
            basis.measure(risk, rows["batch_id"].n_unique())
        )
    return found


def rate_per_week(days: pl.DataFrame, first: int, last: int) -> tuple[float | None, int]:
    """Dead per fish and week on days first to last at sea, and of how many batches there are such days."""
    rows = days.filter(pl.col("day").is_between(first, last))
    dead = total(rows["dead"])
    return ratio(WEEK * dead, total(rows["population"]) + dead / 2), rows["batch_id"].n_unique()


def _yearly_risk(rates: list[float]) -> float:
    """1 - exp(-sum of rates) over the 365 days of sea life that come first: DAY_INTERVALS up to day 420, cut at 365."""
    rate = 0.0
    for (first, last), weekly in zip(DAY_INTERVALS, rates, strict=False):
        rate += weekly / WEEK * max(0, min(last, 365) - first + 1)
    return 1 - math.exp(-rate)


def causes_of_death(records: Records) -> Measures:
    """Share of the dead fish at sea by cause; fish culled are not counted."""
    basis = Basis("batches", "mortality_event at sea without culls")
    dead = records.ring_deaths.group_by(pl.col("cause").cast(pl.String)).agg(pl.col("dead").sum())
    by_cause: dict[str, int] = dict(dead.iter_rows())
    batches = records.rings.join(records.ring_deaths, on="assignment_id", how="semi")["batch_id"].n_unique()
    found = {}
    for name, codes in CAUSES.items():
        fish = sum(by_cause.get(code, 0) for code in codes)
        found[f"share of deaths at sea, {name}"] = as_percent(
            basis.measure(ratio(fish, sum(by_cause.values())), batches)
        )
    return found
