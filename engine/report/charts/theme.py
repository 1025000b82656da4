"""How every chart looks: colours that all eyes tell apart, on light and dark, and axes that name years and units.

A chart names roles, not colours: `mark_rule(style="limit")`, a colour channel without a range of its own. `config` then
gives them the colours of light or dark, so that one chart is drawn in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import altair as alt

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
COUNT, SHARE, ONE, TWO = ",.0f", ".0%", ",.1f", ",.2f"
"""Formats of whole numbers, of shares, of one and of two decimals."""
SHORT = "~s"
"""Format of large numbers on an axis: 20k, 3M."""
DAY, MONTH = "%-d %B %Y", "%B %Y"


@dataclass(frozen=True)
class Palette:
    """The colours of one background. `series` are those of Okabe & Ito (2008), the yellow last, dark ones lightened."""

    background: str
    text: str
    faint: str
    grid: str
    limit: str
    planned: str
    event: str
    series: tuple[str, ...]
    ramp: tuple[str, ...]
    """From little to much."""


LIGHT = Palette(
    background="#ffffff",
    text="#1d2327",
    faint="#59636b",
    grid="#e3e7ea",
    limit="#b3261e",
    planned="#59636b",
    event="#7a3b69",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#4d4d4d", "#b5a90a"),
    ramp=("#e6f0f7", "#7fb5d8", "#0072b2", "#00395a"),
)
DARK = Palette(
    background="#15191c",
    text="#e8ecef",
    faint="#a3adb5",
    grid="#30383e",
    limit="#ff8a80",
    planned="#a3adb5",
    event="#e3a4d0",
    series=("#56b4e9", "#f28e4c", "#2fc79a", "#e5a3c8", "#f0b429", "#8fd0f7", "#c4c9cd", "#f0e442"),
    ramp=("#1d2f3c", "#2c6f9b", "#56b4e9", "#d3ecfb"),
)
CONTRAST = 4.5
"""Least contrast of text, limits and events to the background (WCAG 2.1, level AA); a series has 2 at least."""


def palette(*, dark: bool = False) -> Palette:
    """The colours on a dark or a light background."""
    return DARK if dark else LIGHT


def config(*, dark: bool = False) -> dict[str, Any]:
    """Vega-Lite's configuration: every chart's fonts, grid, colours, and the roles that a mark's `style` may name.

    limit: a law's or a licence's bound. planned: what the plan said, beside what was lived. event: a treatment, a move.
    today: the as-of date. band: a range around a line. muted: what stands behind.
    """
    colours = palette(dark=dark)
    return {
        "background": colours.background,
        "font": FONT,
        "view": {"stroke": None},
        "range": {"category": list(colours.series), "ordinal": list(colours.ramp), "heatmap": list(colours.ramp)},
        "axis": {
            "domainColor": colours.faint,
            "gridColor": colours.grid,
            "labelColor": colours.text,
            "labelFontSize": 11,
            "tickColor": colours.faint,
            "titleColor": colours.text,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
        },
        "header": {"labelColor": colours.text, "titleColor": colours.text, "labelFontSize": 12},
        "legend": {
            "labelColor": colours.text,
            "titleColor": colours.text,
            "titleFontWeight": "normal",
            "orient": "top",
            "labelLimit": 240,
            "columns": 6,
        },
        "title": {
            "color": colours.text,
            "subtitleColor": colours.faint,
            "anchor": "start",
            "fontSize": 15,
            "subtitleFontSize": 12,
        },
        "text": {"color": colours.text, "fontSize": 11},
        "line": {"strokeWidth": 1.5},
        "style": {
            "limit": {"color": colours.limit, "strokeWidth": 1.5, "filled": False},
            "planned": {"color": colours.planned, "strokeDash": [5, 3], "filled": False},
            "event": {"color": colours.event},
            "today": {"color": colours.faint, "strokeDash": [2, 2]},
            "band": {"opacity": 0.22},
            "muted": {"color": colours.faint, "opacity": 0.35},
        },
    }


def themed(chart: Any, *, dark: bool = False) -> Any:
    """The chart with that look, as a picture is written."""
    return chart.configure(**config(dark=dark))


def time_axis(title: str | None = None) -> alt.Axis:
    """An axis of days in UTC on which every label tells its year: a year alone, or a month or day with it below.

    Below every one of them: which of the labels are left out, for want of room, is known to nobody before.
    """
    year = "utcFormat(datum.value, '%Y')"
    return alt.Axis(
        title=title,
        labelExpr=(
            f"utcFormat(datum.value, '%m-%d') === '01-01' ? {year} : "
            f"[utcFormat(datum.value, utcFormat(datum.value, '%d') === '01' ? '%b' : '%-d %b'), {year}]"
        ),
        labelOverlap=True,
        labelFlush=False,
        tickCount=8,
        grid=False,
    )


def measure(title: str, unit: str = "", form: str = COUNT, *, grid: bool = True) -> alt.Axis:
    """An axis of a quantity with its unit, such as `temperature (degC)`."""
    return alt.Axis(title=f"{title} ({unit})" if unit else title, format=form, grid=grid)
