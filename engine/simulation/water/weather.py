"""The weather of an area as a field: alike for every batch that stands there, whatever the schedule and its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from engine.farm.infrastructure import Area
from engine.farm.schedule import Schedule
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import first_of_month, months_since_1970
from engine.simulation.numerics.series import season, through_months, uniforms, wander
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.water.climate import MIDSUMMER, Climate
from engine.simulation.water.sky import Draws, Sky, SkyModel, Usual, observe_sky

DAY_HOURS = 24


class Storm(NamedTuple):
    """A storm's first morning, a day since 1970, and how long it blows, h."""

    day: int
    hours: int


def observe_weather(
    schedule: Schedule, climate: Climate, area: Area, days: tuple[int, int], *, storms: Sequence[Storm] = ()
) -> Sky:
    """The weather of an area at the hours of observation on days [first, end), in time; in storms it blows hard."""
    model, region = schedule.biology.model.weather, schedule.region_of(area)
    first, end = days
    hours = np.array(model.hours_utc)
    per_day, number = len(hours), end - first
    months = months_since_1970(np.arange(first, end))
    starts, lengths = first_of_month(months), first_of_month(months + 1) - first_of_month(months)
    position = months + (np.arange(first, end) - starts + 0.5) / lengths - 0.5
    sea = region.sea_month_c
    usual_sea = through_months(np.array(sea), position) + region.sea_offset_c
    warmer = climate.open_sea(area.geography_id, first, end) - usual_sea
    light = 0.5 + 0.5 * season(first, number, MIDSUMMER)
    daily = through_months(np.array(region.air_month_c), position) + model.air_sea_share * warmer
    cycle = np.array([am.cos_turns((hour - 15.0) / DAY_HOURS) for hour in hours])
    air_c = daily[:, None] + model.air_diurnal_c * light[:, None] * (cycle - cycle.mean())
    rain_mm = np.array(region.rain_month_mm)[months % 12] / (lengths * per_day)
    shelter = stream_key(schedule.seed, Stream.WEATHER, area.name, "shelter")
    seen = observe_sky(
        _draws(schedule, area, first * per_day, end * per_day),
        usual=Usual(
            air_c=air_c.ravel(),
            wind_m_s=np.repeat(through_months(np.array(region.wind_month_m_s), position), per_day),
            rain_mm=np.repeat(rain_mm, per_day),
            wind_from_deg=region.wind_from_deg,
            cloud=region.cloud_cover,
            rain_share=region.rain_share,
        ),
        storm=_stormy(storms, first, hours, number),
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


def _draws(schedule: Schedule, area: Area, begin: int, stop: int) -> Draws:
    """Observations [begin, stop) since 1970: those of the geography, to which the area adds its own."""
    model, geography = schedule.biology.model.weather, schedule.farm.geography_of(area).name
    shared, own = model.region_share, np.sqrt(1.0 - model.region_share * model.region_share)

    def wandering(name: str, memory: float) -> np.ndarray:
        keys = (stream_key(schedule.seed, Stream.WEATHER, place, name) for place in (geography, area.name))
        of_geography, of_area = (wander(key, stop, memory, 1.0)[begin:] for key in keys)
        together: np.ndarray = shared * of_geography + own * of_area
        return together

    return Draws(
        wind=wandering("wind", model.memory),
        direction=wandering("direction", model.memory),
        cloud=wandering("cloud", model.memory),
        air=wandering("air", model.air_memory),
        wave=wandering("wave", 0.0),
        rain=uniforms(stream_key(schedule.seed, Stream.WEATHER, area.name, "rain"), stop)[begin:],
    )


def _stormy(storms: Sequence[Storm], first: int, hours: np.ndarray, days: int) -> np.ndarray:
    """Whether a storm blows at each observation, (days x hours,)."""
    since = (DAY_HOURS * np.arange(first, first + days)[:, None] + hours).ravel()
    stormy = np.zeros(len(since), dtype=bool)
    for storm in storms:
        begun = DAY_HOURS * storm.day + int(hours[0])
        stormy |= (since >= begun) & (since < begun + storm.hours)
    return stormy
