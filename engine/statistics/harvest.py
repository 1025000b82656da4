"""Statistics of the harvest: gutted weight, grades, and how alike the fish of a batch are."""

from __future__ import annotations

import polars as pl

from engine.statistics.measure import Basis, Measures, by_geography, of_geography, percent, ratio, total
from engine.statistics.records import Records, collect

LATEST_SAMPLE_DAYS = 28  # a ring's last sample speaks for its harvest when it is not older


def weights_and_grades(records: Records) -> Measures:
    """Mean head-on gutted weight of all fish harvested; gutted over live weight and superior share by batch."""
    basis = Basis("batches", "harvest_lot")
    batches = records.cycles.with_columns(
        superior=pl.col("best") / pl.col("fish"), yielded=pl.col("gutted_kg") / pl.col("live_kg")
    )
    found = {
        "superior share, mean": basis.mean(batches["superior"]),
        "superior share, 5th percentile": basis.quantile(batches["superior"], 0.05),
        "superior share, 95th percentile": basis.quantile(batches["superior"], 0.95),
        "gutted over live weight, mean": basis.mean(batches["yielded"]),
        "gutted over live weight, standard deviation between batches": basis.deviation(batches["yielded"]),
    }
    for geography, rows in by_geography(batches, records.geographies):
        gutted = ratio(total(rows["gutted_kg"]), total(rows["fish"]))
        found[of_geography("gutted weight, mean", geography)] = basis.measure(gutted, rows.height)
        found[of_geography("superior share, mean", geography)] = basis.mean(rows["superior"])
    return found


def likeness(records: Records) -> Measures:
    """CV and skewness of live weight within a batch, means over batches; from fish weighed, and from the truth.

    Fish weighed: those of each ring's last growth sample, pooled by batch. The truth: the rings' populations on their
    last days, as a mixture of distributions with their means and standard deviations.
    """
    weighed = last_fish(records)
    return {
        "CV of weight within a batch at harvest": percent(SAMPLED.mean(weighed["cv"])),
        "skewness of weight within a batch at harvest": SAMPLED.mean(weighed["skewness"]),
        "CV of weight within a batch at harvest, true": percent(TRUE.mean(true_spread(records)["cv"])),
    }


SAMPLED = Basis("batches", "individual_growth_observation, the last sample of every ring harvested")
TRUE = Basis("batches", "daily_truth (truth), the last day of every ring harvested")


def last_fish(records: Records) -> pl.DataFrame:
    """Per harvested batch, of the fish in its rings' last samples: batch_id, fish, cv, skewness (bias corrected)."""
    rings = records.rings.filter(pl.col("harvested")).join(
        records.harvests.select("assignment_id", "date"), on="assignment_id"
    )
    age = (pl.col("date") - pl.col("sample_date")).dt.total_days()
    samples = (
        records.tables["growth_sample"]
        .select("assignment_id", "sample_date", growth_sample_id="id")
        .join(rings.lazy().select("assignment_id", "batch_id", "date"), on="assignment_id")
        .filter(age <= LATEST_SAMPLE_DAYS)
        .filter(pl.col("sample_date") == pl.col("sample_date").max().over("assignment_id"))
    )
    fish = records.tables["individual_growth_observation"].select("growth_sample_id", "weight_g")
    weight = pl.col("weight_g")
    return collect(
        fish.join(samples.select("growth_sample_id", "batch_id"), on="growth_sample_id")
        .group_by("batch_id")
        .agg(fish=pl.len(), cv=weight.std() / weight.mean(), skewness=weight.skew(bias=False))
        .filter(pl.col("fish") > 2)
        .sort("batch_id")
    )


def true_spread(records: Records) -> pl.DataFrame:
    """Per harvested batch, of all its fish: batch_id, mean_g, cv.

    The variance of a mixture is the mean of the variances and the variance of the means.
    """
    rings = records.rings.filter(pl.col("harvested")).join(
        records.harvests.select("assignment_id", "date", caught="fish"), on="assignment_id"
    )
    days = collect(
        records.tables["daily_truth"]
        .select("assignment_id", "date", "avg_weight_g", "std_weight_g")
        .join(rings.lazy().select("assignment_id", "batch_id", "date", "caught"), on=["assignment_id", "date"])
    )
    fish, mean, deviation = pl.col("caught"), pl.col("avg_weight_g"), pl.col("std_weight_g")
    return (
        days.group_by("batch_id")
        .agg(
            mean_g=(fish * mean).sum() / fish.sum(),
            square=(fish * (mean * mean + deviation * deviation)).sum() / fish.sum(),
        )
        .with_columns(cv=(pl.col("square") - pl.col("mean_g") ** 2).sqrt() / pl.col("mean_g"))
        .select("batch_id", "mean_g", "cv")
        .sort("batch_id")
    )
