"""Parameters of salmon lice and of when they are treated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from engine.biology.values import (
    Coefficient,
    Days,
    Fish,
    Floats,
    Memory,
    Places,
    PositiveRatio,
    Ratio,
    Share,
    ShareVector,
    Slope,
    Spread,
    Written,
    exactly,
)

BY_STAGE = exactly(3, "attached, mobile, adult female")
DEVELOP = exactly(2, "logit of the weekly share, per degree")


@dataclass(frozen=True, kw_only=True)
class Lice:
    attached: Annotated[Floats, Written(Coefficient, exactly(3, "intercept, survival, per crowding"))]
    mobile: Annotated[
        Floats, Written(Coefficient, exactly(5, "intercept, from attached, survival, per crowding, per weight"))
    ]
    adult: Annotated[
        Floats, Written(Coefficient, exactly(5, "intercept, from mobile, survival, per weight, cleaner fish"))
    ]
    attached_develop: Annotated[Floats, Written(Coefficient, DEVELOP)]
    mobile_develop: Annotated[Floats, Written(Coefficient, DEVELOP)]
    reference: Annotated[Floats, Written(Ratio, exactly(3, "1000 fish, kg, degrees"))]
    cleaner_fish: Share
    noise_sd: Annotated[Floats, Written(Spread, BY_STAGE)]
    ceiling: Annotated[Floats, Written(Ratio, BY_STAGE)]
    count_size: Annotated[Floats, Written(PositiveRatio, BY_STAGE)]
    count_fish: Fish
    own_infection: Ratio
    pressure_ar1: Memory
    pressure_sd: Spread
    pressure_temp_slope: Slope
    treatment_lead_days: Days
    treatment_interval_days: Days
    treatment_rings_a_day: Places
    loss_spread: ShareVector
