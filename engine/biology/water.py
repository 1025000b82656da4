"""Parameters of water and of the sensors in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.biology.values import (
    Celsius,
    CelsiusSd,
    Concentration,
    Current,
    CurrentRange,
    DayOfYear,
    DaysOrMore,
    Floats,
    HoursRange,
    LengthDays,
    LengthHours,
    Limits,
    Memory,
    PerYear,
    Ph,
    PositiveRatio,
    PositiveSaturation,
    Ratio,
    ReadingRange,
    ReadingSd,
    Resolution,
    Saturation,
    Share,
    Spread,
    Written,
    Year,
    exactly,
)
from engine.inputs.reading import Unfit

# The order of rows in a place's field; the farm's parameters are looked up by these names.
SEA_VARIABLES = ("Temperature", "Dissolved Oxygen", "pH", "Salinity")
HALL_VARIABLES = ("Temperature", "Dissolved Oxygen", "pH", "CO2", "NO2", "NO3", "NH4")

Hours = Annotated[Floats, Written(PositiveRatio, exactly(24, "one for each hour of the day, from 00 UTC"))]


@dataclass(frozen=True, kw_only=True)
class Environment:
    epoch_year: Year
    monthly_anomaly_ar1: Memory
    anomaly_line_years: Annotated[int, Field(ge=1, le=100)]
    anomaly_line_jitter: Share
    local_sd_c: CelsiusSd
    local_ar1: Memory
    local_range_km: Annotated[float, Field(ge=1, le=20_000)]
    heat_wave_probability: Share
    heat_wave_c: Celsius
    heat_wave_days: Annotated[float, Field(ge=1, le=366)]
    heat_wave_spread: Share
    heat_wave_peak_day: DayOfYear
    heat_wave_peak_day_sd: DayOfYear
    site_sd_c: CelsiusSd
    daily_ar1: Memory
    daily_sd_c: CelsiusSd
    diurnal_amplitude_c: CelsiusSd
    oxygen_outside: PositiveSaturation
    oxygen_season: Saturation
    oxygen_fullest_day: DayOfYear
    oxygen_daily_sd: Saturation
    oxygen_ar1: Memory
    oxygen_diurnal: Saturation
    oxygen_dips_a_year: PerYear
    oxygen_dip_site_sdlog: Spread
    oxygen_dip_peak_day: DayOfYear
    oxygen_dip_season: Share
    oxygen_dip_depth: Saturation
    oxygen_dip_limit: Saturation
    oxygen_dip_days: LengthDays
    ring_length_m: Annotated[float, Field(ge=0.1, le=1_000)]
    net_blocking: Annotated[float, Field(ge=0, le=0.99)]
    fouling_share: Ratio
    cleaning_days: LengthDays
    ring_water_sdlog: Spread
    current_median_m_s: Current
    current_sdlog: Spread
    current_range_m_s: CurrentRange
    current_background_m_s: Current
    current_drift_share: Ratio
    tide_lunar_share: Ratio
    tide_solar_share: Ratio
    tide_minor_share: Ratio
    tide_c: CelsiusSd
    tide_salinity_share: Ratio
    demand_by_hour: Hours
    sea_ph: Ph
    sea_ph_sd: Ph
    sea_ph_season: Ph
    sea_ph_highest_day: DayOfYear
    rain_exposure_sdlog: Spread
    hall_sd_c: CelsiusSd
    hall_ar1: Memory
    hall_oxygen: PositiveSaturation
    hall_oxygen_sd: Saturation
    hall_ph: Ph
    hall_ph_sd: Ph
    hall_level_share: Share
    hall_co2_median: Concentration
    hall_co2_sdlog: Spread
    hall_no2_median: Concentration
    hall_no2_sdlog: Spread
    hall_no3_median: Concentration
    hall_no3_sdlog: Spread
    hall_nh4_median: Concentration
    hall_nh4_sdlog: Spread
    biofilter_episodes_a_year: PerYear
    biofilter_days_median: LengthDays
    biofilter_days_sdlog: Spread
    biofilter_rise: Annotated[float, Field(ge=0, le=10)]
    biofilter_rise_sd: Spread
    biofilter_nitrite_share: Annotated[float, Field(ge=0, le=10)]
    power_failure_probability: Share
    power_failure_depth: Saturation
    power_failure_hours: LengthHours


@dataclass(frozen=True, kw_only=True)
class Sensors:
    """`dict` by parameter. Faults: how many a sensor has in a year, and how long they last."""

    noise_sd: dict[str, ReadingSd]
    bias_sd: dict[str, ReadingSd]
    drift_a_month: dict[str, ReadingRange]
    resolution: dict[str, Resolution]
    physical_range: dict[str, Limits]
    spike: dict[str, ReadingSd]
    service_interval_days: DaysOrMore
    fault_window_days: DaysOrMore
    dropouts_a_year: PerYear
    dropout_hours: HoursRange
    spikes_a_year: PerYear
    spike_hours: HoursRange
    flat_lines_a_year: PerYear
    flat_line_hours: HoursRange

    def __post_init__(self) -> None:
        window = self.fault_window_days
        for name in ("dropout_hours", "spike_hours", "flat_line_hours"):
            shortest, longest = getattr(self, name)
            if longest > 24 * window:
                raise Unfit(name, (shortest, longest), f"exceeds fault_window_days, {24 * window} h")
        a_year = self.dropouts_a_year + self.spikes_a_year + self.flat_lines_a_year
        if a_year * window > 365:
            raise ValueError(
                "dropouts_a_year, spikes_a_year and flat_lines_a_year: "
                f"{a_year:g} faults are more than one in every fault_window_days, {window}"
            )
