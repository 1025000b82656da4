"""The biology file as a strict model: every parameter with unit, source and confidence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.farm.reading import StrictModel, find_shipped, load_text, parse_yaml, sha256, validate
from lake.errors import InputError


class Sourced(StrictModel):
    """What a parameter carries beside its value. V: read in its source; D: derived; G: general knowledge."""

    unit: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    confidence: Literal["V", "D", "G"]


class Scalar(Sourced):
    value: float


class Share(Sourced):
    value: Annotated[float, Field(ge=0, le=1)]


class Positive(Sourced):
    value: Annotated[float, Field(gt=0)]


class NotNegative(Sourced):
    value: Annotated[float, Field(ge=0)]


class Whole(Sourced):
    value: Annotated[int, Field(ge=0)]


class Vector(Sourced):
    value: Annotated[tuple[float, ...], Field(min_length=1)]


class FreshwaterStages(Sourced):
    """One value per freshwater stage."""

    value: tuple[float, float, float, float, float]


class Months(Sourced):
    value: Annotated[tuple[float, ...], Field(min_length=12, max_length=12)]


class Shares(Sourced):
    """Shares that sum to 1."""

    value: tuple[Annotated[float, Field(ge=0, le=1)], ...]

    @model_validator(mode="after")
    def _sum(self) -> Shares:
        if abs(sum(self.value) - 1) > 1e-9:
            raise ValueError(f"shares sum to {sum(self.value):g}, not 1")
        return self


class BetaOrders(Sourced):
    """Whole a and b of a Beta distribution, drawn as the a-th smallest of a + b - 1 uniforms."""

    value: tuple[Annotated[int, Field(ge=1, le=200)], Annotated[int, Field(ge=1, le=200)]]


class Range(Sourced):
    value: tuple[float, float]


class Growth(StrictModel):
    temperature_response_c: Vector
    temperature_response: Vector
    size_response_exponent: Scalar
    container_tgc_cv: NotNegative
    condition_factor: Vector
    condition_factor_sd: NotNegative
    sample_interval_days: Whole
    sample_size: Whole
    first_sampled_stage: Whole


class Feed(StrictModel):
    appetite_sd: Share
    morning_share: Share
    feeding_hours_utc: Vector
    fasting_days_before_transfer: Whole
    lot_cover_days: Whole
    lot_price_sd: Share
    shelf_life_days: Whole


class Mortality(StrictModel):
    shape_day: Vector
    shape_rate: Vector
    shape_u_share: Share
    noise_sd: NotNegative
    noise_batch_share: Share
    event_weeks: Shares
    event_limit: Whole
    sea_causes: Shares
    freshwater_causes: Shares
    freshwater_loss: FreshwaterStages
    freshwater_frailty_sd: FreshwaterStages
    freshwater_noise_sd: NotNegative
    freshwater_noise_ar1: Share
    cull_stage: Whole
    cull_share: Share
    cull_day: Whole
    vaccination_stage: Whole
    vaccination_day: Whole
    vaccination_loss: Share
    transfer_loss: FreshwaterStages


class Stages(StrictModel):
    egg_weight_g: Positive
    egg_weight_cv: NotNegative
    first_feeding_weight_g: Positive
    individual_tgc_cv: FreshwaterStages
    fcr: FreshwaterStages
    fcr_sd: NotNegative


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


class Harvest(StrictModel):
    gutted_yield: Share
    gutted_yield_sd: NotNegative
    lower_grade_shares: Shares


class Region(StrictModel):
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
    event_share: Share
    events_per_cycle: NotNegative
    event_loss_median: Share
    event_loss_sdlog: NotNegative
    event_autumn_weight: Positive
    frailty_batch_sd: NotNegative
    frailty_site_sd: NotNegative
    noise_ar1: Share
    harvest_target_g: Positive
    harvest_target_sd_g: NotNegative
    superior_beta: BetaOrders
    sea_month_c: Months
    sea_offset_c: Scalar
    sea_anomaly_sd_c: NotNegative
    sea_trend_c_decade: Scalar
    salinity: Positive
    salinity_sd: NotNegative


class BiologyModel(StrictModel):
    """A biology file, as written; `regions` are keyed by the farm's geographies."""

    format: Literal["smoltworks-biology/1"]
    name: Annotated[str, Field(min_length=1)]
    growth: Growth
    feed: Feed
    mortality: Mortality
    stages: Stages
    environment: Environment
    sensors: Sensors
    harvest: Harvest
    regions: dict[str, Region]

    @model_validator(mode="after")
    def _lengths(self) -> BiologyModel:
        if len(self.growth.temperature_response.value) != len(self.growth.temperature_response_c.value):
            raise ValueError("growth.temperature_response and temperature_response_c differ in length")
        if len(self.mortality.shape_day.value) != len(self.mortality.shape_rate.value) + 1:
            raise ValueError("mortality.shape_day must have one value more than shape_rate")
        return self


@dataclass(frozen=True)
class Biology:
    """A biology file: the model, and the text as written, whose hash identifies it."""

    model: BiologyModel
    text: str

    @cached_property
    def sha256(self) -> str:
        return sha256(self.text)

    @property
    def name(self) -> str:
        return self.model.name

    def region(self, geography: str) -> Region:
        """The parameters of a geography; InputError when the file has none."""
        try:
            return self.model.regions[geography]
        except KeyError:
            raise InputError(
                f"biology {self.name}",
                f"no region for the farm's geography {geography!r}",
                f"add regions.{geography}; the file has {', '.join(self.model.regions)}",
            ) from None


def read_biology(name: str, beside: Path | None = None) -> Biology:
    """The biology of a path or a shipped name; InputError when absent or wrong."""
    path = find_shipped("biology", name, beside)
    return parse_biology(load_text(path), str(path))


def parse_biology(text: str, source: str) -> Biology:
    return Biology(validate(BiologyModel, parse_yaml(text, source), source), text)
