"""Statistics of life on land: monthly mortality, survival from ova to smolt, losses and weights by stage."""

from __future__ import annotations

import polars as pl
import polars.selectors as cs

from engine.statistics.measure import Basis, Measures, as_percent, by_geography, with_geography
from engine.statistics.records import Records, collect
from lake.codes import SEA

SMALL_G, FINGERLING_G = 3.0, 12.0


def monthly_mortality(records: Records) -> Measures:
    """The official measure by batch and whole calendar month on land; culls are not in it.

    Of fish over 3 g, and of 3 to 12 g, by the mean weight on the month's first day.
    """
    basis = Basis("batch-months", "mortality_event without culls, daily_state on land")
    months = batch_months(records)
    grown = months.filter(pl.col("weight_g") > SMALL_G)["rate"]
    small = months.filter(pl.col("weight_g").is_between(SMALL_G, FINGERLING_G))["rate"]
    what = "freshwater monthly mortality over 3 g"
    return {
        f"{what}, median": as_percent(basis.quantile(grown, 0.5)),
        f"{what}, 25th percentile": as_percent(basis.quantile(grown, 0.25)),
        f"{what}, 75th percentile": as_percent(basis.quantile(grown, 0.75)),
        "freshwater monthly mortality, 3-12 g, median": as_percent(basis.quantile(small, 0.5)),
    }


def batch_months(records: Records) -> pl.DataFrame:
    """batch_id, month (its first day), weight_g (mean on that day), rate: whole months on land, whole batches."""
    on_land = records.stays.filter(pl.col("stage") < SEA).select("assignment_id")
    month = pl.col("date").dt.truncate("1mo")
    days = collect(
        records.tables["daily_state"]
        .join(on_land.lazy(), on="assignment_id", how="semi")
        .group_by("batch_id", "date")
        .agg(pl.col("population", "biomass_kg", "mortality_count").sum())
        .with_columns(month=month)
    )
    dead = collect(
        records.tables["mortality_event"]
        .filter(~pl.col("is_cull"))
        .join(on_land.lazy(), on="assignment_id", how="semi")
        .group_by("batch_id", month=pl.col("event_date").dt.truncate("1mo"))
        .agg(dead=pl.col("count").sum())
    )
    first = (pl.col("population") + pl.col("mortality_count")).sort_by("date").first()
    weight = (1000 * pl.col("biomass_kg") / pl.col("population")).sort_by("date").first()
    fish = (pl.col("start") + pl.col("end")) / 2
    return (
        days.group_by("batch_id", "month")
        .agg(days=pl.len(), start=first, end=pl.col("population").sort_by("date").last(), weight_g=weight)
        .filter((pl.col("days") == pl.col("month").dt.days_in_month()) & (fish > 0))
        .join(dead, on=["batch_id", "month"], how="left")
        .with_columns(rate=pl.col("dead").fill_null(0) / fish)
        .select("batch_id", "month", "weight_g", "rate")
        .sort("batch_id", "month")
    )


def ova_to_smolt_survival(records: Records) -> Measures:
    """Fish sent to sea over eggs placed, culls and surplus counted as lost, by batch; and how years differ."""
    basis = Basis("batches", "batch.initial_count, transfer_workflow to sea")
    sent = records.tables["transfer_workflow"].filter(
        (pl.col("dest_lifecycle_stage_id") == SEA) & pl.col("actual_completion_date").is_not_null()
    )
    batches = collect(
        sent.select("batch_id", day="actual_start_date", smolts="total_source_count").join(
            records.batches.lazy(), on="batch_id"
        )
    ).with_columns(share=pl.col("smolts") / pl.col("eggs"), year=pl.col("day").dt.year())
    years = batches.group_by("year").agg(pl.col("smolts").sum() / pl.col("eggs").sum(), batches=pl.len())
    return {
        "ova to smolt, share that survives": basis.mean(batches["share"]),
        "ova to smolt, standard deviation between years": Basis("years", basis.tables).standard_deviation(
            years["smolts"]
        ),
    }


