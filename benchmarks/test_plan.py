"""Planning and reading: 584 batches in 1 s (0.5 s to read), 10,000 on a farm that holds them in 20 s."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import yaml

from engine.biology.parameters import read_biology
from engine.farm.infrastructure import Farm, parse_farm, read_farm
from engine.farm.schedule_file import read_any
from engine.forecast.cutoff import predict_cutoff
from engine.planning.capacity import capacity_report
from engine.planning.planner import Request, plan
from engine.planning.starts import parse_stagger

ROOT = Path(__file__).resolve().parents[1]
AS_OF = 20411


def scaled_farm(times: int) -> Farm:
    """The shipped farm with so many times its stations and areas."""
    data = yaml.safe_load((ROOT / "schedules/farms/faroe-scotland.yaml").read_text())
    for geography in data["geographies"]:
        geography["stations"]["count"] *= times
        geography["areas"]["count"] *= times
    return parse_farm(yaml.safe_dump(data, sort_keys=False), f"{times} farms")


def test_plan_584_batches(benchmark: Any) -> None:
    farm, biology = read_farm("faroe-scotland"), read_biology("published")
    request = Request(name="bench", batches=292, stagger_days=11, as_of_day=AS_OF, seed=1)

    def planned() -> None:
        made = plan(request, farm, biology)
        capacity_report(made)
        predict_cutoff(made)

    benchmark(planned)
    assert benchmark.stats["mean"] < 1.0


def test_plan_10_000_batches(benchmark: Any) -> None:
    """Seventeen farms in one, as full as 584-87pct: no pool may be searched from end to end."""
    farm, biology = scaled_farm(17), read_biology("published")
    stagger = parse_stagger("Faroe Islands=8/17,Scotland=9/17", farm)
    request = Request(
        name="bench", batches=5000, stagger_days=stagger, as_of_day=AS_OF, rings=(8, 20), areas_per_batch=2
    )

    def planned() -> None:
        capacity_report(plan(request, farm, biology), request.rules)

    benchmark.pedantic(planned, rounds=1)
    assert benchmark.stats["mean"] < 20


def test_planning_grows_no_worse_than_n_log_n() -> None:
    """Sixteen times the batches on sixteen times the farm: 16 x log(n) ratio 1.4, with room for noise."""
    biology = read_biology("published")
    seconds = []
    for times in (1, 16):
        farm = scaled_farm(times)
        stagger = parse_stagger(f"Faroe Islands=8/{times},Scotland=9/{times}", farm)
        request = Request(
            name="bench", batches=292 * times, stagger_days=stagger, as_of_day=AS_OF, rings=(8, 20), areas_per_batch=2
        )
        begin = time.perf_counter()
        capacity_report(plan(request, farm, biology), request.rules)
        seconds.append(time.perf_counter() - begin)
    assert seconds[1] < 16 * 1.4 * 1.5 * seconds[0]


def test_read_584_batches(benchmark: Any) -> None:
    schedule = benchmark(read_any, ROOT / "schedules/584-11day.yaml")
    assert len(schedule.batches) == 584
    assert benchmark.stats["mean"] < 0.5
