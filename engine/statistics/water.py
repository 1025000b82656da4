"""Statistics of the water: the sea's temperature, salinity and oxygen, and what the halls' sensors show."""

from __future__ import annotations

import calendar
import math

import polars as pl

from engine.statistics.measure import (
    Basis,
    Measure,
    Measures,
    as_float,
    by_geography,
    mean,
    name_by_geography,
    ratio,
    total,
    with_geography,
)
from engine.statistics.records import Records, collect
from lake.codes import OXYGEN, SALINITY, SEA

MIN_DAYS_OF_MONTH = 20  # an area's month counts when there are readings of at least so many days
CROWDED_KG_M3, NEARLY_EMPTY_KG_M3 = 5.0, 1.0
QUANTILES = {"5th percentile": 0.05, "95th percentile": 0.95}
LOW_OXYGEN = 70.0


def sea_temperature(records: Records) -> Measures:
    """The sea's temperature by month, its anomalies, and how areas differ.

    From daily_state.temp_c, the day's mean of a ring's temperature readings. An area's months are the means over its
    rings' days; a geography's month is the mean over areas, each less its own offset.
    """
    found: Measures = {}
    anomalies = []
    for geography, months in by_geography(area_months(records), records.geographies):
        series, offsets = geography_months(months)
        climate = series.group_by("month").agg(pl.col("temp_c").mean()).sort("month")
        basis = Basis("months", "daily_state.temp_c, means of the rings' thermometers")
        for month, name in enumerate(calendar.month_name[1:], 1):
            of_month = series.filter(pl.col("month") == month)["temp_c"]
            what = with_geography(f"sea temperature, {name} mean", geography)
            found[what] = basis.measure(mean(of_month), series.height)
        whole = climate.height == 12
        annual = mean(climate["temp_c"]) if whole else None
        found[with_geography("sea temperature, annual mean", geography)] = basis.measure(annual, series.height)
        span = as_float(climate.select(pl.col("temp_c").max() - pl.col("temp_c").min()).item()) if whole else None
        found[with_geography("sea temperature, warmest less coldest month", geography)] = basis.measure(
            span, series.height
        )
        sites = Basis("areas", basis.tables)
        found[with_geography("sea temperature, standard deviation between areas", geography)] = (
            sites.standard_deviation(offsets)
        )
        anomalies.append(monthly_anomalies(series))
        found |= name_by_geography(anomaly_measures([anomalies[-1]]), geography)
    return found | anomaly_measures(anomalies)


def area_months(records: Records) -> pl.DataFrame:
    """geography, area_id, index (months since year 0), month (1 to 12), temp_c: an area in one month."""
    rings = records.rings.select("assignment_id", "geography", "area_id")
    return (
        records.ring_days.lazy()
        .join(rings.lazy(), on="assignment_id")
        .group_by(
            "geography",
            "area_id",
            index=pl.col("date").dt.year() * 12 + pl.col("date").dt.month() - 1,
        )
        .agg(pl.col("temp_c").mean(), days=pl.col("date").n_unique())
        .filter(pl.col("days") >= MIN_DAYS_OF_MONTH)
        .with_columns(month=pl.col("index") % 12 + 1)
        .sort("geography", "area_id", "index")
        .collect()
    )


