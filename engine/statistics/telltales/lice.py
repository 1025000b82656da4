"""Tell-tales of lice: farms that share them, neighbours that pass them on, and what follows a count above the limit."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from engine.statistics.lice import sea_treatments
from engine.statistics.measure import (
    Basis,
    Measures,
    by_geography,
    mean,
    name_by_geography,
    ratio,
)
from engine.statistics.records import collect
from engine.statistics.telltales.frames import (
    FARM,
    MIN_LICE,
    WEEK_DAYS,
    FarmRecords,
    lag_correlation,
    share_between,
    top_share,
)
from engine.statistics.telltales.places import near_areas

MIN_MEAN_OF_CV = 0.2  # lice a fish: below, chance alone spreads the rings
MANY, TOO_MANY = 1.0, 2.0  # adult females a fish
MAY = 5
LAG_WEEKS = 3  # from a female's eggs to what has attached: about 9 days in the water, and the count's week
NEAR_KM = 30.0
SOON_DAYS, AT_ONCE_DAYS = 14, 2
WARM_C, COLD_C = 12.0, 9.0
MIN_ATTACHED = 0.01  # lice a fish, added before a logarithm


def farm_weeks(records: FarmRecords) -> Measures:
    """How alike the rings of a farm are, how a ring's weeks follow, and how often there are many, by geography."""
    females = records.females.with_columns(log=(pl.col("females") + MIN_LICE).log())
    basis = Basis("counts", "lice_count")
    what = "adult female lice"
    found: Measures = {}
    for geography, rows in by_geography(females, records.geographies):
        correlation, pairs = lag_correlation(rows, "log", "assignment_id", when="week", days=WEEK_DAYS)
        farms = rows.group_by(*FARM, "week").agg(
            mean=pl.col("females").mean(), cv=pl.col("females").std() / pl.col("females").mean(), rings=pl.len()
        )
        of_farms = Basis("farm-weeks", "lice_count")
        above = farms.filter((pl.col("mean") > MIN_MEAN_OF_CV) & (pl.col("rings") > 2))
        sites = (
            farms.filter(pl.col("week").dt.month() == MAY)
            .group_by("area_id", pl.col("week").dt.year())
            .agg(pl.col("mean").mean())
        )
        measures = {
            f"{what}, share of the variance of their logarithm between farm-weeks": basis.measure(
                share_between(rows, "log", (*FARM, "week")), rows.height
            ),
            f"{what}, correlation of their logarithm with the next week's": basis.measure(correlation, pairs),
            f"{what}, CV between the rings of a farm, median": of_farms.quantile(above["cv"], 0.5),
            f"farm-weeks above 1 of the {what} a fish": of_farms.percentage(farms["mean"] > MANY),
            f"farm-weeks above 2 of the {what} a fish": of_farms.percentage(farms["mean"] > TOO_MANY),
            f"sites above 2 of the {what} a fish in May": Basis("sites in May", "lice_count").percentage(
                sites["mean"] > TOO_MANY
            ),
        }
        found |= name_by_geography(measures, geography)
    return found


def neighbours(records: FarmRecords) -> Measures:
    """What lice of three weeks ago, the farm's own, the area's other batch's and near areas', do to the attached now.

    The coefficients of one regression of logarithms of farm means, each less the geography's mean of that week, so that
    season and weather are not taken for neighbours; the other batches' and near areas' lice as means.
    """
    truth = collect(
        records.tables["lice_truth"]
        .select("assignment_id", "date", "attached", "adult_female")
        .join(records.rings.lazy().select("assignment_id", *FARM, "geography"), on="assignment_id")
        .group_by(*FARM, "geography", week=pl.col("date").dt.truncate("1w"))
        .agg(
            attached=(pl.col("attached").mean() + MIN_ATTACHED).log(),
            females=(pl.col("adult_female").mean() + MIN_ATTACHED).log(),
        )
    )
    names = ("own", "other batch in the area", "areas within 30 km")
    coefficients, count = _regressed(truth, near_areas(records, NEAR_KM))
    basis = Basis("farm-weeks", "lice_truth (truth)")
    return {
        f"lice attached, regressed on adult females 3 weeks before, {name}": basis.measure(value, count)
        for name, value in zip(names, coefficients, strict=True)
    }


