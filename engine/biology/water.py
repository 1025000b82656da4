"""Parameters of water and of the sensors in it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from engine.biology.sourced import NotNegative, Positive, Range, Scalar, Share, Sourced, Whole
from engine.inputs.reading import StrictModel


class Hours(Sourced):
    """One value for each hour of the day, from 00 UTC."""

    value: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=24, max_length=24)]


class AtLeastOne(Sourced):
    value: Annotated[int, Field(ge=1)]


class Environment(StrictModel):
    epoch_year: Whole
    monthly_anomaly_ar1: Share
    anomaly_line_years: AtLeastOne
    anomaly_line_jitter: Share
    heat_wave_probability: Share
    heat_wave_c: Scalar
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


class Sensors(StrictModel):
    """`dict` by parameter. Faults: how many a sensor has in a year, and how long they last."""

    noise_sd: dict[str, NotNegative]
    bias_sd: dict[str, NotNegative]
    drift_a_month: dict[str, Range]
    resolution: dict[str, Positive]
    physical_range: dict[str, Range]
    spike: dict[str, NotNegative]
    service_interval_days: AtLeastOne
    fault_window_days: AtLeastOne
    dropouts_a_year: NotNegative
    dropout_hours: Range
    spikes_a_year: NotNegative
    spike_hours: Range
    flat_lines_a_year: NotNegative
    flat_line_hours: Range

    @model_validator(mode="after")
    def _faults(self) -> Sensors:
        window = self.fault_window_days.value
        for name in ("dropout_hours", "spike_hours", "flat_line_hours"):
            shortest, longest = getattr(self, name).value
            if not 0 < shortest <= longest <= 24 * window:
                raise ValueError(f"{name} must rise from above 0 to at most fault_window_days, {24 * window} h")
        a_year = self.dropouts_a_year.value + self.spikes_a_year.value + self.flat_lines_a_year.value
        if a_year * window > 365:
            raise ValueError(f"{a_year:g} faults a year are more than one in every fault_window_days, {window}")
        return self
