"""Rows of weather_data and photoperiod_data: what an area's people see of sky and sea, written with one batch alone."""

from __future__ import annotations

from functools import lru_cache
from weakref import WeakKeyDictionary

import numpy as np

from engine.biology.parameters import Parameters
from engine.farm.sites import coordinates, own_days
from engine.simulation.numerics.calendar import DAY_US, HOUR_US
from engine.simulation.rows.columns import Columns, Tables, empty, hundredths, row_ids, stack
from engine.simulation.rows.life import BatchLife
from engine.simulation.water.climate import Climate
from engine.simulation.water.sky import Sky
from engine.simulation.water.sun import day_lengths_h, daylight, noon_heights
from engine.simulation.water.weather import Storm, observe_weather
from lake.codes import SEA
from lake.tables import TABLES

NOON = 12  # h UTC; light is told at the observation nearest to it


def surroundings_tables(life: BatchLife) -> Tables:
    """weather_data and photoperiod_data of the days in sea areas that fall to the batch."""
    schedule, model = life.schedule, life.schedule.biology.model
    latitudes = _latitudes(life.climate)
    weather: list[Columns] = []
    light: list[Columns] = []
    for area_id, days in own_days(schedule, life.history.batch).items():
        if not len(days):
            continue
        span = int(days[0]), int(days[-1]) + 1
        area = schedule.farm.areas[area_id - 1]
        sky = observe_weather(schedule, life.climate, area, span, storms=_storms(life))
        here = days - span[0]
        weather.append(_weather_rows(life, area_id, days, sky, here=here))
        cloud = _by_day(sky.cloud, model)[here, _noon(model)]
        light.append(_light_rows(life, area_id, latitudes[area_id], days, cloud=cloud))
    return {
        "weather_data": _in_time(life, "weather_data", weather, "timestamp"),
        "photoperiod_data": _in_time(life, "photoperiod_data", light, "date"),
    }


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


def _in_time(life: BatchLife, table: str, parts: list[Columns], time: str) -> Columns:
    """The rows of several areas together, in time, so that later ones leave the ids of those before."""
    if not parts:
        return empty(table)
    rows = stack(parts)
    order = np.lexsort((rows["area_id"], rows[time]))
    return {"id": row_ids(table, life.batch_id, len(order)), **{name: values[order] for name, values in rows.items()}}


def _storms(life: BatchLife) -> list[Storm]:
    hours = life.schedule.biology.model.weather.storm_hours
    return [Storm(e.start_day, hours) for e in life.history.events if e.stage == SEA and e.kind == "STORM"]


def _by_day(values: np.ndarray, model: Parameters) -> np.ndarray:
    by_day: np.ndarray = values.reshape(-1, len(model.weather.hours_utc))
    return by_day


def _noon(model: Parameters) -> int:
    """The position of the observation nearest to noon."""
    return min(range(len(model.weather.hours_utc)), key=lambda i: abs(model.weather.hours_utc[i] - NOON))


def _weather_rows(life: BatchLife, area_id: int, days: np.ndarray, sky: Sky, *, here: np.ndarray) -> Columns:
    model = life.schedule.biology.model
    hours = np.array(model.weather.hours_utc)

    def kept(values: np.ndarray) -> np.ndarray:
        taken: np.ndarray = _by_day(values, model)[here].ravel()
        return taken

    time = (days[:, None] * DAY_US + hours * HOUR_US).ravel()
    return {
        "batch_id": life.batch_id,
        "area_id": np.full(len(time), area_id),
        "timestamp": time,
        "temperature": _held("weather_data", "temperature", kept(sky.air_c)),
        "wind_speed": _held("weather_data", "wind_speed", kept(sky.wind_m_s)),
        "wind_direction": kept(sky.wind_deg),
        "precipitation": _held("weather_data", "precipitation", kept(sky.rain_mm)),
        "wave_height": _held("weather_data", "wave_height", kept(sky.wave_m)),
        "wave_period": _held("weather_data", "wave_period", kept(sky.wave_s)),
        "wave_direction": kept(sky.wave_deg),
        "cloud_cover": kept(sky.cloud),
    }


def _held(table: str, column: str, values: np.ndarray) -> np.ndarray:
    """Hundredths, no more than the column holds: an edited biology may ask for any weather."""
    most = 10 ** TABLES[table].column(column).type.precision - 1
    held: np.ndarray = np.clip(hundredths(values), -most, most)
    return held


def _light_rows(life: BatchLife, area_id: int, latitude: float, days: np.ndarray, *, cloud: np.ndarray) -> Columns:
    model = life.schedule.biology.model.weather
    dates = days.astype("datetime64[D]")
    of_year = (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    heights, lengths_h = _sun(latitude)
    light = daylight(
        heights[of_year],
        cloud=cloud / 100.0,
        clear=model.clear_sky_w_m2,
        dimming=model.cloud_dimming,
    )
    return {
        "batch_id": life.batch_id,
        "area_id": np.full(len(days), area_id),
        "date": days,
        "day_length_hours": hundredths(lengths_h[of_year]),
        "light_intensity": _held("photoperiod_data", "light_intensity", model.lux_per_w_m2 * light),
        "is_interpolated": np.ones(len(days), dtype=bool),
    }


@lru_cache(maxsize=1024)
def _sun(latitude: float) -> tuple[np.ndarray, np.ndarray]:
    """How high the sun stands at noon (sine) and how long the day is (h) on each day of a leap year, (366,)."""
    day_of_year = np.arange(1.0, 367.0)
    return noon_heights(latitude, day_of_year), day_lengths_h(latitude, day_of_year)
