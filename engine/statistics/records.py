"""A run's tables as Polars frames, and the frames that several statistics share, each made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl
import polars.selectors as cs

from lake.codes import SEA
from lake.manifest import Manifest
from lake.scanned import scan

BEST_GRADE = "SUPERIOR"


def run_tables(run: Path, manifest: Manifest) -> dict[str, pl.LazyFrame]:
    """Every table of a run, lazily, over exactly the files that the manifest names.

    Decimals are floats, 32-bit integers 64-bit ones: Polars' sum of a column overflows in the column's own type.
    """
    wide = (cs.decimal().cast(pl.Float64), cs.by_dtype(pl.Int32).cast(pl.Int64))
    return {name: scan(run, files).with_columns(*wide) for name, files in manifest.files.items()}


def collect(frame: pl.LazyFrame) -> pl.DataFrame:
    """The rows, read in pieces, so that memory holds only what is asked for."""
    return frame.collect(engine="streaming")


@dataclass(frozen=True)
class Records:
    """`tables`: the lake's tables by name, decimals as floats, counts in 64 bits (run_tables, or made by hand).

    "A ring" below is one stay at sea in one ring; days at sea are counted from 1, the day of the transfer.
    """

    tables: Mapping[str, pl.LazyFrame]

    @cached_property
    def geographies(self) -> tuple[str, ...]:
        """Their names, in the order of their ids."""
        return tuple(collect(self.tables["geography"].sort("id"))["name"])

    @cached_property
    def batches(self) -> pl.DataFrame:
        """batch_id, geography, start_date, eggs, harvested (every fish is), a row for each
        batch that has begun and was not lost."""
        places = self.tables["geography"].select(geography_id="id", geography="name")
        # published figures are of batches that were brought up: neither ordered alone nor lost whole
        begun = self.tables["batch"].filter(
            (pl.col("initial_count") > 0) & (pl.col("status").cast(pl.String) != "TERMINATED")
        )
        batches = begun.join(places, on="geography_id")
        return collect(
            batches.select(
                "geography",
                "start_date",
                batch_id="id",
                eggs="initial_count",
                harvested=pl.col("status").cast(pl.String) == "COMPLETED",
            ).sort("batch_id")
        )

    @cached_property
    def stays(self) -> pl.DataFrame:
        """A batch's stays in containers: assignment_id, batch_id, geography, harvested (the batch), stage, area_id,
        volume_m3, first_day, fish (on it), over (they have left).
        """
        places = self.tables["container"].select("area_id", "volume_m3", container_id="id")
        return collect(
            self.tables["container_assignment"]
            .filter(pl.col("initial_count") > 0)
            .join(places, on="container_id")
            .join(self.batches.lazy().select("batch_id", "geography", "harvested"), on="batch_id")
            .select(
                "batch_id",
                "geography",
                "harvested",
                "area_id",
                "volume_m3",
                assignment_id="id",
                stage="lifecycle_stage_id",
                first_day="assignment_date",
                fish="initial_count",
                over=pl.col("departure_date").is_not_null(),
            )
            .sort("assignment_id")
        )

    @cached_property
    def rings(self) -> pl.DataFrame:
        """The stays at sea."""
        return self.stays.filter(pl.col("stage") == SEA)

    @cached_property
    def ring_days(self) -> pl.DataFrame:
        """A ring on one day: assignment_id, date, day (at sea), population, weight_g, biomass_kg, temp_c, feed_kg.

        All as the farm knows it, at the end of the day; the population has been counted, the weight estimated.
        """
        return collect(
            self.tables["daily_state"]
            .join(self.rings.lazy().select("assignment_id", "first_day"), on="assignment_id")
            .select(
                "assignment_id",
                "date",
                "population",
                "biomass_kg",
                "temp_c",
                "feed_kg",
                weight_g="avg_weight_g",
                day=(pl.col("date") - pl.col("first_day")).dt.total_days() + 1,
            )
            .sort("assignment_id", "day")
        )

    @cached_property
    def ring_deaths(self) -> pl.DataFrame:
        """Fish found dead in a ring on one day, culls left out: assignment_id, day (at sea), date, dead, cause."""
        return collect(
            self.tables["mortality_event"]
            .filter(~pl.col("is_cull"))
            .join(self.rings.lazy().select("assignment_id", "first_day"), on="assignment_id")
            .select(
                "assignment_id",
                "cause",
                date="event_date",
                dead="count",
                day=(pl.col("event_date") - pl.col("first_day")).dt.total_days() + 1,
            )
        )

    @cached_property
    def deaths_by_day(self) -> pl.DataFrame:
        """Every ring-day: assignment_id, date, day (at sea), population (in the evening), dead (0 too)."""
        dead = self.ring_deaths.group_by("assignment_id", "day").agg(pl.col("dead").sum())
        return (
            self.ring_days.select("assignment_id", "date", "day", "population")
            .join(dead, on=["assignment_id", "day"], how="left")
            .with_columns(pl.col("dead").fill_null(0))
            .sort("assignment_id", "day")
        )

    @cached_property
    def lost(self) -> pl.DataFrame:
        """Per stay: assignment_id, dead, dead_kg, culled, culled_kg."""
        cull = pl.col("is_cull")
        return collect(
            self.tables["mortality_event"]
            .group_by("assignment_id")
            .agg(
                dead=pl.col("count").filter(~cull).sum(),
                dead_kg=pl.col("biomass_kg").filter(~cull).sum(),
                culled=pl.col("count").filter(cull).sum(),
                culled_kg=pl.col("biomass_kg").filter(cull).sum(),
            )
        )

    @cached_property
    def fed(self) -> pl.DataFrame:
        """Per stay: assignment_id, feed_kg."""
        events = self.tables["feeding_event"].group_by(assignment_id="batch_assignment_id")
        return collect(events.agg(feed_kg=pl.col("amount_kg").sum()))

    @cached_property
    def arrived(self) -> pl.DataFrame:
        """Per stay that fish were moved into: assignment_id, arrived (fish), arrived_kg (as the farm knows it)."""
        done = self.tables["transfer_action"].filter(pl.col("dest_assignment_id").is_not_null())
        actions = done.group_by(assignment_id="dest_assignment_id")
        return collect(
            actions.agg(
                arrived=pl.col("transferred_count").sum(),
                arrived_kg=pl.col("transferred_biomass_kg").sum(),
            )
        )

    @cached_property
    def harvests(self) -> pl.DataFrame:
        """Per ring harvested: assignment_id, date, fish, live_kg, gutted_kg, best (fish of the best grade)."""
        grades = self.tables["product_grade"].select(product_grade_id="id", is_best=pl.col("code") == BEST_GRADE)
        lots = (
            self.tables["harvest_lot"]
            .join(grades, on="product_grade_id")
            .group_by("event_id")
            .agg(
                gutted_kg=pl.col("gutted_weight_kg").sum(),
                best=pl.col("unit_count").filter(pl.col("is_best")).sum(),
            )
        )
        return collect(
            self.tables["harvest_event"]
            .join(lots, left_on="id", right_on="event_id")
            .group_by("assignment_id")
            .agg(
                date=pl.col("event_date").dt.date().max(),
                fish=pl.col("harvested_count").sum(),
                live_kg=pl.col("live_weight_kg").sum(),
                gutted_kg=pl.col("gutted_kg").sum(),
                best=pl.col("best").sum(),
            )
            .sort("assignment_id")
        )

    @cached_property
    def cycles(self) -> pl.DataFrame:
        """Every harvested batch's time at sea, summed over its rings, one row a batch.

        batch_id, geography, stocked (fish), stocked_kg, fish, live_kg, gutted_kg, best, dead_kg (culls too), feed_kg,
        days and degree_days (of a harvested fish: means over rings weighted by the fish harvested).
        """
        warmth = self.ring_days.group_by("assignment_id").agg(
            ring_days=pl.len().cast(pl.Float64), ring_warmth=pl.col("temp_c").sum()
        )
        rings = (
            self.rings.filter(pl.col("harvested"))
            .select("assignment_id", "batch_id", "geography", stocked="fish")
            .join(self.arrived.select("assignment_id", "arrived_kg"), on="assignment_id", how="left")
            .join(self.harvests, on="assignment_id", how="left")
            .join(self.lost, on="assignment_id", how="left")
            .join(self.fed, on="assignment_id", how="left")
            .join(warmth, on="assignment_id", how="left")
            .with_columns(cs.numeric().fill_null(0))
        )
        return (
            rings.group_by("batch_id", "geography")
            .agg(
                pl.col("stocked", "fish", "live_kg", "gutted_kg", "best", "feed_kg").sum(),
                stocked_kg=pl.col("arrived_kg").sum(),
                dead_kg=pl.col("dead_kg").sum() + pl.col("culled_kg").sum(),
                days=(pl.col("ring_days") * pl.col("fish")).sum() / pl.col("fish").sum(),
                degree_days=(pl.col("ring_warmth") * pl.col("fish")).sum() / pl.col("fish").sum(),
            )
            .sort("batch_id")
        )
