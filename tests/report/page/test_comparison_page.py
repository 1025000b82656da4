"""The page of two runs as a reader has it: a chart of each outcome that differs, filtered, dark, on a phone."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from engine.execution.comparison import Change, Comparison, Outcome, Pair, TableMatch
from engine.report.comparison_page import figures, write_comparison
from tests.report.page.test_page import opened

BEFORE = {"status": "ACTIVE", "last_day": date(2025, 6, 1), "fish": 100, "survival": 0.5, "lice_peak": None, "dead": 7}
AFTER = {
    "A-1": BEFORE | {"fish": 90, "last_day": date(2025, 6, 8), "lice_peak": 0.25},
    "A-2": BEFORE | {"fish": 120, "status": "TERMINATED"},
    "B-1": BEFORE,
}
CHARTS = ("last_day", "fish", "lice_peak")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    places = {"A": "Faroe Islands", "B": "Scotland <&>"}
    return Comparison(
        first="runs/one",
        second="runs/other",
        changes=(Change(what="biology", key="lice.<b>", before=1, after=2),),
        tables=(TableMatch(table="batch", same=1, different=2),),
        batches=3,
        only_first=(),
        only_second=("C-1",),
        outcomes=tuple(
            Outcome(batch=batch, outcome=name, before=BEFORE[name], after=after[name])  # type: ignore[arg-type]
            for batch, after in AFTER.items()
            for name in BEFORE
            if after[name] != BEFORE[name]
        ),
        pairs=tuple(
            Pair(batch=batch, geography=places[batch[0]], before=BEFORE, after=after)  # type: ignore[arg-type]
            for batch, after in AFTER.items()
        ),
    )


@pytest.fixture(scope="module")
def page_file(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("compared") / "compared.html"
    write_comparison(file, comparison)
    return file


def test_what_differs_has_a_chart_that_altair_finds_right(comparison: Comparison) -> None:
    assert tuple(figure.name for figure in figures(comparison)) == CHARTS
    assert "pairs" not in json.dumps(comparison.to_json())


def test_both_runs_stand_beside_each_other(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, charts=CHARTS) as (page, wrong):
        assert page.locator("#chart-fish .role-mark.mark-symbol path").count() == 6, "two points a batch"
        assert page.locator("#chart-fish .role-mark.mark-rule line").count() == 3
        assert page.locator("#chart-lice_peak .role-mark.mark-symbol path").count() == 1, "none where none was counted"
        page.locator("#table-last_day summary").press("Enter")
        page.wait_for_selector("#table-last_day tbody tr")
        rows = page.locator("#table-last_day tbody tr").all_inner_texts()
        assert rows[0].split("\t") == ["A-1", "Faroe Islands", "2025-06-01", "2025-06-08", "7"]
        assert len(rows) == 3
        page.locator("#geography").press("ArrowDown")
        assert page.locator("#table-last_day tbody tr").count() == 2
        assert page.locator("#chart-fish .role-mark.mark-symbol path").count() == 4
        told = page.locator("main").inner_text()
        assert "lice.<b>" in told
        assert "The same in every batch: mean weight (g), survival" in told
        assert wrong == []


def test_it_is_dark_by_a_button_and_fits_a_phone(browser: Browser, page_file: Path) -> None:
    with opened(browser, page_file, width=390, charts=CHARTS) as (page, wrong):
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator("#theme").press("Enter")
        page.wait_for_selector("#chart-fish[data-drawn=dark]")
        page.emulate_media(media="print")
        page.wait_for_selector("#chart-fish[data-drawn=light]")
        assert not page.locator("#filters").is_visible()
        assert wrong == []