def stage_performance(records: Records) -> Measures:
    """Each stage on land that a batch has left: losses, weight at its end, spread of weights, feed conversion."""
    names = dict(collect(records.tables["lifecycle_stage"].select("id", "name")).iter_rows())
    found: Measures = {}
    lived = batch_stages(records)
    spread = weight_variation(records)
    for stage, name in sorted(names.items()):
        rows = lived.filter(pl.col("stage") == stage)
        if stage == SEA:
            continue
        deaths = Basis("batches", "mortality_event without culls, container_assignment")
        found[f"stage loss, {name}"] = as_percent(deaths.mean(rows["dead"] / rows["fish"]))
        found[f"fish culled, {name}"] = as_percent(deaths.mean(rows["culled"] / rows["fish"]))
        weighed = Basis("batches", "daily_state, the last day's estimate")
        for geography, of_place in by_geography(rows, records.geographies):
            found[with_geography(f"weight at the end of {name}", geography)] = weighed.mean(of_place["end_g"])
        fed = Basis("batches", "feeding_event, transfer_action, mortality_event.biomass_kg, daily_state")
        growth = rows["end_kg"] - rows["start_kg"] + rows["lost_kg"]
        found[f"biological FCR, {name}"] = fed.mean((rows["feed_kg"] / growth).filter(rows["feed_kg"] > 0))
        sampled = Basis("samples", "growth_sample, the last of each tank")
        cv = spread.filter(pl.col("stage") == stage)["cv"]
        found[f"CV of weight at the end of {name}"] = as_percent(sampled.mean(cv))
    reared = lived.filter(pl.col("stage") > 1).group_by("batch_id").agg(cs.numeric().sum(), stages=pl.len())
    whole = reared.filter(pl.col("stages") == SEA - 2)
    growth = whole["end_kg"] - whole["start_kg"] + whole["lost_kg"]
    found["biological FCR on land, from first feeding"] = fed.mean(whole["feed_kg"] / growth)
    return found


def batch_stages(records: Records) -> pl.DataFrame:
    """A batch's whole stage on land: batch_id, geography, stage, fish, dead, culled, end_g, kg and feed.

    start_kg is what arrived (0 for eggs), end_kg the last evening's biomass, lost_kg that of the dead and culled.
    """
    stays = records.stays.filter((pl.col("stage") < SEA) & pl.col("over"))
    last = collect(
        records.tables["daily_state"]
        .join(stays.lazy().select("assignment_id"), on="assignment_id", how="semi")
        .group_by("assignment_id")
        .agg(end_fish=pl.col("population").sort_by("date").last(), end_kg=pl.col("biomass_kg").sort_by("date").last())
    )
    return (
        stays.join(last, on="assignment_id", how="left")
        .join(records.lost, on="assignment_id", how="left")
        .join(records.fed, on="assignment_id", how="left")
        .join(records.arrived, on="assignment_id", how="left")
        .with_columns(cs.numeric().exclude("stage").fill_null(0))
        .group_by("batch_id", "geography", "stage")
        .agg(
            pl.col("fish", "dead", "culled", "end_kg", "feed_kg").sum(),
            end_g=1000 * pl.col("end_kg").sum() / pl.col("end_fish").sum(),
            start_kg=pl.col("arrived_kg").sum(),
            lost_kg=pl.col("dead_kg").sum() + pl.col("culled_kg").sum(),
        )
        .sort("batch_id", "stage")
    )


def weight_variation(records: Records) -> pl.DataFrame:
    """stage, cv: the coefficient of variation of weight in the last sample of every stay on land that is over."""
    stays = records.stays.filter((pl.col("stage") < SEA) & pl.col("over")).lazy()
    return collect(
        records.tables["growth_sample"]
        .join(stays.select("assignment_id", "stage"), on="assignment_id")
        .filter(pl.col("sample_date") == pl.col("sample_date").max().over("assignment_id"))
        .filter((pl.col("avg_weight_g") > 0) & (pl.col("sample_size") > 1))
        .select("stage", cv=pl.col("std_deviation_weight") / pl.col("avg_weight_g"))
    )


def egg_mortality(records: Records) -> Measures:
    """Eggs found dead on arrival, of those delivered."""
    basis = Basis("batches", "creation_workflow")
    orders = collect(records.tables["creation_workflow"].filter(pl.col("total_eggs_received") > 0))
    return {
        "eggs dead on arrival": as_percent(
            basis.mean(orders["total_mortality_on_arrival"] / orders["total_eggs_received"])
        )
    }
