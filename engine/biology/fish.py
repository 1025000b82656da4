"""Parameters of growth, feed and death."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from engine.biology.values import (
    NEVER_FALLING,
    Count,
    Floats,
    FreshwaterStages,
    NotNegative,
    Number,
    Positive,
    RisingVector,
    Share,
    Shares,
    Vector,
    Whole,
    Written,
)


@dataclass(frozen=True, kw_only=True)
class Growth:
    temperature_response_c: Vector
    temperature_response: Vector
    size_response_exponent: Number
    container_tgc_cv: NotNegative
    condition_factor_g: RisingVector
    condition_factor: Vector
    condition_factor_sd: NotNegative
    sample_interval_days: Whole
    sample_size: Whole
    first_sampled_stage: Whole


ConfidenceDays = Annotated[Floats, Written(length=3, checks=(NEVER_FALLING,))]  # high, medium and low


@dataclass(frozen=True, kw_only=True)
class Feed:
    appetite_sd: Share
    morning_share: Share
    feeding_hours_utc: Vector
    fasting_days_before_transfer: Whole
    fasting_days_before_harvest: Whole
    oxygen_full_appetite: Positive
    oxygen_no_appetite: NotNegative
    sick_appetite: NotNegative
    bag_kg: Positive
    reserve_days: Whole
    lot_cover_days: Whole
    delivery_hour_utc: NotNegative
    shelf_life_days: Whole
    lot_price_sd: Share
    market_ar1: Share
    market_sd: NotNegative
    market_common: Share
    market_trend: Number
    market_epoch_year: Whole
    summary_least_growth: NotNegative
    summary_days: Count
    summary_confidence_days: ConfidenceDays


@dataclass(frozen=True, kw_only=True)
class Mortality:
    shape_day: Vector
    shape_rate: Vector
    shape_u_share: Share
    noise_sd: NotNegative
    noise_batch_share: Share
    sea_causes: Shares
    freshwater_causes: Shares
    freshwater_loss: FreshwaterStages
    freshwater_frailty_sd: FreshwaterStages
    freshwater_year_sd: NotNegative
    freshwater_noise_sd: NotNegative
    freshwater_noise_ar1: Share
    cull_stage: Whole
    cull_share: Share
    cull_day: Whole
    vaccination_stage: Whole
    vaccination_day: Whole
    vaccination_loss: Share
    vaccination_weighed: Whole
    transfer_loss: FreshwaterStages
    sea_transfer_loss_median: Share
    sea_transfer_loss_sdlog: NotNegative
    sea_transfer_days: Whole
    warm_c: Number
    warm_slope: NotNegative
    oxygen_critical: NotNegative
    oxygen_hazard: NotNegative


@dataclass(frozen=True, kw_only=True)
class Stages:
    egg_weight_g: Positive
    egg_weight_cv: NotNegative
    first_feeding_weight_g: Positive
    individual_tgc_cv: FreshwaterStages
    fcr: FreshwaterStages
    fcr_sd: NotNegative


@dataclass(frozen=True, kw_only=True)
class Respiration:
    rate_mg_kg_h: Positive
    temp_slope: NotNegative
    size_exponent: Number
