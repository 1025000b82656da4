"""Statistics of feed at sea: conversion by batch, and days without feed before fish are handled."""

from __future__ import annotations

import polars as pl

from engine.statistics.lice import sea_treatments
from engine.statistics.measure import Basis, Measures, by_geography, name_by_geography
from engine.statistics.records import Records

MAX_FASTING_DAYS = 10  # looked back at the most


def feed_conversion(records: Records) -> Measures:
    """Feed conversion of the harvested batches at sea.

    Biological FCR: feed / gross growth = feed / (harvested - stocked + dead and culled biomass). Economic FCR: feed /
    (harvested - stocked).
    """
    basis = Basis("batches", "feeding_event, transfer_action, harvest_event.live_weight_kg, mortality_event.biomass_kg")
    net = pl.col("live_kg") - pl.col("stocked_kg")
    batches = records.cycles.with_columns(
        biological=pl.col("feed_kg") / (net + pl.col("dead_kg")), economic=pl.col("feed_kg") / net
    )
    found = {
        "biological FCR at sea, mean": basis.mean(batches["biological"]),
        "biological FCR at sea, 1st percentile": basis.quantile(batches["biological"], 0.01),
    }
    for geography, rows in by_geography(batches, records.geographies):
        measures = {
            "biological FCR at sea, mean": basis.mean(rows["biological"]),
            "biological FCR at sea, standard deviation between batches": basis.standard_deviation(rows["biological"]),
            "economic FCR over biological FCR": basis.mean(rows["economic"] / rows["biological"]),
        }
        found |= name_by_geography(measures, geography)
    return found


def fasting_days(records: Records) -> Measures:
    """Days without feed on end: up to the harvest in the evening, and before the day of a treatment."""
    harvests = records.harvests.select("assignment_id", last=pl.col("date"))
    treatments = sea_treatments(records).select("assignment_id", last=pl.col("date").dt.offset_by("-1d"))
    return {
        "days without feed before harvest": Basis("rings", "daily_state.feed_kg, harvest_event").mean(
            unfed_days(records, harvests)
        ),
        "days without feed before a treatment": Basis("treatments", "daily_state.feed_kg, treatment").mean(
            unfed_days(records, treatments)
        ),
    }


def unfed_days(records: Records, ends: pl.DataFrame) -> pl.Series:
    """For each row of `ends` (assignment_id, last): how many days up to `last` had no feed, without a gap."""
    back = pl.DataFrame({"back": range(MAX_FASTING_DAYS)}, schema={"back": pl.Int64})
    days = (
        ends.with_row_index("end")
        .join(back, how="cross")
        .with_columns(date=pl.col("last") - pl.duration(days=pl.col("back")))
        .join(records.ring_days.select("assignment_id", "date", "feed_kg"), on=["assignment_id", "date"])
    )
    fed = days.filter(pl.col("feed_kg") > 0).group_by("end").agg(unfed=pl.col("back").min())
    looked_at = days.group_by("end").agg(days=pl.len())
    return (
        looked_at.join(fed, on="end", how="left")
        .sort("end")
        .select(pl.col("unfed").fill_null(pl.col("days")).cast(pl.Float64))["unfed"]
    )
