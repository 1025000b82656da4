"""The saturation that a run came to, beside the plan's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from engine.execution.run import run
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay, to_day
from engine.farm.schedule_text import format_schedule
from engine.planning.capacity import capacity_report, executed_saturation


class AtOnce(Executor):
    """Does the work when it is given."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def test_executed_saturation_counts_the_days_that_were_lived(small_schedule: Schedule, tmp_path: Path) -> None:
    """Against SQL on the lake."""
    run_dir = tmp_path / "run"
    schedule = _with_a_steady_state(small_schedule)
    manifest = run(schedule, run_dir, AtOnce(), 1)
    report = capacity_report(schedule)
    assert report.steady
    executed = executed_saturation(run_dir, schedule, manifest)
    span = report.last_day - report.first_day
    held = duckdb.execute(
        f"""
        SELECT sum(greatest(0, least(coalesce(departure_date, DATE '1970-01-01' + {schedule.as_of_day})
                                     - DATE '1970-01-01', {report.last_day})
                             - greatest(assignment_date - DATE '1970-01-01', {report.first_day})))
        FROM '{run_dir}/lake/container_assignment/*.parquet'
        """
    ).fetchall()[0]
    assert executed.total == pytest.approx(float(held[0]) / (len(schedule.farm.containers) * span), abs=1e-12)
    # what is lived lies inside what was planned
    assert 0 < executed.total <= report.total
    assert executed.freshwater == pytest.approx(report.freshwater)


def _with_a_steady_state(schedule: Schedule) -> Schedule:
    """Three batches a geography, so that the first leaves 300 days before the last starts."""
    farm, as_of = schedule.farm, to_day(date(2025, 11, 8))
    batches: list[Batch] = []
    for geography in (1, 2):
        halls = {h.stage: tuple(h.container_ids) for h in reversed(farm.halls_in(geography))}
        area = farm.areas_in(geography)[0]
        for ago in (1500, 1000, 300):
            life: list[Stay] = []
            day = as_of - ago
            for stage, days in enumerate(STAGE_DAYS, 1):
                containers = halls.get(stage) or tuple(area.ring_ids)
                stay = replace(schedule.batches[0].stays[0], stage=stage, container_ids=containers)
                life.append(replace(stay, start_day=day, end_day=day + days))
                day += days
            number = f"B-{geography}-{ago}"
            batch = replace(schedule.batches[0], id=len(batches) + 1, number=number, geography_id=geography)
            batches.append(replace(batch, stays=tuple(life), eggs=30_000))
    made = replace(schedule, batches=tuple(batches), partitions=(range(1, 7),), as_of_day=as_of)
    return replace(made, text=format_schedule(made))
