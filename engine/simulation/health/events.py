"""Health events as the people of a site take note of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.fish.total_loss import ALL
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.record import BatchHistory, HealthEvent


@dataclass(frozen=True)
class NoticedEvent:
    """An event that began before the as-of date, as its site took note of it. at: position in the stages.

    containers: those of the event that were lived in when it began; day: on which it was noticed, since 1970; key: of
    the event's draws.
    """

    at: int
    event: HealthEvent
    containers: tuple[int, ...]
    day: int
    key: np.uint64


def notice_events(schedule: Schedule, history: BatchHistory) -> tuple[NoticedEvent, ...]:
    """The events of a batch in order of time, stage and kind; those that no container lived to see are left out."""
    low, high = schedule.biology.model.journal.notice_days
    at_of = {stage.stage: at for at, stage in enumerate(history.stages)}
    found = []
    for event in sorted(history.events, key=lambda e: (e.start_day, e.stage, e.kind, e.containers)):
        if event.stage not in at_of or event.start_day >= schedule.as_of_day:
            continue
        if history.lost and event.loss == ALL:
            continue  # nobody has to find out
        stage = history.stages[at_of[event.stage]]
        lived = stage.days_lived.tolist()
        there = tuple(c for c in event.containers if event.start_day < stage.start_day + lived[c])
        if there:
            key = stream_key(
                schedule.seed, Stream.LABORATORY, history.batch.number, event.kind, event.stage, event.start_day
            )
            day = event.start_day + whole_between(low, high, am.uniform(key, 0))
            found.append(NoticedEvent(at=at_of[event.stage], event=event, containers=there, day=day, key=key))
    return tuple(found)


def whole_between(low: int, high: int, u: float) -> int:
    """A whole number from low to high, each alike, from a uniform."""
    return low + min(high - low, int(u * (high - low + 1)))
