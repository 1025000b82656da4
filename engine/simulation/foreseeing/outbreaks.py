"""Diseases that pass from farm to farm: what breaks out at each batch, told of all batches together."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.biology.events import Contagion
from engine.farm.foreseen import Outbreak, Outbreaks
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch
from engine.farm.sites import planned_days
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.occurrences import draw_days, partly_shared, weight_of
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.water.bad_years import rate_at_sea
from engine.simulation.water.climate import Climate
from engine.simulation.water.distances import distances_km

LEAST_PROBABILITY = 1e-4  # of passing on, below which nobody asks


class _Farm(NamedTuple):
    """A batch in one area, days [first, end)."""

    batch: Batch
    area_id: int
    first: int
    end: int


class _Case(NamedTuple):
    """What breaks out at a farm, its position, on a day; the earliest is the least."""

    day: int
    farm: int
    weight: float


@dataclass(frozen=True)
class _Coast:
    """A geography's farms, in the batches' order, with what a disease among them needs to know."""

    climate: Climate
    geography_id: int
    farms: Sequence[_Farm]
    names: Sequence[str]

    def key(self, *entity: str | int) -> np.uint64:
        return stream_key(self.climate.seed, Stream.STRIKE, *entity)


def foresee_outbreaks(farm: Farm, climate: Climate, batches: Sequence[Batch]) -> Outbreaks:
    """The outbreaks of these batches, which pass them on to one another; a batch by itself gets none from others.

    An outbreak reaches whoever is at sea on a later day: a batch that begins later changes no day before.
    """
    found: list[Outbreak] = []
    stays: dict[int, tuple[str, int, int]] = {}
    by_geography: dict[int, list[_Farm]] = {}
    for batch in batches:
        for area_id, (first, end) in planned_days(farm, batch).items():
            last = end if batch.lost is None else min(end, batch.lost.day + 1)
            by_geography.setdefault(batch.geography_id, []).append(
                _Farm(batch=batch, area_id=area_id, first=first, end=last)
            )
            stays[batch.id] = batch.number, first, end
    for geography_id, farms in by_geography.items():
        names = [f"{each.batch.number} {farm.areas[each.area_id - 1].name}" for each in farms]
        coast = _Coast(climate=climate, geography_id=geography_id, farms=farms, names=names)
        for kind, contagion in climate.biology.model.events.contagion.items():
            for case in _break_out(coast, kind, contagion):
                struck = farms[case.farm]
                found.append(
                    Outbreak(
                        day=case.day,
                        batch_id=struck.batch.id,
                        area_id=struck.area_id,
                        kind=kind,
                        weight=case.weight,
                    )
                )
    return Outbreaks(told=tuple(sorted(found)), batches=stays)


def susceptible(climate: Climate, days_at_sea: int | np.ndarray) -> np.ndarray:
    """How likely something breaks out by day at sea: rising to 1, since agents need time to build up in a ring."""
    rise: np.ndarray = np.minimum((np.asarray(days_at_sea) + 0.5) / climate.biology.model.events.onset_days, 1.0)
    return rise


def own_rate(climate: Climate, geography_id: int, kind: str, days: tuple[int, int]) -> np.ndarray:
    """How often a kind breaks out at a farm by itself on days [first, end) of its stay, on average, (days,).

    As often over the stay as the kind befalls a farm, the more often the longer the fish are at sea.
    """
    first, end = days
    rise = susceptible(climate, np.arange(end - first))
    rate: np.ndarray = rate_at_sea(climate, geography_id, kind, days) * rise * (len(rise) / float(sum(rise.tolist())))
    return rate


def _break_out(coast: _Coast, kind: str, contagion: Contagion) -> Iterator[_Case]:
    """A kind's outbreaks at a coast's farms in order of time: those that begin by themselves, and what they lead to."""
    waiting = list(_begin(coast, kind, contagion))
    heapq.heapify(waiting)
    passing = _probabilities(coast, contagion)
    first = np.array([each.first for each in coast.farms])
    end = np.array([each.end for each in coast.farms])
    area = np.array([each.area_id - 1 for each in coast.farms])
    immune_until = np.zeros(len(coast.farms), dtype=np.int64)
    while waiting:
        outbreak = heapq.heappop(waiting)
        if outbreak.day < immune_until[outbreak.farm]:
            continue
        immune_until[outbreak.farm] = outbreak.day + int(contagion.immune_days)
        yield outbreak
        probability = passing[area[outbreak.farm], area]
        near = (first <= outbreak.day) & (end > outbreak.day) & (probability > LEAST_PROBABILITY)
        near[outbreak.farm] = False
        for other in np.flatnonzero(near).tolist():
            passed = _pass_on(coast, kind, contagion, outbreak=outbreak, other=other)
            if passed is not None and passed[0] < probability[other]:
                heapq.heappush(waiting, passed[1])


def _begin(coast: _Coast, kind: str, contagion: Contagion) -> Iterator[_Case]:
    """The outbreaks that come from no other farm."""
    limit = coast.climate.biology.model.events.limit
    for at, (farm, name) in enumerate(zip(coast.farms, coast.names, strict=True)):
        key = coast.key("outbreak", kind, name)
        rate = contagion.spontaneous * own_rate(coast.climate, coast.geography_id, kind, (farm.first, farm.end))
        for e, day in enumerate(draw_days(key, rate, limit).tolist()):
            yield _Case(day=farm.first + day, farm=at, weight=weight_of(key, e))


def _probabilities(coast: _Coast, contagion: Contagion) -> np.ndarray:
    """How likely an outbreak passes from area to area, to fish that have long been at sea, (areas, areas)."""
    apart = distances_km(coast.climate)
    beyond = contagion.probability * contagion.outside
    passing = np.array([[beyond * am.exp(-km / contagion.reach_km) for km in row] for row in apart.tolist()])
    np.fill_diagonal(passing, contagion.probability)
    return passing


def _pass_on(
    coast: _Coast, kind: str, contagion: Contagion, *, outbreak: _Case, other: int
) -> tuple[float, _Case] | None:
    """The outbreak that one leads to at another farm, where the uniform before it is below its probability.

    None where the fish have left before. Draws of the pair of farms: 3 for each day of an outbreak.
    """
    farm, draw = coast.farms[other], 3 * outbreak.day
    key = coast.key("passed", kind, coast.names[outbreak.farm], coast.names[other])
    later = contagion.delay_days * am.exp(contagion.delay_sd * am.normal(key, draw + 1))
    day = outbreak.day + max(1, int(am.whole(later)))
    if day >= farm.end:
        return None
    ready = float(susceptible(coast.climate, day - farm.first))
    weight = partly_shared(outbreak.weight, am.normal(key, draw + 2), coast.climate.biology.model.events.shared_loss)
    return am.uniform(key, draw) / ready, _Case(day=day, farm=other, weight=weight)
