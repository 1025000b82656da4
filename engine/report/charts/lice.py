"""Adult female salmon lice a fish as they were counted, against the month's limit, with the treatments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import parts
from engine.report.charts.chosen import Chosen, Source

COUNTED = """
WITH ring AS (
    SELECT
        s.batch, s.geography, s.site, s.ring, c.count_date::DATE AS day, max(c.fish_sampled) AS fish,
        coalesce(sum(c.count_value) FILTER (t.species = 'Lepeophtheirus salmonis' AND t.gender = 'female'
            AND t.development_stage = 'adult'), 0) AS females
    FROM lice_count c
    JOIN chosen_stay s ON s.assignment_id = c.assignment_id
    JOIN lice_type t ON t.id = c.lice_type_id
    WHERE c.count_date::DATE >= $since AND c.count_date::DATE < $until
    GROUP BY s.batch, s.geography, s.site, s.ring, c.assignment_id, c.count_date::DATE
)
SELECT
    batch, geography, {series} AS series, any_value(site) AS site, day,
    (sum(females) / sum(fish))::DOUBLE AS females, max(females / fish)::DOUBLE AS worst,
    count(*) AS rings, sum(fish)::BIGINT AS fish
FROM ring GROUP BY batch, geography, series, day ORDER BY batch, series, day
"""
TREATED = """
SELECT
    s.batch, s.geography, {series} AS series, t.treatment_date::DATE AS day, t.method, count(*) AS rings
FROM treatment t JOIN chosen_stay s ON s.assignment_id = t.batch_assignment_id
WHERE t.method <> 'VACCINE' AND t.treatment_date::DATE >= $since AND t.treatment_date::DATE < $until
GROUP BY ALL ORDER BY s.batch, day
"""
LIMITS = """
SELECT g.name AS geography, l.month, l.adult_female_limit::DOUBLE AS allowed, l.treated_above::DOUBLE AS treated_above
FROM lice_limit l JOIN geography g ON g.id = l.geography_id
WHERE l.geography_id IN (SELECT geography_id FROM chosen_stay) ORDER BY ALL
"""
METHODS = {"THERMAL": "circle", "MECHANICAL": "square", "FRESHWATER": "diamond", "H2O2": "cross", "BATH": "triangle-up"}


@dataclass(frozen=True)
class Lice:
    """counted: females a fish, and in the worst ring, by batch (or ring) and day. treated: rings by day and method.

    limits: allowed, and treated_above, by geography and day from which it holds.
    """

    counted: pl.DataFrame
    treated: pl.DataFrame
    limits: pl.DataFrame
    chosen: Chosen
    as_of: date


def data(source: Source, chosen: Chosen) -> Lice:
    """Every count and treatment; InputError where there was no count."""
    source.choose(chosen)
    series = "ring" if chosen.by_ring else "batch"
    counted = source.rows(COUNTED.format(series=series), chosen)
    if counted.is_empty():
        raise source.nothing(
            chosen, "count of lice", "SELECT min(count_date)::DATE, max(count_date)::DATE FROM lice_count"
        )
    return Lice(
        counted=parts.spells(counted, ["series"], every=7),
        treated=source.rows(TREATED.format(series=f"s.{series}"), chosen),
        limits=_by_day(source.rows(LIMITS, chosen), counted["day"].min(), counted["day"].max()),  # type: ignore[arg-type]
        chosen=chosen,
        as_of=source.as_of,
    )


def chart(lice: Lice) -> Any:
    """A panel a geography."""
    days = lice.counted["day"]
    x = parts.days(since=days.min(), until=days.max())  # type: ignore[arg-type]
    names = lice.counted["geography"].unique().sort().to_list()
    treatments = parts.named(int(lice.treated["rings"].sum()), "treatment")
    what = parts.named(lice.counted["series"].n_unique(), "ring" if lice.chosen.by_ring else "batch")
    return alt.vconcat(*(_panel(lice, x, name) for name in names), spacing=14).properties(
        title=parts.title(
            f"Adult female salmon lice on {what}",
            f"{lice.chosen.words}: lines are means of the fish sampled"
            + ("" if lice.chosen.by_ring else " over a batch's rings")
            + "; steps: the limit of the month",
            f"marks on top: {treatments} of rings against lice, by method",
        )
    )


def _by_day(limits: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """The limits from the first day on: on the first of each month, and on the last day."""
    months = pl.date_range(first.replace(day=1), last, "1mo", eager=True)
    days = pl.DataFrame({"day": pl.concat([months.clip(first), pl.Series([last])])}).unique().sort("day")
    return days.with_columns(month=pl.col("day").dt.month().cast(limits["month"].dtype)).join(
        limits, on="month", how="inner"
    )


def _panel(lice: Lice, x: alt.X, name: str) -> Any:
    here = pl.col("geography") == name
    counted, treated, limits = (frame.filter(here) for frame in (lice.counted, lice.treated, lice.limits))
    y = parts.amount("females", "adult females", "lice/fish", nice=True)
    series = parts.colour(lice.counted, "series", "ring" if lice.chosen.by_ring else "batch")
    label = [parts.tip("series", "of"), parts.day_tip()]
    counts = (
        alt.Chart(parts.data(counted))
        .mark_line(clip=True, point=alt.OverlayMarkDef(size=9) if counted["series"].n_unique() <= 4 else False)
        .encode(
            x=x,
            y=y,
            detail=["series:N", "spell:N"],
            tooltip=[
                *label,
                parts.tip("females", "adult females a fish", ",.2f"),
                parts.tip("worst", "in the worst ring", ",.2f"),
                parts.tip("rings", "rings", ",.0f"),
                parts.tip("fish", "fish sampled", ",.0f"),
            ],
            **series,
        )
    )
    limit = (
        alt.Chart(parts.data(limits))
        .mark_line(style="limit", interpolate="step-after", clip=True)
        .encode(
            x=x,
            y="allowed:Q",
            tooltip=[
                parts.day_tip(title="from"),
                parts.tip("allowed", "limit, adult females a fish", ",.2f"),
                parts.tip("treated_above", "treated above", ",.2f"),
            ],
        )
    )
    used = [method for method in METHODS if method in set(lice.treated["method"])]
    shape = alt.Shape(
        "method:N", title="treatment", scale=alt.Scale(domain=used, range=[METHODS[method] for method in used])
    )
    marks = (
        alt.Chart(parts.data(treated))
        .mark_point(style="event", filled=True, size=46, opacity=0.9)
        .encode(
            x=x,
            y=alt.value(5),
            shape=shape,
            tooltip=[*label, parts.tip("method", "treatment"), parts.tip("rings", "rings", ",.0f")],
        )
    )
    return parts.panel(counts, limit, marks, parts.today(lice.as_of), name=name)
