"""The sample: something in every table, on any farm; and the dates that help a newcomer to begin."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import smoltworks
from engine.farm.infrastructure import Farm
from engine.farm.schedule import STAGE_DAYS, to_date, to_day
from engine.farm.schedule_file import read_any
from engine.plan import app
from engine.planning.sample import AGES, sample_pattern
from lake.codes import SEA
from lake.errors import InputError
from lake.tables import EVENT_TABLE_NAMES

AS_OF = "2025-11-19"


def plan(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, [*map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_sample_fills_every_table(small_farm: Farm, tmp_path: Path) -> None:
    farm = tmp_path / "small-farm.yaml"
    roomy = yaml.safe_load(small_farm.text)
    for geography in roomy["geographies"]:
        geography["areas"]["count"] = 3  # at sea stand the batches that come after the as-of date, too
    farm.write_text(yaml.safe_dump(roomy, sort_keys=False))
    schedule = smoltworks.plan_sample(as_of=AS_OF, farm=farm)
    with ThreadPoolExecutor(1) as here:
        run = smoltworks.simulate(schedule, out=tmp_path / "run", executor=here)
    assert [name for name in EVENT_TABLE_NAMES if not run.rows[name]] == []
    stages = run.sql("select distinct lifecycle_stage_id as stage from batch where status = 'ACTIVE' order by 1")
    assert stages["stage"].to_list() == list(range(1, SEA + 1))


def test_the_sample_is_an_ordinary_plan_with_a_batch_in_every_stage() -> None:
    schedule = smoltworks.plan_sample(as_of=AS_OF)
    assert schedule.name == "sample"
    ages = tuple(schedule.as_of_day - batch.start_day for batch in schedule.batches)
    assert ages == AGES
    assert AGES[0] > sum(STAGE_DAYS)
    batches, stagger = sample_pattern(2)
    same = smoltworks.plan(batches=batches, stagger=stagger, as_of=AS_OF, rings=4, name="sample")
    assert same.text == schedule.text
    for geographies in (1, 2, 3, 5):
        batches, stagger = sample_pattern(geographies)
        gaps = [int(days) for days in stagger.split(",")]
        assert len(gaps) + 1 == batches * geographies
        assert sum(gaps[1 - len(AGES) :]) == AGES[0] - AGES[-1]


def test_today_is_a_date_in_the_file(tmp_path: Path) -> None:
    before = date.today()
    told = plan("--sample", "--output", tmp_path / "mine.yaml")
    as_of = to_date(read_any(tmp_path / "mine.yaml").as_of_day)
    assert before <= as_of <= date.today()
    assert f"as of {as_of}" in told
    assert f"as_of: {as_of}" in (tmp_path / "mine.yaml").read_text()


def test_the_first_batch_starts_on_the_day_that_is_asked_for() -> None:
    usual = smoltworks.plan(batches=3, stagger=60, as_of=AS_OF)
    moved = smoltworks.plan(batches=3, stagger=60, as_of=AS_OF, start="2022-12-25")
    starts = [batch.start_day for batch in moved.batches]
    assert starts[0] == to_day(date(2022, 12, 25))
    by = starts[0] - usual.batches[0].start_day
    assert starts == [batch.start_day + by for batch in usual.batches]
    assert [b.number for b in moved.batches][:4] == ["FAR-2022-001", "SCO-2023-001", "FAR-2023-002", "SCO-2023-002"]
    for wrong in ("2025-11-19", "1969-12-31", "1920-01-01", "soon"):
        with pytest.raises(InputError, match="--start"):
            smoltworks.plan(batches=3, stagger=60, as_of=AS_OF, start=wrong)


def test_a_plan_that_comes_too_late_for_the_sea_says_so() -> None:
    late = plan("--batches", "2", "--stagger", "60", "--as-of", AS_OF, "--dry-run")
    assert "note: nothing will have reached the sea by 2025-11-19: the first goes there on 2026-" in late
    early = plan("--batches", "2", "--stagger", "60", "--as-of", AS_OF, "--start", "2023-01-01", "--dry-run")
    assert "nothing will" not in early
