"""Two runs side by side as one page that needs no network: tables, and a chart of each outcome that differs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from engine.execution.comparison import OUTCOMES, Comparison
from engine.report.charts import marks
from engine.report.charts.theme import measure, time_axis
from engine.report.comparison import difference_text, only_lines, outcome_name, outcome_rows, tables_line, value_text
from engine.report.page.datasets import encoded
from engine.report.page.figure import OF_GEOGRAPHY, WHOLE, Figure, rows_of, seen
from engine.report.page.layout import chart_section, contents, long_section, page_text
from engine.report.page.tables import table
from engine.report.page.vega import VegaBundle
from lake.errors import InputError
from lake.files import write_atomically

VALUES = ("before", "after", "difference")
OF_WHAT = {
    "mean_weight_g": "of the fish harvested, or of those that stand at the as-of date",
    "fish": "harvested, or standing at the as-of date",
    "biomass_t": "harvested, or standing at the as-of date",
    "last_day": "the harvest's last, or the as-of date",
    "economic_fcr": "feed given over what was harvested or stands",
    "lice_peak": "the highest mean of a batch's counts on one day",
}


def write_comparison(path: Path, comparison: Comparison) -> None:
    """Write the page, whole or not at all; InputError if it can't be."""
    with VegaBundle() as bundle:
        with alt.utils.schemapi.debug_mode(False):
            drawn = figures(comparison)
        text = _page(comparison, drawn, bundle.text())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, text)
    except OSError as error:
        raise InputError(str(path), f"cannot be written: {error.strerror}", "check --html") from None


def figures(comparison: Comparison) -> list[Figure]:
    """A chart of each outcome, but for words, that differs in any batch."""
    differing = {outcome.outcome for outcome in comparison.outcomes}
    return [_figure(comparison, name) for name in OUTCOMES if name in differing and name != "status"]


def _figure(comparison: Comparison, name: str) -> Figure:
    count = sum(outcome.outcome == name for outcome in comparison.outcomes)
    title = outcome_name(name)
    what = f"{OF_WHAT[name][0].upper()}{OF_WHAT[name][1:]}. " if name in OF_WHAT else ""
    return Figure(
        name=name,
        title=title[0].upper() + title[1:],
        caption=f"{what}A batch each: diamonds {Path(comparison.first).name} (before), circles "
        f"{Path(comparison.second).name} (after). {count:,} of {comparison.batches:,} differ.",
        spec=_both_sides(name, title).properties(width=WHOLE, height=190),
        rows=name,
        table={key: key for key in ("batch", "geography", *VALUES)},
        nothing="No batch of what was chosen has it.",
    )


def _both_sides(name: str, title: str) -> Any:
    """A diamond before and a circle after, tied by a line, for every batch."""
    is_day = name == "last_day"
    kind = "T" if is_day else "Q"
    axis = time_axis(title) if is_day else measure(title, form=",~r")
    scale = alt.Scale(type="utc") if is_day else alt.Scale(zero=False)
    sides = VALUES[:2]
    shown = rows_of(name).transform_filter(OF_GEOGRAPHY)
    channels: dict[str, Any] = {
        "x": alt.X("batch:N", sort=None, axis=alt.Axis(title=None, labelAngle=0, labelOverlap="greedy", ticks=False)),
        "opacity": seen("batch === 'all' || datum.batch === batch", 0.9, 0.15),
        "tooltip": [
            marks.tip("batch", "batch"),
            *(marks.day_tip(side, side) if is_day else marks.tip(side, side, ",.4~r") for side in sides),
            marks.tip("difference", "difference, days" if is_day else "difference", "+,.4~r"),
        ],
    }
    lines = shown.transform_filter("isValid(datum.before) && isValid(datum.after)").mark_rule(style="planned")
    points = shown.transform_fold(list(sides), as_=["run", "value"]).transform_filter("isValid(datum.value)")
    colours = alt.Scale(domain=list(sides), range=["role:text", "role:series"])
    shapes = alt.Scale(domain=list(sides), range=["diamond", "circle"])
    return alt.layer(
        lines.encode(y=alt.Y(f"before:{kind}", axis=axis, scale=scale), y2=alt.Y2("after"), **channels),
        points.mark_point(filled=True).encode(
            y=alt.Y(f"value:{kind}", axis=axis, scale=scale),
            color=alt.Color("run:N", title=None, scale=colours),
            shape=alt.Shape("run:N", title=None, scale=shapes),
            # the diamond can be seen below a circle at the same place
            size=alt.Size("run:O", legend=None, scale=alt.Scale(domain=list(sides), range=[110, 36])),
            **channels,
        ),
    )


