"""Tell-tales of the water: oxygen's bad hours, salinity at midnight, and temperature by distance."""

from __future__ import annotations

import math

import numpy as np
import polars as pl

from engine.statistics.measure import Basis, Measure, Measures, mean, ratio
from engine.statistics.records import collect
from engine.statistics.telltales.frames import FarmRecords
from engine.statistics.telltales.places import distances
from lake.codes import OXYGEN, SALINITY

TEMPERATURE = "Temperature"
OPTIMAL_MG_L, STRESSED_MG_L = 8.0, 5.0  # British Columbia's guidelines: the mean of 30 days; at any instant
BATCHES_READ = 30  # readings are many: those of so many batches are enough
MIN_COMMON_DAYS = 365
NEAR_KM, FAR_KM = 30.0, 200.0
YEAR_DAYS = 365.25


def readings(records: FarmRecords) -> pl.DataFrame:
    """Readings of the rings of about BATCHES_READ batches: assignment_id, time, temp_c, oxygen (%), salinity."""
    rings = records.rings.select("assignment_id", "batch_id")
    every = rings["batch_id"].unique().sort()
    batches = every.gather_every(max(1, math.ceil(every.len() / BATCHES_READ)))
    chosen = rings.filter(pl.col("batch_id").is_in(batches.implode()))["assignment_id"]
    names = collect(records.tables["environmental_parameter"].select("id", "name"))
    columns = {TEMPERATURE: "temp_c", OXYGEN: "oxygen", SALINITY: "salinity"}
    parameters = {columns[name]: id for id, name in names.iter_rows() if name in columns}
    found = collect(
        records.tables["environmental_reading"]
        .filter(pl.col("batch_id").is_in(batches.implode()))
        .filter(pl.col("batch_container_assignment_id").is_in(chosen.implode()))
        .filter(pl.col("parameter_id").is_in(list(parameters.values())))
        .group_by(assignment_id="batch_container_assignment_id", time="reading_time")
        .agg(
            pl.col("value").filter(pl.col("parameter_id") == parameters.get(name, -1)).first().alias(name)
            for name in columns.values()
        )
    )
    return found.sort("assignment_id", "time")


def saturated_mg_l(temp_c: pl.Expr, salinity: pl.Expr) -> pl.Expr:
    """Oxygen that water holds at equilibrium with air, mg/L (Weiss 1970)."""
    k = (temp_c + 273.15) / 100
    fresh = -173.4292 + 249.6339 / k + 143.3483 * k.log() - 21.8492 * k
    return 1.42903 * (fresh + salinity * (-0.033096 + 0.014259 * k - 0.0017 * k**2)).exp()


def hours(records: FarmRecords) -> Measures:
    """Readings by the thresholds of Jeong et al. 2024, and whether salinity jumps when the day changes."""
    read = readings(records)
    saturated = saturated_mg_l(pl.col("temp_c"), pl.col("salinity"))
    mg_l = read.select(x=saturated * pl.col("oxygen") / 100).drop_nulls()["x"]
    basis = Basis("readings", "environmental_reading, oxygen, temperature and salinity in rings")
    return {
        "oxygen in rings, optimal": basis.percentage(mg_l >= OPTIMAL_MG_L),
        "oxygen in rings, stressed": basis.percentage(mg_l < STRESSED_MG_L),
        "salinity, step at midnight over other hours": midnight_step(read),
    }


def midnight_step(read: pl.DataFrame) -> Measure:
    """The mean step of a ring's salinity from one reading to the next, across midnight over within days (UTC)."""
    known = read.filter(pl.col("salinity").is_not_null())
    steps = known.select(
        step=pl.col("salinity").diff().over("assignment_id").abs(),
        hours=pl.col("time").diff().over("assignment_id").dt.total_hours(),
        midnight=pl.col("time").dt.date() != pl.col("time").dt.date().shift(1).over("assignment_id"),
    ).filter(pl.col("hours") < 24)
    usual = steps.filter(pl.col("hours") == pl.col("hours").median())
    across, within = usual.filter("midnight")["step"], usual.filter(~pl.col("midnight"))["step"]
    return Basis("midnights", "environmental_reading, salinity in rings").measure(
        ratio(mean(across), mean(within)), min(across.len(), within.len())
    )


def temperature_by_distance(records: FarmRecords) -> Measures:
    """The correlation of the areas' daily temperatures, less each one's course over the year, near and far.

    Of areas of one geography."""
    place = records.rings.select("assignment_id", "area_id")
    days = (
        records.ring_days.select("assignment_id", "date", "temp_c")
        .join(place, on="assignment_id")
        .group_by("area_id", "date")
        .agg(pl.col("temp_c").mean())
    )
    correlated = pair_correlations(days).join(distances(records).filter("same_geography"), on=["area_id", "other_area"])
    near = correlated.filter(pl.col("km") < NEAR_KM)["correlation"]
    far = correlated.filter(pl.col("km") > FAR_KM)["correlation"]
    one, other = mean(near), mean(far)
    basis = Basis("pairs of areas", "daily_state.temp_c")
    return {
        "daily temperature anomalies, correlation under 30 km": basis.measure(one, near.len()),
        "daily temperature anomalies, correlation under 30 km less that over 200 km": basis.measure(
            None if one is None or other is None else one - other, min(near.len(), far.len())
        ),
    }


def pair_correlations(days: pl.DataFrame) -> pl.DataFrame:
    """area_id, other_area (the greater), correlation: of anomalies on days that both know. days: area_id, date, temp_c.

    An anomaly is what two harmonics of the year, fitted to the area, leave.
    """
    wide = days.pivot("area_id", index="date", values="temp_c").sort("date")
    areas = [name for name in wide.columns if name != "date"]
    angle = 2 * np.pi * wide["date"].dt.epoch("d").to_numpy() / YEAR_DAYS
    year = np.column_stack([np.ones_like(angle), *(f(n * angle) for n in (1, 2) for f in (np.cos, np.sin))])
    values = wide.select(areas).cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
    for column in values.T:
        known = np.isfinite(column)
        fitted, *_ = np.linalg.lstsq(year[known], column[known], rcond=None)
        column[known] -= year[known] @ fitted
    rows = []
    for i, one in enumerate(areas):
        for j in range(i + 1, len(areas)):
            both = np.isfinite(values[:, i]) & np.isfinite(values[:, j])
            if both.sum() >= MIN_COMMON_DAYS:
                r = float(np.corrcoef(values[both, i], values[both, j])[0, 1])
                rows.append((*sorted((int(one), int(areas[j]))), r))
    return pl.DataFrame(
        rows,
        schema={"area_id": pl.Int64, "other_area": pl.Int64, "correlation": pl.Float64},
        orient="row",
    )
