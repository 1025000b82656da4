"""Farms that can't be: what is wrong is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.farm.infrastructure import Area, parse_farm, read_farm
from lake.errors import InputError

FARM = Path(__file__).resolve().parents[2] / "schedules/farms/faroe-scotland.yaml"


def test_the_shipped_farm_is_the_companys() -> None:
    farm = read_farm("faroe-scotland")
    counts = [len(farm.stations), len(farm.halls), len(farm.areas), len(farm.containers), farm.sensor_count]
    assert counts == [22, 110, 43, 1960, 1100 * 7 + 860 * 4]


def test_a_container_knows_its_place_and_the_farm_its_geography() -> None:
    farm = read_farm("faroe-scotland")
    assert {c for hall in farm.halls for c in hall.container_ids} == {c.id for c in farm.containers if not c.is_at_sea}
    assert {c for area in farm.areas for c in area.ring_ids} == {c.id for c in farm.containers if c.is_at_sea}
    for container in farm.containers:
        place = container.area if container.is_at_sea else container.hall
        assert container.place is place
        assert container.id in (place.ring_ids if isinstance(place, Area) else place.container_ids)
        assert (place.area_id, place.hall_id) == ((place.id, None) if container.is_at_sea else (None, place.id))
        assert farm.feed_containers[container.feed_container_id - 1].place is place
        assert container.feed_container_id in place.feed_container_ids
        assert farm.geography_of(container) == farm.geography(container.geography_id)
    with pytest.raises(ValueError, match="not in a hall"):
        _ = farm.containers[-1].hall
    with pytest.raises(ValueError, match="not at sea"):
        _ = farm.containers[0].area


def test_a_geographys_halls_and_areas_are_listed_in_order() -> None:
    farm = read_farm("faroe-scotland")
    assert [g.name for g in farm.geographies] == ["Faroe Islands", "Scotland"]
    assert [h for g in farm.geographies for h in farm.halls_in(g.id)] == farm.halls
    assert [a for g in farm.geographies for a in farm.areas_in(g.id)] == farm.areas
    assert {h.stage for h in farm.halls_in(1, 3)} == {3}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f["geographies"][1].update(name="Faroe Islands"), "two geographies are called 'Faroe Islands'"),
        (lambda f: f["geographies"][1].update(batch_prefix="FAR"), "share a batch_prefix"),
        (lambda f: f["stages"][1].update(name="Parr"), "two stages are called 'Parr'"),
        (lambda f: f["areas"].update(rings=0), "areas.rings"),
        (lambda f: f["halls"].update(containers=-1), "halls.containers"),
        (lambda f: f["geographies"][0]["stations"].update(count=-2), "stations.count"),
        (lambda f: f["geographies"][0]["stations"].update(name="S-FW-{number:02d}"), "two stations are called"),
        (lambda f: f["geographies"][0]["areas"].update(name="{nummer}"), "name template is wrong.*nummer"),
        (lambda f: f["stages"].pop(), "stages"),
        (lambda f: f["stages"][2].update(hall="Z"), "hall 'Z' without a silo"),
    ],
)
def test_a_farm_that_can_not_be_is_refused(change: Callable[[dict[str, Any]], object], words: str) -> None:
    data = yaml.safe_load(FARM.read_text(encoding="utf-8"))
    change(data)
    with pytest.raises(InputError, match=words):
        parse_farm(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), "farm.yaml")
