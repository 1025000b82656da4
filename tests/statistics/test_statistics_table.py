"""Judging statistics by their bands, and python -m engine.verify RUN --statistics as a user calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.biology.bands import Band, Bands, read_bands
from engine.execution import verification
from engine.statistics.measure import Measure, Measures
from engine.statistics.records import Records
from engine.statistics.table import Statistic, compute_measures, judge
from engine.verify import app
from lake.errors import InputError

FARM = ("Faroe Islands", "Scotland")
KEYS = {
    "name", "value", "low", "high", "within", "source", "required", "published", "unit", "count", "of", "note",
}  # fmt: skip


def band(statistic: str = "loss", **fields: Any) -> Band:
    return Band(**{"statistic": statistic, "unit": "%", "source": "a book", "confidence": "V", "least": 10, **fields})


def bands_of(required: tuple[Band, ...], told: tuple[Band, ...]) -> Bands:
    return read_bands().model_copy(update={"required": required, "told": told})


def judged(band: Band, measure: Measure | None, required: bool = True) -> Statistic:
    groups = ((band,), ()) if required else ((), (band,))
    bands = bands_of(*groups)
    measures: Measures = {} if measure is None else {band.name: measure}
    (found,) = judge(bands, measures, FARM)
    return found


def measure(value: float | None, count: int = 50) -> Measure:
    return Measure(value=value, count=count, counted="batches", basis="harvest_lot")


@pytest.mark.parametrize(
    ("value", "limits", "within"),
    [
        (5.0, (5.0, 6.0), True),
        (6.0, (5.0, 6.0), True),
        (4.99, (5.0, 6.0), False),
        (6.01, (5.0, 6.0), False),
        (1e9, (5.0, None), True),
        (4.0, (5.0, None), False),
        (-1e9, (None, 6.0), True),
        (7.0, (None, 6.0), False),
    ],
)
def test_limits_are_inclusive_and_either_may_be_missing(
    value: float, limits: tuple[float | None, float | None], within: bool
) -> None:
    limited = band(low=limits[0], high=limits[1])
    statistic = judged(limited, measure(value))
    assert statistic.within is within
    assert statistic.failed is not within
    assert not judged(limited, measure(value), required=False).failed


def test_without_limits_a_value_is_told_not_judged() -> None:
    statistic = judged(band(published=5.0), measure(7.0), required=False)
    assert (statistic.value, statistic.within) == (7.0, None)


def test_too_few_are_no_failure() -> None:
    statistic = judged(band(low=5.0, high=6.0), measure(99.0, count=9))
    assert (statistic.value, statistic.within, statistic.failed) == (None, None, False)
    assert statistic.note == "too few: 9 of at least 10 batches"
    assert judged(band(low=5.0, high=6.0), measure(99.0, count=10)).failed


def test_a_geography_that_the_farm_lacks_is_skipped() -> None:
    statistic = judged(band(geography="Iceland", low=5.0), None)
    assert (statistic.value, statistic.failed) == (None, False)
    assert "Iceland" in statistic.note


def test_a_statistic_that_nothing_computes_is_wrong_input() -> None:
    bands = bands_of((band("mean loss", low=1.0),), ())
    with pytest.raises(InputError, match="did you mean 'mean loss, all'"):
        judge(bands, {"mean loss, all": measure(1.0)}, FARM)


def test_the_source_says_where_band_and_value_come_from() -> None:
    assert judged(band(low=5.0), measure(5.5)).source == "a book (V); from harvest_lot"


def test_every_band_of_the_shipped_file_is_computed(small_records: Records) -> None:
    computed: Measures = {}
    for family in compute_measures(small_records):
        assert not set(family) & set(computed)
        computed |= family
    found = judge(read_bands(), computed, small_records.geographies)
    assert all(s.measure is not None for s in found)
    assert [s.required for s in found] == sorted((s.required for s in found), reverse=True)


def verify(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "engine.verify", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_json_holds_every_statistic_beside_the_checks(small_run: Path) -> None:
    """Five batches are too few for any that is required."""
    done = verify(small_run, "--only", "18_names", "--statistics", "--json")
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert [check["name"] for check in data["checks"]] == ["18_names"]
    bands = read_bands()
    assert [s["name"] for s in data["statistics"]] == [b.name for b in (*bands.required, *bands.told)]
    for s in data["statistics"]:
        assert set(s) == KEYS
        assert s["source"]
        assert (s["value"] is None) == bool(s["note"])
        if s["required"]:
            assert (s["value"], s["within"]) == (None, None)
            assert s["note"].startswith("too few")
    shown = {s["name"]: s for s in data["statistics"] if not s["required"]}
    carbon_dioxide = shown["carbon dioxide in tanks, mean"]
    assert 0 < carbon_dioxide["count"] < 100_000
    assert carbon_dioxide["of"] == "readings"


def test_the_tables_show_value_band_and_source(small_run: Path) -> None:
    done = verify(small_run, "--statistics-only")
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = [line for line in done.stdout.splitlines() if "carbon dioxide in tanks, mean" in line]
    assert "11.6" in row
    assert "96 Norwegian sources (V); from environmental_reading" in row
    assert "statistics that must lie within their bands" in done.stdout
    assert "other published statistics" in done.stdout
    assert "0 of 39 statistics within their bands; 39 not judged for want of data" in done.stdout
    assert "04_double_booking" not in done.stdout


def test_without_the_option_nothing_is_computed(small_run: Path) -> None:
    done = verify(small_run, "--only", "18_names", "--json")
    assert "statistics" not in json.loads(done.stdout)


def test_statistics_only_runs_no_check_that_is_named(small_run: Path) -> None:
    done = verify(small_run, "--statistics-only", "--only", "18_names")
    assert done.returncode == 2
    assert "--statistics" in done.stderr


def test_a_required_statistic_outside_its_band_fails(small_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = band("carbon dioxide in tanks, mean", low=1000.0)
    for bands, code in ((bands_of((outside,), ()), 1), (bands_of((), (outside,)), 0)):
        monkeypatch.setattr(verification, "read_bands", lambda bands=bands: bands)
        done = CliRunner().invoke(app, [str(small_run), "--statistics-only", "--json"])
        assert done.exit_code == code, done.output
        (statistic,) = json.loads(done.stdout)["statistics"]
        assert statistic["within"] is False
    assert not (small_run / "logs" / "verify.json").exists()
