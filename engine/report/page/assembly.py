"""Puts a run's page together: its words, its charts with their data, and what draws them, in one file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine import __version__
from engine.execution.summary import Summary, summarise
from engine.execution.verification import compute_statistics
from engine.farm.schedule import to_date
from engine.report.charts.theme import DARK, LIGHT, Palette, config
from engine.report.page import told
from engine.report.page.datasets import NEEDED, encoded, read_batches, read_datasets, read_grades, read_headline
from engine.report.page.figure import Figure
from engine.report.page.figures import figures
from engine.report.page.planned import lice_limits, occupancy_rows
from engine.report.page.vega import VegaBundle, licences
from engine.statistics.lice import METHODS
from lake.checked import OnStep
from lake.codes import SEA
from lake.errors import InputError
from lake.files import write_atomically
from lake.held import held_for_reading
from lake.views import connect

PAGE = "report.html"
STEPS = 4
MOST_EVENTS = 40_000_000
"""Of a larger run the statistics are told once a verification has computed them: they take longer than all the rest."""


def _silent(what: str, done: int, of: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class _Read:
    """What was read of a run: `statistics` as a verification keeps them, `datasets` as the page's script reads them."""

    summary: Summary
    headline: dict[str, Any]
    batches: list[dict[str, Any]]
    datasets: dict[str, dict[str, Any]]
    statistics: Sequence[Mapping[str, Any]]
    grades: list[str]

    @property
    def geographies(self) -> tuple[str, ...]:
        """Those of the farm, in the order of their ids."""
        return self.summary.schedule.farm.geography_names


def write_page(
    run_dir: Path, path: Path | None = None, *, summary: Summary | None = None, on_step: OnStep = _silent
) -> Path:
    """Write a run's page, whole or not at all, and tell where; RUN/report.html unless `path` is given.

    summary: the run's, where it was made already. InputError when the run is not complete or damaged, or the
    page can't be written.
    """
    path = path or run_dir / PAGE
    if path.is_dir():
        raise InputError(str(path), "is a folder", f"name a file in it, such as {path / PAGE}")
    with VegaBundle() as bundle:
        read = _read(run_dir, summary, on_step)
        on_step("waiting for the drawing library", 3, STEPS)
        vega = bundle.text()
    on_step("writing", 3, STEPS)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, _page(read, vega), durable=False)
    except OSError as error:
        raise InputError(str(path), f"cannot be written: {error.strerror}", "name another file for the page") from None
    on_step("written", STEPS, STEPS)
    return path


def _read(run_dir: Path, summary: Summary | None, on_step: OnStep) -> _Read:
    with held_for_reading(run_dir):
        on_step("reading", 0, STEPS)
        if summary is None:
            summary = summarise(run_dir)
        schedule = summary.schedule
        on_step("charts", 1, STEPS)
        with connect(run_dir, summary.manifest, tables=NEEDED) as connection:
            batches = read_batches(connection)
            datasets = read_datasets(connection, len(batches))
            occupancy = occupancy_rows(connection, summary.capacity, schedule.as_of_day)
            limits = lice_limits(connection, schedule, schedule.farm.geography_names)
            headline, grades = read_headline(connection), read_grades(connection)
        datasets["occupancy"], datasets["limits"] = encoded(occupancy), encoded(limits)
        datasets["today"] = encoded([{"day": to_date(schedule.as_of_day)}])
        on_step("statistics", 2, STEPS)
        kept = summary.checks.statistics if summary.checks is not None else []
        if not kept and summary.manifest.events <= MOST_EVENTS:
            kept = [s.to_json() for s in compute_statistics(run_dir, summary.manifest, _silent)]
        return _Read(
            summary=summary,
            headline=headline,
            batches=batches,
            datasets=datasets,
            statistics=kept,
            grades=grades,
        )


def _page(read: _Read, vega: str) -> str:
    summary = read.summary
    pools = [pool.name for pool in summary.capacity.pools]
    drawn = figures(read.geographies, pools, read.grades)
    name = summary.schedule.name
    options = "".join(f"<option>{escape(each)}</option>" for each in read.geographies)
    parts = {
        "version": escape(__version__),
        "title": escape(f"{name}: what is in it"),
        "lead": escape(told.lead(summary, read.headline, read.geographies)),
        "geographies": f'<option value="all">all</option>{options}',
        "batches": '<option value="all">all</option>',
        "sections": _sections(read, drawn),
        "footer": f"<p>Made by Smoltworks {escape(__version__)} from {escape(str(summary.run_dir))}. "
        "The charts are drawn by Vega; this file needs no network.</p>",
        "style": _file("page.css"),
        "data": _as_json(_script_data(read, drawn)),
        "licences": f"/*\n{licences()}*/",
        "vega": vega,
        "script": _file("page.js"),
    }
    page = _file("page.html")
    before, *rest = page.split("{{")
    pieces = [before]
    for each in rest:  # one pass: what is put in is never looked through for names
        key, _, after = each.partition("}}")
        pieces += [parts[key], after]
    return "".join(pieces)


