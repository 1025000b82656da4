"""Parameters of water and of the sensors in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from engine.biology.values import Count, Floats, NotNegative, Number, Positive, Range, Share, Whole, Written

Hours = Annotated[Floats, Written(each=Positive, length=24)]  # from 00 UTC


@dataclass(frozen=True, kw_only=True)
class Environment:
    epoch_year: Whole
    monthly_anomaly_ar1: Share
    anomaly_line_years: Count
    anomaly_line_jitter: Share
    heat_wave_probability: Share
    heat_wave_c: Number
    heat_wave_days: Positive
    heat_wave_spread: Share
    heat_wave_peak_day: Positive
    heat_wave_peak_day_sd: NotNegative
    site_sd_c: NotNegative
    daily_ar1: Share
    daily_sd_c: NotNegative
    diurnal_amplitude_c: NotNegative
    oxygen_outside: Positive
    oxygen_season: NotNegative
    oxygen_fullest_day: Positive
    oxygen_daily_sd: NotNegative
    oxygen_ar1: Share
    oxygen_diurnal: NotNegative
    ring_length_m: Positive
    net_blocking: Share
    current_median_m_s: Positive
    current_sdlog: NotNegative
    current_range_m_s: Range
    current_background_m_s: Positive
    current_drift_share: NotNegative
    tide_lunar_share: NotNegative
    tide_solar_share: NotNegative
    tide_minor_share: NotNegative
    demand_by_hour: Hours
    sea_ph: Positive
    sea_ph_sd: NotNegative
    sea_ph_season: NotNegative
    sea_ph_highest_day: Positive
    rain_exposure_sdlog: NotNegative
    hall_sd_c: NotNegative
    hall_ar1: Share
    hall_oxygen: Positive
    hall_oxygen_sd: NotNegative
    hall_ph: Positive
    hall_ph_sd: NotNegative
    hall_level_share: Share
    hall_co2_median: Positive
    hall_co2_sdlog: NotNegative
    hall_no2_median: Positive
    hall_no2_sdlog: NotNegative
    hall_no3_median: Positive
    hall_no3_sdlog: NotNegative
    hall_nh4_median: Positive
    hall_nh4_sdlog: NotNegative
    biofilter_episodes_a_year: NotNegative
    biofilter_days_median: Positive
    biofilter_days_sdlog: NotNegative
    biofilter_rise: NotNegative
    biofilter_rise_sd: NotNegative
    biofilter_nitrite_share: NotNegative
    power_failure_probability: Share
    power_failure_depth: NotNegative
    power_failure_hours: Positive


@dataclass(frozen=True, kw_only=True)
class Sensors:
    """`dict` by parameter. Faults: how many a sensor has in a year, and how long they last."""

    noise_sd: dict[str, NotNegative]
    bias_sd: dict[str, NotNegative]
    drift_a_month: dict[str, Range]
    resolution: dict[str, Positive]
    physical_range: dict[str, Range]
    spike: dict[str, NotNegative]
    service_interval_days: Count
    fault_window_days: Count
    dropouts_a_year: NotNegative
    dropout_hours: Range
    spikes_a_year: NotNegative
    spike_hours: Range
    flat_lines_a_year: NotNegative
    flat_line_hours: Range

    def __post_init__(self) -> None:
        window = self.fault_window_days
        for name in ("dropout_hours", "spike_hours", "flat_line_hours"):
            shortest, longest = getattr(self, name)
            if not 0 < shortest <= longest <= 24 * window:
                raise ValueError(f"{name} must rise from above 0 to at most fault_window_days, {24 * window} h")
        a_year = self.dropouts_a_year + self.spikes_a_year + self.flat_lines_a_year
        if a_year * window > 365:
            raise ValueError(f"{a_year:g} faults a year are more than one in every fault_window_days, {window}")