def _dataset(comparison: Comparison, name: str) -> dict[str, Any]:
    """An outcome of every batch of both; the page's script counts batches from 1."""
    sides = [[getattr(pair, side)[name] for pair in comparison.pairs] for side in VALUES[:2]]
    if name == "last_day":
        before, after = (np.array(side, dtype="datetime64[D]") for side in sides)
        difference = (after - before).astype(np.float64)
    else:
        before, after = (np.array(side, dtype=np.float64) for side in sides)
        difference = after - before
    numbers = np.arange(1, len(comparison.pairs) + 1)
    return encoded({"batch": numbers, "before": before, "after": after, "difference": difference})


def _page(comparison: Comparison, drawn: Sequence[Figure], vega: str) -> str:
    return page_text(
        title=f"{Path(comparison.first).name} and {Path(comparison.second).name}",
        lead=_lead(comparison),
        geographies=list(dict.fromkeys(pair.geography for pair in comparison.pairs)),
        sections="\n".join(_sections(comparison, drawn)),
        source=f"of {comparison.first} and {comparison.second}",
        data={
            "batches": [{"batch": p.batch, "geography": p.geography, "sites": []} for p in comparison.pairs],
            "datasets": {figure.rows: _dataset(comparison, figure.rows) for figure in drawn},
            "figures": [figure.to_json() for figure in drawn],
        },
        vega=vega,
    )


def _lead(comparison: Comparison) -> str:
    if comparison.is_same:
        return "Nothing differs: inputs, every table and every outcome are the same."
    differ = len({outcome.batch for outcome in comparison.outcomes})
    what = "One input was" if len(comparison.changes) == 1 else f"{len(comparison.changes):,} inputs were"
    return f"{what} changed; {differ:,} of {comparison.batches:,} batches came out otherwise."


def _sections(comparison: Comparison, drawn: Sequence[Figure]) -> Iterator[str]:
    runs = (f"before: {comparison.first}", f"after: {comparison.second}", *only_lines(comparison))
    changes = [(c.what, c.key, value_text(c.before), value_text(c.after)) for c in comparison.changes]
    words = (
        ("changes", "What was changed", _table(("of", "key", "before", "after"), changes, "Nothing in any input.")),
        ("means", "All batches together", _means(comparison)),
    )
    last = ("all", "Every outcome that differs, by batch")
    names = {figure.name for figure in drawn} | {"status"}
    alike = ", ".join(outcome_name(name) for name in OUTCOMES if name not in names)
    links = [*((name, title) for name, title, _ in words), *((f.name, f.title) for f in drawn), last]
    told = "".join(_caption(line) for line in (*runs, tables_line(comparison)))
    yield long_section("runs", "The runs", f"{told}{contents(links)}")
    for name, title, body in words:
        yield long_section(name, title, body)
    yield from (chart_section(figure) for figure in drawn)
    same = _caption(f"The same in every batch: {alike}.") if alike else ""
    rows = outcome_rows(comparison)
    yield long_section(*last, same + _table(("batch", "outcome", *VALUES), rows, "No outcome of a batch differs."))


def _means(comparison: Comparison) -> str:
    """Of each outcome that is a number: the mean of the batches in which it differs."""
    rows: list[tuple[str, ...]] = []
    for name in OUTCOMES:
        pairs = [
            (float(o.before), float(o.after))
            for o in comparison.outcomes
            if o.outcome == name and isinstance(o.before, int | float) and isinstance(o.after, int | float)
        ]
        if pairs:
            before, after = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
            texts = (value_text(before), value_text(after), difference_text(after - before))
            rows.append((outcome_name(name), f"{len(pairs):,}", *texts))
    told = _caption("Means of the batches in which an outcome differs.") if rows else ""
    return told + _table(("outcome", "batches that differ", *VALUES), rows, "No number differs.")


def _caption(line: str) -> str:
    return f'<p class="caption">{escape(line)}</p>'


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], nothing: str) -> str:
    if not rows:
        return _caption(nothing)
    numbers = [i for i, head in enumerate(heads) if head in VALUES or head.startswith("batches")]
    return table(heads, [[escape(cell) for cell in row] for row in rows], numbers=numbers)
