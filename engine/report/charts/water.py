"""The water that the fish lived in: temperature and oxygen by site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import parts
from engine.report.charts.chosen import Chosen, Source

WATER = """
SELECT
    {series} AS series, s.site, s.geography, s.at_sea,
    (DATE '2000-01-03' + CAST(floor(date_diff('day', DATE '2000-01-03', t.date) / $every) * $every AS INTEGER)) AS day,
    avg(t.temp_c)::DOUBLE AS temp_c, avg(t.oxygen_mean)::DOUBLE AS oxygen, min(t.oxygen_min)::DOUBLE AS least_oxygen,
    string_agg(DISTINCT s.batch, ', ' ORDER BY s.batch) AS batches
FROM daily_truth t JOIN chosen_stay s ON s.assignment_id = t.assignment_id
WHERE t.date >= $since AND t.date < $until
GROUP BY ALL ORDER BY series, day
"""
EVENTS = """
SELECT s.site AS series, s.site, s.geography, s.at_sea, e.start_date AS day,
    least(max(e.end_date), max(run.as_of)) AS until,
    e.kind, s.batch, count(*) AS containers
FROM health_event e CROSS JOIN run
JOIN chosen_stay s ON s.batch_id = e.batch_id AND s.container_id = e.container_id
    AND e.start_date >= s.first_day AND e.start_date < s.end_day
WHERE e.kind IN ('ALGAL_BLOOM', 'JELLYFISH', 'STORM', 'LOW_OXYGEN', 'POWER_FAILURE')
    AND e.start_date >= $since AND e.start_date < $until
GROUP BY ALL ORDER BY e.start_date
"""


@dataclass(frozen=True)
class Water:
    """water: temp_c, oxygen and least_oxygen (% saturation) by site (or ring) and span of days. events: what befell it.

    appetite_from: daily mean of oxygen below which fish eat less, % saturation.
    """

    water: pl.DataFrame
    events: pl.DataFrame
    appetite_from: float
    every: int
    chosen: Chosen
    as_of: date


def data(source: Source, chosen: Chosen, *, every: int = 7) -> Water:
    """Means over so many days, while fish were there; InputError where there were none.

    Whole runs are shown at sea alone: sites on land hold their temperature.
    """
    source.choose(chosen)
    whole = not (chosen.batches or chosen.rings or chosen.areas)
    series = "s.ring" if chosen.by_ring else "s.site"
    water = source.rows(WATER.format(series=series), chosen, every=every)
    if whole and water["at_sea"].any():
        water = water.filter("at_sea")
    if water.is_empty():
        raise source.nothing(chosen, "state of the water", "SELECT min(date), max(date) FROM daily_truth")
    events = source.rows(EVENTS, chosen).join(water.select("site").unique(), on="site", how="semi")
    return Water(
        water=parts.spells(water, ["series"], every=every),
        events=events,
        appetite_from=source.schedule.biology.model.feed.oxygen_full_appetite,
        every=every,
        chosen=chosen,
        as_of=source.as_of,
    )


def chart(water: Water) -> Any:
    """A panel of temperature and one of oxygen for the sea, and for fresh water, as far as anything is chosen there."""
    days = water.water["day"]
    x = parts.days(since=days.min(), until=days.max())  # type: ignore[arg-type]
    panels = [
        _panel(water, x, column, at_sea=at_sea)
        for at_sea in (True, False)
        if water.water.filter(pl.col("at_sea") == at_sea).height
        for column in ("temp_c", "oxygen")
    ]
    what = parts.named(water.water["series"].n_unique(), "ring" if water.chosen.by_ring else "site")
    kinds = sorted({kind.lower().replace("_", " ") for kind in water.events["kind"]})
    events = f"{parts.named(water.events.height, 'event')} ({', '.join(kinds)})"
    return alt.vconcat(*panels, spacing=14).properties(
        title=parts.title(
            f"Temperature and oxygen of {what}",
            f"{water.chosen.words}: the true water, means of {water.every} days, while fish were there",
            "red: oxygen below which fish eat less" + (f"; marks on top: {events}" if water.events.height else ""),
        )
    )


def _panel(water: Water, x: alt.X, column: str, *, at_sea: bool) -> Any:
    here = pl.col("at_sea") == at_sea
    shown, events = water.water.filter(here), water.events.filter(here)
    place = "At sea" if at_sea else "In fresh water"
    series = parts.colour(water.water, "series", "ring" if water.chosen.by_ring else "site")
    tips = [
        parts.tip("series", "at"),
        parts.day_tip(title=f"{water.every} days from"),
        parts.tip("temp_c", "temperature, °C", ",.1f"),
        parts.tip("oxygen", "oxygen, % saturation", ",.1f"),
        parts.tip("least_oxygen", "least oxygen, %", ",.1f"),
        parts.tip("batches", "batches"),
    ]
    base = alt.Chart(parts.data(shown)).encode(x=x, detail=["series:N", "spell:N"], tooltip=tips, **series)
    layers: list[Any] = []
    if column == "temp_c":
        name = f"{place}: temperature"
        y = parts.amount("temp_c", "temperature", "°C", zero=False, nice=True)
    else:
        name = f"{place}: dissolved oxygen"
        y = parts.amount("oxygen", "oxygen", "% saturation", zero=False, nice=True)
        if shown["series"].n_unique() <= parts.MOST_SERIES:
            layers.append(base.mark_area(style="band", clip=True).encode(y=y, y2="least_oxygen:Q"))
        floor = pl.DataFrame({"level": [water.appetite_from], "what": ["fish eat less below it"]})
        rule = alt.Chart(parts.data(floor)).mark_rule(style="limit")
        words = [parts.tip("what", "limit"), parts.tip("level", "% saturation", ",.0f")]
        layers.append(rule.encode(y="level:Q", tooltip=words))
    layers.append(base.mark_line(clip=True).encode(y=y))
    marks = alt.Chart(parts.data(events)).mark_tick(style="event", thickness=2, size=10, orient="vertical", clip=True)
    words = [
        parts.tip("kind", "event"),
        parts.tip("site", "at"),
        parts.tip("batch", "batch"),
        parts.day_tip(title="from"),
        parts.day_tip("until", "until"),
    ]
    layers.append(marks.encode(x=x, y=alt.value(6), tooltip=words))
    layers.append(parts.today(water.as_of))
    return parts.panel(*layers, name=name, height=190)