def _regressed(truth: pl.DataFrame, near: pl.DataFrame) -> tuple[list[float | None], int]:
    """The three coefficients, and of how many farm-weeks. near: area_id, other_area (not itself)."""
    before = truth.with_columns(pl.col("week").dt.offset_by(f"{LAG_WEEKS}w"))
    by_area = before.select("area_id", "week", "females", other="batch_id")
    beside = (
        truth.select(*FARM, "week")
        .join(by_area, on=["area_id", "week"])
        .filter(pl.col("other") != pl.col("batch_id"))
        .group_by(*FARM, "week")
        .agg(beside=pl.col("females").mean())
    )
    around = (
        near.join(by_area.rename({"area_id": "other_area"}), on="other_area")
        .group_by("area_id", "week")
        .agg(around=pl.col("females").mean())
    )
    rows = (
        truth.select(*FARM, "geography", "week", "attached")
        .join(before.select(*FARM, "week", "females"), on=[*FARM, "week"])
        .join(beside, on=[*FARM, "week"])
        .join(around, on=["area_id", "week"])
    )
    columns = ("attached", "females", "beside", "around")
    less = rows.select(pl.col(columns) - pl.col(columns).mean().over("geography", "week")).to_numpy()
    if less.shape[0] < 10 * len(columns) or np.linalg.matrix_rank(less[:, 1:]) < len(columns) - 1:
        return [None] * (len(columns) - 1), less.shape[0]
    solved, *_ = np.linalg.lstsq(less[:, 1:], less[:, 0], rcond=None)
    return [float(x) for x in solved], less.shape[0]


def limits(records: FarmRecords) -> Measures:
    """Of the farm-weeks whose mean count is above the month's limit: how many are followed by a treatment or harvest.

    Within two weeks, and at once. From the first such week of a row of them on; weeks that the data's last two
    leave no time to answer are left out.
    """
    geographies = records.tables["geography"].select(geography_id="id", geography="name")
    of_month = collect(
        records.tables["lice_limit"]
        .join(geographies, on="geography_id")
        .select("geography", "month", limit="adult_female_limit")
    )
    farms = (
        records.females.group_by(*FARM, "geography", "week")
        .agg(pl.col("date").max(), mean=pl.col("females").mean())
        .with_columns(month=pl.col("date").dt.month())
        .join(of_month, on=["geography", "month"])
        .with_columns(answered_by=pl.col("date").max() - timedelta(SOON_DAYS))
        .filter(pl.col("mean") > pl.col("limit"))
        .sort(*FARM, "week")
        .with_columns(gap=(pl.col("date") - pl.col("date").shift(1).over(FARM)).dt.total_days())
        .filter((pl.col("gap").fill_null(SOON_DAYS + 1) > SOON_DAYS) & (pl.col("date") <= pl.col("answered_by")))
        .with_row_index("case")
    )
    rings = records.rings.select("assignment_id", *FARM)
    acts = pl.concat(
        [sea_treatments(records).select("assignment_id", "date"), records.harvests.select("assignment_id", "date")]
    )
    acts = acts.join(rings, on="assignment_id").select(*FARM, acted="date").unique()
    after = (
        farms.select("case", *FARM, "date")
        .join(acts, on=FARM)
        .with_columns(wait=(pl.col("acted") - pl.col("date")).dt.total_days())
        .filter(pl.col("wait") >= 0)
        .group_by("case")
        .agg(pl.col("wait").min())
    )
    waits = farms.join(after, on="case", how="left")["wait"].fill_null(SOON_DAYS + 1)
    basis = Basis("farms above the limit", "lice_count, lice_limit, treatment, harvest_event")
    return {
        "counts above the limit followed within 2 weeks": basis.percentage(waits <= SOON_DAYS),
        "counts above the limit followed within 2 days": basis.percentage(waits <= AT_ONCE_DAYS),
    }


def treatment_conditions(records: FarmRecords) -> Measures:
    """Whether losses of treatments rise with the water's warmth, and how many rings of an area a day sees treated."""
    treated = sea_treatments(records)
    warmth = records.ring_days.select("assignment_id", "date", "temp_c")
    lost = (
        collect(records.tables["treatment_truth"].select("treatment_id", "expected_loss"))
        .join(treated, on="treatment_id")
        .join(warmth, on=["assignment_id", "date"])
    )
    warm, cold = lost.filter(pl.col("temp_c") > WARM_C), lost.filter(pl.col("temp_c") < COLD_C)
    days = treated.join(records.rings.select("assignment_id", "area_id"), on="assignment_id")
    a_day = days.group_by("area_id", "date").agg(pl.len())["len"]
    basis = Basis("treatments", "treatment_truth.expected_loss (truth), daily_state.temp_c")
    rings_a_day = top_share(Basis("days with treatments", "treatment"), a_day)
    return {
        "fish lost to treatments above 12 degC over below 9 degC": basis.measure(
            ratio(mean(warm["expected_loss"]), mean(cold["expected_loss"])), min(warm.height, cold.height)
        ),
        "days of treatment at which an area has the commonest number of rings treated": rings_a_day,
    }
