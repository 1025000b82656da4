"""Planning and reading 584 batches: budget 1 s to plan, 0.5 s to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.biology.parameters import read_biology
from engine.farm.infrastructure import read_farm
from engine.farm.schedule_file import read_any
from engine.planning.capacity import capacity_report
from engine.planning.planner import Request, plan

ROOT = Path(__file__).resolve().parents[1]


def test_plan_584_batches(benchmark: Any) -> None:
    farm, biology = read_farm("faroe-scotland"), read_biology("published")
    as_of = read_any(ROOT / "schedules/demo.yaml").as_of_day
    request = Request("bench", 292, 11, as_of, seed=1)

    def planned() -> None:
        capacity_report(plan(request, farm, biology))

    benchmark(planned)
    assert benchmark.stats["mean"] < 1.0


def test_read_584_batches(benchmark: Any) -> None:
    schedule = benchmark(read_any, ROOT / "schedules/584-11day.yaml")
    assert len(schedule.batches) == 584
    assert benchmark.stats["mean"] < 0.5
