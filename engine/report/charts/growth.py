"""How the fish grew: mean weight as the farm knew it, beside the plan of the day on which the eggs came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import marks, parts
from engine.report.charts.chosen import Chosen, Source

LIVED = """
WITH edge AS (
    SELECT DISTINCT batch_id, unnest([first_day, end_day - 1]) AS date FROM chosen_stay
)
SELECT
    s.batch, s.geography, {series} AS series, s.at_sea, d.date AS day, any_value(s.stage) AS stage,
    sum(d.population::DOUBLE * d.avg_weight_g::DOUBLE) / sum(d.population) AS weight_g,
    sum(d.population)::BIGINT AS fish
FROM daily_state d JOIN chosen_stay s ON s.assignment_id = d.assignment_id
WHERE d.population > 0 AND d.date >= $since AND d.date < $until
    AND (d.day_number % $every = 0 OR (d.batch_id, d.date) IN (SELECT batch_id, date FROM edge))
GROUP BY s.batch, s.geography, series, s.at_sea, d.date
ORDER BY s.batch, series, d.date
"""
PLANNED = """
WITH shown AS (
    SELECT batch_id, batch, geography, bool_or(at_sea) AS sea, bool_or(NOT at_sea) AS land FROM chosen_stay GROUP BY ALL
)
SELECT
    s.batch, s.geography, s.batch AS series, p.current_stage_id = (SELECT max(id) FROM lifecycle_stage) AS at_sea,
    p.projection_date AS day, l.name AS stage, p.average_weight::DOUBLE AS weight_g
FROM scenario_projection p
JOIN batch b ON b.pinned_projection_run_id = p.projection_run_id
JOIN shown s ON s.batch_id = b.id
JOIN lifecycle_stage l ON l.id = p.current_stage_id
WHERE p.projection_date >= $since AND p.projection_date < $until AND p.day_number % $every = 0
ORDER BY s.batch, p.projection_date
"""
EVENTS = """
WITH moved AS (
    SELECT batch, geography, {series} AS series, at_sea, stage, min(first_day) AS day FROM chosen_stay GROUP BY ALL
),
emptied AS (
    SELECT
        s.batch, s.geography, {series} AS series, true AS at_sea, 'harvest' AS what, max(e.event_date)::DATE AS day,
        1000 * sum(e.live_weight_kg)::DOUBLE / sum(e.harvested_count) AS weight_g
    FROM harvest_event e JOIN chosen_stay s ON s.assignment_id = e.assignment_id GROUP BY ALL
)
SELECT batch, geography, series, at_sea, 'to ' || stage AS what, day, NULL::DOUBLE AS weight_g FROM moved
UNION ALL BY NAME FROM emptied
ORDER BY batch, day
"""
TARGETS = """
SELECT
    s.batch, s.geography, s.batch AS series, true AS at_sea, min(s.first_day) AS day,
    greatest(b.expected_end_date, max(s.end_day)) AS until, b.harvest_target_g::DOUBLE AS weight_g
