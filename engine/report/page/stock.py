"""The page's charts of fish: where they were, how full that made the farm, how they grew and died."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from engine.report.charts import marks
from engine.report.charts.theme import COUNT, ONE, SHORT, TWO
from engine.report.page.datasets import CAUSES
from engine.report.page.figure import (
    CHOSEN,
    FEW,
    FEW_CHOSEN,
    HALF,
    OF_GEOGRAPHY,
    WHOLE,
    Figure,
    rows_of,
    seen,
)

FAINTER = seen(f"batch === 'all' && batches > {FEW}", 0.45, 1)


def places() -> Figure:
    x = marks.days("begun", domainMin=alt.ExprRef("t0"), domainMax=alt.ExprRef("t1"), nice=False)
    down = alt.Scale(domainMin=alt.ExprRef("y0"), domainMax=alt.ExprRef("y1"), nice=False, zero=False, reverse=True)
    y = alt.Y("low:Q", scale=down, axis=alt.Axis(title=None, grid=True, domain=False, ticks=False))
    stays = rows_of("stays").transform_filter("datum.pool === pool")
    lines = stays.mark_rect(clip=True, strokeWidth=0).encode(
        x=x,
        x2=alt.X2("ended"),
        y=y,
        y2=alt.Y2("high"),
        color=alt.Color("shade:N", legend=None, scale=alt.Scale(domain=list(range(6)))),
        opacity=seen("batch === 'all' || datum.batch === batch", 0.85, 0.12),
        tooltip=[
            marks.tip("batch", "batch"),
            marks.tip("where", "where"),
            marks.day_tip("begun", "from"),
            marks.day_tip("ended", "until"),
            marks.tip("days", "days", COUNT),
        ],
    )
    wide = "(min(datum.ended, t1) - max(datum.begun, t0)) / (t1 - t0) * width > 84"
    high = "(min(datum.high, y1) - max(datum.low, y0)) / (y1 - y0) * height > 11"
    fits = f"{wide} && {high} && (batch === 'all' || datum.batch === batch) ? datum.batch : ''"
    named = (
        stays.transform_calculate(
            left="clamp(datum.begun, t0, t1)",
            middle="(clamp(datum.low, y0, y1) + clamp(datum.high, y0, y1)) / 2",
            label=fits,
        )
        .mark_text(align="left", dx=4, baseline="middle", fontSize=10, clip=True, style="on-stay")
        .encode(x=alt.X("left:T"), y=alt.Y("middle:Q", scale=down), text=alt.Text("label:N"))
    )
    today = rows_of("today").mark_rule(style="today", clip=True).encode(x=alt.X("day:T"))
    return Figure(
        name="places",
        title="Who was where",
        caption="Each bar is a batch in neighbouring containers of one hall or sea area, from its arrival until it "
        "left. Dashed: the as-of date. Move and zoom with the buttons, with arrow keys, + and -, or by "
        "dragging and by the wheel with Ctrl.",
        spec=alt.layer(lines, named, today).properties(width=WHOLE, height=420),
        rows="stays",
        needs=("places", "today"),
        table={"batch": "batch", "where": "where", "begun": "from", "ended": "until", "days": "days"},
        nothing="No stay of what was chosen in these containers.",
        filters=("geography", "batch"),
        zoom=True,
    )


def occupancy(pools: Sequence[str]) -> Figure:
    chosen = rows_of("occupancy").transform_filter(OF_GEOGRAPHY)
    x, axis = marks.days(), alt.Axis(title="containers", tickCount=4, format=COUNT)
    tooltip = [
        marks.tip("pool", "pool"),
        marks.day_tip(),
        marks.tip("executed", "held", COUNT),
        marks.tip("planned", "held by plan", COUNT),
        marks.tip("capacity", "capacity", COUNT),
        marks.tip("usable", "usable by whole batches", COUNT),
    ]
    lived = chosen.mark_area(interpolate="step-after", opacity=0.75).encode(
        x=x, y=alt.Y("executed:Q", axis=axis), color=alt.datum("held, as lived"), tooltip=tooltip
    )
    planned = chosen.mark_line(interpolate="step-after", strokeDash=[4, 2]).encode(
        x=x, y=alt.Y("planned:Q"), color=alt.datum("held, by plan"), tooltip=tooltip
    )
    usable = chosen.mark_line(strokeDash=[1, 3]).encode(x=x, y=alt.Y("usable:Q"), color=alt.datum("usable"))
    capacity = chosen.mark_line(style="limit").encode(x=x, y=alt.Y("capacity:Q"), color=alt.datum("capacity"))
    legend = alt.Color(
        scale=alt.Scale(
            domain=["held, as lived", "held, by plan", "usable", "capacity"],
            range=["role:series", "role:text", "role:planned", "role:limit"],
        ),
        legend=alt.Legend(title=None),
    )
    layers = alt.layer(lived, planned, usable, capacity).encode(color=legend)
    return Figure(
        name="occupancy",
        title="How full each pool was, planned beside executed",
        caption="Containers held in each pool, that is the containers of one stage in one geography. What whole "
        "batches can use is less than the capacity where rings are left over in every area.",
        spec=layers.properties(width=HALF, height=90)
        .facet(facet=alt.Facet("pool:N", title=None, sort=list(pools)), columns=HALF)
        .resolve_scale(y="independent"),
        rows="occupancy",
        table={
            "pool": "pool",
            "day": "day",
            "executed": "held",
            "planned": "held by plan",
            "usable": "usable",
            "capacity": "capacity",
        },
        nothing="No container of what was chosen.",
        filters=("geography",),
    )


def growth(colour: alt.Color) -> Figure:
    y = [marks.amount(column, "mean live weight", "kg", ONE) for column in ("planned_kg", "weight_kg")]
    tips = [
        marks.tip("batch", "batch"),
        marks.day_tip(),
        marks.tip("age", "day of life", COUNT),
        marks.tip("weight_kg", "weight, kg", TWO),
        marks.tip("planned_kg", "planned, kg", TWO),
    ]
    lines = _beside_plan(("planned_kg", "weight_kg"), x=marks.days(), y=y, tips=tips, colour=colour)
    return Figure(
        name="growth",
        title="Growth of each batch beside its plan",
        caption="Mean weight over all containers, as the farm estimates it. Dashed: the batch's baseline "
        f"projection, drawn when no more than {FEW} batches are shown or one is chosen.",
        spec=alt.layer(*lines).properties(width=WHOLE, height=320),
        rows="life",
        table={
            "batch": "batch",
            "day": "day",
            "age": "day of life",
            "weight_kg": "weight (kg)",
            "planned_kg": "planned (kg)",
        },
        nothing="No batch of what was chosen has fish.",
    )


def _beside_plan(
    columns: Sequence[str], *, x: alt.X, y: Sequence[alt.Y], tips: Sequence[alt.Tooltip], colour: alt.Color
) -> list[Any]:
    """Lines of `life`: its planned column where few batches are shown, and the one that was lived."""
    planned, lived = columns
    return marks.beside_plan(
        rows_of("life").transform_filter(f"{FEW_CHOSEN} && isValid(datum.{planned})"),
        rows_of("life").transform_filter(f"{CHOSEN} && isValid(datum.{lived})"),
        x=x,
        y=y,
        tips=tips,
        series={"detail": alt.Detail("batch:N"), "color": colour, "opacity": FAINTER},
    )


def survival(colour: alt.Color) -> Figure:
    x = alt.X("age:Q", axis=alt.Axis(title="days since the eggs were placed", grid=False, format=COUNT))
    columns = ("planned_alive", "alive")
    y = [marks.amount(column, "alive, of the eggs placed", "%", domain=[0, 100]) for column in columns]
    tips = [
        marks.tip("batch", "batch"),
        marks.day_tip(),
        marks.tip("age", "day of life", COUNT),
        marks.tip("alive", "alive, %", ONE),
        marks.tip("planned_alive", "planned, %", ONE),
    ]
    lines = _beside_plan(columns, x=x, y=y, tips=tips, colour=colour)
    return Figure(
        name="survival",
        title="Survival",
        caption="Fish alive, culls and surplus taken off too; they end with the harvest. The steep first weeks are "
        "eggs and alevins. Dashed: the baseline projection.",
        spec=alt.layer(*lines).properties(width=WHOLE, height=260),
        rows="life",
        table={
            "batch": "batch",
            "day": "day",
            "age": "day of life",
            "alive": "alive (%)",
            "planned_alive": "planned (%)",
        },
        nothing="No batch of what was chosen has fish.",
    )


def deaths() -> Figure:
    rows = (
        rows_of("deaths")
        .transform_filter(CHOSEN)
        .transform_fold(list(CAUSES), as_=["code", "fish"])
        .transform_filter("datum.fish > 0")
        .transform_calculate(cause="lower(datum.code)")
    )
    bars = marks.monthly(
        rows,
        "month",
        y=marks.summed("fish", "dead or culled a month", "fish", SHORT),
        colour=alt.Color("cause:N", title="cause", scale=alt.Scale(domain=[each.lower() for each in CAUSES])),
        tips=[marks.tip("cause", "cause"), marks.total("fish", "fish")],
    )
    return Figure(
        name="deaths",
        title="Deaths by month and cause",
        caption="Fish found dead, by the cause that the farm notes, and culled fish (taken out by people, as at a "
        "grading). Most are very small: eggs, alevins and fry.",
        spec=bars.properties(width=WHOLE, height=260),
        rows="deaths",
        table={"batch": "batch", "month": "month", **{each: each.lower() for each in CAUSES}},
        nothing="No deaths of what was chosen.",
    )
