"""What died, when and of what; and what was left of each batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import marks, parts
from engine.report.charts.chosen import Chosen, Source
from engine.report.charts.theme import ONE, SHORT
from lake.codes import MORTALITY_CAUSES

DEATHS = """
SELECT
    s.geography, s.batch, s.at_sea, date_trunc('month', m.event_date)::DATE AS day,
    CASE WHEN m.is_cull THEN 'culled' ELSE lower(m.cause::VARCHAR) END AS cause,
    sum(m.count)::BIGINT AS fish, sum(m.biomass_kg)::DOUBLE / 1000 AS tonnes
FROM mortality_event m JOIN chosen_stay s ON s.assignment_id = m.assignment_id
WHERE m.event_date >= $since AND m.event_date < $until
GROUP BY ALL ORDER BY s.batch, day, cause
"""
AT_RISK = """
SELECT s.geography, s.at_sea, date_trunc('month', d.date)::DATE AS day,
    sum(d.population)::DOUBLE / count(DISTINCT d.date) AS alive
FROM daily_state d JOIN chosen_stay s ON s.assignment_id = d.assignment_id
WHERE d.date >= $since AND d.date < $until
GROUP BY ALL
"""
LEFT = """
WITH day AS (
    SELECT batch_id, date, sum(population)::DOUBLE AS fish, max(lifecycle_stage_id) AS stage_id FROM daily_state
    WHERE batch_id IN (SELECT batch_id FROM chosen_stay) AND day_number % $every = 0 AND population > 0 GROUP BY ALL
),
harvest AS (SELECT batch_id, min(event_date)::DATE AS first FROM harvest_event GROUP BY ALL)
SELECT b.batch_number AS batch, g.name AS geography, d.date AS day, d.fish / b.initial_count AS share, d.fish,
    l.name AS stage
FROM day d JOIN batch b ON b.id = d.batch_id JOIN geography g ON g.id = b.geography_id
JOIN lifecycle_stage l ON l.id = d.stage_id
LEFT JOIN harvest h ON h.batch_id = d.batch_id
WHERE d.date >= $since AND d.date < $until AND d.date <= coalesce(h.first, d.date) AND b.initial_count > 0
ORDER BY batch, day
"""
EXPECTED = """
SELECT b.batch_number AS batch, g.name AS geography, p.projection_date AS day,
    p.population::DOUBLE / s.initial_count AS share
FROM scenario_projection p
JOIN batch b ON b.pinned_projection_run_id = p.projection_run_id
JOIN scenario s ON s.batch_id = b.id
JOIN geography g ON g.id = b.geography_id
WHERE b.id IN (SELECT batch_id FROM chosen_stay) AND p.day_number % $every = 0
    AND p.projection_date >= $since AND p.projection_date < $until AND p.projection_date < (SELECT as_of FROM run)
ORDER BY batch, day
"""
CAUSES = (*(cause.lower() for cause in MORTALITY_CAUSES), "culled")


@dataclass(frozen=True)
class Mortality:
    """deaths: fish by batch, month and cause, with culls. alive: fish on an average day of a month. left: share of the
    eggs by batch and day, until its harvest begins; expected: that of its plan.
    """

    deaths: pl.DataFrame
    alive: pl.DataFrame
    left: pl.DataFrame
    expected: pl.DataFrame
    chosen: Chosen
    as_of: date


def data(source: Source, chosen: Chosen, *, every: int = 7) -> Mortality:
    """Deaths of the containers chosen, survival of their batches; InputError where nothing died."""
    source.choose(chosen)
    deaths = source.rows(DEATHS, chosen)
    if deaths.is_empty():
        raise source.nothing(chosen, "death", "SELECT min(event_date), max(event_date) FROM mortality_event")
    return Mortality(
        deaths=deaths,
        alive=source.rows(AT_RISK, chosen),
        left=parts.spells(source.rows(LEFT, chosen, every=every), ["batch"], every=every),
        expected=source.rows(EXPECTED, chosen, every=every),
        chosen=chosen,
        as_of=source.as_of,
    )


def chart(mortality: Mortality) -> Any:
    """Survival by batch; below it deaths by month and cause, at sea and in fresh water."""
    frames = [frame["day"] for frame in (mortality.deaths, mortality.left) if frame.height]
    since, until = min(f.min() for f in frames), max(mortality.as_of, *(f.max() for f in frames))  # type: ignore[type-var]
    span: tuple[date, date] = (since, mortality.chosen.until or until)  # type: ignore[assignment]
    panels = [_survival(mortality, parts.span(*span))] if mortality.left.height else []
    dead = []
    for at_sea, name in ((True, "Deaths at sea"), (False, "Deaths in fresh water")):
        if mortality.deaths.filter(pl.col("at_sea") == at_sea).height:
            dead.append(_deaths(mortality, span, at_sea=at_sea, name=name))
    panels.append(alt.vconcat(*dead, spacing=14))
    fish = int(mortality.deaths.filter(pl.col("cause") != "culled")["fish"].sum())
    culled = int(mortality.deaths.filter(pl.col("cause") == "culled")["fish"].sum())
    return (
        alt.vconcat(*panels, spacing=14)
        .resolve_scale(color="independent")
        .properties(
            title=parts.title(
                f"Deaths and survival of {parts.named(mortality.deaths['batch'].n_unique(), 'batch')}",
                f"{mortality.chosen.words}: {fish:,} fish found dead, {culled:,} culled (the smallest, graded out)",
                "dashed: survival that the plan expects; lines end where the harvest begins; bars: a month, by cause",
            )
        )
    )


def _survival(mortality: Mortality, x: alt.X) -> Any:
    y = marks.amount("share", "fish left of the eggs", "%", ".0%", domain=[0, 1])
    lines = marks.beside_plan(
        alt.Chart(parts.data(mortality.expected)),
        alt.Chart(parts.data(mortality.left)),
        x=x,
        y=(y, y),
        tips=[marks.tip("batch", "batch"), marks.day_tip(), marks.tip("share", "left", ".1%")],
        series={
            "detail": [alt.Detail("batch:N"), alt.Detail("spell:N")],
            **parts.colour(mortality.left, "batch", "batch"),
        },
        many=mortality.left["batch"].n_unique() > parts.MOST_SERIES,
    )
    return parts.panel(
        *lines,
        parts.today(mortality.as_of),
        name="Survival from the egg",
        height=190,
    )


def _deaths(mortality: Mortality, span: tuple[date, date], *, at_sea: bool, name: str) -> Any:
    here = pl.col("at_sea") == at_sea
    dead = mortality.deaths.filter(here).group_by("day", "cause").agg(pl.sum("fish", "tonnes")).sort("day", "cause")
    alive = mortality.alive.filter(here).group_by("day").agg(pl.sum("alive"))
    shown = dead.join(alive, on="day", how="left").with_columns(share=pl.col("fish") / pl.col("alive"))
    used = [cause for cause in CAUSES if cause in set(mortality.deaths["cause"])]
    return parts.panel(
        marks.monthly(
            alt.Chart(parts.data(shown)),
            "day",
            domain=[day.isoformat() for day in span],
            y=marks.summed("fish", "dead or culled a month", "fish", SHORT),
            colour=alt.Color("cause:N", title="cause", scale=alt.Scale(domain=used)),
            tips=[
                marks.tip("cause", "cause"),
                marks.total("fish", "fish"),
                marks.total("share", "of the fish alive", ".2%"),
                marks.total("tonnes", "tonnes", ONE),
            ],
        ),
        parts.today(mortality.as_of),
        name=name,
        height=170,
    )
