"""Parameters of salmon lice and of when they are treated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from engine.biology.values import (
    Coefficient,
    Days,
    Fish,
    Floats,
    Memory,
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
MAX_SLOPE = 1.0  # of the logarithm, per 1000 fish or kg


def _rates_and_slopes(rates: int) -> AfterValidator:
    """The first `rates` values add lice and are not negative; those after them are slopes."""

    def check(values: tuple[float, ...]) -> tuple[float, ...]:
        if min(values[:rates]) < 0.0:
            raise ValueError(f"the first {rates} values may not be below 0")
        if max(map(abs, values[rates:])) > MAX_SLOPE:
            raise ValueError(f"the values after the first {rates} must lie within +-{MAX_SLOPE:g}")
        return values

    return AfterValidator(check)


DEVELOP = exactly(2, "logit of the weekly share, per degree")


@dataclass(frozen=True, kw_only=True)
class Lice:
    attached: Annotated[
        Floats, Written(Coefficient, exactly(3, "intercept, survival, per crowding"), _rates_and_slopes(2))
    ]
    mobile: Annotated[
        Floats,
        Written(
            Coefficient,
            exactly(5, "intercept, from attached, survival, per crowding, per weight"),
            _rates_and_slopes(3),
        ),
    ]
    adult: Annotated[
        Floats,
        Written(
            Coefficient, exactly(5, "intercept, from mobile, survival, per weight, cleaner fish"), _rates_and_slopes(3)
        ),
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
    loss_spread: ShareVector
