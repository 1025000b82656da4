"""Planning and reading, each beside its ceiling: the same batches made anew, the same text parsed by libyaml alone."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from benchmarks.ceilings import seconds_of
from engine.biology.parameters import read_biology
from engine.farm.infrastructure import Farm, parse_farm, read_farm
from engine.farm.schedule import Schedule
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


def compare(benchmark: Any, what: str, ceiling: str, limit_s: float) -> None:
    """Print the fastest round beside the ceiling's."""
    seconds = benchmark.stats.stats.min
    benchmark.extra_info["times_the_ceiling"] = round(seconds / limit_s, 1)
    print(f"\n{what} {seconds:.2f} s, {ceiling} {limit_s:.3f} s: {seconds / limit_s:.1f} times as long")


def made_anew(schedule: Schedule) -> None:
    """As little as a plan of these batches can cost: to make them with their stays."""
    for batch in schedule.batches:
        replace(batch, stays=tuple(replace(stay) for stay in batch.stays))


def test_plan_584_batches(benchmark: Any) -> None:
    farm, biology = read_farm("faroe-scotland"), read_biology("published")
    request = Request(name="bench", batches=292, stagger_days=11, as_of_day=AS_OF, seed=1)

    def planned() -> Schedule:
        made = plan(request, farm, biology)
        capacity_report(made)
        predict_cutoff(made)
        return made

    made = benchmark(planned)
    assert len(made.batches) == 584
    compare(benchmark, "584 batches planned in", "made anew in", seconds_of(lambda: made_anew(made), rounds=3))


def test_plan_10_000_batches(benchmark: Any) -> None:
    """Seventeen farms in one, as full as 584-87pct: no pool may be searched from end to end."""
    farm, biology = scaled_farm(17), read_biology("published")
    stagger = parse_stagger("Faroe Islands=8/17,Scotland=9/17", farm)
    request = Request(
        name="bench", batches=5000, stagger_days=stagger, as_of_day=AS_OF, rings=(8, 20), areas_per_batch=2
    )

    def planned() -> Schedule:
        made = plan(request, farm, biology)
        capacity_report(made, request.rules)
        return made

    made = benchmark.pedantic(planned, rounds=1)
    assert len(made.batches) == 10_000
    compare(benchmark, "10,000 batches planned in", "made anew in", seconds_of(lambda: made_anew(made), rounds=3))


def test_growth_of_planning_beside_n_log_n() -> None:
    """Sixteen times the batches on sixteen times the farm: sorting them takes 16 times and the ratio of the logs."""
    biology = read_biology("published")
    seconds, batches = [], []
    for times in (1, 16):
        farm = scaled_farm(times)
        stagger = parse_stagger(f"Faroe Islands=8/{times},Scotland=9/{times}", farm)
        request = Request(
            name="bench", batches=292 * times, stagger_days=stagger, as_of_day=AS_OF, rings=(8, 20), areas_per_batch=2
        )
        begin = time.perf_counter()
        made = plan(request, farm, biology)
        capacity_report(made, request.rules)
        seconds.append(time.perf_counter() - begin)
        batches.append(len(made.batches))
    assert batches == [584, 16 * 584]
    growth, ceiling = seconds[1] / seconds[0], 16 * math.log(16 * 584) / math.log(584)
    print(f"\n16 times the batches take {growth:.1f} times as long, n log n would {ceiling:.1f} times")


def test_read_584_batches(benchmark: Any) -> None:
    path = ROOT / "schedules/584-11day.yaml"
    schedule = benchmark(read_any, path)
    assert len(schedule.batches) == 584
    text = path.read_text(encoding="utf-8")
    compare(
        benchmark,
        "584 batches read in",
        "libyaml alone",
        seconds_of(lambda: yaml.load(text, yaml.CSafeLoader), rounds=3),
    )