def _sections(read: _Read, drawn: Sequence[Figure]) -> str:
    summary = read.summary
    manifest = summary.manifest
    words = (
        ("statistics", "Held against published figures", told.statistics_tables(read.statistics, summary)),
        ("invariants", "Invariants", told.invariants_table(summary)),
        ("batches", "Every batch", told.batches_table(read.batches)),
        ("timings", "Timings by partition", told.timings_table(manifest)),
        ("tables", "Rows and bytes by table", told.tables_table(manifest)),
        ("provenance", "How this run came about", told.provenance(summary)),
    )
    links = [(figure.name, figure.title) for figure in drawn] + [(name, title) for name, title, _ in words]
    contents = "".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title in links)
    first = (
        '<section aria-labelledby="h-figures" id="figures"><h2 id="h-figures">In figures</h2>'
        f"{told.headline(summary, read.headline, read.batches)}"
        f"<h3>Why to trust it</h3>{told.trust(summary, read.statistics)}"
        f'<nav aria-label="Contents"><ul>{contents}</ul></nav></section>'
    )
    charts = (_chart(figure) for figure in drawn)
    rest = (
        f'<section class="long" aria-labelledby="h-{name}" id="{name}">'
        f'<h2 id="h-{name}">{escape(title)}</h2>{body}</section>'
        for name, title, body in words
    )
    return "\n".join((first, *charts, *rest))


def _chart(figure: Figure) -> str:
    name = figure.name
    lacking = [each for each in ("geography", "batch") if each not in figure.filters]
    does = f'<p class="does">The filter by {" and ".join(lacking)} does not act here.</p>' if lacking else ""
    buttons = (
        *(("in", "+", "zoom in"), ("out", "−", "zoom out"), ("earlier", "←", "earlier"), ("later", "→", "later")),
        *(("up", "↑", "containers above"), ("down", "↓", "containers below"), ("whole", "Whole", "the whole again")),
    )
    zoom = "".join(
        f'<button type="button" data-zoom="{act}" aria-label="{label}">{sign}</button>' for act, sign, label in buttons
    )
    tools = (
        f'<div class="tools"><label for="pool">Pool</label><select id="pool"></select>{zoom}</div>'
        if figure.zoom
        else ""
    )
    focus = (
        ' tabindex="0" role="group" aria-label="Chart that arrow keys, + and - move and zoom"' if figure.zoom else ""
    )
    return (
        f'<section aria-labelledby="h-{name}" id="{name}"><h2 id="h-{name}">{escape(figure.title)}</h2>'
        f'<p class="caption">{escape(figure.caption)}</p>{does}{tools}'
        f'<p class="nothing" id="nothing-{name}" hidden>{escape(figure.nothing)}</p>'
        f'<div class="chart" id="chart-{name}"{focus}></div>'
        f'<details id="table-{name}"><summary>The numbers as a table</summary>'
        '<p class="does"><span class="rows"></span> <button type="button">Save as CSV</button></p>'
        '<div class="scroll" tabindex="0"></div></details></section>'
    )


def _script_data(read: _Read, drawn: Sequence[Figure]) -> dict[str, Any]:
    pools = [pool for pool in read.summary.capacity.pools if pool.capacity]
    at_sea = read.summary.schedule.farm.stage_names[SEA - 1]
    busy = [pool for pool in pools if pool.stage == at_sea] or pools
    return {
        "asOf": read.summary.schedule.as_of_day,
        "firstPool": max(busy, key=lambda pool: pool.mean).name,
        "batches": [{k: b[k] for k in ("batch", "geography")} | {"sites": b["sites"] or []} for b in read.batches],
        "datasets": read.datasets,
        "methods": METHODS,
        "figures": [figure.to_json() for figure in drawn],
        "config": {"light": _config(LIGHT), "dark": _config(DARK)},
        "roles": {"light": _roles(LIGHT), "dark": _roles(DARK)},
    }


def _config(colours: Palette) -> dict[str, Any]:
    made = config(dark=colours is DARK)
    made["style"] |= {"on-stay": {"color": colours.text, "fontWeight": 600}}
    return made


def _roles(colours: Palette) -> dict[str, str]:
    return {name: getattr(colours, name) for name in ("text", "planned", "limit", "event", "faint")}


def _as_json(data: dict[str, Any]) -> str:
    """JSON that can stand within a script element."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _file(name: str) -> str:
    return files("engine.report.page").joinpath(name).read_text(encoding="utf-8")
