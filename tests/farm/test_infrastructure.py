"""Farms that can't be: what is wrong is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.farm.infrastructure import parse_farm, read_farm
from lake.errors import InputError

FARM = Path(__file__).resolve().parents[2] / "schedules/farms/faroe-scotland.yaml"


def test_the_shipped_farm_is_the_companys() -> None:
    farm = read_farm("faroe-scotland")
    counts = [len(farm.stations), len(farm.halls), len(farm.areas), len(farm.containers), farm.sensor_count]
    assert counts == [22, 110, 43, 1960, 1100 * 7 + 860 * 4]


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
