"""How each subject is drawn, on the page and by `plot` alike: axes, words under the pointer, and the marks.

A function takes charts with data behind them (the page's rows, or a frame's own) and gives layers. Channels are given
as objects, not as short words: Altair takes a tenth of a second to find out what a word stands for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from engine.report.charts.theme import COUNT, DAY, MONTH, ONE, TWO, measure, time_axis
from lake.codes import SIZE_CLASSES, TREATMENT_WORDS

TEMPERATURE, OXYGEN = ("temperature", "°C"), ("oxygen", "% saturation")
"""What water is told of, and its unit."""
GAPS = "break-paths-show-path-domains"
"""A line stops where a row has no value."""
SHAPES = dict(zip(TREATMENT_WORDS.values(), ("circle", "square", "diamond", "cross", "triangle-up"), strict=True))
"""Of treatments against lice."""


def days(column: str = "day", *, title: str | None = None, **scale: Any) -> alt.X:
    """The axis of days, which are UTC midnights."""
    return alt.X(f"{column}:T", scale=alt.Scale(type="utc", **scale), axis=time_axis(title))


def amount(column: str, title: str, unit: str = "", form: str = ",~r", **scale: Any) -> alt.Y:
    """An axis of a quantity that begins at 0 unless `scale` says otherwise."""
    return alt.Y(f"{column}:Q", axis=measure(title, unit, form), scale=alt.Scale(**{"zero": True, **scale}))


def day_tip(column: str = "day", title: str = "day") -> alt.Tooltip:
    """A day in a tooltip, the same in every time zone."""
    return alt.Tooltip(f"utcyearmonthdate({column}):T", title=title, format=DAY)


def month_tip(column: str = "day", title: str = "month") -> alt.Tooltip:
    """A month in a tooltip."""
    return alt.Tooltip(f"utcyearmonth({column}):T", title=title, format=MONTH)


def tip(column: str, title: str, form: str = "") -> alt.Tooltip:
    """A number where it has a format, else a text."""
    return alt.Tooltip(f"{column}:Q", title=title, format=form) if form else alt.Tooltip(f"{column}:N", title=title)


def beside_plan(
    planned: Any,
    lived: Any,
    *,
    x: alt.X,
    y: Sequence[alt.Y],
    tips: Sequence[alt.Tooltip],
    series: dict[str, Any],
    many: bool = False,
) -> list[Any]:
    """Growth or survival: the plan dashed, what was lived in the series' colours. y: of the plan, of what was lived.
    many: plans stand back.
    """
    detail = series["detail"][0] if isinstance(series["detail"], list) else series["detail"]
    return [
        planned.mark_line(style="planned", strokeWidth=1, clip=True, opacity=0.3 if many else 1).encode(
            x=x, y=y[0], detail=detail, tooltip=list(tips)
        ),
        lived.mark_line(clip=True).encode(x=x, y=y[1], tooltip=list(tips), **series),
    ]


def lice_counts(rows: Any, *, x: alt.X, y: alt.Y, series: dict[str, Any], point: bool = False) -> Any:
    """Adult females a fish, as they were counted."""
    tips = [
        tip("batch", "batch"),
        day_tip(),
        tip("females", "adult females a fish", TWO),
        tip("highest", "in the worst ring", TWO),
        tip("rings", "rings", COUNT),
        tip("fish", "fish examined", COUNT),
    ]
    dots: Any = alt.OverlayMarkDef(size=9) if point else False
    return rows.mark_line(strokeWidth=1.2, clip=True, point=dots, invalid=GAPS).encode(x=x, y=y, tooltip=tips, **series)


def limit_steps(limits: Any, *, x: alt.X, y: alt.Y, **channels: Any) -> Any:
    """The limit of adult female lice, from the day on which it holds."""
    tips = [
        tip("geography", "geography"),
        day_tip(title="from"),
        tip("allowed", "limit, adult females a fish", TWO),
        tip("treated_above", "treated above", TWO),
    ]
    return limits.mark_line(style="limit", interpolate="step-after", clip=True).encode(
        x=x, y=y, tooltip=tips, **channels
    )


def treatments(treated: Any, *, x: alt.X, methods: Sequence[str], **channels: Any) -> Any:
    """Treatments against lice at the top, a shape a method; told in a legend unless a colour tells them too."""
    shapes = alt.Scale(domain=list(methods), range=[SHAPES[method] for method in methods])
    legend: Any = None if "color" in channels else alt.Legend(title="treatment")
    return treated.mark_point(style="event", filled=True, size=46, opacity=0.9).encode(
        x=x,
        y=alt.YValue(5),  # type: ignore[no-untyped-call]
        shape=alt.Shape("method:N", scale=shapes, legend=legend),
        tooltip=[tip("batch", "batch"), day_tip(), tip("method", "treatment"), tip("rings", "rings treated", COUNT)],
        **channels,
    )


def water_line(rows: Any, *, x: alt.X, column: str, title: str, unit: str, series: dict[str, Any]) -> Any:
    """Temperature or oxygen by site (or ring)."""
    tips = [
        tip("site", "at"),
        day_tip(title="days from"),
        tip("temp_c", ", ".join(TEMPERATURE), ONE),
        tip("oxygen", ", ".join(OXYGEN), ONE),
        tip("oxygen_least", "least oxygen, %", ONE),
    ]
    y = amount(column, title, unit, zero=False, nice=True)
    return rows.mark_line(strokeWidth=1.2, opacity=0.9, clip=True, invalid=GAPS).encode(
        x=x, y=y, tooltip=tips, **series
    )


def monthly(rows: Any, column: str, *, y: alt.Y, colour: alt.Color, tips: Sequence[alt.Tooltip], **scale: Any) -> Any:
    """Bars of a month each, by the days in `column`, stacked by colour; `y` and `tips` sum what falls into one."""
    x = alt.X(f"utcyearmonth({column}):T", scale=alt.Scale(type="utc", **scale), axis=time_axis())
    return rows.mark_bar(clip=True).encode(x=x, y=y, color=colour, tooltip=[month_tip(column), *tips])


def by_size(rows: Any, *, y: alt.Y, colour: alt.Color, tips: Sequence[alt.Tooltip]) -> Any:
    """Bars of the harvest's weight classes, stacked by colour."""
    axis = alt.Axis(title="gutted weight of a fish (kg)", labelAngle=0)
    x = alt.X("size:O", sort=list(SIZE_CLASSES), axis=axis)
    return rows.mark_bar().encode(x=x, y=y, color=colour, tooltip=[tip("size", "kg gutted"), *tips])


