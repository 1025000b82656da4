"""The page's charts of what fish met and became: water, lice, feed, harvest."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from engine.report.charts import marks
from engine.report.charts.theme import ONE, TWO
from engine.report.page.figure import (
    ALL_SEEN,
    AT_SITES,
    CHOSEN,
    FEW,
    FEW_CHOSEN,
    OF_HOME,
    WHOLE,
    Figure,
    rows_of,
    seen,
)
from lake.codes import SIZE_CLASSES, TREATMENT_WORDS

FEMALES = "adult females a fish"


def water(colour: alt.Color) -> Figure:
    rows = rows_of("water").transform_filter(AT_SITES)
    (warm, degrees), (oxygen, share) = marks.TEMPERATURE, marks.OXYGEN
    panels = (
        ("temp_c", warm, degrees, 180),
        ("oxygen", f"{oxygen}, mean", share, 120),
        ("oxygen_least", f"{oxygen}, least", share, 120),
    )
    series = {"detail": alt.Detail("site:N"), "color": colour}
    lines = (
        marks.water_line(rows, x=marks.days(), column=column, title=title, unit=unit, series=series).properties(
            width=WHOLE, height=height
        )
        for column, title, unit, height in panels
    )
    return Figure(
        name="water",
        title="Sea temperature and oxygen by site",
        caption="Weekly means over the rings of a sea area that hold fish, and the least oxygen of the week in any of "
        "them, as the fish met it. A line stops where an area holds no fish.",
        spec=alt.vconcat(*lines),
        rows="water",
        table={
            "site": "site",
            "day": "week from",
            "temp_c": "temperature (°C)",
            "oxygen": "oxygen, mean (%)",
            "oxygen_least": "oxygen, least (%)",
        },
        nothing="No fish at sea in what was chosen, so no readings there.",
    )


def lice(colour: alt.Color) -> Figure:
    counts = marks.lice_counts(
        rows_of("lice").transform_filter(CHOSEN),
        x=marks.days(),
        y=marks.amount("females", FEMALES, form="~g", type="sqrt"),
        series={
            "color": colour,
            "detail": alt.Detail("batch:N"),
            "opacity": seen(f"{ALL_SEEN} && batches > {FEW}", 0.3, 0.95),
        },
    )
    unlisted = alt.Color("geography:N", legend=None, scale=colour["scale"])  # in the legend once already
    means = (
        rows_of("lice")
        .transform_filter(f"{CHOSEN} && {ALL_SEEN} && batches > {FEW} && isValid(datum.females)")
        .mark_line(strokeWidth=2.5)
        .encode(x=marks.days(), y=marks.amount("mean(females)", FEMALES, form="~g", type="sqrt"), color=unlisted)
    )
    limits = marks.limit_steps(
        rows_of("limits").transform_filter(OF_HOME),
        x=marks.days(),
        y=marks.amount("allowed", FEMALES, form="~g", type="sqrt"),
        strokeDash=alt.StrokeDash("geography:N", title="limit by law", scale=alt.Scale(range=[[1, 0], [7, 3]])),
    )
    methods = list(TREATMENT_WORDS.values())
    by_method = alt.Color("method:N", title="treatment", scale=alt.Scale(domain=methods))
    untold = alt.Color("method:N", legend=None, scale=by_method["scale"])  # the months' legend tells them
    treated = marks.treatments(
        rows_of("treatments").transform_filter(FEW_CHOSEN), x=marks.days(), methods=methods, color=untold
    )
    months = marks.monthly(
        rows_of("treatments").transform_filter(CHOSEN),
        "day",
        y=marks.summed("rings", "rings treated a month"),
        colour=by_method,
        tips=[marks.tip("method", "treatment"), marks.total("rings", "rings treated")],
    )
    above = (
        alt.layer(counts, means, limits, treated).resolve_scale(color="independent").properties(width=WHOLE, height=240)
    )
    return Figure(
        name="lice",
        title="Salmon lice against their limits, and treatments",
        caption="Adult female salmon lice a fish, mean of a batch's counts in a week, on a scale of square roots. Red: "
        "the limit of the geography. Thick, of many batches: their mean. On top: treatments by method, when no more "
        f"than {FEW} batches are shown or one is chosen; below, rings treated.",
        spec=alt.vconcat(above, months.properties(width=WHOLE, height=110)).resolve_scale(
            color="independent", x="shared"
        ),
        rows="lice",
        needs=("limits", "treatments"),
        table={
            "batch": "batch",
            "day": "week from",
            "females": "adult females a fish",
            "highest": "in the worst ring",
            "rings": "rings",
            "fish": "fish examined",
        },
        nothing="No lice counts of what was chosen: no fish at sea yet.",
        also={"treatments": "No ring of what was chosen was treated."},
    )


def feed(colour: alt.Color) -> Figure:
    base = rows_of("feed").transform_filter(CHOSEN)
    given = marks.monthly(
        base,
        "month",
        y=marks.summed("feed_t", "feed", "t"),
        colour=colour,
        tips=[marks.tip("geography", "geography"), marks.total("feed_t", "feed, t")],
    )
    ratio = (
        base.transform_aggregate(feed="sum(feed_t)", growth="sum(growth_t)", groupby=["geography", "month"])
        .transform_filter("datum.growth > 0")
        .transform_calculate(fcr="datum.feed / datum.growth")
        .mark_line(point=alt.OverlayMarkDef(size=16))
        .encode(
            x=marks.days("month"),
            y=marks.amount("fcr", "FCR, feed / growth", form=TWO, zero=False),
            color=colour,
            tooltip=[
                marks.tip("geography", "geography"),
                marks.month_tip("month"),
                marks.tip("fcr", "FCR", TWO),
                marks.tip("feed", "feed, t", ONE),
                marks.tip("growth", "growth, t", ONE),
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
    y, tips = (
        marks.summed("tonnes", "gutted weight", "t"),
        [marks.tip("grade", "grade"), marks.total("tonnes", "t", ONE)],
    )
    by_month = marks.monthly(tonnes, "month", y=y, colour=grade, tips=tips)
    by_size = marks.by_size(tonnes, y=y, colour=grade, tips=tips)
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
    points = marks.harvest_weights(
        rows_of("harvested").transform_filter(CHOSEN),
        x=marks.days(),
        series={"color": colour},
        more=[marks.tip("gutted_kg", "mean gutted weight, kg", TWO)],
    )
    return Figure(
        name="weights",
        title="Weight at harvest, beside its target",
        caption="Each point is a batch: the mean live weight of all its fish on the day its last ring was emptied. The "
        "grey tick is the weight at which its harvest was to be ordered; below it, its plan's end came first.",
        spec=alt.layer(*points).properties(width=WHOLE, height=220),
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
