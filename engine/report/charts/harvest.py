"""What was harvested: when, of which grade and size, and how near to the weight that was aimed at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import parts
from engine.report.charts.chosen import Chosen, Source
from lake.codes import SIZE_CLASSES

LOTS = """
SELECT
    s.batch, s.geography, date_trunc('month', e.event_date)::DATE AS day, g.name AS grade, g.id AS grade_id,
    l.size_class::VARCHAR AS size, sum(l.unit_count)::BIGINT AS fish,
    sum(l.gutted_weight_kg)::DOUBLE / 1000 AS gutted_t, sum(l.live_weight_kg)::DOUBLE / 1000 AS live_t
FROM harvest_lot l
JOIN harvest_event e ON e.id = l.event_id
JOIN chosen_stay s ON s.assignment_id = e.assignment_id
JOIN product_grade g ON g.id = l.product_grade_id
WHERE e.event_date::DATE >= $since AND e.event_date::DATE < $until
GROUP BY ALL ORDER BY s.batch, day, grade_id, size
"""
WEIGHTS = """
SELECT
    s.batch, s.geography, max(e.event_date)::DATE AS day, count(*) AS rings, sum(e.harvested_count)::BIGINT AS fish,
    1000 * sum(e.live_weight_kg)::DOUBLE / sum(e.harvested_count) AS weight_g,
    any_value(b.harvest_target_g)::DOUBLE AS target_g, any_value(b.harvest_reason)::VARCHAR AS reason
FROM harvest_event e JOIN chosen_stay s ON s.assignment_id = e.assignment_id JOIN batch b ON b.id = s.batch_id
WHERE e.event_date::DATE >= $since AND e.event_date::DATE < $until
GROUP BY ALL ORDER BY day
"""


@dataclass(frozen=True)
class Harvest:
    """lots: gutted_t, live_t and fish by batch, month, grade and size (kg gutted). weights: mean live weight_g a batch,
    and its target_g.
    """

    lots: pl.DataFrame
    weights: pl.DataFrame
    grades: tuple[str, ...]
    chosen: Chosen


def data(source: Source, chosen: Chosen) -> Harvest:
    """Everything harvested; InputError where nothing was."""
    source.choose(chosen)
    lots = source.rows(LOTS, chosen)
    if lots.is_empty():
        raise source.nothing(
            chosen, "harvest", "SELECT min(event_date)::DATE, max(event_date)::DATE FROM harvest_event"
        )
    grades = source.lake.execute("SELECT name FROM product_grade ORDER BY id").fetchall()
    return Harvest(
        lots=lots, weights=source.rows(WEIGHTS, chosen), grades=tuple(row[0] for row in grades), chosen=chosen
    )


def chart(harvest: Harvest) -> Any:
    """Tonnes by month and by size, each by grade; and each batch's mean weight beside its target."""
    tonnes, fish = harvest.lots["gutted_t"].sum(), int(harvest.lots["fish"].sum())
    return (
        alt.vconcat(
            alt.vconcat(_months(harvest), _sizes(harvest), spacing=14),
            _weights(harvest),
            spacing=14,
        )
        .resolve_scale(color="independent")
        .properties(
            title=parts.title(
                f"Harvest of {parts.named(harvest.weights.height, 'batch')}",
                f"{harvest.chosen.words}: {fish:,} fish, {tonnes:,.0f} t head-on gutted",
                "points: mean live weight at harvest; ticks: the weight aimed at",
            )
        )
    )


def _grade(harvest: Harvest) -> alt.Color:
    used = [grade for grade in harvest.grades if grade in set(harvest.lots["grade"])]
    return alt.Color("grade:N", title="grade", scale=alt.Scale(domain=used))


def _stacked(frame: pl.DataFrame, by: str, grades: tuple[str, ...]) -> pl.DataFrame:
    rank = pl.col("grade").replace_strict({grade: i for i, grade in enumerate(grades)}, return_dtype=pl.Int32)
    return (
        frame.group_by(by, "grade")
        .agg(pl.sum("gutted_t", "live_t", "fish"))
        .with_columns(rank=rank)
        .sort(by, "rank")
        .with_columns(top=pl.col("gutted_t").cum_sum().over(by))
        .with_columns(bottom=pl.col("top") - pl.col("gutted_t"))
    )


def _tips(harvest: Harvest, first: alt.Tooltip) -> list[alt.Tooltip]:
    return [
        first,
        parts.tip("grade", "grade"),
        parts.tip("gutted_t", "tonnes gutted", ",.1f"),
        parts.tip("live_t", "tonnes live", ",.1f"),
        parts.tip("fish", "fish", ",.0f"),
    ]


def _months(harvest: Harvest) -> Any:
    shown = _stacked(harvest.lots, "day", harvest.grades).with_columns(until=pl.col("day").dt.offset_by("1mo"))
    x = parts.days(since=shown["day"].min(), until=shown["until"].max())  # type: ignore[arg-type]
    bars = alt.Chart(parts.data(shown)).mark_bar(clip=True)
    return parts.panel(
        bars.encode(
            x=x,
            x2="until:T",
            y=parts.amount("top", "gutted weight a month", "t"),
            y2="bottom:Q",
            color=_grade(harvest),
            tooltip=_tips(harvest, parts.day_tip(title="month from")),
        ),
        name="By month and grade",
        height=170,
    )


def _sizes(harvest: Harvest) -> Any:
    shown = _stacked(harvest.lots, "size", harvest.grades)
    sizes = alt.X("size:O", sort=list(SIZE_CLASSES), axis=alt.Axis(title="gutted weight of a fish (kg)", labelAngle=0))
    bars = alt.Chart(parts.data(shown)).mark_bar()
    return parts.panel(
        bars.encode(
            x=sizes,
            y=parts.amount("top", "gutted weight", "t"),
            y2="bottom:Q",
            color=_grade(harvest),
            tooltip=_tips(harvest, parts.tip("size", "kg gutted")),
        ),
        name="By size and grade",
        height=170,
    )


def _weights(harvest: Harvest) -> Any:
    weights = harvest.weights
    days = weights["day"]
    first, last = days.min(), days.max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    x = parts.days(since=first.replace(day=1), until=(last.replace(day=1) + timedelta(31)).replace(day=1))
    y = parts.amount("weight_g", "mean live weight", "g", zero=False, nice=True)
    tips = [
        parts.tip("batch", "batch"),
        parts.day_tip(title="last ring emptied"),
        parts.tip("weight_g", "mean live weight, g", ",.0f"),
        parts.tip("target_g", "aimed at, g", ",.0f"),
        parts.tip("reason", "harvested by"),
        parts.tip("fish", "fish", ",.0f"),
        parts.tip("rings", "rings", ",.0f"),
    ]
    base = alt.Chart(parts.data(weights)).encode(x=x, tooltip=tips)
    aim = base.mark_tick(style="planned", strokeDash=[], thickness=2, size=14, orient="horizontal")
    series = parts.colour(weights, "batch", "batch")
    return parts.panel(
        base.mark_rule(style="muted").encode(y=y, y2="target_g:Q"),
        aim.encode(y="target_g:Q"),
        base.mark_point(filled=True, size=60, opacity=1).encode(y=y, **{**series, "opacity": alt.value(0.8)}),
        name="Weight at harvest and weight aimed at, by batch",
        height=190,
    )
