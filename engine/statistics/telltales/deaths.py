"""Tell-tales of deaths: blocks of days, spread beyond chance, farm-weeks beside cages, how long a cause stays."""

from __future__ import annotations

import polars as pl

from engine.statistics.lice import TRAUMA_CAUSE
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
from engine.statistics.mortality import MIN_DEAD
from engine.statistics.telltales.frames import FARM, WEEK_DAYS, FarmRecords, lag_correlation, share_between

MIN_DEAD_OF_JUMP = 30  # fish on the higher of two days: chance alone seldom doubles so many
JUMP, HALF_A_JUMP = 2.0, 0.5
MIN_DEAD_A_DAY = 5.0  # fish, the mean of a week whose spread is looked at
MIN_DEAD_OF_CAUSE = 10  # fish on each of two days whose causes are compared


def blocks(records: FarmRecords) -> Measures:
    """Jumps of the daily deaths at every seventh day from stocking, and how they spread within such weeks."""
    days = records.deaths_by_day
    return {
        "deaths that double or halve at blocks of 7 days from stocking, over other days": jumps_at_blocks(days),
        "deaths within a week, variance over mean, median": week_dispersion(days),
    }


def jumps_at_blocks(days: pl.DataFrame) -> Measure:
    """How much more frequent jumps are between the 7th and 8th day, the 14th and 15th, and so on.

    A jump: from one day to the next the deaths double or halve, MIN_DEAD_OF_JUMP or more on the higher. As many as were
    seen over as many as the other days let expect, half a jump added to both: 1 where there is none at all.
    """
    basis = Basis("pairs of days at blocks", "mortality_event at sea without culls")
    next_dead = pl.col("dead").shift(-1).over("assignment_id")
    pairs = (
        days.select(
            "day",
            high=pl.max_horizontal(pl.col("dead"), next_dead),
            low=pl.min_horizontal(pl.col("dead"), next_dead),
            follows=pl.col("day").shift(-1).over("assignment_id") == pl.col("day") + 1,
        )
        .filter(pl.col("follows") & (pl.col("high") >= MIN_DEAD_OF_JUMP))
        .with_columns(jump=pl.col("high") >= JUMP * pl.col("low"), at_block=pl.col("day") % WEEK_DAYS == 0)
    )
    blocks, others = pairs.filter("at_block")["jump"], pairs.filter(~pl.col("at_block"))["jump"]
    usual = mean(others)
    expected = None if usual is None else usual * blocks.len() + HALF_A_JUMP
    return basis.measure(ratio(total(blocks.cast(pl.Int64)) + HALF_A_JUMP, expected), blocks.len())


def week_dispersion(days: pl.DataFrame) -> Measure:
    """Variance over mean of a ring's daily deaths in weeks from stocking; draws of a constant rate give about .9."""
    weeks = (
        days.group_by("assignment_id", week=(pl.col("day") - 1) // WEEK_DAYS)
        .agg(mean=pl.col("dead").mean(), variance=pl.col("dead").var(), days=pl.len())
        .filter((pl.col("days") == WEEK_DAYS) & (pl.col("mean") >= MIN_DEAD_A_DAY))
    )
    return Basis("ring-weeks", "mortality_event at sea without culls").quantile(weeks["variance"] / weeks["mean"], 0.5)


def farm_weeks(records: FarmRecords) -> Measures:
    """How alike the cages of a farm die, how alike a cage's weeks are, how unequal the weeks, by geography."""
    fish, dead = pl.col("fish"), pl.max_horizontal("dead", pl.lit(MIN_DEAD))
    weeks = records.weeks.with_columns(log_rate=(dead / fish).log(), logit=(dead / (fish - dead)).log())
    found: Measures = {}
    for geography, rows in by_geography(weeks, records.geographies):
        basis = Basis("ring-weeks", "mortality_event without culls, daily_state.population")
        correlation, pairs = lag_correlation(rows, "logit", "assignment_id", when="week", days=WEEK_DAYS)
        between = share_between(rows, "log_rate", (*FARM, "week"))
        middle = as_float(rows["rate"].median())
        measures = {
            "weekly mortality, share of the variance of its logarithm between farm-weeks": basis.measure(
                between, rows.height
            ),
            "weekly mortality, correlation of its logit with the next week's": basis.measure(correlation, pairs),
            "weekly mortality, mean over median": basis.measure(ratio(mean(rows["rate"]), middle), rows.height),
        }
        found |= name_by_geography(measures, geography)
    return found


def causes(records: FarmRecords) -> Measures:
    """How long a ring's cause of death stays, and the share of injuries by geography.

    Memory is the share of days whose cause is that of the day before, less the share that chance gives, over one less
    chance (Cohen's kappa): 0 where each day's cause is drawn anew, 1 where it never changes.
    """
    found: Measures = {"cause of death, memory from day to day": cause_memory(records.ring_deaths)}
    died = records.ring_deaths.join(records.rings.select("assignment_id", "geography"), on="assignment_id")
    for geography, rows in by_geography(died, records.geographies):
        of_trauma = total(rows.filter(pl.col("cause").cast(pl.String) == TRAUMA_CAUSE)["dead"])
        basis = Basis("ring-days", "mortality_event at sea without culls")
        share = basis.measure(ratio(of_trauma, total(rows["dead"])), rows.height)
        found[with_geography("share of deaths at sea by injuries", geography)] = as_percent(share)
    return found


def cause_memory(deaths: pl.DataFrame) -> Measure:
    """Cohen's kappa of the chief cause of a ring's days and of the days before."""
    many = deaths.filter(pl.col("dead").sum().over("assignment_id", "day") >= MIN_DEAD_OF_CAUSE)
    by_cause = many.group_by("assignment_id", "day", pl.col("cause").cast(pl.String)).agg(pl.col("dead").sum())
    chief = (
        by_cause.sort("assignment_id", "day", "dead", "cause")
        .group_by("assignment_id", "day", maintain_order=True)
        .agg(pl.col("cause").last())
    )
    before = chief.select("assignment_id", pl.col("day") + 1, before="cause")
    pairs = chief.join(before, on=["assignment_id", "day"])
    basis = Basis("pairs of days", "mortality_event at sea without culls")
    if pairs.is_empty():
        return basis.measure(None, 0)
    agreed = mean(pairs["cause"] == pairs["before"]) or 0.0
    now, then = (pairs[name].value_counts(normalize=True) for name in ("cause", "before"))
    both = now.join(then, left_on="cause", right_on="before")
    chance = total(both["proportion"] * both["proportion_right"])
    return basis.measure(ratio(agreed - chance, 1 - chance), pairs.height)
