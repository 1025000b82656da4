"""What the page tells, held against the Parquet files by queries of their own."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from engine.report.charts.theme import CONTRAST, DARK, LIGHT
from engine.report.page.assembly import write_page
from engine.report.page.datasets import encoded
from engine.report.page.figures import figures
from lake.errors import InputError
from lake.manifest import read_complete


def told(page: Path) -> dict[str, Any]:
    """What the page's script is given."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text(encoding="utf-8"))
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def total(page: Path, dataset: str, *columns: str) -> float:
    """The sum of columns of a dataset."""
    found = told(page)["datasets"][dataset]["columns"]
    return float(sum(sum(found[column]["values"]) for column in columns))


def asked(run: Path, query: str) -> Any:
    """The one value of a query, in which {table} stands for a table's files."""
    text = re.sub(r"\{(\w+)\}", rf"'{run}/lake/\1/*.parquet'", query)
    row = duckdb.connect().execute(text).fetchone()
    assert row is not None
    return row[0]


def test_the_page_tells_what_the_files_hold(small_page: Path, small_run: Path) -> None:
    causes = ("DISEASE", "HANDLING", "PREDATION", "ENVIRONMENTAL", "UNKNOWN", "OTHER", "CULLED")
    assert total(small_page, "deaths", *causes) == asked(small_run, 'SELECT sum("count") FROM {mortality_event}')
    fish = asked(small_run, "SELECT sum(harvested_count) FROM {harvest_event}")
    assert total(small_page, "harvest", "fish") == total(small_page, "harvested", "fish") == fish
    sizes = [name for name in told(small_page)["datasets"]["harvest"]["columns"] if name[0].isdigit()]
    tonnes = float(asked(small_run, "SELECT sum(gutted_weight_kg) / 1000 FROM {harvest_lot}"))
    assert total(small_page, "harvest", *sizes) == pytest.approx(tonnes, abs=0.2)
    treated = "SELECT count(*) FROM {treatment} WHERE treatment_type != 'vaccination'"
    assert total(small_page, "treatments", "rings") == asked(small_run, treated)
    examined = "SELECT sum(fish_sampled) FROM {lice_truth}"
    counted = [n for n in told(small_page)["datasets"]["lice"]["columns"]["fish"]["values"] if n is not None]
    assert sum(counted) == asked(small_run, examined)
    days = "SELECT sum(coalesce(departure_date, DATE '2025-11-08') - assignment_date) FROM {container_assignment}"
    stays = told(small_page)["datasets"]["stays"]["columns"]
    begun, ended = (list(accumulate(stays[name]["values"])) for name in ("begun", "ended"))
    containers = [high - low for high, low in zip(stays["high"]["values"], stays["low"]["values"], strict=True)]
    held = sum((e - b) * n for b, e, n in zip(begun, ended, containers, strict=True))
    assert held == asked(small_run, days + " WHERE initial_count > 0")


def test_the_first_screen_says_what_is_not_known(small_page: Path, small_run: Path) -> None:
    text = small_page.read_text(encoding="utf-8")
    manifest = read_complete(small_run)
    assert f"{manifest.events:,} events" in text
    assert manifest.fingerprint in text
    assert "Invariants not checked yet" in text
    assert "this run is too small" in text
    assert "University of Washington Interactive Data Lab" in text, "the library's licence goes along"
    assert all(f">{name}</th>" in text for name in manifest.tables), "a table without rows is listed too"


def test_a_page_that_cannot_be_written_says_so(small_run: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is a folder\n.*report\.html"):
        write_page(small_run, tmp_path)


def test_text_limits_and_series_stand_out_from_their_background() -> None:
    for colours in (LIGHT, DARK):
        for colour in (colours.text, colours.faint, colours.limit, colours.planned, colours.event):
            assert contrast(colour, colours.background) >= CONTRAST, colour
        assert all(contrast(colour, colours.background) >= 2 for colour in colours.series)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG 2.1 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_every_chart_is_one_that_altair_finds_right() -> None:
    drawn = figures(("Faroe Islands", "Scotland"), ("Scotland Fry",), ("Superior",))
    assert len({figure.name for figure in drawn}) == 10


def test_columns_are_told_in_few_characters() -> None:
    columns = {
        "batch": np.array([1, 1, 2]),
        "day": np.array(["2024-01-08", "2024-01-15", "2024-01-10"], dtype="datetime64[us]"),
        "site": np.array(["b", "a", "b"], dtype=object),
        "kg": np.ma.masked_invalid([2.0, 0.25, np.nan]),
    }
    found = encoded(columns)
    assert found["rows"] == 3
    assert found["columns"]["day"]["values"] == [19730, 7, -5]
    assert found["columns"]["site"] == {"kind": "word", "words": ["b", "a"], "values": [0, 1, 0]}
    assert json.dumps(found["columns"]["kg"]["values"]) == "[2, 0.25, null]"
