"""What goes to a worker: the farm that many tasks bear is pickled once, and read once."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.execution.tasks import foresee, partition_tasks
from engine.execution.worker_pickles import pickled
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Schedule


def test_many_tasks_share_one_farm(small_schedule: Schedule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = replace(small_schedule, farm=replace(small_schedule.farm))  # no other test's
    tasks = list(partition_tasks(schedule, tmp_path, foresee(schedule)))
    made: list[Farm] = []

    def counted(farm: Farm, protocol: int) -> Any:
        made.append(farm)
        return object.__reduce_ex__(farm, protocol)

    monkeypatch.setattr(Farm, "__reduce_ex__", counted, raising=False)
    read = [pickle.loads(pickled(task)) for task in tasks]
    assert len(tasks) > 1
    assert len(made) == 1
    assert {id(task.schedule.farm) for task in read} == {id(read[0].schedule.farm)}
    assert read == tasks
