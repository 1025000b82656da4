"""The weather of an area as a field: alike for every batch that stands there, whatever the schedule and its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from engine.farm.infrastructure import Area
from engine.farm.schedule import Schedule
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import MIDSUMMER, first_of_month, months_since_1970
from engine.simulation.numerics.series import season, through_months, uniforms, wander
from engine.simulation.numerics.streams import Stream, later, stream_key
from engine.simulation.water.climate import Climate
from engine.simulation.water.sky import Draws, Sky, SkyModel, Usual, observe_sky
from engine.simulation.water.strikes import strikes

DAY_HOURS = 24
STORM = "STORM"  # in lake.codes.EVENT_KINDS
FORGETTING = 120.0  # the memory's lifetimes after which nothing is left of how a course began
WANDERING = ("wind", "direction", "cloud", "air", "wave")  # what a geography's areas share in part


class Storm(NamedTuple):
    """A storm's first morning, a day since 1970, and how long it blows, h."""

    day: int
    hours: int


class _Regional(NamedTuple):
    """The weather of a geography at every observation that a climate knows, (n,), without what its areas differ by.

    air_c, wind_m_s, rain_mm: as in Usual; wandering: its draws by name.
    """

    air_c: np.ndarray
    wind_m_s: np.ndarray
    rain_mm: np.ndarray
    wandering: dict[str, np.ndarray]


_regional: WeakKeyDictionary[Climate, dict[int, _Regional]] = WeakKeyDictionary()


def observe_weather(schedule: Schedule, climate: Climate, area: Area, days: tuple[int, int]) -> Sky:
    """The weather of an area at the hours of observation on days [first, end), in time; in storms it blows hard."""
    model, region = schedule.biology.model.weather, schedule.region_of(area)
    first, end = days
    hours = np.array(model.hours_utc)
    per_day = len(hours)
    usual = _regional_weather(climate, area.geography_id)
    here = slice((first - climate.known_from) * per_day, (end - climate.known_from) * per_day)
    shelter = stream_key(schedule.seed, Stream.WEATHER, area.name, "shelter")
    seen = observe_sky(
        _draws(climate, area, usual, here=here, begin=first * per_day),
        usual=Usual(
            air_c=usual.air_c[here],
            wind_m_s=usual.wind_m_s[here],
            rain_mm=usual.rain_mm[here],
            wind_from_deg=region.wind_from_deg,
            cloud=region.cloud_cover,
            rain_share=region.rain_share,
        ),
        storm=_stormy(storms_over(climate, area, days), first, hours, end - first),
        model=SkyModel(
            air_sd_c=model.air_sd_c,
            direction_sd_deg=model.direction_sd_deg,
            cloud_sd=model.cloud_sd,
            rain_cloud=model.rain_cloud,
            storm_m_s=model.storm_m_s,
            wave_s2_m=model.wave_s2_m,
            wave_swell_m=model.wave_swell_m,
            wave_steepness=model.wave_steepness,
            wave_direction_sd_deg=model.wave_direction_sd_deg,
            shelter=min(1.0, model.wave_shelter * am.exp(model.wave_shelter_sdlog * am.normal(shelter, 0))),
        ),
    )
    return Sky._make(seen)


