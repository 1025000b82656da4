"""Tell-tales of what befalls a place: whether events come together in time and space."""

from __future__ import annotations

import polars as pl

from engine.statistics.measure import Basis, Measure, Measures, as_float, mean, ratio
from engine.statistics.records import collect
from engine.statistics.telltales.frames import FarmRecords

OF_PLACES = ("STORM", "ALGAL_BLOOM", "JELLYFISH")
INFECTIOUS = ("PANCREAS_DISEASE", "GILL_DISEASE", "HEART_DISEASE")
NEAR_DAYS = 28
BASIS = "health_event (truth)"


def farm_events(records: FarmRecords) -> pl.DataFrame:
    """Each farm's events at sea, a row for the rings struck together: batch_id, area_id, geography, kind, start."""
    areas = records.tables["container"].select("area_id", container_id="id")
    farms = records.places.select("batch_id", "area_id", "geography").unique()
    return collect(
        records.tables["health_event"]
        .with_columns(pl.col("kind").cast(pl.String))
        .filter(pl.col("kind").is_in([*OF_PLACES, *INFECTIOUS]))
        .join(areas, on="container_id")
        .join(farms.lazy(), on=["batch_id", "area_id"])
        .select("batch_id", "area_id", "geography", "kind", start="start_date")
        .unique()
        .sort("area_id", "kind", "start", "batch_id")
    )


def farm_stays(records: FarmRecords) -> pl.DataFrame:
    """When a batch was in an area: batch_id, area_id, geography, first_day, last_day."""
    return records.places.group_by("batch_id", "area_id", "geography").agg(
        pl.col("first_day").min(), pl.col("last_day").max()
    )


def together(records: FarmRecords) -> Measures:
    """Events of one kind at the farm's neighbour in the same area, and how they cluster by month."""
    events, stays = farm_events(records), farm_stays(records)
    of_places = events.filter(pl.col("kind").is_in(OF_PLACES))
    infectious = events.filter(pl.col("kind").is_in(INFECTIOUS))
    what = "that strike the area's other batch within 28 days"
    return {
        f"storms, blooms and jellyfish {what}": neighbours_struck(of_places, stays),
        f"PD, gill and heart disease {what}": neighbours_struck(infectious, stays),
        "storms, blooms and jellyfish, dispersion by month and geography": dispersion(of_places, stays),
    }


def neighbours_struck(events: pl.DataFrame, stays: pl.DataFrame) -> Measure:
    """Of the events whose area held another batch that day: the percentage that struck another batch of it as well.

    By the same kind, within NEAR_DAYS either way.
    """
    others = stays.select("area_id", "first_day", "last_day", other="batch_id")
    beside = (
        events.with_row_index("event")
        .join(others, on="area_id")
        .filter((pl.col("other") != pl.col("batch_id")) & pl.col("start").is_between("first_day", "last_day"))
    )
    theirs = events.select("area_id", "kind", other="batch_id", their_start="start")
    hit = beside.join(theirs, on=["area_id", "kind", "other"]).filter(
        (pl.col("their_start") - pl.col("start")).dt.total_days().abs() <= NEAR_DAYS
    )
    witnessed = beside["event"].n_unique()
    share = ratio(float(hit["event"].n_unique()), witnessed)
    return Basis("events beside another batch", BASIS).measure(None if share is None else 100 * share, witnessed)


def dispersion(events: pl.DataFrame, stays: pl.DataFrame) -> Measure:
    """Variance over mean of the number of events in a geography's month: 1 where each farm is struck by itself.

    The season is taken out: the variance about the mean of the same month in all years. Months in which the geography
    had fish at sea.
    """
    basis = Basis("months", BASIS)
    alive = (
        stays.select("geography", month=pl.date_ranges(pl.col("first_day").dt.month_start(), "last_day", "1mo"))
        .explode("month")
        .drop_nulls()
        .unique()
    )
    counted = events.group_by("geography", month=pl.col("start").dt.month_start()).agg(events=pl.len())
    months = alive.join(counted, on=["geography", "month"], how="left").with_columns(
        pl.col("events").fill_null(0).cast(pl.Float64), of_year=pl.col("month").dt.month()
    )
    season = ("geography", "of_year")
    about = months.filter(pl.len().over(season) > 1).with_columns(
        spread=pl.col("events").var().over(season), level=pl.col("events").mean().over(season)
    )
    return basis.measure(ratio(as_float(mean(about["spread"])), mean(about["level"])), about.height)
