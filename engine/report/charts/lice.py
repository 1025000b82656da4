"""Adult female salmon lice a fish as they were counted, against the month's limit, with the treatments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import marks, parts
from engine.report.charts.chosen import Chosen, Source
from lake.codes import TREATMENT_WORDS

COUNTED = """
SELECT
    s.batch, s.geography, {series} AS series, any_value(s.site) AS site, a.day,
    (sum(a.females) / sum(a.fish))::DOUBLE AS females, max(a.females / a.fish)::DOUBLE AS highest,
    count(*) AS rings, sum(a.fish)::BIGINT AS fish
FROM adult_females a JOIN chosen_stay s USING (assignment_id)
WHERE a.day >= $since AND a.day < $until
GROUP BY s.batch, s.geography, {series}, a.day ORDER BY s.batch, series, a.day
"""
TREATED = """
SELECT
    s.batch, s.geography, {series} AS series, t.treatment_date::DATE AS day, t.method, count(*) AS rings
FROM treatment t JOIN chosen_stay s ON s.assignment_id = t.batch_assignment_id
WHERE t.method <> 'VACCINE' AND t.treatment_date::DATE >= $since AND t.treatment_date::DATE < $until
GROUP BY ALL ORDER BY s.batch, day
"""
LIMITS = """
FROM limit_day WHERE geography_id IN (SELECT geography_id FROM chosen_stay) ORDER BY geography, day
"""


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
    series = "s.ring" if chosen.by_ring else "s.batch"
    counted = source.rows(COUNTED.format(series=series), chosen)
    if counted.is_empty():
        raise source.nothing(
            chosen, "count of lice", "SELECT min(count_date)::DATE, max(count_date)::DATE FROM lice_count"
        )
    treated = source.rows(TREATED.format(series=series), chosen)
    return Lice(
        counted=parts.spells(counted, ["series"], every=7),
        treated=treated.with_columns(pl.col("method").cast(pl.String).replace_strict(dict(TREATMENT_WORDS))),
        limits=source.rows(LIMITS, chosen),
        chosen=chosen,
        as_of=source.as_of,
    )


def chart(lice: Lice) -> Any:
    """A panel a geography."""
    days = lice.counted["day"]
    x = parts.span(days.min(), days.max())  # type: ignore[arg-type]
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


def _panel(lice: Lice, x: alt.X, name: str) -> Any:
    here = pl.col("geography") == name
    counted, treated, limits = (frame.filter(here) for frame in (lice.counted, lice.treated, lice.limits))
    series = parts.colour(lice.counted, "series", "ring" if lice.chosen.by_ring else "batch")
    counts = marks.lice_counts(
        alt.Chart(parts.data(counted)),
        x=x,
        y=marks.amount("females", "adult females", "lice/fish", nice=True),
        series={"detail": [alt.Detail("series:N"), alt.Detail("spell:N")], **series},
        point=counted["series"].n_unique() <= 4,
    )
    limit = marks.limit_steps(alt.Chart(parts.data(limits)), x=x, y=alt.Y("allowed:Q"))
    used = [method for method in TREATMENT_WORDS.values() if method in set(lice.treated["method"])]
    treated = marks.treatments(alt.Chart(parts.data(treated)), x=x, methods=used)
    return parts.panel(counts, limit, treated, parts.today(lice.as_of), name=name)
