"""A batch that nothing befalls, and its health samplings."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from engine.farm.schedule import Schedule
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.rows.health import health_tables, samplings
from engine.simulation.rows.life import BatchLife
from engine.simulation.water.climate import Climate
from lake.codes import SEA
from tests.simulation.rows.health_samplings import PARAMETERS, Examine, Scores


@pytest.fixture(scope="session")
def examine(small_schedule: Schedule, small_climate: Climate) -> Examine:
    """A history's samplings, fish, and scores (fish, parameters); kept for who asks again for the same."""
    kept: dict[int, tuple[BatchHistory, tuple[dict[str, Any], dict[str, Any], Scores]]] = {}

    def examined(history: BatchHistory) -> tuple[dict[str, Any], dict[str, Any], Scores]:
        if id(history) not in kept:
            kept[id(history)] = history, rows(history)
        return kept[id(history)][1]

    def rows(history: BatchHistory) -> tuple[dict[str, Any], dict[str, Any], Scores]:
        found = health_tables(BatchLife(schedule=small_schedule, history=history, climate=small_climate))
        scores = found["fish_parameter_score"]["score"].reshape(-1, PARAMETERS).astype(np.int64)
        return found["health_sampling_event"], found["individual_fish_observation"], scores

    return examined


@pytest.fixture(scope="session")
def quiet(histories: list[BatchHistory]) -> BatchHistory:
    """A batch to the sea, in all its rings alike, that nothing befalls: no deaths, good water, no lice."""
    history = histories[1]
    assert history.stages[-1].stage == SEA
    return replace(history, stages=tuple(_undisturbed(s) for s in history.stages), events=(), treatments=())


def _undisturbed(stage: StageHistory) -> StageHistory:
    """The stage as long as every container is lived in."""
    n, days = len(stage.days_lived), int(stage.days_lived.min())
    daily: dict[str, Any] = {
        f.name: values[:, :days]
        for f in fields(stage)
        if isinstance(values := getattr(stage, f.name), np.ndarray) and values.ndim == 2
    }
    daily |= {
        "population": np.repeat(stage.fish[:, None], days, axis=1),
        "dead": np.zeros((n, days), dtype=np.int32),
        "oxygen_min": np.full((n, days), 90.0),
    }
    return replace(stage, **daily, days_lived=np.full(n, days), lice=None)


@pytest.fixture(scope="session")
def sampled(small_schedule: Schedule, quiet: BatchHistory) -> list[tuple[int, int]]:
    """The place in the order of samplings and the day of the sea stage of each sampling at sea."""
    taken = samplings(small_schedule.biology.model.health, quiet)
    return [(i, t.day) for i, t in enumerate(taken) if quiet.stages[t.stage].stage == SEA]
