"""Parameters of the weather above sea areas and of the light that reaches them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.biology.values import RISING, Celsius, CelsiusSd, Memory, PositiveRatio, PositiveShare, Ratio, Share, Spread

WindSpeed = Annotated[float, Field(ge=0, le=80)]  # m/s
Irradiance = Annotated[float, Field(ge=0, le=2_000)]  # W/m2
Degrees = Annotated[float, Field(ge=0, le=360)]
Millimetres = Annotated[float, Field(ge=0, le=2_000)]
ObservationHours = Annotated[tuple[Annotated[int, Field(ge=0, le=23)], ...], Field(min_length=1, max_length=24), RISING]


@dataclass(frozen=True, kw_only=True)
class Weather:
    hours_utc: ObservationHours
    memory: Memory
    region_share: Share
    air_sd_c: CelsiusSd
    air_memory: Memory
    air_sea_share: Share
    air_diurnal_c: Celsius
    direction_sd_deg: Degrees
    cloud_sd: Share
    rain_cloud: Share
    storm_m_s: WindSpeed
    storm_hours: Annotated[int, Field(ge=1, le=240)]
    wave_s2_m: Ratio
    wave_shelter: PositiveShare
    wave_shelter_sdlog: Spread
    wave_swell_m: Ratio
    wave_steepness: PositiveShare
    wave_direction_sd_deg: Degrees
    clear_sky_w_m2: tuple[Irradiance, Irradiance]
    cloud_dimming: tuple[PositiveRatio, PositiveRatio]
    lux_per_w_m2: PositiveRatio
