"""Statistics of the harvest: gutted weight, grades, and how alike the fish of a batch are."""

from __future__ import annotations

import polars as pl

from engine.statistics.measure import Basis, Measures, as_percent, by_geography, ratio, total, with_geography
from engine.statistics.records import Records, collect


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
        "gutted over live weight, standard deviation between batches": basis.standard_deviation(batches["yielded"]),
    }
    for geography, rows in by_geography(batches, records.geographies):
        gutted = ratio(total(rows["gutted_kg"]), total(rows["fish"]))
        found[with_geography("gutted weight, mean", geography)] = basis.measure(gutted, rows.height)
        found[with_geography("superior share, mean", geography)] = basis.mean(rows["superior"])
    return found


def weight_dispersion(records: Records) -> Measures:
    """CV and skewness of live weight within a batch, means over batches; from fish sold by size, and from the truth.

    Fish sold: the lots' means by size class, and an even spread of fish within each class. The truth: the rings'
    populations on their last days, as a mixture of distributions with their means and standard deviations.
    """
    sold = graded_dispersion(records)
    return {
        "CV of weight within a batch at harvest": as_percent(GRADED.mean(sold["cv"])),
        "skewness of weight within a batch at harvest": GRADED.mean(sold["skewness"]),
        "CV of weight within a batch at harvest, true": as_percent(TRUTH.mean(true_dispersion(records)["cv"])),
    }


GRADED = Basis("batches", "harvest_lot, the means of its size classes")
TRUTH = Basis("batches", "daily_truth (truth), the last day of every ring harvested")
CLASS_KG = 1.0  # width of a size class, gutted weight


def graded_dispersion(records: Records) -> pl.DataFrame:
    """Per harvested batch, of its fish by size class: batch_id, fish, cv, skewness.

    Moments of grouped data about the classes' means; within a class fish spread evenly over its width in live weight.
    """
    lots = collect(
        records.tables["harvest_lot"]
        .select("batch_id", "unit_count", "live_weight_kg", "gutted_weight_kg")
        .join(records.batches.filter(pl.col("harvested")).lazy().select("batch_id"), on="batch_id")
        .with_columns(pl.col("live_weight_kg", "gutted_weight_kg", "unit_count").cast(pl.Float64))
    )
    fish, live = pl.col("unit_count"), pl.col("live_weight_kg")
    mean = live.sum() / fish.sum()
    width = CLASS_KG * live.sum() / pl.col("gutted_weight_kg").sum()
    deviation, within = live / fish - mean, width * width / 12.0  # the variance of a uniform distribution
    square = (fish * (deviation * deviation)).sum() / fish.sum() + within
    cube = (fish * (deviation * deviation * deviation + 3.0 * deviation * within)).sum() / fish.sum()
    return (
        lots.group_by("batch_id")
        .agg(fish=fish.sum(), cv=square.sqrt() / mean, skewness=cube / (square * square.sqrt()))
        .sort("batch_id")
    )


def true_dispersion(records: Records) -> pl.DataFrame:
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
