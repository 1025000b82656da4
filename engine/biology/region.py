"""Parameters that differ between geographies."""

from __future__ import annotations

from dataclasses import dataclass

from engine.biology.health import MethodShares
from engine.biology.values import (
    BetaOrders,
    FreshwaterStages,
    Months,
    NotNegative,
    Number,
    Positive,
    Share,
    Shares,
    Text,
)


@dataclass(frozen=True, kw_only=True)
class Region:
    egg_delivery_shares: Shares
    hall_temperature_c: FreshwaterStages
    freshwater_tgc: FreshwaterStages
    freshwater_tgc_cv: FreshwaterStages
    sea_tgc: Positive
    sea_tgc_batch_sd: NotNegative
    sea_tgc_site_sd: NotNegative
    sea_individual_tgc_cv: NotNegative
    sea_fcr: Positive
    sea_fcr_sd: NotNegative
    sea_hazard: NotNegative
    events_per_cycle: NotNegative
    event_loss_median: Share
    event_loss_sdlog: NotNegative
    event_weights: dict[str, NotNegative]
    frailty_batch_sd: NotNegative
    frailty_site_sd: NotNegative
    noise_ar1: Share
    harvest_target_g: Positive
    harvest_target_sd_g: NotNegative
    superior_beta: BetaOrders
    currency_per_eur: Positive
    sea_month_c: Months
    sea_offset_c: Number
    sea_anomaly_sd_c: NotNegative
    sea_trend_c_decade: Number
    expected_sea_tgc: Positive
    salinity: Positive
    salinity_sd: NotNegative
    rain_pulses_a_day: Share
    rain_winter_share: Share
    rain_depth: NotNegative
    rain_memory_days: Positive
    lice_pressure: Positive
    adult_female_limit: Months
    treatment_trigger: Positive
    treatment_shares: MethodShares
    vaccine: Text
    caligus_mean: NotNegative
    caligus_peak_month: Positive