def geography_months(months: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """A geography's months (index, month, temp_c), each the mean over areas less their offsets, and the offsets.

    An area's offset is its mean distance from the mean of the areas in the same months; offsets average to zero.
    """
    deviation = pl.col("temp_c") - pl.col("temp_c").mean().over("index")
    offsets = months.with_columns(offset=deviation).group_by("area_id").agg(pl.col("offset").mean())
    offsets = offsets.with_columns(pl.col("offset") - pl.col("offset").mean())
    series = (
        months.join(offsets, on="area_id")
        .group_by("index", "month")
        .agg((pl.col("temp_c") - pl.col("offset")).mean())
        .sort("index")
    )
    return series, offsets["offset"]


def monthly_anomalies(series: pl.DataFrame) -> pl.DataFrame:
    """A month less the mean of that month of the year; months that occur once are left out.

    index, anomaly, degrees_of_freedom: how many the row brings, so that a sum of squares over their sum is unbiased.
    """
    years = pl.len().over("month")
    return (
        series.with_columns(
            anomaly=pl.col("temp_c") - pl.col("temp_c").mean().over("month"),
            degrees_of_freedom=(years - 1) / years,
            years=years,
        )
        .filter(pl.col("years") > 1)
        .select("index", "anomaly", "degrees_of_freedom")
    )


def anomaly_measures(anomalies: list[pl.DataFrame]) -> Measures:
    """Standard deviation and lag-1 autocorrelation (consecutive months), pooled over the frames given."""
    basis = Basis("months", "daily_state.temp_c, monthly means less the mean of the month of the year")
    pooled = pl.concat(anomalies)
    count = pooled.height
    variance = ratio(total(pooled["anomaly"] ** 2), total(pooled["degrees_of_freedom"]))
    pairs = pl.concat(
        [a.join(a.select(pl.col("index") - 1, next="anomaly"), on="index").select("anomaly", "next") for a in anomalies]
    )
    correlation = pairs.select(pl.corr("anomaly", "next")).item() if pairs.height > 2 else None
    return {
        "monthly sea temperature anomaly, standard deviation": basis.measure(
            None if variance is None else math.sqrt(variance), count
        ),
        "monthly sea temperature anomaly, lag-1 autocorrelation": basis.measure(correlation, count),
    }


def sensor_readings(records: Records) -> Measures:
    """How the readings of the rings' salinity and of the halls' water quality spread."""
    spread = reading_frequencies(records)
    found: Measures = {}
    for geography in records.geographies:
        salinity = spread.filter(
            (pl.col("geography") == geography) & pl.col("at_sea") & (pl.col("parameter") == SALINITY)
        )
        found |= name_by_geography(_quantiles("salinity", salinity, 1.0), geography)
    in_halls = spread.filter(~pl.col("at_sea"))
    for parameter, what, scale in (
        (OXYGEN, "oxygen in tanks", 1.0),
        ("pH", "pH in tanks", 1.0),
        ("CO2", "carbon dioxide in tanks", 1.0),
        ("NO2", "nitrite nitrogen in tanks", 1.0),
        ("NO3", "nitrate nitrogen in tanks", 1.0),
        ("NH4", "total ammonia nitrogen in tanks", 1000.0),
    ):
        of_parameter = in_halls.filter(pl.col("parameter") == parameter)
        found |= _moments(what, of_parameter, scale) | _quantiles(what, of_parameter, scale)
    return found


READING_BASIS = Basis("readings", "environmental_reading")


def reading_frequencies(records: Records) -> pl.DataFrame:
    """How often each value was read: geography, at_sea, parameter, value, readings.

    In halls, all together (geography ""), and of the rings salinity: nothing else that they read is asked for here.
    """
    tables = records.tables
    containers = collect(
        tables["container"]
        .join(tables["geography"].select(geography_id="id", geography="name"), on="geography_id")
        .select("geography", container_id="id", at_sea=pl.col("lifecycle_stage_id") == SEA)
    )
    names = collect(tables["environmental_parameter"].select(parameter_id="id", parameter="name"))
    of_sea = names.filter(pl.col("parameter") == SALINITY)["parameter_id"]
    halls = containers.filter(~pl.col("at_sea"))["container_id"]
    readings = tables["environmental_reading"].select("container_id", "parameter_id", "value")
    in_halls = (
        readings.filter(pl.col("container_id").is_in(halls.implode()))
        .group_by("parameter_id", "value")
        .agg(readings=pl.len())
        .with_columns(geography=pl.lit(""), at_sea=False)
    )
    at_sea = (
        readings.filter(pl.col("parameter_id").is_in(of_sea.implode()))
        .join(containers.lazy().filter("at_sea"), on="container_id")
        .group_by("geography", "at_sea", "parameter_id", "value")
        .agg(readings=pl.len())
    )
    columns = ("geography", "at_sea", "parameter_id", "value", "readings")
    both = pl.concat([collect(in_halls.select(columns)), collect(at_sea.select(columns))])
    return both.join(names, on="parameter_id")


def _moments(what: str, spread: pl.DataFrame, scale: float) -> Measures:
    """Mean and standard deviation of values that occur `readings` times."""
    count = int(spread["readings"].sum())
    share = spread["readings"] / count if count else spread["readings"]
    middle = total(share * spread["value"]) if count else math.nan
    variance = total(share * (spread["value"] - middle) ** 2) if count else math.nan
    return {
        f"{what}, mean": READING_BASIS.measure(scale * middle, count),
        f"{what}, standard deviation": READING_BASIS.measure(scale * math.sqrt(variance), count),
    }


def _quantiles(what: str, spread: pl.DataFrame, scale: float) -> Measures:
    """The value at which the readings, in order, reach each share of QUANTILES."""
    in_order = spread.group_by("value").agg(pl.col("readings").sum()).sort("value")
    count = int(in_order["readings"].sum())
    reached = in_order.with_columns(pl.col("readings").cum_sum())
    found = {}
    for name, share in QUANTILES.items():
        at = reached.filter(pl.col("readings") >= share * count)["value"] if count else pl.Series([None])
        found[f"{what}, {name}"] = READING_BASIS.measure(None if at[0] is None else scale * at[0], count)
    return found


def oxygen(records: Records) -> Measures:
    """Oxygen in the rings, % saturation: how low it is, when, and by how much fish lower it."""
    hours = ring_oxygen(records)
    basis = Basis("ring-days", "environmental_reading, oxygen in rings")
    by_day = hours.lazy().group_by("assignment_id", "date")  # streaming, a third of the time
    days = collect(by_day.agg(oxygen=pl.col("oxygen").mean(), lowest=pl.col("oxygen").min()))
    month = pl.col("date").dt.month()
    late, early = month.is_between(8, 10), month.is_between(2, 4)
    hour = pl.col("hour")
    return {
        "oxygen in rings, mean": basis.mean(days["oxygen"]),
        **{f"oxygen in rings, {name}": basis.quantile(hours["oxygen"], q) for name, q in QUANTILES.items()},
        "oxygen in rings, days with a reading below 70 %": basis.percentage(days["lowest"] < LOW_OXYGEN),
        "oxygen in rings, August to October below February to April by": _difference_of_means(basis, days, early, late),
        "oxygen in rings, night below day by": _difference_of_means(basis, hours, hour.is_between(10, 18), hour < 6),
        "oxygen in rings, above 5 kg/m3 below rings under 1 kg/m3 by": oxygen_by_density(records, days),
    }


def oxygen_by_density(records: Records, days: pl.DataFrame) -> Measure:
    """How much lower the day's mean oxygen is in crowded rings than in nearly empty ones.

    The nearly empty stand for the water outside: rings of the same geography and month are compared, months weighted
    by the fewer ring-days of the two. days: assignment_id, date, oxygen.
    """
    basis = Basis("ring-days", "environmental_reading, oxygen in rings; daily_state.biomass_kg")
    of_ring = records.rings.select("assignment_id", "geography", "volume_m3")
    density = records.ring_days.join(of_ring, on="assignment_id").select(
        "assignment_id", "date", "geography", density=pl.col("biomass_kg") / pl.col("volume_m3")
    )
    empty, crowded = pl.col("density") < NEARLY_EMPTY_KG_M3, pl.col("density") > CROWDED_KG_M3
    months = collect(
        days.lazy()
        .join(density.lazy(), on=["assignment_id", "date"])
        .group_by("geography", month=pl.col("date").dt.truncate("1mo"))
        .agg(
            lower=pl.col("oxygen").filter(empty).mean() - pl.col("oxygen").filter(crowded).mean(),
            days=pl.min_horizontal(empty.sum(), crowded.sum()),
        )
        .filter(pl.col("days") > 0)
    )
    weight = total(months["days"])
    return basis.measure(ratio(total(months["days"] * months["lower"]), weight), int(weight))


def _difference_of_means(basis: Basis, frame: pl.DataFrame, higher: pl.Expr, lower: pl.Expr) -> Measure:
    """Mean oxygen of the rows where `higher` less that where `lower`; counted: the fewer of the two."""
    one, other = frame.filter(higher)["oxygen"], frame.filter(lower)["oxygen"]
    high, low = mean(one), mean(other)
    difference = None if high is None or low is None else high - low
    return basis.measure(difference, min(one.len(), other.len()))


def ring_oxygen(records: Records) -> pl.DataFrame:
    """Every oxygen reading of the rings: assignment_id, date, hour (UTC), oxygen."""
    tables = records.tables
    (wanted,) = collect(tables["environmental_parameter"].filter(pl.col("name") == OXYGEN))["id"]
    rings = records.rings.lazy().select("assignment_id")
    return collect(
        tables["environmental_reading"]
        .filter(pl.col("parameter_id") == wanted)
        .select(
            assignment_id="batch_container_assignment_id",
            date=pl.col("reading_time").dt.date(),
            hour=pl.col("reading_time").dt.hour(),
            oxygen="value",
        )
        .join(rings, on="assignment_id", how="semi")
    )
