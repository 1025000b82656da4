"""Parameters that differ between geographies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from engine.biology.health import MethodShares
from engine.biology.values import (
    BY_FRESHWATER_STAGE,
    BY_MONTH,
    SUM_TO_ONE,
    BetaOrders,
    Celsius,
    CelsiusSd,
    FreshwaterSpreads,
    Hazard,
    LengthDays,
    Lice,
    Loss,
    PerYear,
    PositiveFcr,
    PositiveRatio,
    PositiveShare,
    PositiveTgc,
    Ratio,
    Salinity,
    Share,
    Spread,
    Text,
    Tgc,
    WeightSd,
    exactly,
)
from engine.biology.weather import Degrees, Millimetres, WindSpeed

COMMON_YEAR = 2023


def _is_every_year(value: int) -> int:
    try:
        date(COMMON_YEAR, value // 100, value % 100)
    except ValueError:
        raise ValueError("is no month x 100 + day that every year has, e.g. 1225") from None
    return value


MonthDay = Annotated[int, Field(ge=101, le=1231), AfterValidator(_is_every_year)]  # month x 100 + day
DaysAfterEaster = Annotated[int, Field(ge=-70, le=70)]
HallCelsius = Annotated[float, Field(ge=0.1, le=40)]
DeliveryShares = Annotated[tuple[Share, ...], exactly(4, "transport, helicopter, boat, internal transfer"), SUM_TO_ONE]


@dataclass(frozen=True, kw_only=True)
class Region:
    egg_delivery_shares: DeliveryShares
    hall_temperature_c: Annotated[tuple[HallCelsius, ...], BY_FRESHWATER_STAGE]
    freshwater_tgc: Annotated[tuple[Tgc, ...], BY_FRESHWATER_STAGE]
    freshwater_tgc_cv: FreshwaterSpreads
    sea_tgc: PositiveTgc
    sea_tgc_batch_sd: Tgc
    sea_tgc_site_sd: Tgc
    sea_individual_tgc_cv: Spread
    sea_fcr: PositiveFcr
    sea_fcr_sd: Spread
    sea_hazard: Hazard
    events_per_cycle: PerYear
    event_loss_median: Loss
    event_loss_sdlog: Spread
    event_weights: dict[str, Ratio]
    frailty_batch_sd: Spread
    frailty_site_sd: Spread
    harvest_target_g: Annotated[float, Field(ge=10, le=20_000)]
    harvest_target_sd_g: WeightSd
    superior_beta: BetaOrders
    holidays: Annotated[tuple[MonthDay, ...], Field(min_length=1, max_length=60)]
    easter_holidays: Annotated[tuple[DaysAfterEaster, ...], Field(min_length=1, max_length=30)]
    currency_per_eur: Annotated[float, Field(ge=0.001, le=1_000)]
    sea_month_c: Annotated[tuple[Celsius, ...], BY_MONTH]
    sea_offset_c: Celsius
    sea_anomaly_sd_c: CelsiusSd
    sea_trend_c_decade: Annotated[float, Field(ge=-5, le=5)]
    expected_sea_tgc: PositiveTgc
    salinity: Salinity
    salinity_sd: Spread
    rain_pulses_a_day: Share
    rain_winter_share: Share
    rain_depth: Salinity
    rain_memory_days: LengthDays
    air_month_c: Annotated[tuple[Celsius, ...], BY_MONTH]
    wind_month_m_s: Annotated[tuple[WindSpeed, ...], BY_MONTH]
    wind_from_deg: Degrees
    rain_month_mm: Annotated[tuple[Millimetres, ...], BY_MONTH]
    rain_share: PositiveShare
    cloud_cover: Share
    lice_pressure: PositiveRatio
    adult_female_limit: Annotated[tuple[Lice, ...], BY_MONTH]
    treatment_trigger: PositiveRatio
    treatment_shares: MethodShares
    vaccine: Text
    caligus_mean: Lice
    caligus_peak_month: Annotated[float, Field(ge=1, lt=13)]
