"""The figures of docs/: what a run of some hundred batches gives, beside what was published; as SVG, and as a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt

import smoltworks
from engine.report.charts.theme import themed
from engine.statistics.table import Statistic
from tests.docs.pages import DOCS

FIGURES = DOCS / "figures"
PAGE = DOCS / "explanation" / "validation.md"
BEGIN, END = "<!-- figures: made by `make figures` -->", "<!-- end of figures -->"
OURS, PUBLISHED = "a run of Smoltworks", "published"
WIDTH, HEIGHT = 330, 220
AREAS = ("Faroe Islands", "Scotland")
# HadISST 1981-2010, monthly means at the Faroes and off Skye, degC
SEA_C = {
    "Faroe Islands": (6.5, 6.5, 6.6, 7.1, 7.6, 8.9, 10.4, 11.1, 10.2, 9.0, 7.8, 7.3),
    "Scotland": (8.9, 8.5, 8.1, 8.6, 9.7, 11.6, 13.1, 14.0, 13.2, 12.2, 11.0, 10.0),
}
# cages of eight Scottish farms (Sz-Tim/OffshoreFishWelfare, MIT), by days at sea: from, to, figure
LICE = ((0, 90, 0.04), (90, 180, 0.12), (180, 270, 0.29), (270, 360, 0.88), (360, 450, 1.43))
DEATHS = (
    (1, 21, 0.181), (22, 60, 0.031), (61, 120, 0.020), (121, 180, 0.022), (181, 240, 0.029),
    (241, 300, 0.091), (301, 360, 0.123), (361, 420, 0.274), (421, 450, 0.398),
)  # fmt: skip
# Mowi's best cycle at Loch Linnhe: days at sea, g live
LINNHE = (462, 6250)
AT_SEA = """
    with sea as (
        select t.*, g.name as geography, t.date - min(t.date) over (partition by t.batch_id) as day
        from daily_truth t join container c on c.id = t.container_id join geography g on g.id = c.geography_id
        where c.area_id is not null
    )
"""


def draw(path: Path) -> list[Path]:
    """Draw every figure of a run, and write the page's table; what was written."""
    run = smoltworks.open_run(path)
    statistics = [each for each in run.statistics() if each.required]
    written = []
    for name, make in CHARTS.items():
        file = FIGURES / f"{name}.svg"
        file.parent.mkdir(exist_ok=True)
        themed(make(run)).save(file)
        written.append(file)
    file = FIGURES / "statistics.svg"
    themed(statistics_chart(statistics)).save(file)
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{_told(run, statistics)}\n{END}{after}", encoding="utf-8")
    return [*written, file, PAGE]


def _told(run: smoltworks.Run, statistics: list[Statistic]) -> str:
    """The table of the page: each statistic with value, band and source, and what run it was."""
    judged = [each for each in statistics if each.within is not None]
    within = sum(bool(each.within) for each in judged)
    batches = run.sql("select count(*) as batches from batch")["batches"][0]
    manifest = run.manifest
    events = sum(manifest.tables.values())
    head = (
        f"{within} of the {len(judged)} statistics lie in their bands, in a run of the schedule"
        f" `{smoltworks.read_schedule(run.path / 'schedule.yaml').name}`: {batches} batches, {events:,} events,"
        f" fingerprint `{manifest.fingerprint}`."
    )
    lines = [head, "", "| statistic | ours | band | published | unit | source |", "|---|---:|---|---:|---|---|"]
    for each in statistics:
        band = each.band
        value = each.note if each.value is None else f"{each.value:.3g}" + ("" if each.within else " (outside)")
        published = "" if band.published is None else f"{band.published:g}"
        lines.append(f"| {each.name} | {value} | {_band(each)} | {published} | {band.unit} | {band.cited} |")
    return "\n".join([*lines, ""])


def _band(each: Statistic) -> str:
    low, high = each.band.low, each.band.high
    if low is None or high is None:
        return f"from {low:g}" if low is not None else f"to {high:g}"
    return f"{low:g} to {high:g}"


