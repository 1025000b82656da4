"""The water that the fish lived in: temperature and oxygen by site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import marks, parts
from engine.report.charts.chosen import Chosen, Source

WATER = """
SELECT
    {series} AS series, s.site, s.geography, s.at_sea,
    (DATE '2000-01-03' + CAST(floor(date_diff('day', DATE '2000-01-03', t.date) / $every) * $every AS INTEGER)) AS day,
    avg(t.temp_c)::DOUBLE AS temp_c, avg(t.oxygen_mean)::DOUBLE AS oxygen, min(t.oxygen_min)::DOUBLE AS oxygen_least,
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
    """water: temp_c, oxygen and oxygen_least (% saturation) by site (or ring) and span of days. events: what befell it.

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
    x = parts.span(days.min(), days.max())  # type: ignore[arg-type]
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
    series = parts.colour(water.water, "series", "ring" if water.chosen.by_ring else "site")
    rows = alt.Chart(parts.data(shown))
    channels = {"detail": [alt.Detail("series:N"), alt.Detail("spell:N")], **series}
    title, unit = marks.TEMPERATURE if column == "temp_c" else marks.OXYGEN
    line = marks.water_line(rows, x=x, column=column, title=title, unit=unit, series=channels)
    layers = [line]
    if column == "oxygen":
        if shown["series"].n_unique() <= parts.MOST_SERIES:
            y = marks.amount("oxygen", title, unit, zero=False, nice=True)
            band = rows.mark_area(style="band", clip=True).encode(x=x, y=y, y2=alt.Y2("oxygen_least"), **channels)
            layers.insert(0, band)
        floor = pl.DataFrame({"level": [water.appetite_from], "what": ["fish eat less below it"]})
        words = [marks.tip("what", "limit"), marks.tip("level", "% saturation", ",.0f")]
        layers.append(alt.Chart(parts.data(floor)).mark_rule(style="limit").encode(y=alt.Y("level:Q"), tooltip=words))
    ticks = alt.Chart(parts.data(events)).mark_tick(style="event", thickness=2, size=10, orient="vertical", clip=True)
    words = [
        marks.tip("kind", "event"),
        marks.tip("site", "at"),
        marks.tip("batch", "batch"),
        marks.day_tip(title="from"),
        marks.day_tip("until", "until"),
    ]
    layers.append(ticks.encode(x=x, y=alt.value(6), tooltip=words))
    layers.append(parts.today(water.as_of))
    place = "At sea" if at_sea else "In fresh water"
    what = "temperature" if column == "temp_c" else "dissolved oxygen"
    return parts.panel(*layers, name=f"{place}: {what}", height=190)
