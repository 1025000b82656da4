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
def lognormal_ar1(key: np.uint64, n: int, coefficient: float, median: float, sdlog: float) -> np.ndarray:
    """n values of median x exp(AR(1)) with marginal sd `sdlog` of the logarithm."""
    out = ar1(key, n, coefficient, sdlog)
    for i in range(n):
        out[i] = median * am.exp(out[i])
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


@dataclass
class Climate:
    """The fields of a farm up to day `days` since 1970-01-01, kept from `first_day` on; computed once per place."""

    farm: Farm
    biology: Biology
    seed: int
    days: int
    first_day: int = 0
    _fields: dict[str, np.ndarray] = field(default_factory=dict)

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

    def _water(self, place: str, variable: str) -> np.uint64:
        return stream_key(self.seed, Stream.WATER, place, variable)

    def _geography_c(self, geography: str) -> np.ndarray:
        """The open sea's temperature without site, degC: season, trend, monthly anomaly, heat waves."""
        kept = self._fields.get(geography)
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
        self._fields[geography] = series
        return series

    def water(self, container: Container, start: int, end: int) -> np.ndarray:
        """The daily field around a container on days [start, end): SEA_VARIABLES or HALL_VARIABLES by day."""
        field = self.sea(container.area_id) if container.area_id else self.hall(container.hall_id)
        return field[:, start - self.first_day : end - self.first_day]

    def sea(self, area_id: int) -> np.ndarray:
        """The daily field of an area from first_day on, (len(SEA_VARIABLES), days), in the parameters' units."""
        area = self.farm.areas[area_id - 1]
        if area.name not in self._fields:
            geography = self.farm.geography_names[area.geography_id - 1]
            region, env = self.biology.region(geography), self.biology.model.environment
            site = am.normal(stream_key(self.seed, Stream.SITE, area.name), 0) * env.site_sd_c.value
            out = np.empty((len(SEA_VARIABLES), self.days))
            daily = ar1(self._water(area.name, "Temperature"), self.days, env.daily_ar1.value, env.daily_sd_c.value)
            out[0] = self._geography_c(geography) + site + daily
            out[1] = env.oxygen_outside.value + ar1(
                self._water(area.name, "Dissolved Oxygen"),
                self.days,
                env.hall_ar1.value,
                env.oxygen_daily_sd.value,
            )
            out[2] = env.sea_ph.value + ar1(
                self._water(area.name, "pH"), self.days, env.daily_ar1.value, env.sea_ph_sd.value
            )
            out[3] = region.salinity.value + ar1(
                self._water(area.name, "Salinity"), self.days, env.daily_ar1.value, region.salinity_sd.value
            )
            self._fields[area.name] = out[:, self.first_day :].copy()
        return self._fields[area.name]

    def hall(self, hall_id: int) -> np.ndarray:
        """The daily field of a hall from first_day on, (len(HALL_VARIABLES), days), in the parameters' units."""
        hall = self.farm.halls[hall_id - 1]
        if hall.name not in self._fields:
            region = self.biology.region(self.farm.geography_names[hall.geography_id - 1])
            env = self.biology.model.environment
            n, memory = self.days, env.hall_ar1.value
            key = self._water
            out = np.empty((len(HALL_VARIABLES), n))
            out[0] = region.hall_temperature_c.value[hall.stage - 1] + ar1(
                key(hall.name, "Temperature"), n, memory, env.hall_sd_c.value
            )
            out[1] = env.hall_oxygen.value + ar1(
                key(hall.name, "Dissolved Oxygen"), n, memory, env.hall_oxygen_sd.value
            )
            out[2] = env.hall_ph.value + ar1(key(hall.name, "pH"), n, memory, env.hall_ph_sd.value)
            nitrogen = (
                ("CO2", env.hall_co2_median, env.hall_co2_sdlog),
                ("NO2", env.hall_no2_median, env.hall_no2_sdlog),
                ("NO3", env.hall_no3_median, env.hall_no3_sdlog),
                ("NH4", env.hall_nh4_median, env.hall_nh4_sdlog),
            )
            for row, (name, median, sdlog) in enumerate(nitrogen, 3):
                out[row] = lognormal_ar1(key(hall.name, name), n, env.daily_ar1.value, median.value, sdlog.value)
            self._fields[hall.name] = out[:, self.first_day :].copy()
        return self._fields[hall.name]
