"""What was harvested: when, of which grade and size, and how near to the weight that was aimed at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import marks, parts
from engine.report.charts.chosen import Chosen, Source
from engine.report.charts.theme import COUNT, ONE

LOTS = """
SELECT
    s.batch, s.geography, date_trunc('month', e.event_date)::DATE AS day, replace(g.name, '_', ' ') AS grade,
    g.id AS grade_id,
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
    sum(e.live_weight_kg)::DOUBLE / sum(e.harvested_count) AS live_kg,
    any_value(b.harvest_target_g)::DOUBLE / 1000 AS target_kg, any_value(b.harvest_reason)::VARCHAR AS reason
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
    grades = source.lake.execute("SELECT replace(name, '_', ' ') FROM product_grade ORDER BY id").fetchall()
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


def _tips() -> list[alt.Tooltip]:
    return [
        marks.tip("grade", "grade"),
        marks.total("gutted_t", "tonnes gutted", ONE),
        marks.total("live_t", "tonnes live", ONE),
        marks.total("fish", "fish"),
    ]


def _lots(harvest: Harvest, by: str) -> Any:
    lots = harvest.lots.group_by(by, "grade").agg(pl.sum("gutted_t", "live_t", "fish")).sort(by, "grade")
    return alt.Chart(parts.data(lots))


def _months(harvest: Harvest) -> Any:
    y = marks.summed("gutted_t", "gutted weight a month", "t")
    bars = marks.monthly(_lots(harvest, "day"), "day", y=y, colour=_grade(harvest), tips=_tips())
    return parts.panel(bars, name="By month and grade", height=170)


def _sizes(harvest: Harvest) -> Any:
    y = marks.summed("gutted_t", "gutted weight", "t")
    bars = marks.by_size(_lots(harvest, "size"), y=y, colour=_grade(harvest), tips=_tips())
    return parts.panel(bars, name="By size and grade", height=170)


def _weights(harvest: Harvest) -> Any:
    weights = harvest.weights
    first, last = weights["day"].min(), weights["day"].max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    x = parts.span(first.replace(day=1), (last.replace(day=1) + timedelta(31)).replace(day=1))
    series = {**parts.colour(weights, "batch", "batch"), "opacity": alt.OpacityValue(0.8)}
    more = [marks.tip("reason", "harvested by"), marks.tip("rings", "rings", COUNT)]
    return parts.panel(
        *marks.harvest_weights(alt.Chart(parts.data(weights)), x=x, series=series, more=more),
        name="Weight at harvest and weight aimed at, by batch",
        height=190,
    )
