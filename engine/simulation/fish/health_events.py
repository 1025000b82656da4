"""Draws the health events of a stay: diseases, jellyfish, predators, storms, and the hazard that they add."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.biology.events import Events
from engine.biology.fish import CYCLE_DAYS
from engine.simulation.fish.events import EventRates, draw_events, spread_event
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS, months_since_1970
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.record import HealthEvent
from engine.simulation.setting import Setting
from lake.codes import MORTALITY_CAUSES


@dataclass(frozen=True)
class DrawnEvents:
    """A stay's events, in order of kind and draw.

    hazard (n, planned days): what they add to a container's daily hazard. cause (planned days,): of the one that weighs
    most, a position in MORTALITY_CAUSES.
    """

    events: tuple[HealthEvent, ...]
    hazard: np.ndarray
    cause: np.ndarray


def draw_health_events(setting: Setting) -> DrawnEvents:
    """Draw the events of a stay over its planned days, also those after the as-of date.

    Each kind has streams of its own, so that a kind that becomes likelier leaves the others as they were. An event hits
    each container harder or less than the average.
    """
    events, region, at_sea = setting.parameters.events, setting.region, setting.is_at_sea
    seed, number, stay = setting.schedule.seed, setting.batch.number, setting.stay
    names = setting.names
    everywhere = tuple(range(len(names)))
    per_stay = region.events_per_cycle * setting.planned_days / CYCLE_DAYS if at_sea else events.freshwater_per_stage
    median = region.event_loss_median if at_sea else events.freshwater_loss_median
    sdlog = region.event_loss_sdlog if at_sea else events.freshwater_loss_sdlog
    week_start = np.arange(stay.start_day, stay.end_day, WEEK_DAYS)
    month = months_since_1970(week_start) % 12
    ramp = _onset(events, len(month)) if at_sea else np.ones(len(month))
    hazard, hazard_cause = np.zeros((len(names), setting.planned_days)), np.zeros(setting.planned_days, dtype=np.int8)
    drawn: list[HealthEvent] = []
    for name, kind in sorted(events.kinds.items()):
        if kind.at_sea != at_sea:
            continue
        weight = region.event_weights[name] if at_sea else kind.weight
        rates = EventRates(
            mean=per_stay * weight,
            limit=events.limit,
            loss_median=median * kind.severity,
            loss_sdlog=sdlog,
            loss_limit=events.loss_limit,
        )
        # the year's mean likelihood is 1, so that a season moves events and does not add any
        likelihood = kind.months[month] * ramp
        start_week, losses = draw_events(stream_key(seed, Stream.EVENT, number, stay.stage, name), likelihood, rates)
        cause = MORTALITY_CAUSES.index(kind.cause)
        keys = stream_keys(seed, Stream.EVENT, number, name, each=names) if len(losses) else ()
        for e, (week, loss) in enumerate(zip(start_week.tolist(), losses.tolist(), strict=True)):
            for key, container_hazard in zip(keys, hazard, strict=True):
                spread_event(
                    start_week=week,
                    dose=-am.log(1.0 - loss) * _severity(events, key, e),
                    cause=cause,
                    spread=events.weeks,
                    hazard=container_hazard,
                    hazard_cause=hazard_cause,
                )
            start = stay.start_day + WEEK_DAYS * week
            drawn.append(
                HealthEvent(
                    stage=stay.stage,
                    containers=everywhere,
                    kind=name,
                    cause=cause,
                    start_day=start,
                    end_day=min(start + WEEK_DAYS * len(events.weeks), stay.end_day),
                    loss=loss,
                )
            )
    return DrawnEvents(events=tuple(drawn), hazard=hazard, cause=hazard_cause)


def _severity(events: Events, key: np.uint64, e: int) -> float:
    """How much harder than the average its event `e` hits a container, 1 on average."""
    sd = events.ring_sd
    return min(events.ring_limit, am.exp(sd * am.normal(key, e) - 0.5 * sd * sd))


def _onset(events: Events, weeks: int) -> np.ndarray:
    """How likely an event starts by week at sea: rising to 1, since agents need time to build up in a ring."""
    rise: np.ndarray = np.minimum((7.0 * np.arange(weeks) + 3.5) / events.onset_days, 1.0)
    return rise
