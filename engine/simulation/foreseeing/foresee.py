"""Makes what a schedule's places have in store, once for all who live its batches in this process."""

from __future__ import annotations

from dataclasses import replace

from engine.farm.foreseen import Foreseen
from engine.farm.schedule import Batch, Schedule
from engine.simulation.foreseeing.outbreaks import foresee_outbreaks
from engine.simulation.water.climate import Climate

KEPT = 4  # schedules
_kept: dict[int, tuple[tuple[Batch, ...], Climate, Foreseen]] = {}  # by the identity of their batches, the latest last


def foresee_places(schedule: Schedule, climate: Climate) -> Foreseen:
    """What is in store for a schedule's places, of all its batches; a part of a schedule bears what the whole one told.

    climate: up to every batch's end. The as-of date changes nothing.
    """
    if schedule.foreseen is not None:
        return schedule.foreseen
    key = id(schedule.batches)
    found = _kept.pop(key, None)
    if found is None or found[0] is not schedule.batches or found[1] is not climate:
        found = schedule.batches, climate, _foresee(schedule, climate)
        while len(_kept) >= KEPT:
            del _kept[next(iter(_kept))]
    _kept[key] = found
    return found[2]


def with_foreseen(schedule: Schedule, climate: Climate) -> Schedule:
    """The schedule, bearing what is in store for its places."""
    return replace(schedule, foreseen=foresee_places(schedule, climate))


def _foresee(schedule: Schedule, climate: Climate) -> Foreseen:
    return Foreseen(outbreaks=foresee_outbreaks(schedule.farm, climate, schedule.batches))
