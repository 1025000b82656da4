"""A farm of two stations and two areas a geography, and a schedule on it that shows every stage of life."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm, parse_farm
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay
from engine.farm.schedule_text import format_schedule

SCHEDULES = Path(__file__).resolve().parents[1] / "schedules"
AS_OF_DAY = 20_400  # 2025-11-08


def make_farm() -> Farm:
    """The shipped farm with two tanks a hall and three rings on two barges an area."""
    data = yaml.safe_load((SCHEDULES / "farms" / "faroe-scotland.yaml").read_text(encoding="utf-8"))
    data["name"] = "small-farm"
    data["halls"]["containers"] = 2
    data["areas"] |= {"rings": 3, "barges": 2}
    for geography in data["geographies"]:
        geography["stations"]["count"] = geography["areas"]["count"] = 2
    return parse_farm(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), "small farm")


def make_schedule(farm: Farm, biology: Biology) -> Schedule:
    """Five batches: harvested by weight, harvested at the plan's end, at sea, in Parr after the cull, a day old."""
    lives = (
        ("FAR-2023-001", 1, 0, 960, 60_000, 4_000.0),
        ("SCO-2023-001", 2, 0, 950, 50_001, 20_000.0),
        ("FAR-2024-002", 1, 1, 600, 40_000, None),
        ("SCO-2025-002", 2, 1, 250, 30_000, None),
        ("FAR-2025-003", 1, 0, 1, 20_000, None),
    )
    batches = tuple(
        Batch(
            id=i,
            number=number,
            geography_id=geography,
            eggs=eggs,
            stays=_stays(farm, geography, place, AS_OF_DAY - age),
            harvest_target_g=target_g,
        )
        for i, (number, geography, place, age, eggs, target_g) in enumerate(lives, 1)
    )
    schedule = Schedule(
        name="small",
        seed=7,
        as_of_day=AS_OF_DAY,
        farm=farm,
        biology=biology,
        batches=batches,
        partitions=(range(1, 3), range(3, 5), range(5, 6)),
        text="",
    )
    return replace(schedule, text=format_schedule(schedule))


def _stays(farm: Farm, geography: int, place: int, start_day: int) -> tuple[Stay, ...]:
    """Stays in all of one station's halls, then in all rings of one area; `place` counts from 0."""
    station = [s for s in farm.stations if s.geography_id == geography][place]
    halls = {h.stage: tuple(h.container_ids) for h in farm.halls if h.station_id == station.id}
    area = farm.areas_in(geography)[place]
    stays, day = [], start_day
    for stage, days in enumerate(STAGE_DAYS, 1):
        containers = halls.get(stage) or tuple(area.ring_ids)
        stays.append(Stay(stage=stage, container_ids=containers, start_day=day, end_day=day + days))
        day += days
    return tuple(stays)


def write_schedule(folder: Path, schedule: Schedule) -> Path:
    """Write a schedule with its farm beside it, as a user has them; returns the schedule's path."""
    (folder / "farms").mkdir(parents=True, exist_ok=True)
    (folder / "farms" / f"{schedule.farm.name}.yaml").write_text(schedule.farm.text, encoding="utf-8")
    path = folder / f"{schedule.name}.yaml"
    path.write_text(schedule.text, encoding="utf-8")
    return path
