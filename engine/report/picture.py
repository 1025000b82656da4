"""A picture of a capacity report: each pool's load over time against its capacity."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from engine.farm.schedule import Schedule, to_date
from engine.planning.capacity import CapacityReport, Pool
from lake.errors import InputError

FORMATS = (".svg", ".png", ".html")
MAX_POINTS = 600
"""Points a pool; a longer span is cut into so many equal parts, each drawn at its highest load."""
WIDTH, HEIGHT = 460, 90
WATER, LIMIT, STEADY, TODAY = "#7ba3c7", "#b3402e", "#f5ecd0", "#555555"


def require_format(path: Path) -> None:
    """InputError unless the picture's name ends in a format that can be written."""
    if path.suffix.lower() not in FORMATS:
        raise InputError("--picture", f"{path} is no picture's name", f"let it end in {', '.join(FORMATS)}")


def write_picture(path: Path, schedule: Schedule, report: CapacityReport) -> None:
    """Writes the picture whole or not at all, as SVG, PNG or a page that needs no network; InputError if it can't."""
    require_format(path)
    kind = path.suffix.lower().removeprefix(".")
    part = path.with_name(f".{path.stem}.{os.getpid()}.part")
    extra: dict[str, Any] = {"inline": True} if kind == "html" else {"scale_factor": 2} if kind == "png" else {}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_picture(schedule, report).save(str(part), format=kind, **extra)
        part.replace(path)
    except OSError as e:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise InputError(str(path), f"cannot be written: {e.strerror}", "check --picture") from None


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
            "red: capacity; dashed: what whole batches can fill, where that is less; "
            + ("yellow: the steady state; " if report.steady else "")
            + f"grey line: {to_date(schedule.as_of_day)}",
        ],
        anchor="start",
    )
    return alt.vconcat(*rows, title=title).configure_view(stroke=None).configure_axis(grid=False)


def _panel(pool: Pool, schedule: Schedule, report: CapacityReport) -> Any:
    begin, end = (_iso_date(pool.load_day), _iso_date(pool.load_day + len(pool.load)))
    x = alt.X("day:T", title=None, scale=alt.Scale(domain=[begin, end]))
    top = alt.Scale(domain=[0, max(pool.capacity, pool.peak, 1) * 1.12], nice=False)
    y = alt.Y("containers:Q", title=None, scale=top)
    layers = []
    if report.steady:
        window = [{"day": _iso_date(report.first_day), "until": _iso_date(report.last_day)}]
        layers.append(_chart(window).mark_rect(color=STEADY).encode(x=x, x2="until:T"))
    layers.append(_chart(_points(pool)).mark_area(color=WATER, opacity=0.85, interpolate="step-after").encode(x=x, y=y))
    layers.append(_chart([{"containers": pool.capacity}]).mark_rule(color=LIMIT).encode(y=y))
    if pool.usable < pool.capacity:
        dashed = _chart([{"containers": pool.usable}]).mark_rule(color=LIMIT, strokeDash=[4, 3])
        layers.append(dashed.encode(y=y))
    layers.append(_chart([{"day": _iso_date(schedule.as_of_day)}]).mark_rule(color=TODAY).encode(x=x))
    share = pool.mean / pool.capacity if pool.capacity else 0.0
    name = f"{pool.name}: peak {pool.peak:,}, mean {pool.mean:,.0f} of {pool.capacity:,} ({share:.0%})"
    return alt.layer(*layers).properties(
        width=WIDTH, height=HEIGHT, title=alt.TitleParams(name, fontSize=11, anchor="start", fontWeight="normal")
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