def statistics_chart(statistics: list[Statistic]) -> Any:
    """Every statistic on its band's own scale: the band grey, its published figure a tick, our value a point."""
    rows = []
    for each in statistics:
        band = each.band
        if each.value is None or band.low is None:
            continue
        high = band.high if band.high is not None else band.low + 2 * (each.value - band.low)
        span = high - band.low
        rows.append(
            {
                "statistic": each.name,
                "low": 0.0,
                "high": 1.0,
                "value": (each.value - band.low) / span,
                "published": None if band.published is None else (band.published - band.low) / span,
                "told": f"{each.value:.3g} {band.unit}",
                "band": _band(each),
                "within": bool(each.within),
            }
        )
    base = _chart(rows).encode(
        y=alt.Y("statistic:N", sort=None, axis=alt.Axis(title=None, labelLimit=460, ticks=False, domain=False))
    )
    x = alt.X("value:Q", scale=alt.Scale(domain=[-0.12, 1.12]), axis=None)
    spans = base.mark_bar(style="band", height=11).encode(x=alt.X("low:Q", axis=None), x2="high:Q")
    ticks = base.mark_tick(style="limit", thickness=2, height=13).encode(x=alt.X("published:Q", axis=None))
    points = base.mark_point(filled=True, size=55, opacity=1).encode(
        x=x, shape=alt.Shape("within:N", scale=alt.Scale(domain=[True, False], range=["circle", "cross"]), legend=None)
    )
    told = base.mark_text(align="left").encode(x=alt.value(275), text="told:N")
    bands = base.mark_text(align="left").encode(x=alt.value(385), text="band:N")
    heads = [
        _chart([{"head": head}])
        .mark_text(align="left", fontWeight="bold")
        .encode(x=alt.value(x), y=alt.value(-9), text="head:N")
        for x, head in ((275, "here"), (385, "band"))
    ]
    return alt.layer(*(spans, ticks, points, told, bands, *heads)).properties(
        width=260,
        height={"step": 17},
        title={
            "text": "What a run gives, and what was published",
            "subtitle": "bar: band of published figures; red tick: one published figure; point: a run of 550 batches",
        },
    )


def temperature(run: smoltworks.Run) -> Any:
    """Mean sea temperature by month beside HadISST."""
    found = run.sql(
        AT_SEA + " select geography, month(date) as month, avg(temp_c)::double as value from sea group by all"
    ).to_dicts()
    ours = [{**row, "what": OURS} for row in found]
    published = [
        {"geography": area, "month": month, "value": value, "what": PUBLISHED}
        for area in AREAS
        for month, value in enumerate(SEA_C[area], 1)
    ]
    chart = _beside([*ours, *published], x="month:Q", y=("sea temperature (degC)", ",.0f"), faceted=True)
    return chart.properties(title={"text": "Sea temperature by month", "subtitle": "published: HadISST 1981-2010"})


def growth(run: smoltworks.Run) -> Any:
    """Mean live weight by days at sea: the middle batch, and the middle nine tenths."""
    rows = run.sql(
        AT_SEA
        + """
        , batches as (
            select geography, batch_id, day // 7 * 7 as day, sum(biomass_kg) * 1000.0 / sum(population) as weight_g
            from sea where population > 0 group by all
        )
        select geography, day::int as day, median(weight_g)::double as middle, count(*) as batches,
            quantile_cont(weight_g, .05)::double as low, quantile_cont(weight_g, .95)::double as high
        from batches group by all having count(*) >= 20 order by all
        """
    ).to_dicts()
    base = _chart(rows).encode(
        x=alt.X("day:Q", axis=alt.Axis(title="days at sea", grid=False)),
        color=alt.Color("geography:N", title=None),
    )
    y = alt.Axis(title="mean live weight (g)", format=",.0f")
    band = base.mark_area(style="band").encode(y=alt.Y("low:Q", axis=y), y2="high:Q")
    line = base.mark_line().encode(y=alt.Y("middle:Q", axis=y))
    day, weight_g = LINNHE
    known = [{"day": day, "middle": weight_g, "told": "Loch Linnhe's best cycle, 10.3 degC (published)"}]
    best = _chart(known).encode(x="day:Q", y="middle:Q")
    point = best.mark_point(style="limit", shape="diamond", filled=True, size=80)
    text = best.mark_text(align="right", dx=-8, dy=-8).encode(text="told:N")
    return alt.layer(band, line, point, text).properties(
        width=2 * WIDTH,
        height=HEIGHT,
        title={
            "text": "Growth at sea",
            "subtitle": "line: the middle batch; area: nine of ten; at the end those that were not harvested by weight",
        },
    )


