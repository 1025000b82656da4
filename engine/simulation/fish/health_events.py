"""The health events of a stay: diseases, jellyfish, predators, storms, and the hazard that they add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from engine.farm.foreseen import Outbreaks
from engine.simulation.fish.events import daily_course, loss_of, spread_event
from engine.simulation.foreseeing.foresee import foresee_places
from engine.simulation.foreseeing.outbreaks import foresee_outbreaks, own_rate
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import months_since_1970
from engine.simulation.numerics.occurrences import draw_days, partly_shared, weight_of
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.record import HealthEvent
from engine.simulation.setting import Setting
from engine.simulation.water.strikes import strikes
from lake.codes import MORTALITY_CAUSES


@dataclass(frozen=True)
class DrawnEvents:
    """A stay's events, in order of kind and day.

    hazard (n, planned days): what they add to a container's daily hazard. cause (n, planned days): of the one that
    weighs most there, a position in MORTALITY_CAUSES.
    """

    events: tuple[HealthEvent, ...]
    hazard: np.ndarray
    cause: np.ndarray


class _Befalls(NamedTuple):
    """Something that befalls a stay on a day since 1970, in some containers; weight: a standard normal deviate."""

    kind: str
    day: int
    weight: float
    containers: tuple[int, ...]


def draw_health_events(setting: Setting) -> DrawnEvents:
    """The events of a stay over its planned days, also those after the as-of date.

    Each kind has streams of its own, so that a kind that becomes likelier leaves the others as they were. An event hits
    each container harder or less than the average.
    """
    events, region, at_sea = setting.parameters.events, setting.region, setting.is_at_sea
    median = region.event_loss_median if at_sea else events.freshwater_loss_median
    sdlog = region.event_loss_sdlog if at_sea else events.freshwater_loss_sdlog
    n, stay = len(setting.containers), setting.stay
    hazard = np.zeros((n, setting.planned_days))
    hazard_cause = np.zeros((n, setting.planned_days), dtype=np.int8)
    drawn: list[HealthEvent] = []
    for each in _together(_befalling_at_sea(setting) if at_sea else _befalling_on_land(setting)):
        kind = events.kinds[each.kind]
        cause = MORTALITY_CAUSES.index(kind.cause)
        course = daily_course(events.weeks, kind.pace)
        loss = loss_of(each.weight, median * kind.severity, sdlog, events.loss_limit)
        keys = stream_keys(setting.schedule.seed, Stream.EVENT, setting.batch.number, each.kind, each=setting.names)
        for c in each.containers:
            spread_event(
                start=each.day - stay.start_day,
                dose=-am.log(1.0 - loss) * _severity(setting, keys[c], each.day),
                cause=cause,
                course=course,
                hazard=hazard[c],
                hazard_cause=hazard_cause[c],
            )
        drawn.append(
            HealthEvent(
                stage=stay.stage,
                containers=each.containers,
                kind=each.kind,
                cause=cause,
                start_day=each.day,
                end_day=min(each.day + len(course), stay.end_day),
                loss=loss,
            )
        )
    return DrawnEvents(events=tuple(drawn), hazard=hazard, cause=hazard_cause)


def _severity(setting: Setting, key: np.uint64, day: int) -> float:
    """How much harder than the average an event that begins on a day hits a container, 1 on average."""
    events = setting.parameters.events
    sd = events.ring_sd
    return min(events.ring_limit, am.exp(sd * am.normal(key, day) - 0.5 * sd * sd))


def _together(befalling: Iterator[_Befalls]) -> list[_Befalls]:
    """In order of kind and day; what is of one kind and day befalls several areas at once, and is one."""
    found: dict[tuple[str, int], _Befalls] = {}
    for each in befalling:
        earlier = found.get((each.kind, each.day))
        if earlier is not None:
            each = earlier._replace(containers=tuple(sorted({*earlier.containers, *each.containers})))
        found[each.kind, each.day] = each
    return [found[key] for key in sorted(found)]


def _befalling_on_land(setting: Setting) -> Iterator[_Befalls]:
    events, stay = setting.parameters.events, setting.stay
    month = months_since_1970(np.arange(stay.start_day, stay.end_day)) % 12
    for name, kind in sorted(events.kinds.items()):
        likelihood = kind.months[month]
        total = float(sum(likelihood.tolist()))
        if not kind.at_sea and total > 0.0:
            # a season moves events and does not add any
            yield from _of_its_own(setting, name, likelihood * (events.freshwater_per_stage * kind.weight / total))


def _befalling_at_sea(setting: Setting) -> Iterator[_Befalls]:
    """What comes over the stay's areas, what passes from farm to farm, and what befalls this batch alone."""
    events, stay, batch = setting.parameters.events, setting.stay, setting.batch
    days = stay.start_day, stay.end_day
    rings: dict[int, tuple[int, ...]] = {}
    for c, container in enumerate(setting.containers):
        rings[container.area.id] = (*rings.get(container.area.id, ()), c)
    for area_id, containers in rings.items():
        for strike in strikes(setting.climate, setting.schedule.farm.areas[area_id - 1], days):
            if strike.harms:
                key = stream_key(setting.schedule.seed, Stream.STRIKE, "farm", strike.kind, batch.number)
                weight = partly_shared(strike.weight, am.normal(key, strike.day), events.shared_loss)
                yield _Befalls(kind=strike.kind, day=strike.day, weight=weight, containers=containers)
    for outbreak in _outbreaks(setting).told:
        if outbreak.batch_id == batch.id and outbreak.area_id in rings:
            befallen = rings[outbreak.area_id]
            yield _Befalls(kind=outbreak.kind, day=outbreak.day, weight=outbreak.weight, containers=befallen)
    for name, kind in sorted(events.kinds.items()):
        if kind.at_sea and name not in events.places and name not in events.contagion:
            yield from _of_its_own(setting, name, own_rate(setting.climate, batch.geography_id, name, days))


def _outbreaks(setting: Setting) -> Outbreaks:
    """What was foreseen of all batches; of a batch that nobody thought of, what it would have alone."""
    foreseen = foresee_places(setting.schedule, setting.climate).outbreaks
    batch, stay = setting.batch, setting.stay
    if foreseen.batches.get(batch.id) == (batch.number, stay.start_day, stay.end_day):
        return foreseen
    return foresee_outbreaks(setting.schedule.farm, setting.climate, [replace(batch, stays=(stay,))])


def _of_its_own(setting: Setting, kind: str, rate: np.ndarray) -> Iterator[_Befalls]:
    """What befalls a stay whatever happens elsewhere, so often on each of its days, (days,), on average."""
    key = stream_key(setting.schedule.seed, Stream.EVENT, setting.batch.number, setting.stay.stage, kind)
    everywhere = tuple(range(len(setting.containers)))
    for e, day in enumerate(draw_days(key, rate, setting.parameters.events.limit).tolist()):
        begun = setting.stay.start_day + day
        yield _Befalls(kind=kind, day=begun, weight=weight_of(key, e), containers=everywhere)
