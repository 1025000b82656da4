"""Who collects the dead: crews that go round less often on Sundays, and not at all in high waves."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from engine.farm.infrastructure import Area
from engine.simulation.numerics.calendar import weekday
from engine.simulation.numerics.series import uniforms
from engine.simulation.numerics.streams import Stream, later, stream_key
from engine.simulation.setting import Setting
from engine.simulation.water.weather import observe_weather


def rounds_on_land(setting: Setting) -> np.ndarray:
    """How likely each tank's dead are collected, (n, days): those of one hall share their crew."""
    collection = setting.parameters.collection
    here = [_crew_rounds(setting, c.place.name, weekdays=collection.weekday_land) for c in setting.containers]
    return np.stack(here) * collection.reached_share


def rounds_at_sea(setting: Setting, *, is_calm: bool = False) -> np.ndarray:
    """How likely each ring's dead are collected, (n, days): those of one area share crew and weather.

    is_calm: as if the weather always were, where only the expected matters.
    """
    collection = setting.parameters.collection
    out = np.empty((len(setting.containers), setting.days))
    begin = 0
    for _, together in groupby(setting.containers, lambda c: c.area.id):
        rings = list(together)
        rounds = _crew_rounds(setting, rings[0].area.name, weekdays=collection.weekday_sea)
        if not is_calm:
            rounds &= ~_rough(setting, rings[0].area)
        out[begin : begin + len(rings)] = rounds * collection.reached_share
        begin += len(rings)
    return out


def _crew_rounds(setting: Setting, place: str, weekdays: np.ndarray) -> np.ndarray:
    """Whether the crew of a place goes round on each day, (days,)."""
    start = setting.stay.start_day
    day = np.arange(start, start + setting.days)
    key = stream_key(setting.schedule.seed, Stream.COLLECTION, place)
    chance = weekdays[weekday(day)]
    goes: np.ndarray = uniforms(later(key, start), setting.days) < chance
    return goes


def _rough(setting: Setting, area: Area) -> np.ndarray:
    """Whether the waves of each day are too high to work, (days,)."""
    model, start = setting.parameters.weather, setting.stay.start_day
    sky = observe_weather(setting.schedule, setting.climate, area, (start, start + setting.days))
    waves = sky.wave_m.reshape(setting.days, len(model.hours_utc))
    rough: np.ndarray = waves.sum(axis=1) > setting.parameters.collection.wave_limit_m * waves.shape[1]
    return rough
