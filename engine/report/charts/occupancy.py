"""How many containers were held in each pool: as planned, as it came, and of how many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import marks, parts
from engine.report.charts.chosen import Chosen, Source

POOLS = "SELECT geography, stage, stage_id, count(*) AS containers FROM place WHERE {where} GROUP BY ALL ORDER BY ALL"
LIVED = "SELECT geography, stage, stage_id, first_day, end_day FROM chosen_stay"
PLANNED = """
SELECT geography, stage, stage_id, first_day, end_day
FROM (SELECT p.*, ring, site, geography, stage, stage_id FROM plan p JOIN place USING (container_id)) WHERE {where}
"""


@dataclass(frozen=True)
class Occupancy:
    """held: containers by geography, stage and day, most of the days that a point stands for: `lived` up to the as-of
    date, and `planned`. pools: how many there are.
    """

    held: pl.DataFrame
    pools: pl.DataFrame
    every: int
    chosen: Chosen
    as_of: date


def data(source: Source, chosen: Chosen, *, every: int = 7) -> Occupancy:
    """Counts of all days, thinned to the highest of so many; InputError where nothing is chosen."""
    source.choose(chosen)
    lake, schedule = source.lake, source.schedule
    stays = [(b.number, c, s.start_day, s.end_day) for b in schedule.batches for s in b.stays for c in s.container_ids]
    columns = ("batch", "container_id", "start", "end")
    plan = pl.DataFrame(stays, schema=columns, orient="row").with_columns(
        first_day=pl.col("start").cast(pl.Int32).cast(pl.Date), end_day=pl.col("end").cast(pl.Int32).cast(pl.Date)
    )
    lake.register("plan", plan.to_arrow())
    planned = source.rows(PLANNED.format(where=" AND ".join(["true", *source.conditions(chosen)])), chosen)
    where = " AND ".join(["true", *source.conditions(chosen, but="batches")])
    pools = source.rows(POOLS.format(where=where), chosen)
    lived = source.rows(LIVED, chosen)
    lake.unregister("plan")
    since = chosen.since or min(lived["first_day"].min(), planned["first_day"].min())  # type: ignore[type-var]
    until = chosen.until or max(source.as_of, planned["end_day"].max() or source.as_of)
    assert isinstance(since, date)
    assert isinstance(until, date)
    span = (since, until)
    ends = {"lived": min(source.as_of, until), "planned": until}
    held = pl.concat(
        _counted(frame, pools, span=span, until=ends[kind], every=every).with_columns(kind=pl.lit(kind))
        for kind, frame in (("lived", lived), ("planned", planned))
    )
    there = held.group_by("geography", "stage").agg(pl.max("containers").alias("most")).filter(pl.col("most") > 0)
    return Occupancy(
        held=held.join(there, on=["geography", "stage"], how="semi"),
        pools=pools.join(there, on=["geography", "stage"], how="semi"),
        every=every,
        chosen=chosen,
        as_of=source.as_of,
    )


def chart(occupancy: Occupancy) -> Any:
    """A row of panels a stage, a column a geography."""
    days = occupancy.held["day"]
    x = parts.span(days.min(), days.max())  # type: ignore[arg-type]
    stages = occupancy.pools.sort("stage_id")["stage"].unique(maintain_order=True).to_list()
    places = occupancy.pools["geography"].unique().sort().to_list()
    width = parts.WIDTH if len(places) == 1 else parts.WIDTH * 6 // 10
    rows = []
    for stage in stages:
        there = [g for g in places if occupancy.pools.filter(geography=g, stage=stage).height]
        rows.append(alt.hconcat(*(_panel(occupancy, x, g, stage).properties(width=width, height=95) for g in there)))
    return alt.vconcat(*rows, spacing=10).properties(
        title=parts.title(
            "Containers held, by stage and geography",
            f"{occupancy.chosen.words}; area: as it came, dashed: as planned; most in {occupancy.every} days",
            "red: all containers of the pool; dotted: the as-of date",
        )
    )


def _counted(
    stays: pl.DataFrame, pools: pl.DataFrame, *, span: tuple[date, date], until: date, every: int
) -> pl.DataFrame:
    """Containers held in each pool: the most of every so many days."""
    days = pl.DataFrame({"day": pl.date_range(span[0], until, "1d", closed="left", eager=True)})
    all_days = pools.select("geography", "stage").join(days, how="cross")
    place = ["geography", "stage"]
    changes = pl.concat(
        [
            stays.select(*place, day=pl.col("first_day").clip(span[0]), change=pl.lit(1)),
            stays.select(*place, day=pl.col("end_day").clip(span[0]), change=pl.lit(-1)),
        ]
    )
    changes = changes.group_by(*place, "day").agg(pl.sum("change"))
    counted = (
        all_days.join(changes, on=[*place, "day"], how="left")
        .sort(*place, "day")
        .with_columns(containers=pl.col("change").fill_null(0).cum_sum().over(place))
    )
    block = (pl.col("day") - pl.lit(span[0])).dt.total_days() // every * every
    return (
        counted.with_columns(day=pl.lit(span[0]) + pl.duration(days=block))
        .group_by(*place, "day")
        .agg(pl.max("containers").cast(pl.Int64))
        .sort(*place, "day")
    )


def _panel(occupancy: Occupancy, x: alt.X, geography: str, stage: str) -> Any:
    held = occupancy.held.filter(geography=geography, stage=stage)
    pool = occupancy.pools.filter(geography=geography, stage=stage)
    capacity = int(pool["containers"][0])
    lived = held.filter(kind="lived")
    if lived.height:  # a step goes on to the next point: the last to the day after
        last = lived.tail(1).with_columns(day=pl.col("day") + timedelta(occupancy.every))
        lived = pl.concat([lived, last.with_columns(day=pl.min_horizontal("day", pl.lit(occupancy.as_of)))])
    peak = int(lived["containers"].max() or 0) if lived.height else 0  # type: ignore[arg-type]
    y = marks.amount("containers", "containers", "", "d", domain=[0, max(capacity, peak) * 1.08], nice=False)
    tips = [marks.day_tip(title=f"{occupancy.every} days from"), marks.tip("containers", "containers", ",.0f")]
    layers = [
        alt.Chart(parts.data(lived)).mark_area(interpolate="step-after", opacity=0.55, clip=True),
        alt.Chart(parts.data(held.filter(kind="planned"))).mark_line(
            style="planned", interpolate="step-after", clip=True
        ),
    ]
    words = [marks.tip("kind", "as"), *tips]
    rule = alt.Chart(parts.data(pool)).mark_rule(style="limit")
    return alt.layer(
        *(layer.encode(x=x, y=y, tooltip=words) for layer in layers),
        rule.encode(y="containers:Q", tooltip=[marks.tip("containers", "containers of the pool", ",.0f")]),
        parts.today(occupancy.as_of),
    ).properties(
        title=alt.TitleParams(
            f"{geography} {stage}: at most {peak:,} of {capacity:,} held", fontSize=12, fontWeight="normal"
        )
    )
