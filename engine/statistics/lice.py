"""Statistics of sea lice and of the treatments against them: counts over the cycle, how often, what they cost."""

from __future__ import annotations

import polars as pl

from engine.statistics.measure import Basis, Measures, as_percent, by_geography, ratio, total, with_geography
from engine.statistics.records import Records, collect
from lake.codes import TREATMENT_WORDS

COUNT_DAYS = ((1, 90), (91, 180), (181, 270), (271, 360), (361, 450))
TRAUMA_CAUSE = "HANDLING"  # the cause of what a treatment kills
WINDOW_DAYS = 14  # days before and after a treatment that are compared
WASHOUT_DAYS = 2 * WINDOW_DAYS  # days without another treatment before one that is compared


def adult_females(records: Records) -> pl.LazyFrame:
    """Adult Lepeophtheirus salmonis females found in each count: assignment_id, count_date, fish_sampled, females."""
    kinds = collect(
        records.tables["lice_type"].filter(
            (pl.col("species") == "Lepeophtheirus salmonis")
            & (pl.col("gender") == "female")
            & (pl.col("development_stage") == "adult")
        )
    )["id"]
    return (
        records.tables["lice_count"]
        .group_by("assignment_id", "count_date", "fish_sampled")  # a type without a row was not found
        .agg(females=pl.col("count_value").filter(pl.col("lice_type_id").is_in(kinds.implode())).sum())
    )


def counts(records: Records) -> Measures:
    """Adult female Lepeophtheirus salmonis per fish examined, by days at sea."""
    basis = Basis("counts", "lice_count")
    counts_of_females = collect(
        adult_females(records)
        .join(records.rings.lazy().select("assignment_id", "geography", "first_day"), on="assignment_id")
        .select(
            "geography",
            "females",
            "fish_sampled",
            day=(pl.col("count_date").dt.date() - pl.col("first_day")).dt.total_days() + 1,
        )
    )
    found: Measures = {}
    for geography, rows in by_geography(counts_of_females, records.geographies):
        for first, last in COUNT_DAYS:
            of_days = rows.filter(pl.col("day").is_between(first, last))
            lice_a_fish = ratio(total(of_days["females"]), total(of_days["fish_sampled"]))
            name = f"adult female lice a fish, days {first}-{last}"
            found[with_geography(name, geography)] = basis.measure(lice_a_fish, of_days.height)
    return found


def sea_treatments(records: Records) -> pl.DataFrame:
    """Treatments against lice: treatment_id, assignment_id, date, day (at sea), method (as TREATMENT_WORDS has it)."""
    return collect(
        records.tables["treatment"]
        .with_columns(pl.col("method").cast(pl.String).replace_strict(dict(TREATMENT_WORDS), default=None))
        .filter(pl.col("method").is_not_null())
        .join(
            records.rings.lazy().select("assignment_id", "first_day"),
            left_on="batch_assignment_id",
            right_on="assignment_id",
        )
        .select(
            "method",
            treatment_id="id",
            assignment_id="batch_assignment_id",
            date=pl.col("treatment_date").dt.date(),
            day=(pl.col("treatment_date").dt.date() - pl.col("first_day")).dt.total_days() + 1,
        )
        .sort("assignment_id", "day")
    )


def treatments(records: Records) -> Measures:
    """How often a ring is treated in a cycle, and what a treatment does to lice and fish, by method."""
    treated = sea_treatments(records)
    found: Measures = {}
    basis = Basis("rings", "treatment, harvested batches")
    rings = records.rings.filter(pl.col("harvested")).join(
        treated.group_by("assignment_id").agg(times=pl.len()), on="assignment_id", how="left"
    )
    for geography, rows in by_geography(rings, records.geographies):
        found[with_geography("treatments a cycle", geography)] = basis.mean(rows["times"].fill_null(0))
    lost = treatment_losses(records, treated)
    deaths = Basis("treatments", "treatment, mortality_event of cause HANDLING, daily_state.population")
    of_all_causes = Basis("treatments", "treatment, mortality_event without culls, daily_state.population")
    cleared = collect(
        records.tables["treatment_truth"].join(treated.lazy().select("treatment_id", "method"), on="treatment_id")
    )
    truth = Basis("treatments", "treatment_truth (truth)")
    for method in TREATMENT_WORDS.values():
        of_method = lost.filter(pl.col("method") == method)
        what = "fish lost in the 14 days after a treatment"
        found[f"{what}, {method}"] = as_percent(deaths.mean(of_method["trauma"]))
        found[f"{what}, all causes, {method}"] = as_percent(of_all_causes.mean(of_method["all_causes"]))
        efficacy = cleared.filter(pl.col("method") == method)["efficacy"]
        found[f"mobile lice removed by a treatment, {method}, median"] = truth.quantile(efficacy, 0.5)
    return found


def treatment_losses(records: Records, treated: pl.DataFrame) -> pl.DataFrame:
    """method, trauma, all_causes: deaths on days 0 to 13 after a treatment less those of the 14 days before, per fish.

    Of the fish on the evening before. trauma: of the cause HANDLING alone, what the treatment itself kills; disease
    that runs beside it, and that a treatment may answer, is in all_causes. Of treatments that stand alone: the ring was
    there all 28 days, none followed within 14 days and none went before within 28, whose deaths would count twice.
    """
    gap = pl.col("day") - pl.col("day").shift(1).over("assignment_id")
    ahead = pl.col("day").shift(-1).over("assignment_id") - pl.col("day")
    lived = records.ring_days.group_by("assignment_id").agg(lived=pl.col("day").max())
    alone = (
        treated.filter((gap.fill_null(WASHOUT_DAYS) >= WASHOUT_DAYS) & (ahead.fill_null(WINDOW_DAYS) >= WINDOW_DAYS))
        .join(lived, on="assignment_id")
        .filter((pl.col("day") > WINDOW_DAYS) & (pl.col("day") + WINDOW_DAYS - 1 <= pl.col("lived")))
        .with_columns(before=pl.col("day") - 1)
        .join(
            records.ring_days.select("assignment_id", before="day", fish="population"), on=["assignment_id", "before"]
        )
        .filter(pl.col("fish") > 0)
    )
    dead = records.ring_deaths.select(
        "assignment_id", "dead", died="day", trauma=pl.col("cause").cast(pl.String) == TRAUMA_CAUSE
    )
    since = pl.col("died") - pl.col("day")
    more = pl.when(since >= 0).then(pl.col("dead")).otherwise(-pl.col("dead"))
    excess = (
        alone.select("treatment_id", "assignment_id", "day")
        .join(dead, on="assignment_id")
        .filter(since.is_between(-WINDOW_DAYS, WINDOW_DAYS - 1))
        .group_by("treatment_id")
        .agg(all_causes=more.sum(), trauma=more.filter(pl.col("trauma")).sum())
    )
    return alone.join(excess, on="treatment_id", how="left").select(
        "method", pl.col("trauma", "all_causes").fill_null(0) / pl.col("fish")
    )
