"""Statistics of growth at sea: growth coefficient, weights, shape of the fish, density, and the biomass estimate."""

from __future__ import annotations

from itertools import pairwise

import polars as pl

from engine.biology.bands import read_bands
from engine.statistics.measure import Basis, Measures, as_float, as_percent, by_geography, name_by_geography
from engine.statistics.records import Records, collect

DAYS_A_MONTH = 365.25 / 12


def production_cycles(records: Records) -> Measures:
    """By harvested batch: weight at transfer and harvest, months at sea, and the growth coefficient that they imply.

    TGC = 1000 (W1^(1/3) - W0^(1/3)) / degree-days, W in g (Iwama & Tautz 1981), of the batch's mean weights; the
    degree-days are those of a harvested fish's stay.
    """
    basis = Basis("batches", "transfer_action, harvest_event, daily_state.temp_c")
    batches = records.cycles.with_columns(
        stocked_g=1000 * pl.col("stocked_kg") / pl.col("stocked"), harvest_g=1000 * pl.col("live_kg") / pl.col("fish")
    ).with_columns(
        tgc=1000 * (pl.col("harvest_g").cbrt() - pl.col("stocked_g").cbrt()) / pl.col("degree_days"),
        months=pl.col("days") / DAYS_A_MONTH,
    )
    found: Measures = {}
    for geography, rows in by_geography(batches, records.geographies):
        stocked = rows["stocked_g"]
        spread = basis.standard_deviation(stocked / stocked.mean()) if rows.height else basis.measure(None, 0)
        measures = {
            "implied sea TGC, 5th percentile": basis.quantile(rows["tgc"], 0.05),
            "implied sea TGC, 95th percentile": basis.quantile(rows["tgc"], 0.95),
            "implied sea TGC, mean": basis.mean(rows["tgc"]),
            "implied sea TGC, standard deviation between batches": basis.standard_deviation(rows["tgc"]),
            "weight at sea transfer, mean": basis.mean(stocked),
            "weight at sea transfer, CV between batches": as_percent(spread),
            "live weight at harvest, mean": basis.mean(rows["harvest_g"] / 1000),
            "months at sea, mean": basis.mean(rows["months"]),
            "months at sea, 5th percentile": basis.quantile(rows["months"], 0.05),
            "months at sea, 95th percentile": basis.quantile(rows["months"], 0.95),
        }
        found |= name_by_geography(measures, geography)
    return found


def condition_factors(records: Records) -> Measures:
    """Mean condition factor K = 100 W / L^3 (g, cm) of the fish sampled, by stage."""
    basis = Basis("samples", "growth_sample.condition_factor")
    stages = records.stays.lazy().select("assignment_id", "stage")
    found: Measures = {}
    means = collect(
        records.tables["growth_sample"]
        .join(stages, on="assignment_id")
        .group_by("stage")
        .agg(pl.col("condition_factor").mean(), samples=pl.len())
    )
    for stage, name in collect(records.tables["lifecycle_stage"].select("id", "name").sort("id")).iter_rows():
        row = means.filter(pl.col("stage") == stage)
        value, count = (row["condition_factor"][0], row["samples"][0]) if row.height else (None, 0)
        found[f"condition factor, {name}"] = basis.measure(value, count)
    return found


def stocking_density(records: Records) -> Measures:
    """Biomass per volume of the rings, day by day; and how often it is over the Faroese legal limit."""
    basis = Basis("ring-days", "daily_state.biomass_kg, container.volume_m3")
    legal = read_bands().faroese_density_limit.value
    limit = pl.lit(legal[-1][1])
    for (_, kg_m3), (below_g, _) in reversed([*pairwise(legal)]):
        limit = pl.when(pl.col("weight_g") < below_g).then(kg_m3).otherwise(limit)
    days = records.ring_days.join(
        records.rings.select("assignment_id", "geography", "volume_m3"), on="assignment_id"
    ).select(
        "geography",
        over=pl.col("biomass_kg") / pl.col("volume_m3") > limit,
        density=pl.col("biomass_kg") / pl.col("volume_m3"),
    )
    found: Measures = {}
    for geography, rows in by_geography(days, records.geographies):
        measures = {
            "density in rings, median": basis.quantile(rows["density"], 0.5),
            "density in rings, 95th percentile": basis.quantile(rows["density"], 0.95),
            "density in rings, maximum": basis.measure(as_float(rows["density"].max()), rows.height),
            "density in rings, days over the Faroese legal limit": basis.percentage(rows["over"]),
        }
        found |= name_by_geography(measures, geography)
    return found


def biomass_estimate_errors(records: Records) -> Measures:
    """The farm's estimate of a ring's biomass on its last day, against what was weighed at the harvest."""
    basis = Basis("rings", "daily_state.biomass_kg and harvest_event.live_weight_kg")
    known = records.ring_days.select("assignment_id", "date", "biomass_kg")
    rings = records.harvests.join(known, on=["assignment_id", "date"]).filter(pl.col("live_kg") > 0)
    error = rings["biomass_kg"] / rings["live_kg"] - 1
    return {
        "pre-harvest biomass estimate, mean absolute error": as_percent(basis.mean(error.abs())),
        "pre-harvest biomass estimate, mean error": as_percent(basis.mean(error)),
        "pre-harvest biomass estimate, off by more than 3 %": basis.percentage(error.abs() > 0.03),
        "pre-harvest biomass estimate, off by more than 10 %": basis.percentage(error.abs() > 0.10),
    }