def lice(run: smoltworks.Run) -> Any:
    """Adult female lice a fish by days at sea in Scotland."""
    cases = " ".join(f"when day < {to} then {start}" for start, to, _ in LICE)
    found = run.sql(
        f"""
        with sea as (
            select l.*, l.date - min(a.assignment_date) over (partition by l.batch_id) as day
            from lice_truth l join container_assignment a on a.id = l.assignment_id
            join container c on c.id = l.container_id join geography g on g.id = c.geography_id
            where g.name = 'Scotland'
        )
        select case {cases} end as day, avg(adult_female)::double as value
        from sea where day < {LICE[-1][1]} group by all order by all
        """
    ).to_dicts()
    ours = _steps([(row["day"], row["value"]) for row in found], [to for _, to, _ in LICE], OURS)
    published = _steps([(start, value) for start, _, value in LICE], [to for _, to, _ in LICE], PUBLISHED)
    chart = _steps_chart([*ours, *published], ("adult females a fish", ",.1f"))
    return chart.properties(
        title={
            "text": "Salmon lice in Scotland, by days at sea",
            "subtitle": "published: cages of eight Scottish farms (Sz-Tim/OffshoreFishWelfare)",
        }
    )


def mortality(run: smoltworks.Run) -> Any:
    """How deaths are spread over the days at sea in Scotland: rates as multiples of their own mean."""
    cases = " ".join(f"when day < {to} then {start}" for start, to, _ in DEATHS)
    found = run.sql(
        AT_SEA
        + f"""
        select case {cases} end as day, 700.0 * sum(mortality_count) / sum(population + mortality_count) as value
        from sea where geography = 'Scotland' and day < {DEATHS[-1][1]} group by all order by all
        """
    ).to_dicts()
    ours = _of_mean([(row["day"], float(row["value"])) for row in found], OURS)
    published = _of_mean([(start, value) for start, _, value in DEATHS], PUBLISHED)
    chart = _steps_chart([*ours, *published], ("deaths a week, times the cycle's mean", ",.1f"), log=True)
    return chart.properties(
        title={
            "text": "Deaths in Scotland, by days at sea (logarithmic)",
            "subtitle": "published: 5,134 cage-weeks of eight Scottish farms (Sz-Tim/OffshoreFishWelfare)",
        }
    )


def _of_mean(found: list[tuple[int, float]], what: str) -> list[dict[str, Any]]:
    ends = [to for _, to, _ in DEATHS]
    days = [to - start for (start, _), to in zip(found, ends, strict=True)]
    mean = sum(value * n for (_, value), n in zip(found, days, strict=True)) / sum(days)
    return _steps([(start, value / mean) for start, value in found], ends, what)


def _chart(rows: list[dict[str, Any]]) -> alt.Chart:
    return alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]


def _steps(found: list[tuple[int, float]], ends: list[int], what: str) -> list[dict[str, Any]]:
    return [
        {"day": start, "to": to, "value": value, "what": what} for (start, value), to in zip(found, ends, strict=True)
    ]


def _steps_chart(rows: list[dict[str, Any]], y: tuple[str, str], *, log: bool = False) -> Any:
    """A step for each span of days; ours beside the published ones."""
    title, form = y
    scale = alt.Scale(type="log") if log else alt.Scale(zero=True)
    return (
        _chart(rows)
        .mark_rule(strokeWidth=3)
        .encode(
            x=alt.X("day:Q", axis=alt.Axis(title="days at sea", grid=False)),
            x2="to:Q",
            y=alt.Y("value:Q", scale=scale, axis=alt.Axis(title=title, format=form)),
            color=alt.Color("what:N", title=None, sort=[OURS, PUBLISHED]),
            strokeDash=alt.StrokeDash("what:N", legend=None, sort=[OURS, PUBLISHED]),
        )
        .properties(width=2 * WIDTH, height=HEIGHT)
    )


def _beside(rows: list[dict[str, Any]], x: str, y: tuple[str, str], *, faceted: bool) -> Any:
    """A line by month; ours beside the published ones, an area each."""
    title, form = y
    chart = (
        _chart(rows)
        .mark_line(point=True)
        .encode(
            x=alt.X(x, axis=alt.Axis(title="month of the year", tickCount=12, grid=False)),
            y=alt.Y("value:Q", scale=alt.Scale(zero=False), axis=alt.Axis(title=title, format=form)),
            color=alt.Color("what:N", title=None, sort=[OURS, PUBLISHED]),
            strokeDash=alt.StrokeDash("what:N", legend=None, sort=[OURS, PUBLISHED]),
        )
        .properties(width=WIDTH, height=HEIGHT)
    )
    return chart.facet(column=alt.Column("geography:N", title=None)) if faceted else chart


CHARTS: dict[str, Callable[[smoltworks.Run], Any]] = {
    "temperature": temperature,
    "growth": growth,
    "lice": lice,
    "mortality": mortality,
}
