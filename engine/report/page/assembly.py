"""Puts a run's page together: its words, its charts with their data, and what draws them, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from engine.execution.summary import Summary, summarise
from engine.report.page import told
from engine.report.page.datasets import NEEDED, encoded, read_batches, read_datasets, read_grades, read_headline
from engine.report.page.figure import Figure
from engine.report.page.figures import figures
from engine.report.page.layout import chart_section, contents, long_section, page_text
from engine.report.page.planned import occupancy_columns
from engine.report.page.vega import VegaBundle
from lake.checked import OnStep
from lake.codes import SEA, TREATMENT_WORDS
from lake.errors import InputError
from lake.files import write_atomically
from lake.held import held_for_reading
from lake.views import connect

PAGE = "report.html"
STEPS = 4


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
            occupancy = occupancy_columns(connection, summary.capacity, schedule.as_of_day)
            headline, grades = read_headline(connection), read_grades(connection)
        datasets["occupancy"] = encoded(occupancy)
        datasets["today"] = encoded({"day": np.array([schedule.as_of_day], dtype="datetime64[D]")})
        on_step("statistics", 2, STEPS)
        kept = summary.checks.statistics if summary.checks is not None else []
        if not kept and summary.manifest.events <= told.MOST_EVENTS:
            from engine.execution.verification import compute_statistics

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
    with alt.utils.schemapi.debug_mode(False):  # a test validates every chart; here it would take a second
        drawn = figures(read.geographies, pools, read.grades)
    return page_text(
        title=f"{summary.schedule.name}: what is in it",
        lead=told.lead(summary, read.headline, read.geographies),
        geographies=read.geographies,
        sections=_sections(read, drawn),
        source=f"from {summary.run_dir}",
        data=_script_data(read, drawn),
        vega=vega,
    )


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
    first = (
        '<section aria-labelledby="h-figures" id="figures"><h2 id="h-figures">In figures</h2>'
        f"{told.headline(summary, read.headline, read.batches)}"
        f"<h3>Why to trust it</h3>{told.trust(summary, read.statistics)}"
        f"{contents(links)}</section>"
    )
    charts = (chart_section(figure) for figure in drawn)
    rest = (long_section(name, title, body) for name, title, body in words)
    return "\n".join((first, *charts, *rest))


def _script_data(read: _Read, drawn: Sequence[Figure]) -> dict[str, Any]:
    pools = [pool for pool in read.summary.capacity.pools if pool.capacity]
    at_sea = read.summary.schedule.farm.stage_names[SEA - 1]
    busy = [pool for pool in pools if pool.stage == at_sea] or pools
    return {
        "asOf": read.summary.schedule.as_of_day,
        "firstPool": max(busy, key=lambda pool: pool.mean).name,
        "batches": [{k: b[k] for k in ("batch", "geography")} | {"sites": b["sites"] or []} for b in read.batches],
        "datasets": read.datasets,
        "methods": dict(TREATMENT_WORDS),
        "figures": [figure.to_json() for figure in drawn],
    }
