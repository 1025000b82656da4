"""Rows of weather_data and photoperiod_data: what an area's people see of sky and sea, written with one batch alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from engine.biology.parameters import Parameters
from engine.farm.sites import coordinates, own_days
from engine.simulation.numerics.calendar import DAY_US, HOUR_US
from engine.simulation.rows.columns import BatchRows, Columns, empty, hundredths
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.lives import Lives
from engine.simulation.water.climate import Climate
from engine.simulation.water.sky import Sky
from engine.simulation.water.sun import day_lengths_h, daylight, noon_heights
from engine.simulation.water.weather import observe_weather
from lake.tables import TABLES

NOON = 12  # h UTC; light is told at the observation nearest to it


class _Seen(NamedTuple):
    """What was seen in an area on days that fall to a life (its position), in time: of its sky and of its light.

    sky: at each hour of observation, (n,); height, length_h (days,): the sun's at noon, sine, and of the day; noon: the
    clouds at noon, per cent.
    """

    life: int
    area_id: int
    days: np.ndarray
    sky: Sky
    height: np.ndarray
    length_h: np.ndarray
    noon: np.ndarray


def surroundings_tables(lives: Lives) -> dict[str, BatchRows]:
    """weather_data and photoperiod_data of the days in sea areas that fall to the batches."""
    seen = [each for i, life in enumerate(lives) for each in _look_around(i, life)]
    if not seen:
        nothing = np.zeros(len(lives), dtype=np.int64)
        return {name: lives.rows(empty(name), nothing) for name in ("weather_data", "photoperiod_data")}
    return {"weather_data": _weather_rows(lives, seen), "photoperiod_data": _light_rows(lives, seen)}


def _look_around(position: int, life: BatchLife) -> Iterator[_Seen]:
    """What is seen in each of a batch's areas."""
    schedule, model = life.schedule, life.schedule.biology.model
    per_day, latitudes = len(model.weather.hours_utc), _latitudes(life.climate)
    for area_id, days in own_days(schedule, life.history.batch).items():
        if not len(days):
            continue
        first, end = int(days[0]), int(days[-1]) + 1
        area = schedule.farm.areas[area_id - 1]
        sky = observe_weather(schedule, life.climate, area, (first, end))
        if len(days) < end - first:
            here = days - first
            sky = Sky._make(values.reshape(-1, per_day)[here].ravel() for values in sky)
        dates = days.astype("datetime64[D]")
        of_year = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
        heights, lengths_h = _sun(latitudes[area_id])
        yield _Seen(
            life=position,
            area_id=area_id,
            days=days,
            sky=sky,
            height=heights[of_year],
            length_h=lengths_h[of_year],
            noon=sky.cloud[_noon(model) :: per_day],
        )


def count_surroundings_rows(biology: Parameters, areas: int, days: int) -> int:
    """Rows of so many days in so many areas that no other batch shares."""
    return areas * days * (1 + len(biology.weather.hours_utc))


_known_latitudes: WeakKeyDictionary[Climate, dict[int, float]] = WeakKeyDictionary()


def _latitudes(climate: Climate) -> dict[int, float]:
    """Degrees north of each sea area, by its id; found once for all batches."""
    found = _known_latitudes.get(climate)
    if found is None:
        where = coordinates(climate.farm, climate.farm.areas, "areas")
        found = _known_latitudes[climate] = {area: float(place.latitude) for area, place in where.items()}
    return found


def _in_time(lives: Lives, table: str, seen: Sequence[_Seen], rows: Columns, time: str) -> BatchRows:
    """Each batch's rows of several areas in time, so that later ones leave the ids of those before.

    rows: those of `seen`, end to end, as many of each of its days.
    """
    lengths = np.array([len(each.days) for each in seen])
    a_day = len(rows[time]) // int(lengths.sum())
    area, life = (
        np.repeat(each, lengths * a_day) for each in ([each.area_id for each in seen], [each.life for each in seen])
    )
    order = np.lexsort((area, rows[time], life))
    counts = np.bincount(life, minlength=len(lives))
    sorted_rows = {name: values[order] for name, values in (rows | {"area_id": area}).items()}
    return lives.rows({"id": lives.row_ids(table, counts), **sorted_rows}, counts)


def _noon(model: Parameters) -> int:
    """The position of the observation nearest to noon."""
    return min(range(len(model.weather.hours_utc)), key=lambda i: abs(model.weather.hours_utc[i] - NOON))


def _weather_rows(lives: Lives, seen: Sequence[_Seen]) -> BatchRows:
    hours = np.array(lives.schedule.biology.model.weather.hours_utc)
    days = np.concatenate([each.days for each in seen])
    sky = Sky._make(np.concatenate(values) for values in zip(*(each.sky for each in seen), strict=True))
    rows = {
        "timestamp": (days[:, None] * DAY_US + hours * HOUR_US).ravel(),
        "temperature": _held("weather_data", "temperature", sky.air_c),
        "wind_speed": _held("weather_data", "wind_speed", sky.wind_m_s),
        "wind_direction": sky.wind_deg,
        "precipitation": _held("weather_data", "precipitation", sky.rain_mm),
        "wave_height": _held("weather_data", "wave_height", sky.wave_m),
        "wave_period": _held("weather_data", "wave_period", sky.wave_s),
        "wave_direction": sky.wave_deg,
        "cloud_cover": sky.cloud,
    }
    return _in_time(lives, "weather_data", seen, rows, time="timestamp")


def _held(table: str, column: str, values: np.ndarray) -> np.ndarray:
    """Hundredths, no more than the column holds: an edited biology may ask for any weather."""
    most = 10 ** TABLES[table].column(column).type.precision - 1
    held: np.ndarray = np.clip(hundredths(values), -most, most)
    return held


def _light_rows(lives: Lives, seen: Sequence[_Seen]) -> BatchRows:
    model = lives.schedule.biology.model.weather
    days = np.concatenate([each.days for each in seen])
    light = daylight(
        np.concatenate([each.height for each in seen]),
        cloud=np.concatenate([each.noon for each in seen]) / 100.0,
        clear=model.clear_sky_w_m2,
        dimming=model.cloud_dimming,
    )
    rows = {
        "date": days,
        "day_length_hours": hundredths(np.concatenate([each.length_h for each in seen])),
        "light_intensity": _held("photoperiod_data", "light_intensity", model.lux_per_w_m2 * light),
        "is_interpolated": np.ones(len(days), dtype=bool),
    }
    return _in_time(lives, "photoperiod_data", seen, rows, time="date")


@lru_cache(maxsize=1024)
def _sun(latitude: float) -> tuple[np.ndarray, np.ndarray]:
    """How high the sun stands at noon (sine) and how long the day is (h) on each day of a leap year, (366,)."""
    day_of_year = np.arange(1.0, 367.0)
    return noon_heights(latitude, day_of_year), day_lengths_h(latitude, day_of_year)
