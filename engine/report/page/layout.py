"""What every page looks like: its frame, its sections, and the data that its script draws from, in one file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from engine import __version__
from engine.report.charts.theme import DARK, LIGHT, Palette, config
from engine.report.page.figure import Figure
from engine.report.page.vega import licences


def page_text(
    *,
    title: str,
    lead: str,
    geographies: Sequence[str],
    sections: str,
    source: str,
    data: dict[str, Any],
    vega: str,
) -> str:
    """A page; `data` is what its script is given, without how it looks. sections: HTML, all else plain text."""
    options = "".join(f"<option>{escape(each)}</option>" for each in geographies)
    looks = {
        "config": {"light": _config(LIGHT), "dark": _config(DARK)},
        "roles": {"light": _roles(LIGHT), "dark": _roles(DARK)},
    }
    parts = {
        "version": escape(__version__),
        "title": escape(title),
        "lead": escape(lead),
        "geographies": f'<option value="all">all</option>{options}',
        "batches": '<option value="all">all</option>',
        "sections": sections,
        "footer": f"<p>Made by Smoltworks {escape(__version__)} {escape(source)}. "
        "The charts are drawn by Vega; this file needs no network.</p>",
        "style": _file("page.css"),
        "data": _as_json(data | looks),
        "licences": f"/*\n{licences()}*/",
        "vega": vega,
        "script": _file("page.js"),
    }
    before, *rest = _file("page.html").split("{{")
    pieces = [before]
    for each in rest:  # one pass: what is put in is never looked through for names
        key, _, after = each.partition("}}")
        pieces += [parts[key], after]
    return "".join(pieces)


def contents(links: Iterable[tuple[str, str]]) -> str:
    """The sections' names and titles as links."""
    items = "".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title in links)
    return f'<nav aria-label="Contents"><ul>{items}</ul></nav>'


def long_section(name: str, title: str, body: str) -> str:
    """A section of words and tables, which may be cut on paper; `body` is HTML."""
    return (
        f'<section class="long" aria-labelledby="h-{name}" id="{name}">'
        f'<h2 id="h-{name}">{escape(title)}</h2>{body}</section>'
    )


def chart_section(figure: Figure) -> str:
    """A chart with the words around it, and its numbers as a table."""
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
