"""Water as a field: a function of (place, time) that every process computes alike and all processes share.

Series run from 1970-01-01, one value a day, so that no schedule's span and no partition shifts a draw.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Container, Farm
from engine.simulation import arithmetic as am
from engine.simulation.compilation import kernel
from engine.simulation.streams import Stream, stream_key

# The order of rows in a place's field; the farm's parameters are looked up by these names.
SEA_VARIABLES = ("Temperature", "Dissolved Oxygen", "pH", "Salinity")
HALL_VARIABLES = ("Temperature", "Dissolved Oxygen", "pH", "CO2", "NO2", "NO3", "NH4")


@kernel
def ar1(key: np.uint64, n: int, coefficient: float, sd: float) -> np.ndarray:
    """n values of a stationary AR(1) with the given marginal sd, from the stream's draws 0 to n - 1."""
    out = np.empty(n)
    step = np.sqrt(1.0 - coefficient * coefficient)
    x = 0.0
    for i in range(n):
        z = am.normal(key, i)
        x = z if i == 0 else coefficient * x + step * z
        out[i] = sd * x
    return out


@kernel
def exponential(values: np.ndarray, median: float) -> np.ndarray:
    """median x exp(values), element by element."""
    out = np.empty(values.shape[0])
    for i in range(values.shape[0]):
        out[i] = median * am.exp(values[i])
    return out


@kernel
def through_months(months: np.ndarray, position: np.ndarray, smooth: bool) -> np.ndarray:
    """Values at `position` (months, .0 = a month's middle) between monthly values; the series wraps around.

    smooth: Catmull-Rom cubic, otherwise linear.
    """
    n = months.shape[0]
    out = np.empty(position.shape[0])
    for i in range(position.shape[0]):
        whole = np.floor(position[i])
        f = position[i] - whole
        k = int(whole)
        p1, p2 = months[k % n], months[(k + 1) % n]
        if smooth:
            p0, p3 = months[(k - 1) % n], months[(k + 2) % n]
            out[i] = p1 + 0.5 * f * (
                p2 - p0 + f * (2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3 + f * (3.0 * (p1 - p2) + p3 - p0))
            )
        else:
            out[i] = p1 + f * (p2 - p1)
    return out


@kernel
def uniforms(key: np.uint64, n: int) -> np.ndarray:
    """Draws 0 to n - 1 of a stream, in (0, 1)."""
    out = np.empty(n)
    for i in range(n):
        out[i] = am.uniform(key, i)
    return out


@dataclass(frozen=True)
class Breath:
    """Oxygen at the times of reading, (days, slots): what a container holds is outside - draw x residence.

    outside: % saturation of the water that comes in. residence: hours that it stays, longer at slack tide and
    counted longer while the fish digest; 0 where oxygen is controlled. The fish's draw is in % saturation an hour.
    """

    outside: np.ndarray
    residence: np.ndarray


