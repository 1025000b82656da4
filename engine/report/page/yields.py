"""The page's charts of what fish met and became: water, lice, feed, harvest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from engine.report.charts.theme import COUNT, ONE, TWO, measure
from engine.report.page.figure import (
    ALL_SEEN,
    AT_SITES,
    CHOSEN,
    FEW,
    FEW_CHOSEN,
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
from engine.statistics.lice import METHODS
from lake.codes import LICE_TREATMENTS, SIZE_CLASSES


def water(colour: alt.Color) -> Figure:
    base = rows_of("water").transform_filter(AT_SITES)
    tooltip = [
        word_told("site"),
        day_told("day", "week from"),
        number_told("temp_c", "temperature (degC)", ONE),
        number_told("oxygen", "oxygen, mean (%)", ONE),
        number_told("oxygen_least", "oxygen, least (%)", ONE),
    ]

    def lines(name: str, axis: alt.Axis, height: int) -> Any:
        y = alt.Y(f"{name}:Q", axis=axis, scale=alt.Scale(zero=False))
        return (
            base.mark_line(strokeWidth=1, opacity=0.8, invalid="break-paths-show-path-domains")
            .encode(x=over_time("day"), y=y, color=colour, detail="site:N", tooltip=tooltip)
            .properties(width=WHOLE, height=height)
        )

    return Figure(
        name="water",
        title="Sea temperature and oxygen by site",
        caption="Weekly means over the rings of a sea area that hold fish, and the least oxygen of the week in any of "
        "them, as the fish met it. A line stops where an area holds no fish.",
        spec=alt.vconcat(
            lines("temp_c", measure("temperature", "degC", COUNT), 180),
            lines("oxygen", measure("oxygen, mean", "% saturation", COUNT), 120),
            lines("oxygen_least", measure("oxygen, least", "% saturation", COUNT), 120),
        ),
        rows="water",
        table={
            "site": "site",
            "day": "week from",
            "temp_c": "temperature (degC)",
            "oxygen": "oxygen, mean (%)",
            "oxygen_least": "oxygen, least (%)",
        },
        nothing="No fish at sea in what was chosen, so no readings there.",
    )


def lice(colour: alt.Color) -> Figure:
    y = measure("adult females a fish", form="~g")
    rooted = alt.Scale(type="sqrt", zero=True)
    tooltip = [
        word_told("batch"),
        day_told("day", "week from"),
        number_told("females", "adult females a fish", TWO),
        number_told("highest", "highest count", TWO),
        number_told("fish", "fish examined"),
    ]
    counts = (
        rows_of("lice")
        .transform_filter(CHOSEN)
        .mark_line(strokeWidth=1, invalid="break-paths-show-path-domains")
        .encode(
            x=over_time("day"),
            y=alt.Y("females:Q", axis=y, scale=rooted),
            color=colour,
            detail="batch:N",
            opacity=alt.when(f"{ALL_SEEN} && batches > {FEW}").then(alt.value(0.3)).otherwise(alt.value(0.95)),
            tooltip=tooltip,
        )
    )
    unlisted = alt.Color("geography:N", legend=None, scale=colour["scale"])  # in the legend once already
    means = (
        rows_of("lice")
        .transform_filter(f"{CHOSEN} && {ALL_SEEN} && batches > {FEW} && isValid(datum.females)")
        .mark_line(strokeWidth=2.5)
        .encode(x=over_time("day"), y=alt.Y("mean(females):Q", axis=y, scale=rooted), color=unlisted)
    )
    limits = (
        rows_of("limits")
        .transform_filter(OF_GEOGRAPHY)
        .mark_line(style="limit", interpolate="step-after")
        .encode(
            x=over_time("day"),
            y=alt.Y("limit:Q", axis=y, scale=rooted),
            strokeDash=alt.StrokeDash("geography:N", title="limit by law", scale=alt.Scale(range=[[1, 0], [7, 3]])),
            tooltip=[
                word_told("geography"),
                day_told("day", "from"),
                number_told("limit", "limit, adult females a fish", TWO),
            ],
        )
    )
    methods = [METHODS[each] for each in LICE_TREATMENTS]
    by_method = alt.Color("method:N", title="treatment", scale=alt.Scale(domain=methods))
    marks = (
        rows_of("treatments")
        .transform_filter(FEW_CHOSEN)
        .mark_point(shape="triangle-down", filled=True, size=60)
        .encode(
            x=over_time("day"),
            y=alt.value(4),
            color=by_method,
            tooltip=[word_told("batch"), day_told("day"), word_told("method"), number_told("rings", "rings treated")],
        )
    )
    months = (
        rows_of("treatments")
        .transform_filter(CHOSEN)
        .mark_bar()
        .encode(
            x=over_time("day", timeUnit="yearmonth", scale=alt.Scale()),
            y=alt.Y("sum(rings):Q", axis=measure("rings treated a month")),
            color=by_method,
            tooltip=[
                word_told("method"),
                alt.Tooltip("day:T", timeUnit="yearmonth", title="month", format=MONTH),
                alt.Tooltip("sum(rings):Q", title="rings treated", format=COUNT),
            ],
        )
    )
    above = (
        alt.layer(counts, means, limits, marks).resolve_scale(color="independent").properties(width=WHOLE, height=240)
    )
    return Figure(
        name="lice",
        title="Salmon lice against their limits, and treatments",
        caption="Adult female salmon lice a fish, mean of a batch's counts in a week, on a scale of square roots. Red: "
        "the limit of the geography. Thick, of many batches: their mean. "
        f"Triangles: treatments, when no more than {FEW} batches are shown or one is chosen; below, rings treated.",
        spec=alt.vconcat(above, months.properties(width=WHOLE, height=110)).resolve_scale(
            color="independent", x="shared"
        ),
        rows="lice",
        needs=("limits", "treatments"),
        table={
            "batch": "batch",
            "day": "week from",
            "females": "adult females a fish",
            "highest": "highest count",
            "fish": "fish examined",
        },
        nothing="No lice counts of what was chosen: no fish at sea yet.",
    )


def feed(colour: alt.Color) -> Figure:
    base = rows_of("feed").transform_filter(CHOSEN)
    month = alt.Tooltip("month:T", timeUnit="yearmonth", title="month", format=MONTH)
    given = base.mark_bar().encode(
        x=over_time("month", timeUnit="yearmonth"),
        y=alt.Y("sum(feed_t):Q", axis=measure("feed", "t")),
        color=colour,
        tooltip=[word_told("geography"), month, alt.Tooltip("sum(feed_t):Q", title="feed (t)", format=COUNT)],
    )
    ratio = (
        base.transform_aggregate(feed="sum(feed_t)", growth="sum(growth_t)", groupby=["geography", "month"])
        .transform_filter("datum.growth > 0")
        .transform_calculate(fcr="datum.feed / datum.growth")
        .mark_line(point=alt.OverlayMarkDef(size=16))
        .encode(
            x=over_time("month"),
            y=alt.Y("fcr:Q", axis=measure("FCR, feed / growth", form=TWO), scale=alt.Scale(zero=False)),
            color=colour,
            tooltip=[
                word_told("geography"),
                day_told("month", "month", MONTH),
                number_told("fcr", "FCR", TWO),
                number_told("feed", "feed (t)", ONE),
                number_told("growth", "growth (t)", ONE),
            ],
        )
    )
    return Figure(
        name="feed",
        title="Feed, and how it became fish",
        caption="Feed given by month, and the feed conversion ratio: feed over the growth that the farm estimates, of "
        "all fish together. Only whole calendar months; a month in which the fish are thought to have lost weight has "
        "no ratio.",
        spec=alt.vconcat(
            given.properties(width=WHOLE, height=180),
            ratio.properties(width=WHOLE, height=140),
        ),
        rows="feed",
        table={"batch": "batch", "month": "month", "feed_t": "feed (t)", "growth_t": "growth (t)"},
        nothing="No feeding of what was chosen yet.",
    )


def harvest(grades: Sequence[str]) -> Figure:
    tonnes = (
        rows_of("harvest")
        .transform_filter(CHOSEN)
        .transform_fold(list(SIZE_CLASSES), as_=["size", "tonnes"])
        .transform_filter("datum.tonnes > 0")
    )
    grade = alt.Color("grade:N", title="grade", scale=alt.Scale(domain=list(grades)))
    y = alt.Y("sum(tonnes):Q", axis=measure("gutted weight", "t"))
    total = alt.Tooltip("sum(tonnes):Q", title="gutted weight (t)", format=ONE)
    by_month = tonnes.mark_bar().encode(
        x=over_time("month", timeUnit="yearmonth"),
        y=y,
        color=grade,
        tooltip=[word_told("grade"), alt.Tooltip("month:T", timeUnit="yearmonth", title="month", format=MONTH), total],
    )
    by_size = tonnes.mark_bar().encode(
        x=alt.X("size:O", sort=list(SIZE_CLASSES), axis=alt.Axis(title="gutted weight of the fish (kg)", labelAngle=0)),
        y=y,
        color=grade,
        tooltip=[word_told("grade"), word_told("size", "kg gutted"), total],
    )
    return Figure(
        name="harvest",
        title="Harvest by month, weight and grade",
        caption="Head-on gutted weight of all lots.",
        spec=alt.vconcat(
            by_month.properties(width=WHOLE, height=180),
            by_size.properties(width=WHOLE, height=180),
        ),
        rows="harvest",
        table={"batch": "batch", "month": "month", "grade": "grade", "fish": "fish"}
        | {each: f"{each} kg (t)" for each in SIZE_CLASSES},
        nothing="No harvest of what was chosen yet.",
    )


def harvest_weights(colour: alt.Color) -> Figure:
    base = rows_of("harvested").transform_filter(CHOSEN)
    axis, x = measure("mean weight", "kg", ONE), over_time("day")
    tooltip = [
        word_told("batch"),
        day_told("day", "last ring emptied"),
        number_told("live_kg", "live weight (kg)", TWO),
        number_told("target_kg", "target, live (kg)", TWO),
        number_told("gutted_kg", "gutted weight (kg)", TWO),
        number_told("fish", "fish"),
    ]
    from_to = base.mark_rule(style="planned").encode(x=x, y=alt.Y("target_kg:Q", axis=axis), y2="live_kg")
    target = base.mark_tick(color="role:planned", size=12, thickness=2).encode(x=x, y="target_kg:Q", tooltip=tooltip)
    lived = base.mark_point(filled=True, size=60, opacity=0.9).encode(
        x=x,
        y=alt.Y("live_kg:Q", axis=axis, scale=alt.Scale(zero=False)),
        color=colour,
        tooltip=tooltip,
    )
    return Figure(
        name="weights",
        title="Weight at harvest, beside its target",
        caption="Each point is a batch: the mean live weight of all its fish on the day its last ring was emptied. The "
        "grey tick is the weight at which its harvest was to be ordered; below it, its plan's end came first.",
        spec=alt.layer(from_to, target, lived).properties(width=WHOLE, height=220),
        rows="harvested",
        table={
            "batch": "batch",
            "day": "last ring emptied",
            "fish": "fish",
            "live_kg": "live (kg)",
            "target_kg": "target, live (kg)",
            "gutted_kg": "gutted (kg)",
        },
        nothing="No batch of what was chosen is harvested yet.",
    )
