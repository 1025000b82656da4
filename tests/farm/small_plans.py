"""Small farms and plans on them, for property tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from hypothesis import strategies as st

from engine.biology.parameters import Biology, read_biology
from engine.farm.infrastructure import Farm, parse_farm
from engine.farm.schedule import Schedule, to_day
from engine.farm.schedule_text import format_schedule
from engine.planning.planner import Request, plan

ROOT = Path(__file__).resolve().parents[2]
AS_OF = to_day(date(2025, 11, 19))


@cache
def biology() -> Biology:
    return read_biology("published")


@cache
def small_farm(stations: int, areas: int, containers: int, rings: int) -> Farm:
    """The shipped farm with other counts, the same in both geographies."""
    data = yaml.safe_load((ROOT / "schedules/farms/faroe-scotland.yaml").read_text())
    data["halls"]["containers"], data["areas"]["rings"] = containers, rings
    for geography in data["geographies"]:
        geography["stations"]["count"], geography["areas"]["count"] = stations, areas
    return parse_farm(yaml.safe_dump(data, sort_keys=False), "small farm")


words = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zs")),
    min_size=1,
    max_size=20,
)
# a schedule's name is its run's folder
plan_names = words.filter(lambda w: not (w.startswith(".") or "/" in w or "\\" in w))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """A plan on a farm with room for it, with names, notes, targets and seeds that a person might write."""
    farm = small_farm(6, 4, draw(st.integers(1, 12)), draw(st.sampled_from([4, 10])))
    request = Request(
        name=draw(plan_names),
        batches=draw(st.integers(1, 5)),
        stagger_days=draw(st.integers(60, 150)),
        as_of_day=AS_OF - draw(st.integers(0, 3000)),
        seed=draw(st.integers(0, 2**63 - 1)),
        adult_days=draw(st.integers(30, 450)),
        rings=draw(st.integers(1, 4)),
        partitions=None,
        eggs=(100_000, 900_000),
    )
    made = plan(request, farm, biology())
    targets = st.none() | st.floats(500, 9000, allow_nan=False)
    batches = tuple(replace(b, harvest_target_g=draw(targets)) for b in made.batches)
    renamed = draw(st.booleans())
    if renamed:
        numbers = draw(st.lists(words, min_size=len(batches), max_size=len(batches), unique=True))
        batches = tuple(replace(b, number=n) for b, n in zip(batches, numbers, strict=True))
    made = replace(made, batches=batches, notes=tuple(draw(st.lists(words, max_size=2))))
    return replace(made, text=format_schedule(made))
