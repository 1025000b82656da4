"""Farm, schedule and the older system's schedule, each value made wrong: refused by file and key, or it can be lived.

CASES of the environment: how many of each kind of file are drawn; all of them for 0.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.biology.parameters import Biology
from engine.farm.farm_fit import require_fit
from engine.farm.farm_references import FarmFile
from engine.farm.infrastructure import Farm, resolve_farm
from engine.farm.legacy import parse_legacy
from engine.farm.schedule import Schedule
from engine.farm.schedule_file import parse_schedule
from engine.farm.schedule_text import body_sha256
from engine.forecast.workload import predicted_events
from engine.inputs.plain_yaml import plain_values
from engine.inputs.reading import validate
from lake.errors import InputError
from tests.biology.tiny_run import run, tiny_schedule
from tests.inputs.mangled_files import MangledFile, assert_told, mangled_files

CASES = int(os.environ.get("CASES", "400"))
SOURCE = "mine.yaml"
OLDER = Path(__file__).resolve().parents[1] / "farm" / "older_system.yaml"
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True)
class Kind:
    """A kind of file: its values, and how they are read; InputError when they are wrong."""

    data: dict[str, Any]
    read: Callable[[dict[str, Any]], Farm | Schedule]
    renewed: tuple[str, ...] = ()  # keys that are counted or hashed anew before it is read

    def drawn(self) -> list[MangledFile]:
        found = [each for each in mangled_files(self.data) if each.path[0] not in self.renewed]
        return found if not CASES else random.Random(7).sample(found, min(CASES, len(found)))


def read_farm_data(data: dict[str, Any]) -> Farm:
    return resolve_farm(validate(FarmFile, data, SOURCE), "")


@pytest.fixture(scope="module")
def kinds(small_farm: Farm, small_schedule: Schedule, biology: Biology) -> dict[str, Kind]:
    def read_schedule_data(data: dict[str, Any]) -> Schedule:
        if isinstance(data.get("batches"), list):
            data["batch_count"] = len(data["batches"])
        text = yaml.dump({**data, "body_sha256": "0" * 64}, Dumper=DUMPER, sort_keys=False, allow_unicode=True)
        sealed = plain_values(text)
        with suppress(TypeError):  # keys that are no words have no order, and are refused
            sealed["body_sha256"] = body_sha256(sealed)
        text = yaml.dump(sealed, Dumper=DUMPER, sort_keys=False, allow_unicode=True)
        return parse_schedule(text, SOURCE, small_farm, biology)

    def read_older(data: dict[str, Any]) -> Schedule:
        return parse_legacy(data, SOURCE, farm=shipped(), biology=biology, name="older")

    return {
        "farm": Kind(data=plain_values(small_farm.text), read=read_farm_data),
        "schedule": Kind(
            data=plain_values(small_schedule.text), read=read_schedule_data, renewed=("batch_count", "body_sha256")
        ),
        "older": Kind(data=plain_values(OLDER.read_text(encoding="utf-8")), read=read_older),
    }


@cache
def shipped() -> Farm:
    from engine.farm.infrastructure import read_farm

    return read_farm("faroe-scotland")


@pytest.mark.parametrize("name", ["farm", "schedule", "older"])
def test_a_file_made_wrong_is_refused_by_key_or_can_be_lived(
    name: str, kinds: dict[str, Kind], biology: Biology
) -> None:
    kind, taken = kinds[name], []
    assert kind.read(kind.data) is not None
    drawn = kind.drawn()
    for each in drawn:
        try:
            read = kind.read(each.data(kind.data))
        except InputError as refused:
            if not str(refused).startswith("farm "):  # what its templates and counts give together
                assert_told(str(refused), SOURCE, each.path)
            continue
        assert not each.hopeless, each
        taken.append(read)
    assert 0 < len(taken) < 0.5 * len(drawn)
    for read in random.Random(3).sample(taken, min(8, len(taken))):
        if isinstance(read, Schedule):
            assert predicted_events(read).sum() >= 0
            continue
        geography = read.model.geographies[0]
        if geography.stations.count and geography.areas.count and fits(read, biology):
            assert run(tiny_schedule(read, biology))["mortality_event"] > 0


def fits(farm: Farm, biology: Biology) -> bool:
    """Whether the biology has what the farm names."""
    try:
        require_fit(farm, biology)
    except InputError:
        return False
    return True