@dataclass
class Climate:
    """The fields of a farm up to day `days` since 1970-01-01, kept from `first_day` on; computed once per place."""

    farm: Farm
    biology: Biology
    seed: int
    days: int
    first_day: int = 0
    _open_sea: dict[str, np.ndarray] = field(default_factory=dict)  # by geography
    # by place: an area's id, or minus a hall's
    _temperatures: dict[int, np.ndarray] = field(default_factory=dict)
    _fields: dict[int, np.ndarray] = field(default_factory=dict)

    @cached_property
    def _calendar(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Per day: position in months since 1970 (.0 = mid-month), month 0 to 11, year."""
        days = np.arange(self.days).astype("datetime64[D]")
        months = days.astype("datetime64[M]")
        first = months.astype("datetime64[D]")
        length = ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
        index = months.astype(np.int64)
        position = index + ((days - first).astype(np.int64) + 0.5) / length - 0.5
        return position, index % 12, 1970 + index // 12

    def _geography_c(self, geography: str) -> np.ndarray:
        """The open sea's temperature without site, degC: season, trend, monthly anomaly, heat waves."""
        kept = self._open_sea.get(geography)
        if kept is not None:
            return kept
        region, env = self.biology.region(geography), self.biology.model.environment
        position, month, year = self._calendar
        months = int(position[-1]) + 3
        anomaly = ar1(
            stream_key(self.seed, Stream.SEA_ANOMALY, geography),
            months,
            env.monthly_anomaly_ar1.value,
            region.sea_anomaly_sd_c.value,
        )
        hot = uniforms(stream_key(self.seed, Stream.HEAT_WAVE, geography), int(year[-1]) - 1969)
        wave = np.where(
            (hot[year - 1970] < env.heat_wave_probability.value) & (month >= 5) & (month <= 9),
            env.heat_wave_c.value,
            0.0,
        )
        season = through_months(np.array(region.sea_month_c.value), position, True)
        trend = region.sea_trend_c_decade.value / 10.0 * (1970.0 + (position + 0.5) / 12.0 - env.epoch_year.value)
        series: np.ndarray = (
            season
            + region.sea_offset_c.value
            + trend
            + through_months(anomaly, np.maximum(position, 0.0), False)
            + wave
        )
        self._open_sea[geography] = series
        return series

    def water(self, container: Container, start: int, end: int) -> np.ndarray:
        """The daily field around a container on days [start, end): SEA_VARIABLES or HALL_VARIABLES by day."""
        field = self.sea(container.area_id) if container.area_id else self.hall(container.hall_id)
        return field[:, start - self.first_day : end - self.first_day]

    def temperature(self, container: Container, start: int, end: int) -> np.ndarray:
        """Row 0 of `water`, degC, made without the other variables: growth needs no more."""
        series = self._area_c(container.area_id) if container.area_id else self._hall_c(container.hall_id)
        return series[start - self.first_day : end - self.first_day]

    def breath(self, container: Container, start: int, end: int) -> Breath:
        """The oxygen that comes to a container on days [start, end)."""
        slots = self.farm.model.readings_per_day
        outside = np.repeat(self.water(container, start, end)[1][:, None], slots, axis=1)
        return Breath(outside, np.full_like(outside, 0.14 if container.area_id else 0.0))

    def sea(self, area_id: int) -> np.ndarray:
        """The daily field of an area from first_day on, (len(SEA_VARIABLES), days), in the parameters' units."""
        if area_id not in self._fields:
            self._fields[area_id] = np.stack([self._area_c(area_id), *self._area_others(area_id)])
        return self._fields[area_id]

    def hall(self, hall_id: int) -> np.ndarray:
        """The daily field of a hall from first_day on, (len(HALL_VARIABLES), days), in the parameters' units."""
        if -hall_id not in self._fields:
            self._fields[-hall_id] = np.stack([self._hall_c(hall_id), *self._hall_others(hall_id)])
        return self._fields[-hall_id]

    def _series(self, place: str, variable: str, memory: float, sd: float) -> np.ndarray:
        """An AR(1) around zero from 1970 on, kept from first_day."""
        key = stream_key(self.seed, Stream.WATER, place, variable)
        return ar1(key, self.days, memory, sd)[self.first_day :]

    def _area_c(self, area_id: int) -> np.ndarray:
        if area_id not in self._temperatures:
            area, env = self.farm.areas[area_id - 1], self.biology.model.environment
            site = am.normal(stream_key(self.seed, Stream.SITE, area.name), 0) * env.site_sd_c.value
            open_sea = self._geography_c(self.farm.geography_names[area.geography_id - 1])[self.first_day :]
            daily = self._series(area.name, "Temperature", env.daily_ar1.value, env.daily_sd_c.value)
            self._temperatures[area_id] = open_sea + site + daily
        return self._temperatures[area_id]

    def _hall_c(self, hall_id: int) -> np.ndarray:
        if -hall_id not in self._temperatures:
            hall, env = self.farm.halls[hall_id - 1], self.biology.model.environment
            region = self.biology.region(self.farm.geography_names[hall.geography_id - 1])
            daily = self._series(hall.name, "Temperature", env.hall_ar1.value, env.hall_sd_c.value)
            self._temperatures[-hall_id] = region.hall_temperature_c.value[hall.stage - 1] + daily
        return self._temperatures[-hall_id]

    def _area_others(self, area_id: int) -> list[np.ndarray]:
        """An area's variables but the temperature, in the order of SEA_VARIABLES."""
        area, env = self.farm.areas[area_id - 1], self.biology.model.environment
        region = self.biology.region(self.farm.geography_names[area.geography_id - 1])
        slow = env.daily_ar1.value
        oxygen = self._series(area.name, "Dissolved Oxygen", env.hall_ar1.value, env.oxygen_daily_sd.value)
        return [
            env.oxygen_outside.value + oxygen,
            env.sea_ph.value + self._series(area.name, "pH", slow, env.sea_ph_sd.value),
            region.salinity.value + self._series(area.name, "Salinity", slow, region.salinity_sd.value),
        ]

    def _hall_others(self, hall_id: int) -> list[np.ndarray]:
        """A hall's variables but the temperature, in the order of HALL_VARIABLES."""
        name, env = self.farm.halls[hall_id - 1].name, self.biology.model.environment
        fast, slow = env.hall_ar1.value, env.daily_ar1.value
        biofilter = (
            ("CO2", env.hall_co2_median, env.hall_co2_sdlog),
            ("NO2", env.hall_no2_median, env.hall_no2_sdlog),
            ("NO3", env.hall_no3_median, env.hall_no3_sdlog),
            ("NH4", env.hall_nh4_median, env.hall_nh4_sdlog),
        )
        return [
            env.hall_oxygen.value + self._series(name, "Dissolved Oxygen", fast, env.hall_oxygen_sd.value),
            env.hall_ph.value + self._series(name, "pH", fast, env.hall_ph_sd.value),
            *(
                exponential(self._series(name, variable, slow, sdlog.value), median.value)
                for variable, median, sdlog in biofilter
            ),
        ]
