"""Parameters of water and of the sensors in it."""

from __future__ import annotations

from engine.biology.sourced import NotNegative, Positive, Range, Scalar, Share, Whole
from engine.farm.reading import StrictModel


class Environment(StrictModel):
    epoch_year: Whole
    monthly_anomaly_ar1: Share
    heat_wave_probability: Share
    heat_wave_c: Scalar
    site_sd_c: NotNegative
    daily_ar1: Share
    daily_sd_c: NotNegative
    diurnal_amplitude_c: NotNegative
    hall_sd_c: NotNegative
    hall_ar1: Share
    oxygen_outside: Positive
    oxygen_daily_sd: NotNegative
    oxygen_tide: NotNegative
    oxygen_diurnal: NotNegative
    oxygen_biomass: NotNegative
    sea_ph: Positive
    sea_ph_sd: NotNegative
    hall_oxygen: Positive
    hall_oxygen_sd: NotNegative
    hall_ph: Positive
    hall_ph_sd: NotNegative
    hall_co2_median: Positive
    hall_co2_sdlog: NotNegative
    hall_no2_median: Positive
    hall_no2_sdlog: NotNegative
    hall_no3_median: Positive
    hall_no3_sdlog: NotNegative
    hall_nh4_median: Positive
    hall_nh4_sdlog: NotNegative


class Sensors(StrictModel):
    noise_sd: dict[str, NotNegative]
    bias_sd: dict[str, NotNegative]
    resolution: dict[str, Positive]
    physical_range: dict[str, Range]
