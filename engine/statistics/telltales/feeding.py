"""Tell-tales of feeding: meals and their times, pellets, suppliers, stores, and appetite's memory."""

from __future__ import annotations

import polars as pl

from engine.statistics.lice import sea_treatments
from engine.statistics.measure import Basis, Measure, Measures, as_percent, ratio, total
from engine.statistics.records import collect
from engine.statistics.telltales.frames import FARM, FarmRecords, share_between, top_share
from lake.codes import SEA

FRY = 2
LARGE_G, LARGE_PELLET_MM = 1000.0, 7.0
MIN_FEED_KG = 50.0  # a ring's day whose feed is compared with the next
SLACK_KG = 1.0  # what rounding may put above a store's capacity
BACK_DAYS = (7, 10)  # after a treatment, when appetite should be whole again


def meals(records: FarmRecords) -> Measures:
    """How many meals a day, and at which time of day, by stage."""
    days = (
        records.meals.group_by("assignment_id", "date")
        .agg(pl.col("meals").sum())
        .join(records.stage_of, on="assignment_id")
    )
    basis = Basis("container-days", "feeding_event")
    rings = records.rings["assignment_id"]
    times = collect(
        records.tables["feeding_event"]
        .filter(pl.col("batch_assignment_id").is_in(rings.implode()))
        .group_by(time=pl.col("feeding_time").dt.time())
        .agg(meals=pl.len())
    )["meals"]
    commonest = ratio(float(times.top_k(2).sum()), int(times.sum()))
    return {
        "meals a day of fry, mean": basis.mean(days.filter(pl.col("stage") == FRY)["meals"]),
        "days at sea with the commonest number of meals": top_share(
            basis, days.filter(pl.col("stage") == SEA)["meals"]
        ),
        "meals at sea at the 2 most frequent times of day": as_percent(
            Basis("meals", "feeding_event").measure(commonest, int(times.sum()))
        ),
    }


def pellets_and_suppliers(records: FarmRecords) -> Measures:
    """The pellets of fish above 1 kg, and how much of the feed one supplier sold."""
    sizes = collect(records.tables["feed"].select("pellet_size_mm", feed_id="id"))
    large = (
        records.ring_days.filter(pl.col("weight_g") > LARGE_G)
        .select("assignment_id", "date")
        .join(records.meals, on=["assignment_id", "date"])
        .join(sizes, on="feed_id")
    )
    fitting = ratio(total(large.filter(pl.col("pellet_size_mm") >= LARGE_PELLET_MM)["kg"]), total(large["kg"]))
    sold = collect(records.tables["feed_purchase"].group_by("supplier").agg(pl.col("quantity_kg").sum(), n=pl.len()))
    greatest = ratio(float(sold["quantity_kg"].max() or 0), total(sold["quantity_kg"]))  # type: ignore[arg-type]
    return {
        "feed above 1 kg in pellets of 7 mm and more": as_percent(
            Basis("ring-days", "feeding_event, feed, daily_state").measure(fitting, large.height)
        ),
        "feed bought from the greatest supplier": as_percent(
            Basis("purchases", "feed_purchase").measure(greatest, int(total(sold["n"])))
        ),
    }


def stores(records: FarmRecords) -> Measures:
    """Days on which a barge or silo holds more than fits, all its batches' feed together, and the fullest one."""
    stock = store_stock(records)
    basis = Basis("store-days", "feed_purchase, feeding_event, feed_container.capacity_kg")
    fullest = (stock["stock_kg"] / stock["capacity_kg"]).max()
    return {
        "days with a store above its capacity": basis.percentage(stock["stock_kg"] > stock["capacity_kg"] + SLACK_KG),
        "fullest store over its capacity": basis.measure(fullest, stock.height),  # type: ignore[arg-type]
    }


def store_stock(records: FarmRecords) -> pl.DataFrame:
    """What is in a store on the evenings of days on which something came or went: bought until then, less what was fed.

    store_id, date, kg, stock_kg, capacity_kg; stores of unknown capacity are left out.
    """
    bought = collect(
        records.tables["feed_purchase"]
        .group_by(store_id="feed_container_id", date="purchase_date")
        .agg(kg=pl.col("quantity_kg").sum())
    )
    fed = records.meals.group_by("store_id", "date").agg(kg=-pl.col("kg").sum())
    capacity = collect(records.tables["feed_container"].select("capacity_kg", store_id="id"))
    return (
        pl.concat([bought, fed])
        .group_by("store_id", "date")
        .agg(pl.col("kg").sum())
        .sort("store_id", "date")
        .with_columns(stock_kg=pl.col("kg").cum_sum().over("store_id"))
        .join(capacity.filter(pl.col("capacity_kg") > 0), on="store_id")
    )


def appetite(records: FarmRecords) -> Measures:
    """Whether appetite remembers yesterday, is shared by a farm's rings, and comes back slowly after a treatment.

    Of the logarithm of feed from day to day. A day's chance alone makes one change undo the last: -.5.
    """
    fed = records.ring_days.filter(pl.col("feed_kg") >= MIN_FEED_KG).select("assignment_id", "date", "feed_kg")
    before = fed.select("assignment_id", pl.col("date").dt.offset_by("1d"), fed_before="feed_kg")
    changes = fed.join(before, on=["assignment_id", "date"]).select(
        "assignment_id", "date", change=(pl.col("feed_kg") / pl.col("fed_before")).log()
    )
    again = changes.select("assignment_id", pl.col("date").dt.offset_by("1d"), last="change")
    pairs = changes.join(again, on=["assignment_id", "date"])
    correlation = pairs.select(pl.corr("change", "last")).item() if pairs.height > 2 else None
    farms = changes.join(records.rings.select("assignment_id", *FARM), on="assignment_id")
    basis = Basis("ring-days", "daily_state.feed_kg")
    return {
        "feed, correlation of one day's change with the last one's": basis.measure(correlation, pairs.height),
        "feed, share of the daily changes' variance between farm-days": basis.measure(
            share_between(farms, "change", (*FARM, "date")), farms.height
        ),
        "feed on the first fed day after a treatment over a week later": fed_after(records),
    }


def fed_after(records: FarmRecords) -> Measure:
    """The feed of the first day with any after a treatment, over the mean of BACK_DAYS later, the median."""
    treated = sea_treatments(records).with_row_index("case").select("case", "assignment_id", treated="date")
    after = (
        treated.join(records.ring_days.select("assignment_id", "date", "feed_kg"), on="assignment_id")
        .with_columns(since=(pl.col("date") - pl.col("treated")).dt.total_days())
        .filter(pl.col("since").is_between(1, BACK_DAYS[1]) & (pl.col("feed_kg") > 0))
        .sort("case", "since")
    )
    first = after.filter(pl.col("since") < BACK_DAYS[0]).group_by("case").agg(pl.col("feed_kg").first())
    whole = after.filter(pl.col("since") >= BACK_DAYS[0]).group_by("case").agg(whole=pl.col("feed_kg").mean())
    both = first.join(whole, on="case")
    return Basis("treatments", "treatment, daily_state.feed_kg").quantile(both["feed_kg"] / both["whole"], 0.5)
