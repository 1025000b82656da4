"""How far sea areas lie from each other."""

from __future__ import annotations

import polars as pl

from engine.statistics.records import Records, collect

EARTH_KM = 6371.0


def distances(records: Records) -> pl.DataFrame:
    """Every pair of areas, either way: area_id, other_area, km (great circle), same_geography."""
    areas = collect(records.tables["area"].select("id", "geography_id", "latitude", "longitude").drop_nulls())
    one = areas.select("geography_id", area_id="id", a=pl.col("latitude").radians(), b=pl.col("longitude").radians())
    other = areas.select(
        other_geography="geography_id", other_area="id", c=pl.col("latitude").radians(), d=pl.col("longitude").radians()
    )
    half = ((pl.col("c") - pl.col("a")) / 2).sin() ** 2
    across = pl.col("a").cos() * pl.col("c").cos() * ((pl.col("d") - pl.col("b")) / 2).sin() ** 2
    return (
        one.join(other, how="cross")
        .filter(pl.col("area_id") != pl.col("other_area"))
        .select(
            "area_id",
            "other_area",
            km=2 * EARTH_KM * (half + across).sqrt().arcsin(),
            same_geography=pl.col("geography_id") == pl.col("other_geography"),
        )
    )


def near_areas(records: Records, within_km: float) -> pl.DataFrame:
    """area_id, other_area: the pairs that lie so near."""
    return distances(records).filter(pl.col("km") <= within_km).select("area_id", "other_area")
