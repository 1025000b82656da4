"""Comparing two runs: nothing differs of one with itself; of another, every change and outcome, by other queries."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import smoltworks
from engine.compare import app
from engine.execution.comparison import OUTCOMES, Comparison, compare_runs
from engine.farm.schedule import Schedule
from engine.farm.schedule_text import format_schedule
from smoltworks import Run, open_run
from tests.sharing import made_once


@pytest.fixture(scope="module")
def fewer(small_schedule: Schedule, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first two batches of the small schedule alone, with another number of eggs in one."""

    def make(folder: Path) -> None:
        first, second, *_ = small_schedule.batches
        batches = (first, replace(second, eggs=second.eggs - 1001))
        schedule = replace(small_schedule, name="fewer", batches=batches, partitions=(range(1, 3),))
        schedule = replace(schedule, text=format_schedule(schedule))
        smoltworks.simulate(schedule, out=folder / "run", executor=ThreadPoolExecutor(1))

    return made_once(tmp_path_factory, "fewer", make) / "run"


@pytest.fixture(scope="module")
def comparison(small_run: Path, fewer: Path) -> Comparison:
    return compare_runs(small_run, fewer, check=False)


def test_a_run_is_the_same_as_itself(small_run: Path) -> None:
    assert smoltworks.compare(small_run, open_run(small_run)).is_same
    done = CliRunner().invoke(app, [str(small_run), str(small_run), "--no-check"])
    assert done.exit_code == 0
    assert "nothing differs" in done.stdout


def test_what_was_changed_is_told_by_key(comparison: Comparison, small_schedule: Schedule) -> None:
    eggs = small_schedule.batches[1].eggs
    changes = {(c.what, c.key): (c.before, c.after) for c in comparison.changes}
    assert changes["schedule", "SCO-2023-001.eggs"] == (eggs, eggs - 1001)
    assert changes["run", "batch_count"] == (5, 2)
    assert {what for what, _ in changes} == {"run", "schedule"}


def test_batches_and_tables_of_both(comparison: Comparison) -> None:
    assert comparison.batches == 2
    assert comparison.only_first == ("FAR-2024-002", "SCO-2025-002", "FAR-2025-003")
    assert comparison.only_second == ()
    tables = {table.table: table for table in comparison.tables}
    assert (tables["daily_state"].same, tables["daily_state"].different) == (1, 1), "one batch lived as before"
    assert tables["container"].different == 0
    assert {outcome.batch for outcome in comparison.outcomes} == {"SCO-2023-001"}


def test_outcomes_are_those_of_other_tables(comparison: Comparison, small_run: Path, fewer: Path) -> None:
    found = {o.outcome: o for o in comparison.outcomes}
    for side, run in (("before", open_run(small_run)), ("after", open_run(fewer))):
        values = {name: getattr(outcome, side) for name, outcome in found.items()}
        states, lots = _rows(run, "daily_state"), _rows(run, "harvest_lot")
        assert values["dead"] + values.get("culled", 0) == states["mortality_count"].sum()
        assert values["feed_t"] == pytest.approx(states["feed_kg"].sum() / 1000)
        assert values["fish"] == lots["unit_count"].sum()
        assert values["biomass_t"] == pytest.approx(lots["live_weight_kg"].sum() / 1000)
        assert values["economic_fcr"] == pytest.approx(
            float(states["feed_kg"].sum()) / float(lots["live_weight_kg"].sum())
        )
    assert found["fish"].difference == found["fish"].after - found["fish"].before  # type: ignore[operator]


def _rows(run: Run, table: str) -> pl.DataFrame:
    rows = run.table(table).filter(pl.col("batch_id") == 2).collect()
    return rows.with_columns(pl.selectors.decimal().cast(pl.Float64))


def test_the_command_says_it_on_stdout_and_as_json(small_run: Path, fewer: Path) -> None:
    done = CliRunner().invoke(app, [str(small_run), str(fewer), "--no-check"])
    assert done.exit_code == 0
    for words in ("What was changed", "SCO-2023-001.eggs", "2 batches are in both", "only in", "economic FCR (kg/kg)"):
        assert words in done.stdout
    told = CliRunner().invoke(app, [str(small_run), str(fewer), "--no-check", "--json"])
    data = json.loads(told.stdout)
    assert data["same"] is False
    assert set(data["units"]) == set(OUTCOMES)
    assert len(data["outcomes"]) > 5


def test_what_is_no_run_is_refused(small_run: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [str(small_run), str(tmp_path)])
    assert done.exit_code == 2
    assert "not a run folder" in done.stderr


def test_the_page_has_it_all_without_scripts(small_run: Path, fewer: Path, tmp_path: Path) -> None:
    file = tmp_path / "there/compared.html"
    done = CliRunner().invoke(app, [str(small_run), str(fewer), "--no-check", "--html", str(file)])
    assert done.exit_code == 0
    assert str(file) in done.stdout
    page = file.read_text(encoding="utf-8")
    told = page.split("<script")[0]
    assert "http" not in told.replace("http-equiv", "")
    for words in ("SCO-2023-001.eggs", "economic FCR (kg/kg)", "only in", "by batch"):
        assert words in told