def storms_over(climate: Climate, area: Area, days: tuple[int, int]) -> list[Storm]:
    """The storms that blow over an area on days [first, end), whether or not they harm anything there."""
    (first, end), hours = days, climate.biology.model.weather.storm_hours
    before = -(-hours // DAY_HOURS)
    return [
        Storm(strike.day, hours) for strike in strikes(climate, area, (first - before, end)) if strike.kind == STORM
    ]


def _regional_weather(climate: Climate, geography_id: int) -> _Regional:
    """The weather of a geography, made once for all areas and batches."""
    found = _regional.setdefault(climate, {})
    if geography_id not in found:
        found[geography_id] = _make_regional(climate, geography_id)
    return found[geography_id]


def _make_regional(climate: Climate, geography_id: int) -> _Regional:
    biology, name = climate.biology, climate.farm.geography(geography_id).name
    model, region = biology.model.weather, biology.region(name)
    first, end = climate.known_from, climate.days
    hours = np.array(model.hours_utc)
    per_day, days = len(hours), np.arange(first, end)
    months = months_since_1970(days)
    starts, lengths = first_of_month(months), first_of_month(months + 1) - first_of_month(months)
    position = months + (days - starts + 0.5) / lengths - 0.5
    usual_sea = through_months(np.array(region.sea_month_c), position) + region.sea_offset_c
    warmer = climate.open_sea(geography_id, first, end) - usual_sea
    light = 0.5 + 0.5 * season(first, end - first, MIDSUMMER)
    daily = through_months(np.array(region.air_month_c), position) + model.air_sea_share * warmer
    cycle = np.array([am.cos_turns((hour - 15.0) / DAY_HOURS) for hour in hours])
    air_c = daily[:, None] + model.air_diurnal_c * light[:, None] * (cycle - cycle.mean())
    rain_mm = np.array(region.rain_month_mm)[months % 12] / (lengths * per_day)
    wind_m_s = through_months(np.array(region.wind_month_m_s), position)
    return _Regional(
        air_c=air_c.ravel(),
        wind_m_s=np.repeat(wind_m_s, per_day),
        rain_mm=np.repeat(rain_mm, per_day),
        wandering={
            variable: _wandering(climate, name, variable, begin=first * per_day, stop=end * per_day)
            for variable in WANDERING
        },
    )


def _wandering(climate: Climate, place: str, variable: str, *, begin: int, stop: int) -> np.ndarray:
    """What a variable wanders by at a place, at observations [begin, stop) since 1970."""
    model = climate.biology.model.weather
    memory = {"air": model.air_memory, "wave": 0.0}.get(variable, model.memory)
    return wander_from(stream_key(climate.seed, Stream.WEATHER, place, variable), begin, stop=stop, memory=memory)


def wander_from(key: np.uint64, begin: int, *, stop: int, memory: float) -> np.ndarray:
    """Steps [begin, stop) of `wander` from 1970, made from where it has forgotten how it began.

    Two courses with the same draws draw near by the memory at every step, until they round to the same numbers and are
    one: within FORGETTING / (1 - memory) steps they are e^-40 apart, which no number shows, and rounded as many times
    again. A test holds some against the whole course.
    """
    back = int(FORGETTING / (1.0 - memory)) + 1 if 0.0 < memory < 1.0 else begin if memory else 0
    first = max(0, begin - back)
    return wander(later(key, first), stop - first, memory, 1.0)[begin - first :]


def _draws(climate: Climate, area: Area, regional: _Regional, *, here: slice, begin: int) -> Draws:
    """Observations from `begin` since 1970, of the geography `here`: to its draws the area adds its own."""
    share, stop = climate.biology.model.weather.region_share, begin + here.stop - here.start
    own = np.sqrt(1.0 - share * share)
    drawn = {
        name: share * regional.wandering[name][here]
        + own * _wandering(climate, area.name, name, begin=begin, stop=stop)
        for name in WANDERING
    }
    rain = later(stream_key(climate.seed, Stream.WEATHER, area.name, "rain"), begin)
    return Draws(**drawn, rain=uniforms(rain, stop - begin))


def _stormy(storms: Sequence[Storm], first: int, hours: np.ndarray, days: int) -> np.ndarray:
    """Whether a storm blows at each observation, (days x hours,)."""
    since = (DAY_HOURS * np.arange(first, first + days)[:, None] + hours).ravel()
    stormy = np.zeros(len(since), dtype=bool)
    for storm in storms:
        begun = DAY_HOURS * storm.day + int(hours[0])
        stormy |= (since >= begun) & (since < begun + storm.hours)
    return stormy
