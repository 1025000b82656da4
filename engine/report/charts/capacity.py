"""A plan's picture: each pool's load over time against its capacity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from engine.farm.schedule import Schedule, to_date
from engine.planning.capacity import CapacityReport, Pool
from engine.report.charts.drawing import require_format, write_chart
from engine.report.charts.marks import day_tip, tip
from engine.report.charts.theme import measure, time_axis

MAX_POINTS = 600
"""Points a pool; a longer span is cut into so many equal parts, each drawn at its highest load."""
WIDTH, HEIGHT = 460, 90
OPTION = "--picture"


def require_picture(path: Path) -> None:
    """InputError unless the picture's name ends in a format that can be written."""
    require_format(path, OPTION)


def write_picture(path: Path, schedule: Schedule, report: CapacityReport) -> None:
    """Writes the picture whole or not at all, as SVG, PNG or a page that needs no network; InputError if it can't."""
    write_chart(path, draw_picture(schedule, report), option=OPTION)


def draw_picture(schedule: Schedule, report: CapacityReport) -> Any:
    """The chart: a row a stage, a column a geography."""
    stages = schedule.farm.stage_names
    rows = [
        alt.hconcat(*(_panel(pool, schedule, report) for pool in report.pools if pool.stage == stage))
        for stage in stages
    ]
    title = alt.TitleParams(
        f"{schedule.name}: containers held, by stage and geography",
        subtitle=[
            f"{len(schedule.batches)} batches; planned saturation {report.total:.1%} "
            f"(freshwater {report.freshwater:.1%}, sea {report.sea:.1%}), bound {report.bound.total:.1%}",
            "red: all containers; red dashes: those that whole batches can fill, where that is less; "
            + ("shaded: the steady state; " if report.steady else "")
            + f"dotted: the as-of date, {to_date(schedule.as_of_day)}",
        ],
    )
    return alt.vconcat(*rows, title=title, spacing=10)


def _panel(pool: Pool, schedule: Schedule, report: CapacityReport) -> Any:
    begin, end = (_iso_date(pool.load_day), _iso_date(pool.load_day + len(pool.load)))
    x = alt.X("day:T", scale=alt.Scale(type="utc", domain=[begin, end]), axis=time_axis())
    top = alt.Scale(domain=[0, max(pool.capacity, pool.peak, 1) * 1.12], nice=False)
    y = alt.Y("containers:Q", axis=measure("containers", form="~r"), scale=top)
    layers = []
    if report.steady:
        window = [{"day": _iso_date(report.first_day), "until": _iso_date(report.last_day)}]
        layers.append(_chart(window).mark_rect(style="muted", opacity=0.15, clip=True).encode(x=x, x2="until:T"))
    load = _chart(_points(pool)).mark_area(opacity=0.85, interpolate="step-after", clip=True)
    layers.append(load.encode(x=x, y=y, tooltip=[day_tip(), tip("containers", "held", ",.0f")]))
    capacity = _chart([{"containers": pool.capacity}]).mark_rule(style="limit")
    layers.append(capacity.encode(y=y, tooltip=[tip("containers", "containers of the pool", ",.0f")]))
    if pool.usable < pool.capacity:
        usable = _chart([{"containers": pool.usable}]).mark_rule(style="limit", strokeDash=[4, 3])
        layers.append(usable.encode(y=y, tooltip=[tip("containers", "that whole batches can fill", ",.0f")]))
    layers.append(_chart([{"day": _iso_date(schedule.as_of_day)}]).mark_rule(style="today", clip=True).encode(x=x))
    share = pool.mean / pool.capacity if pool.capacity else 0.0
    name = f"{pool.name}: peak {pool.peak:,}, mean {pool.mean:,.0f} of {pool.capacity:,} ({share:.0%})"
    return alt.layer(*layers).properties(
        width=WIDTH, height=HEIGHT, title=alt.TitleParams(name, fontSize=12, fontWeight="normal")
    )


def _points(pool: Pool) -> list[dict[str, object]]:
    edges = np.unique(np.linspace(0, len(pool.load), MAX_POINTS + 1).astype(np.int64))[:-1]
    highest = np.maximum.reduceat(pool.load, edges)
    return [
        {"day": _iso_date(pool.load_day + int(at)), "containers": int(load)}
        for at, load in zip(edges, highest, strict=True)
    ]


def _chart(values: Sequence[Mapping[str, object]]) -> Any:
    return alt.Chart(alt.InlineData(values=list(values)))


def _iso_date(day: int) -> str:
    return to_date(day).isoformat()
