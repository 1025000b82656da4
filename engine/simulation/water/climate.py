"""Water as a field: a function of (place, time) that every process computes alike and all processes share.

Series run from 1970-01-01, one value a day, so that no schedule's span and no partition shifts a draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.biology.parameters import Biology
from engine.biology.region import Region
from engine.biology.water import SEA_VARIABLES
from engine.farm.infrastructure import Area, Container, Farm, Hall
from engine.farm.sites import Coordinates, coordinates
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import MIDSUMMER, MIDWINTER
from engine.simulation.numerics.held_signals import held_signals
from engine.simulation.numerics.series import (
    daily_cycle,
    day_means,
    exponential,
    season,
    through_months,
    wander,
)
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.water import hall as halls
from engine.simulation.water import nearness, sea, site, tide
from engine.simulation.water.oxygen import MIN_SATURATION
from lake.codes import SALINITY

SALT = SEA_VARIABLES.index(SALINITY)
KEPT_BYTES = 40 << 20  # of fields; ten years of the shipped farm's 153 places take 25
EXCHANGES_KEPT = 64  # the stages of a group of batches: their fish ask for them first, then their sensors
GOLDEN_TURN = 0.6180339887498949  # multiples of it fill a circle evenly, however many there are


@dataclass(frozen=True)
class WaterExchange:
    """Oxygen at the times of reading, (days, slots): what a container holds is outside - draw x residence_h.

    outside: % saturation of the water that comes in. residence_h: hours that it stays, longer at slack tide and
    counted longer while the fish digest; 0 where oxygen is controlled. The fish's draw is in % saturation an hour.
    """

    outside: np.ndarray
    residence_h: np.ndarray


@dataclass(eq=False)
class Climate:
    """The fields of a farm up to day `days` since 1970-01-01, computed once per place as long as there is room.

    They are known from some days before `first_day` on: a sensor may have stuck before the first fish came.
    """

    farm: Farm
    biology: Biology
    seed: int
    days: int
    first_day: int = 0
    _kept: dict[tuple[str, str], np.ndarray] = field(default_factory=dict)  # by kind and place, the latest last
    _kept_bytes: int = 0
    _exchanges: dict[tuple[bool, int, int], WaterExchange] = field(default_factory=dict)  # at sea, place, first day

    @cached_property
    def known_from(self) -> int:
        """The first day of the fields."""
        return max(0, self.first_day - self.biology.model.sensors.fault_window_days)

    def water(self, container: Container, start: int, end: int) -> np.ndarray:
        """The daily field around a container on days [start, end): SEA_VARIABLES or HALL_VARIABLES by day.

        Oxygen is that of the water that comes in, without the fish and the time of day.
        """
        place = container.place
        field = self.sea(place) if isinstance(place, Area) else self.hall(place)
        return field[:, start - self.known_from : end - self.known_from]

    def temperature(self, container: Container, start: int, end: int) -> np.ndarray:
        """Row 0 of `water`, degC, made without the other variables: growth needs no more."""
        place = container.place
        series = self._area_c(place) if isinstance(place, Area) else self._hall_c(place)
        return series[start - self.known_from : end - self.known_from]

    def lead(self, start: int) -> int:
        """Days before a stay's first one for which its sensors ask, since a line may have gone flat before."""
        return min(self.biology.model.sensors.fault_window_days, start - self.known_from)

    def open_sea(self, geography_id: int, start: int, end: int) -> np.ndarray:
        """The temperature of a geography's sea on days [start, end), degC, without what its areas differ by."""
        return self._geography_c(geography_id)[start - self.known_from : end - self.known_from]

    def exchange(self, container: Container, start: int, end: int) -> WaterExchange:
        """The oxygen that comes to a container on days [start, end); the latest few are kept, not to be written to."""
        key, days = (container.is_at_sea, container.place.id, start), end - start
        found = self._exchanges.get(key)
        if found is None or len(found.outside) < days:
            while len(self._exchanges) >= EXCHANGES_KEPT:
                del self._exchanges[next(iter(self._exchanges))]
            found = self._exchanges[key] = self._make_exchange(container, start, end)
        if len(found.outside) == days:
            return found
        return WaterExchange(outside=found.outside[:days], residence_h=found.residence_h[:days])

    def _make_exchange(self, container: Container, start: int, end: int) -> WaterExchange:
        env, slots = self.biology.model.environment, self.farm.model.readings_per_day
        daily = np.ascontiguousarray(self.water(container, start, end)[1])
        if not container.is_at_sea:
            failed = halls.power_failures(
                key=stream_key(self.seed, Stream.WATER, container.hall.name, "power"),
                first_day=start,
                days=end - start,
                slots=slots,
                failures=halls.PowerFailures(
                    probability=env.power_failure_probability,
                    depth=env.power_failure_depth,
                    hours=env.power_failure_hours,
                ),
            )
            return WaterExchange(np.maximum(daily[:, None] - failed, MIN_SATURATION), np.zeros_like(failed))
        light = 0.5 + 0.5 * season(start, end - start, MIDSUMMER)
        name = container.area.name
        hourly = env.demand_by_hour
        demand = hourly[:: 24 // slots] * (len(hourly) / float(sum(env.demand_by_hour)))
        residence_h = tide.residence_h(
            first_day=start,
            days=end - start,
            demand=demand,
            net=tide.Net(length_m=env.ring_length_m, blocking=env.net_blocking),
            current=site.current_at(env, self.seed, name),
        )
        residence_h *= (1.0 + env.fouling_share * light * site.fouling(env, self.seed, name, np.arange(start, end)))[
            :, None
        ]
        return WaterExchange(daily_cycle(daily, env.oxygen_diurnal * light, slots), residence_h)

    def oxygen_outside(self, container: Container, start: int, end: int) -> np.ndarray:
        """The day's mean of the oxygen that comes to a container, % saturation, on days [start, end)."""
        means: np.ndarray = day_means(self.exchange(container, start, end).outside)
        return means

    def at_readings(self, container: Container, start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        """The field around a container at the times of reading on days [start, end), and the residence of its water.

        Field (variables, days x slots), its oxygen that of the water that comes in; residence (days x slots,), hours.
        """
        env, slots = self.biology.model.environment, self.farm.model.readings_per_day
        daily, exchange = self.water(container, start, end), self.exchange(container, start, end)
        out = np.repeat(daily, slots, axis=1)
        out[1] = exchange.outside.ravel()
        if container.is_at_sea:
            light = 0.5 + 0.5 * season(start, end - start, MIDSUMMER)
            warmth = env.diurnal_amplitude_c * light
            area, region = container.area, self._region(container.geography_id)
            tides = tide.course(start, end - start, slots, site.current_at(env, self.seed, area.name))
            # the ebb brings the loch's water, fresher after rain and warmer in summer than the sea's
            warm = daily_cycle(np.ascontiguousarray(daily[0]), warmth, slots)
            out[0] = (warm - env.tide_c * light[:, None] * tides).ravel()
            rain = self._rain(container.geography_id)[start - self.known_from : end - self.known_from]
            fresher = region.salinity_sd + site.rain_exposure(env, self.seed, area.name) * rain
            salt = daily[SALT][:, None] + env.tide_salinity_share * fresher[:, None] * tides
            out[SALT] = np.maximum(salt, 0.0).ravel()
        return out, exchange.residence_h.ravel()

    def sea(self, area: Area) -> np.ndarray:
        """The daily field of an area from known_from on, (len(SEA_VARIABLES), days), in the parameters' units."""
        return self._once("sea", area.name, lambda: np.stack([self._area_c(area), *self._area_others(area)]))

    def hall(self, hall: Hall) -> np.ndarray:
        """The daily field of a hall from known_from on, (len(HALL_VARIABLES), days), in the parameters' units."""
        return self._once("hall", hall.name, lambda: np.stack([self._hall_c(hall), *self._hall_others(hall)]))

    def _once(self, kind: str, place: str, make: Callable[[], np.ndarray]) -> np.ndarray:
        """What was made of a place, or make it; what was asked for longest ago is let go and made anew when wanted."""
        found = self._kept.pop((kind, place), None)
        if found is None:
            with held_signals():
                found = make()
            self._kept_bytes += found.nbytes
            while self._kept_bytes > KEPT_BYTES and self._kept:
                self._kept_bytes -= self._kept.pop(next(iter(self._kept))).nbytes
        self._kept[kind, place] = found
        return found

    @property
    def _span(self) -> tuple[int, int]:
        """First day and number of days of the fields."""
        return self.known_from, self.days - self.known_from

    def _region(self, geography_id: int) -> Region:
        return self.biology.region(self.farm.geography(geography_id).name)

    @cached_property
    def _months(self) -> tuple[np.ndarray, np.ndarray]:
        """Per day known: month 0 to 11 with the part of it gone (.0 = mid-month), and years since 1970."""
        days = np.arange(self.known_from, self.days).astype("datetime64[D]")
        months = days.astype("datetime64[M]")
        first = months.astype("datetime64[D]")
        length = ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
        position = months.astype(np.int64) + ((days - first).astype(np.int64) + 0.5) / length
        return position - 0.5, position / 12.0

    def _geography_c(self, geography_id: int) -> np.ndarray:
        """The open sea's temperature without site, degC: season, trend, monthly anomaly, heat waves."""
        return self._once(
            "open sea", self.farm.geography(geography_id).name, lambda: self._make_geography_c(geography_id)
        )

    def _make_geography_c(self, geography_id: int) -> np.ndarray:
        geography, region = self.farm.geography(geography_id).name, self._region(geography_id)
        env = self.biology.model.environment
        position, years = self._months
        anomaly = sea.anomaly(
            stream_key(self.seed, Stream.SEA_ANOMALY, geography),
            *self._span,
            sea.AnomalyModel(
                memory=env.monthly_anomaly_ar1,
                sd=region.sea_anomaly_sd_c,
                line_years=env.anomaly_line_years,
                jitter=env.anomaly_line_jitter,
            ),
        )
        waves = sea.heat_waves(
            stream_key(self.seed, Stream.HEAT_WAVE, geography),
            *self._span,
            sea.HeatWaves(
                probability=env.heat_wave_probability,
                peak_c=env.heat_wave_c,
                length_days=env.heat_wave_days,
                spread=env.heat_wave_spread,
                peak_day=env.heat_wave_peak_day,
                peak_day_sd=env.heat_wave_peak_day_sd,
            ),
        )
        usual = through_months(np.array(region.sea_month_c), position) + region.sea_offset_c
        trend = region.sea_trend_c_decade / 10.0 * (1970.0 + years - env.epoch_year)
        warm: np.ndarray = usual + trend + anomaly + waves
        return warm

    def _series(self, place: str, variable: str, memory: float, sd: float) -> np.ndarray:
        """An AR(1) around zero from 1970 on, kept from known_from."""
        key = stream_key(self.seed, Stream.WATER, place, variable)
        return wander(key, self.days, memory, sd)[self.known_from :]

    def _area_c(self, area: Area) -> np.ndarray:
        return self._once("sea, degC", area.name, lambda: self._make_area_c(area))

    def _make_area_c(self, area: Area) -> np.ndarray:
        env = self.biology.model.environment
        # a geography's sites are spread evenly over their distribution, so that the farm's mean is the region's
        of_geography = sum(a.geography_id == area.geography_id for a in self.farm.areas[: area.id - 1])
        key = stream_key(self.seed, Stream.SITE, self.farm.geography_of(area).name)
        turns = am.uniform(key, 0) + of_geography * GOLDEN_TURN
        offset = env.site_sd_c * am.normal_quantile(max(turns % 1.0, 1e-9))
        daily = self._series(area.name, "Temperature", env.daily_ar1, env.daily_sd_c)
        warm: np.ndarray = self._geography_c(area.geography_id) + self._local_c(area) + offset + daily
        return warm

    def _local_c(self, area: Area) -> np.ndarray:
        """What an area's temperature departs from its geography's by, degC: like near areas', unlike far ones'."""
        geography, env = self.farm.geography_of(area).name, self.biology.model.environment
        key, at = stream_key(self.seed, Stream.SEA_LOCAL, geography), self._positions[area.id]
        share = nearness.shares_at(key, float(at.latitude), float(at.longitude), range_km=env.local_range_km)
        courses = self._once("local courses", geography, lambda: self._make_courses(geography))
        local = np.zeros(courses.shape[1])
        for k in range(nearness.WAVES):  # in one order, whatever the number of days: a matrix product is not
            local += share[k] * courses[k]
        return local

    def _make_courses(self, geography: str) -> np.ndarray:
        """The courses in time of the waves that near areas share, degC, (WAVES, days)."""
        env = self.biology.model.environment
        keys = (stream_key(self.seed, Stream.SEA_LOCAL, geography, wave) for wave in range(nearness.WAVES))
        return np.stack([wander(key, self.days, env.local_ar1, env.local_sd_c)[self.known_from :] for key in keys])

    @cached_property
    def _positions(self) -> dict[int, Coordinates]:
        return coordinates(self.farm, self.farm.areas, "areas")

    def _hall_c(self, hall: Hall) -> np.ndarray:
        return self._once("hall, degC", hall.name, lambda: self._make_hall_c(hall))

    def _make_hall_c(self, hall: Hall) -> np.ndarray:
        env = self.biology.model.environment
        daily = self._series(hall.name, "Temperature", env.hall_ar1, env.hall_sd_c)
        stage = self.biology.freshwater_stage(self.farm.geography_of(hall).name, hall.stage)
        warm: np.ndarray = stage.temperature_c + daily
        return warm

    def _rain(self, geography_id: int) -> np.ndarray:
        """How much rain freshens a geography's water at a site of usual exposure, PSU."""
        name, region = self.farm.geography(geography_id).name, self._region(geography_id)

        def make() -> np.ndarray:
            wetter = 1.0 + region.rain_winter_share * season(0, self.days, MIDWINTER)
            return sea.rain(
                key=stream_key(self.seed, Stream.WATER, name, "rain"),
                days=self.days,
                chance=region.rain_pulses_a_day * wetter,
                depth=region.rain_depth,
                memory_days=region.rain_memory_days,
            )[self.known_from :]

        return self._once("rain", name, make)

    def _area_others(self, area: Area) -> list[np.ndarray]:
        """An area's variables but the temperature, in the order of SEA_VARIABLES."""
        env, region = self.biology.model.environment, self._region(area.geography_id)
        slow = env.daily_ar1
        breathed = self._series(area.name, "Dissolved Oxygen", env.oxygen_ar1, env.oxygen_daily_sd)
        fullest = env.oxygen_season * season(*self._span, env.oxygen_fullest_day)
        bloom = env.sea_ph_season * season(*self._span, env.sea_ph_highest_day)
        dips = site.oxygen_dips(env, self.seed, area.name, self.days)
        salt = region.salinity + self._series(area.name, "Salinity", slow, region.salinity_sd)
        return [
            env.oxygen_outside + fullest + breathed - dips[self.known_from :],
            env.sea_ph + bloom + self._series(area.name, "pH", slow, env.sea_ph_sd),
            np.maximum(salt - site.rain_exposure(env, self.seed, area.name) * self._rain(area.geography_id), 0.0),
        ]

    def _hall_others(self, hall: Hall) -> list[np.ndarray]:
        """A hall's variables but the temperature, in the order of HALL_VARIABLES."""
        name, env = hall.name, self.biology.model.environment
        fast, slow = env.hall_ar1, env.daily_ar1
        poor = halls.biofilter(
            stream_key(self.seed, Stream.WATER, name, "biofilter"),
            *self._span,
            halls.Episodes(
                per_year=env.biofilter_episodes_a_year,
                days_median=env.biofilter_days_median,
                days_sdlog=env.biofilter_days_sdlog,
                rise=env.biofilter_rise,
                rise_sd=env.biofilter_rise_sd,
            ),
        )
        # a hall's own level and its days share the variance of the logarithm
        own = np.sqrt(env.hall_level_share)
        wandering = np.sqrt(1.0 - env.hall_level_share)

        def quality(variable: str, median: float, sdlog: float, rise: float) -> np.ndarray:
            level = own * sdlog * am.normal(stream_key(self.seed, Stream.SITE, name, variable), 0)
            days = self._series(name, variable, slow, wandering * sdlog)
            return exponential(level + days + rise * poor, median)

        return [
            env.hall_oxygen + self._series(name, "Dissolved Oxygen", fast, env.hall_oxygen_sd),
            env.hall_ph + self._series(name, "pH", fast, env.hall_ph_sd),
            quality("CO2", env.hall_co2_median, env.hall_co2_sdlog, 0.0),
            quality("NO2", env.hall_no2_median, env.hall_no2_sdlog, env.biofilter_nitrite_share),
            quality("NO3", env.hall_no3_median, env.hall_no3_sdlog, 0.0),
            quality("NH4", env.hall_nh4_median, env.hall_nh4_sdlog, 1.0),
        ]
