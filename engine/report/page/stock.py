"""The page's charts of fish: where they were, how full that made the farm, how they grew and died."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from engine.report.charts.theme import COUNT, ONE, TWO, measure
from engine.report.page.datasets import CAUSES
from engine.report.page.figure import (
    CHOSEN,
    FEW,
    FEW_CHOSEN,
    HALF,
    MONTH,
    OF_GEOGRAPHY,
    WHOLE,
    Figure,
    day_told,
    number_told,
    over_time,
    rows_of,
    word_told,
)

FAINTER = alt.when(f"batch === 'all' && batches > {FEW}").then(alt.value(0.45)).otherwise(alt.value(1))


def places() -> Figure:
    x = over_time("begun", scale=alt.Scale(domainMin=alt.ExprRef("t0"), domainMax=alt.ExprRef("t1"), nice=False))
    down = alt.Scale(domainMin=alt.ExprRef("y0"), domainMax=alt.ExprRef("y1"), nice=False, zero=False, reverse=True)
    y = alt.Y("low:Q", scale=down, axis=alt.Axis(title=None, grid=True, domain=False, ticks=False))
    stays = rows_of("stays").transform_filter("datum.pool === pool")
    seen = alt.when("batch === 'all' || datum.batch === batch")
    lines = stays.mark_rect(clip=True, strokeWidth=0).encode(
        x=x,
        x2="ended",
        y=y,
        y2="high",
        color=alt.Color("shade:N", legend=None, scale=alt.Scale(domain=list(range(6)))),
        opacity=seen.then(alt.value(0.85)).otherwise(alt.value(0.12)),
        tooltip=[
            word_told("batch"),
            word_told("where"),
            day_told("begun", "from"),
            day_told("ended", "until"),
            number_told("days", "days"),
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
        .encode(x="left:T", y=alt.Y("middle:Q", scale=down), text="label:N")
    )
    today = rows_of("today").mark_rule(style="today", clip=True).encode(x="day:T")
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
    x, axis = over_time("day"), alt.Axis(title="containers", tickCount=4, format=COUNT)
    tooltip = [
        word_told("pool"),
        day_told("day"),
        number_told("executed", "held"),
        number_told("planned", "held by plan"),
        number_told("capacity", "capacity"),
        number_told("usable", "usable by whole batches"),
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
    y = measure("mean live weight", "kg", ONE)
    base = rows_of("life")
    weights = [number_told("weight_kg", "weight (kg)", TWO), number_told("planned_kg", "planned (kg)", TWO)]
    tooltip = [word_told("batch"), day_told("day"), number_told("age", "day of life"), *weights]
    planned = (
        base.transform_filter(f"{FEW_CHOSEN} && isValid(datum.planned_kg)")
        .mark_line(style="planned", strokeWidth=1)
        .encode(x=over_time("day"), y=alt.Y("planned_kg:Q", axis=y), detail="batch:N")
    )
    lived = (
        base.transform_filter(f"{CHOSEN} && isValid(datum.weight_kg)")
        .mark_line()
        .encode(
            x=over_time("day"),
            y=alt.Y("weight_kg:Q", axis=y),
            detail="batch:N",
            color=colour,
            opacity=FAINTER,
            tooltip=tooltip,
        )
    )
    return Figure(
        name="growth",
        title="Growth of each batch beside its plan",
        caption="Mean weight over all containers, as the farm estimates it. Dashed: the batch's baseline "
        f"projection, drawn when no more than {FEW} batches are shown or one is chosen.",
        spec=alt.layer(planned, lived).properties(width=WHOLE, height=320),
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


def survival(colour: alt.Color) -> Figure:
    x = alt.X("age:Q", axis=alt.Axis(title="days since the eggs were placed", grid=False, format=COUNT))
    y = measure("alive, of the eggs placed", "%", COUNT)
    base = rows_of("life")
    tooltip = [
        word_told("batch"),
        day_told("day"),
        number_told("age", "day of life"),
        number_told("alive", "alive (%)", ONE),
        number_told("planned_alive", "planned (%)", ONE),
    ]
    bounds = alt.Scale(domain=[0, 100])
    planned = (
        base.transform_filter(f"{FEW_CHOSEN} && isValid(datum.planned_alive)")
        .mark_line(style="planned", strokeWidth=1)
        .encode(x=x, y=alt.Y("planned_alive:Q", axis=y, scale=bounds), detail="batch:N")
    )
    lived = (
        base.transform_filter(f"{CHOSEN} && isValid(datum.alive)")
        .mark_line()
        .encode(
            x=x,
            y=alt.Y("alive:Q", axis=y, scale=bounds),
            detail="batch:N",
            color=colour,
            opacity=FAINTER,
            tooltip=tooltip,
        )
    )
    return Figure(
        name="survival",
        title="Survival",
        caption="Fish alive, culls and surplus taken off too; they end with the harvest. The steep first weeks are "
        "eggs and alevins. Dashed: the baseline projection.",
        spec=alt.layer(planned, lived).properties(width=WHOLE, height=260),
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
    bars = (
        rows_of("deaths")
        .transform_filter(CHOSEN)
        .transform_fold(list(CAUSES), as_=["code", "fish"])
        .transform_filter("datum.fish > 0")
        .transform_calculate(cause="lower(datum.code)")
        .mark_bar()
        .encode(
            x=over_time("month", timeUnit="yearmonth"),
            y=alt.Y("sum(fish):Q", axis=measure("fish", form="~s")),
            color=alt.Color("cause:N", title="cause", scale=alt.Scale(domain=[each.lower() for each in CAUSES])),
            tooltip=[
                word_told("cause"),
                alt.Tooltip("month:T", timeUnit="yearmonth", title="month", format=MONTH),
                alt.Tooltip("sum(fish):Q", title="fish", format=COUNT),
            ],
        )
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
