"""Small farms and requests that planning tests share."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import yaml

from engine.biology.parameters import Biology, read_biology
from engine.farm.infrastructure import Farm, parse_farm, read_farm
from engine.farm.schedule import to_day

ROOT = Path(__file__).resolve().parents[2]
AS_OF = to_day(date(2025, 11, 19))


@cache
def shipped() -> Farm:
    return read_farm("faroe-scotland")


@cache
def biology() -> Biology:
    return read_biology("published")


@cache
def farm_of(stations: int, areas: int, rings: int, containers: int = 2) -> Farm:
    """The shipped farm with other counts, the same in both geographies."""
    data = yaml.safe_load((ROOT / "schedules/farms/faroe-scotland.yaml").read_text())
    data["halls"]["containers"], data["areas"]["rings"] = containers, rings
    for geography in data["geographies"]:
        geography["stations"]["count"], geography["areas"]["count"] = stations, areas
    return parse_farm(yaml.safe_dump(data, sort_keys=False), "small farm")