FROM chosen_stay s JOIN batch b ON b.id = s.batch_id
WHERE s.at_sea
GROUP BY s.batch, s.geography, b.expected_end_date, b.harvest_target_g
ORDER BY s.batch
"""


@dataclass(frozen=True)
class Growth:
    """lived, planned: weight_g by batch (or ring) and day. events: moves and harvests.

    targets: the weights that call for harvest.
    """

    lived: pl.DataFrame
    planned: pl.DataFrame
    events: pl.DataFrame
    targets: pl.DataFrame
    chosen: Chosen
    as_of: date


def data(source: Source, chosen: Chosen, *, every: int = 7) -> Growth:
    """Weights on every so many days, the first and the last of each stay; InputError where nothing is chosen."""
    source.choose(chosen)
    series = "s.ring" if chosen.by_ring else "s.batch"
    lived = source.rows(LIVED.format(series=series), chosen, every=every)
    if lived.is_empty():
        raise source.nothing(chosen, "daily state", "SELECT min(date), max(date) FROM daily_state")
    events = source.rows(EVENTS.format(series=series.removeprefix("s.")), chosen)
    place = ["batch", "series", "day"]
    weights = lived.select(*place, "at_sea", seen=pl.col("weight_g")).unique([*place, "at_sea"], keep="any")
    events = events.join(weights, on=[*place, "at_sea"], how="left").with_columns(
        pl.coalesce("weight_g", "seen").alias("weight_g")
    )
    return Growth(
        lived=parts.spells(lived, ["series", "at_sea"], every=every),
        planned=source.rows(PLANNED, chosen, every=every),
        events=events.drop("seen").filter(pl.col("weight_g").is_not_null()),
        targets=source.rows(TARGETS, chosen),
        chosen=chosen,
        as_of=source.as_of,
    )


def chart(growth: Growth) -> Any:
    """A panel for the sea and one for fresh water, as far as there is anything in them."""
    span = growth.lived["day"]
    until = span.max()
    planned = growth.planned
    if growth.chosen.until is None and not planned.is_empty():
        until = max(until, min(planned["day"].max(), _plan_shown(growth)))  # type: ignore[type-var]
    x = parts.span(span.min(), until)  # type: ignore[arg-type]
    panels = [
        _panel(growth, x, at_sea=at_sea, name=name)
        for at_sea, name in ((True, "At sea"), (False, "In fresh water"))
        if growth.lived.filter(pl.col("at_sea") == at_sea).height
    ]
    count = growth.lived["series"].n_unique()
    what = parts.named(count, "ring" if growth.chosen.by_ring else "batch")
    return alt.vconcat(*panels, spacing=14).properties(
        title=parts.title(
            f"Growth of {what}",
            f"{growth.chosen.words}: mean weight as the farm estimated it; dashed: the plan made when the eggs came",
            "diamonds: harvests; dotted: the as-of date"
            if count > parts.MOST_SERIES
            else "circles: moves to a stage, diamonds: harvests; level dashes: weight that calls for harvest; "
            "dotted: the as-of date",
        )
    )


def _plan_shown(growth: Growth) -> date:
    """Until when plans are drawn: the end of those that are lived in."""
    ends = growth.targets["until"].max() if growth.targets.height else growth.as_of
    assert isinstance(ends, date)
    return ends


def _panel(growth: Growth, x: alt.X, *, at_sea: bool, name: str) -> Any:
    here = pl.col("at_sea") == at_sea
    lived, planned = growth.lived.filter(here), growth.planned.filter(here)
    events, targets = growth.events.filter(here), growth.targets.filter(here)
    y = marks.amount("weight_g", "mean weight", "g")
    ring = growth.chosen.by_ring
    series = parts.colour(growth.lived, "series", "ring" if ring else "batch")
    tips = [marks.tip("series", "of"), marks.day_tip(), marks.tip("weight_g", "mean weight, g", ",.1f")]
    is_crowd = growth.lived["series"].n_unique() > parts.MOST_SERIES
    layers = marks.beside_plan(
        alt.Chart(parts.data(planned)),
        alt.Chart(parts.data(lived)),
        x=x,
        y=(y, y),
        tips=[*tips, marks.tip("stage", "stage")],
        series={"detail": [alt.Detail("series:N"), alt.Detail("spell:N")], **series},
        many=is_crowd,
    )
    if series["color"].shorthand == "series:N" and targets.height:
        goal = alt.Chart(parts.data(targets)).mark_rule(strokeDash=[10, 4], strokeWidth=2, opacity=0.8, clip=True)
        words = [marks.tip("series", "of"), marks.tip("weight_g", "harvest from, g", ",.0f")]
        colour = {} if ring else series
        layers.append(goal.encode(x=x, x2=alt.X2("until"), y=y, tooltip=words, **colour))
    kinds = alt.Scale(domain=["move", "harvest"], range=["circle", "diamond"])
    shape = alt.Shape("kind:N", scale=kinds, legend=None)
    marked = events.with_columns(kind=pl.col("what").replace_strict({"harvest": "harvest"}, default="move"))
    if is_crowd:
        marked = marked.filter(pl.col("kind") == "harvest")
    size = 24 if is_crowd else 42
    points = alt.Chart(parts.data(marked)).mark_point(style="event", filled=True, size=size, opacity=1, clip=True)
    layers.append(points.encode(x=x, y=y, shape=shape, tooltip=[*tips, marks.tip("what", "event")]))
    layers.append(parts.today(growth.as_of))
    return parts.panel(*layers, name=name, height=300 if at_sea else 170)
