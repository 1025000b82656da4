"""A move between halls that is under way on the as-of date: some containers were emptied on its eve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from engine.farm.schedule import Batch, Schedule
from engine.simulation.fish.days import Daily
from engine.simulation.fish.freshwater import simulate_freshwater_stage
from engine.simulation.fish.transfer import transfer
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.numerics.weights import Population
from engine.simulation.record import HealthEvent, Move, StageHistory
from engine.simulation.setting import Setting
from engine.simulation.water.climate import Climate


class BegunMove(NamedTuple):
    """The stage left, some of its containers a day sooner, and that entered, one day lived; the batch's events."""

    left: StageHistory
    entered: StageHistory
    move: Move
    events: list[HealthEvent]


def begin_move(
    schedule: Schedule, climate: Climate, batch: Batch, stage: StageHistory, events: list[HealthEvent]
) -> BegunMove:
    """Empty the stage's first containers, `batch.move_under_way`, on the last day before the as-of date.

    stage: lived up to the as-of date, on which the whole of it was to be moved, one container into one; events: of the
    batch so far. Each container's fish, draws and losses are those of a move on one day.
    """
    n, into, eve = batch.move_under_way, batch.stays[stage.stage], schedule.as_of_day - 1
    leaving = Population(
        fish=stage.population[:n, -2].astype(np.int64), mu=stage.mu[:n, -2].copy(), v=stage.v[:n, -2].copy()
    )
    actions, arrived = transfer(
        leaving,
        np.ones(n),
        schedule.freshwater_stage_of(batch, stage.stage).transfer_loss,
        stream_key(schedule.seed, Stream.TRANSFER, batch.number, stage.stage),
    )
    stay = replace(into, container_ids=into.container_ids[:n], start_day=eve)
    entered = simulate_freshwater_stage(Setting.resolve(schedule, climate, batch, stay), arrived)
    moved = np.arange(len(stage.container_ids)) < n
    blanked: dict[str, Any] = {name: _blank_eve(getattr(stage, name), n) for name in Daily._fields}
    return BegunMove(
        left=replace(
            stage,
            days_lived=stage.days_lived - moved,
            emptied=moved,
            **blanked,
        ),
        entered=entered.stage,
        move=Move(day=eve, **actions._asdict()),
        events=[*(_without_moved(event, n, eve) for event in events if _befalls(event, n, eve)), *entered.events],
    )


def _blank_eve(values: np.ndarray, moved: int) -> np.ndarray:
    """A day's values (n, days), 0 on the last day of those that were moved."""
    blank = values.copy()
    blank[:moved, -1] = 0
    return blank


def _befalls(event: HealthEvent, moved: int, eve: int) -> bool:
    """The event befell the stage before the eve, or one of the containers that were left."""
    return event.start_day < eve or any(c >= moved for c in event.containers)


def _without_moved(event: HealthEvent, moved: int, eve: int) -> HealthEvent:
    if event.start_day < eve:
        return event
    return replace(event, containers=tuple(c for c in event.containers if c >= moved))
