"""Parameters of growth, feed and death."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from engine.biology.values import (
    BY_FRESHWATER_STAGE,
    NEVER_FALLING,
    RISING,
    SUM_TO_ONE,
    Celsius,
    Day,
    Days,
    DaysOrMore,
    Exponent,
    Fcr,
    Fish,
    Floats,
    FreshwaterLosses,
    FreshwaterSpreads,
    Hour,
    LengthDays,
    Loss,
    Memory,
    PositiveRatio,
    PositiveSaturation,
    PositiveShare,
    Ratio,
    Saturation,
    Share,
    Slope,
    Spread,
    Stage,
    Weight,
    Written,
    Year,
    exactly,
)
from engine.inputs.reading import Unfit
from lake.codes import MORTALITY_CAUSES, SEA

MEALS_A_DAY = 2
WEEK = 7
CYCLE_DAYS = 448  # the Monte Carlo behind the hazards at sea ran 64 weeks
ANY_SIZE = np.frombuffer(np.ones(1).tobytes()), np.frombuffer(np.ones(1).tobytes())  # as a file's: not to be written to
CONDITION_SDS = 3.5  # a fish lies within so many of its weight's condition

Hours = Annotated[Floats, Written(Hour, exactly(MEALS_A_DAY, "one for each meal of a day"), RISING)]
ConfidenceDays = Annotated[Floats, Written(LengthDays, exactly(3, "high, medium and low"), NEVER_FALLING)]
Causes = Annotated[tuple[Share, ...], exactly(len(MORTALITY_CAUSES), ", ".join(MORTALITY_CAUSES)), SUM_TO_ONE]


@dataclass(frozen=True, kw_only=True)
class Growth:
    temperature_response_c: Annotated[Floats, Written(Celsius, RISING)]
    temperature_response: Annotated[Floats, Written(Share)]
    size_response_g: Annotated[Floats, Written(Weight, RISING)]
    size_response: Annotated[Floats, Written(PositiveRatio)]
    daylight_share: Annotated[float, Field(ge=0, le=0.5)]
    container_tgc_cv: Spread
    condition_factor_g: Annotated[Floats, Written(Weight, RISING)]
    condition_factor: Annotated[Floats, Written(Annotated[float, Field(ge=0.1, le=10)])]
    condition_factor_sd: Annotated[float, Field(ge=0, le=1)]
    sample_interval_days: DaysOrMore
    sample_size: Fish
    first_sampled_stage: Stage

    def response_to_size(self, at_sea: bool) -> tuple[np.ndarray, np.ndarray]:
        """Mean weights, g, and the share of the TGC there; the stages on land have a TGC each, whatever the size."""
        return (self.size_response_g, self.size_response) if at_sea else ANY_SIZE

    def __post_init__(self) -> None:
        for y, x in (
            ("temperature_response", "temperature_response_c"),
            ("size_response", "size_response_g"),
            ("condition_factor", "condition_factor_g"),
        ):
            values, length = getattr(self, y), len(getattr(self, x))
            if len(values) != length:
                raise Unfit(y, values, f"has {len(values)} values, not {length}: one for each of {x}")
        if self.condition_factor.min() <= CONDITION_SDS * self.condition_factor_sd:
            raise Unfit(
                "condition_factor_sd", self.condition_factor_sd, f"{CONDITION_SDS:g} of them leave no condition_factor"
            )


@dataclass(frozen=True, kw_only=True)
class Feed:
    appetite_sd: Share
    morning_share: Share
    feeding_hours_utc: Hours
    fasting_days_before_transfer: Days
    fasting_days_before_harvest: Days
    oxygen_full_appetite: PositiveSaturation
    oxygen_no_appetite: Saturation
    sick_appetite: Ratio
    appetite_memory: Memory
    fasted_appetite: Share
    bag_kg: Annotated[float, Field(ge=1, le=10_000)]
    reserve_days: Days
    lot_cover_days: DaysOrMore
    delivery_hour_utc: Hour
    shelf_life_days: Days
    lot_price_sd: Share
    market_ar1: Memory
    market_sd: Spread
    market_common: Share
    market_trend: Slope
    market_epoch_year: Year
    summary_least_growth: Ratio
    summary_revision_days: DaysOrMore
    summary_confidence_days: ConfidenceDays

    def __post_init__(self) -> None:
        if self.oxygen_no_appetite >= self.oxygen_full_appetite:
            raise Unfit(
                "oxygen_no_appetite",
                self.oxygen_no_appetite,
                f"is not below oxygen_full_appetite, {self.oxygen_full_appetite:g}",
            )
        if self.delivery_hour_utc >= self.feeding_hours_utc[0]:
            raise Unfit(
                "delivery_hour_utc",
                self.delivery_hour_utc,
                f"is not before the first of feeding_hours_utc, {self.feeding_hours_utc[0]:g}",
            )


@dataclass(frozen=True, kw_only=True)
class Mortality:
    shape_day: Annotated[Floats, Written(Day, RISING)]
    shape_rate: Annotated[Floats, Written(Ratio)]
    shape_u_share: Share
    noise_sd: Spread
    noise_days: LengthDays
    noise_batch_share: Share
    day_sd: Spread
    cause_memory: Share
    recent_days: DaysOrMore
    sea_causes: Causes
    freshwater_causes: Causes
    freshwater_loss: FreshwaterLosses
    freshwater_frailty_sd: FreshwaterSpreads
    freshwater_year_sd: Spread
    freshwater_noise_sd: Spread
    freshwater_noise_days: LengthDays
    cull_stage: Stage
    cull_share: Share
    cull_day: Days
    vaccination_stage: Stage
    vaccination_day: Days
    vaccination_loss: Loss
    vaccination_weighed: Annotated[int, Field(ge=0, le=1)]
    transfer_loss: FreshwaterLosses
    sea_transfer_loss_median: Loss
    sea_transfer_loss_sdlog: Spread
    sea_transfer_days: Days
    warm_c: Celsius
    warm_slope: Annotated[float, Field(ge=0, le=5)]
    oxygen_critical: Saturation
    oxygen_hazard: Annotated[float, Field(ge=0, le=1)]

    def __post_init__(self) -> None:
        if len(self.shape_day) != len(self.shape_rate) + 1:
            raise Unfit(
                "shape_day", self.shape_day, f"must have one value more than shape_rate, {len(self.shape_rate) + 1}"
            )
        if not self.shape_rate.any():
            raise Unfit("shape_rate", self.shape_rate, "no value is above 0")


@dataclass(frozen=True, kw_only=True)
class Collection:
    """How the dead are collected. weekday_land, weekday_sea: chance that a place's crew goes round, from Monday."""

    weekday_land: Annotated[Floats, Written(PositiveShare, exactly(WEEK, "from Monday to Sunday"))]
    weekday_sea: Annotated[Floats, Written(PositiveShare, exactly(WEEK, "from Monday to Sunday"))]
    reached_share: PositiveShare
    found_share: PositiveShare
    wave_limit_m: PositiveRatio

    def rounds_a_day(self, stage: int) -> float:
        """On how many of its days a container's dead are collected, storms aside."""
        weekdays = self.weekday_sea if stage == SEA else self.weekday_land
        return self.reached_share * float(weekdays.mean())


@dataclass(frozen=True, kw_only=True)
class Stages:
    egg_weight_g: Weight
    egg_weight_cv: Spread
    first_feeding_weight_g: Weight
    individual_tgc_cv: FreshwaterSpreads
    fcr: Annotated[tuple[Fcr, ...], BY_FRESHWATER_STAGE]
    fcr_sd: Spread

    def __post_init__(self) -> None:
        if self.first_feeding_weight_g < self.egg_weight_g:
            raise Unfit("first_feeding_weight_g", self.first_feeding_weight_g, "is less than egg_weight_g")


@dataclass(frozen=True, kw_only=True)
class Respiration:
    rate_mg_kg_h: Annotated[float, Field(gt=0, le=10_000)]
    temp_slope: Annotated[float, Field(ge=0, le=0.5)]
    size_exponent: Exponent