def summed(column: str, title: str, unit: str = "", form: str = COUNT) -> alt.Y:
    """An axis of what falls together."""
    return alt.Y(f"sum({column}):Q", axis=measure(title, unit, form))


def total(column: str, title: str, form: str = COUNT) -> alt.Tooltip:
    """A sum in a tooltip."""
    return alt.Tooltip(f"sum({column}):Q", title=title, format=form)


def harvest_weights(rows: Any, *, x: alt.X, series: dict[str, Any], more: Sequence[alt.Tooltip] = ()) -> list[Any]:
    """A point a batch at the weight of its fish at harvest, tied to the weight that was aimed at."""
    tips = [
        tip("batch", "batch"),
        day_tip(title="last ring emptied"),
        tip("live_kg", "mean live weight, kg", TWO),
        tip("target_kg", "aimed at, kg", TWO),
        tip("fish", "fish", COUNT),
        *more,
    ]
    y = amount("live_kg", "mean live weight", "kg", ONE, zero=False, nice=True)
    aim = alt.Y("target_kg:Q")
    return [
        rows.mark_rule(style="muted").encode(x=x, y=y, y2=alt.Y2("target_kg"), tooltip=tips),
        rows.mark_tick(style="planned", filled=True, strokeDash=[], thickness=2, size=14, orient="horizontal").encode(
            x=x, y=aim, tooltip=tips
        ),
        rows.mark_point(filled=True, size=60, opacity=0.85).encode(x=x, y=y, tooltip=tips, **series),
    ]
