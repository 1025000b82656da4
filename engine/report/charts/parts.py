"""What `plot` puts charts together from: frames, panels, colours of series, and lines that keep gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import polars as pl

from engine.report.charts import marks

WIDTH, HEIGHT = 760, 230
MOST_SERIES = 8
"""As many as have a colour of their own; more are drawn thin, one colour a geography."""


def data(frame: pl.DataFrame) -> alt.InlineData:
    """A frame's rows as Vega has them: days as ISO text, numbers with five digits."""
    dates = [name for name, kind in frame.schema.items() if kind == pl.Date]
    floats = [name for name, kind in frame.schema.items() if kind in (pl.Float64, pl.Float32)]
    frame = frame.with_columns(pl.col(dates).dt.to_string("%Y-%m-%d"), pl.col(floats).round_sig_figs(5))
    return alt.InlineData(values=frame.to_dicts())


def span(since: date, until: date, *, column: str = "day") -> alt.X:
    """The axis of days from one to another."""
    return marks.days(column, domain=[since.isoformat(), until.isoformat()])


def colour(frame: pl.DataFrame, column: str, title: str) -> dict[str, Any]:
    """The channels that tell series apart: by colour where they are few, else by geography."""
    names = frame[column].unique().sort().to_list()
    if len(names) > MOST_SERIES:
        regions = frame["geography"].unique().sort().to_list()
        return {
            "color": alt.Color("geography:N", title=None, scale=alt.Scale(domain=regions)),
            "opacity": alt.value(0.5),
        }
    return {"color": alt.Color(f"{column}:N", title=title, scale=alt.Scale(domain=names))}


def spells(frame: pl.DataFrame, by: Sequence[str], *, every: int) -> pl.DataFrame:
    """The frame with a column `spell` that changes where days are missing, so that a line doesn't bridge them."""
    if frame.is_empty():
        return frame.with_columns(pl.lit(0).alias("spell"))
    gap = pl.col("day").diff().dt.total_days().fill_null(0) > 2 * every
    return frame.sort([*by, "day"]).with_columns(gap.cum_sum().over(by).alias("spell"))


def today(as_of: date) -> Any:
    """A line at the as-of date."""
    frame = pl.DataFrame({"day": [as_of], "what": ["as-of date"]})
    return (
        alt.Chart(data(frame))
        .mark_rule(style="today", clip=True)
        .encode(x="day:T", tooltip=[marks.tip("what", "line"), marks.day_tip()])
    )


def title(text: str, *subtitle: str) -> alt.TitleParams:
    """A title and what is shown, in lines below it."""
    return alt.TitleParams(text, subtitle=[line for line in subtitle if line])


def panel(*layers: Any, name: str = "", height: int = HEIGHT) -> Any:
    """Layers on each other, with a name where there are several panels."""
    heading = {"title": alt.TitleParams(name, fontSize=12, fontWeight="normal")} if name else {}
    return alt.layer(*layers).properties(width=WIDTH, height=height, **heading)


def named(count: int, what: str) -> str:
    """`1 batch`, `12 batches`."""
    return f"{count:,} {what if count == 1 else what + ('es' if what.endswith('h') else 's')}"
