"""Parameters of harvest and of what fish cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from engine.biology.values import (
    SUM_TO_ONE,
    Coefficient,
    Days,
    Floats,
    Places,
    PositiveShare,
    Price,
    Share,
    Spread,
    Written,
    exactly,
)
from engine.inputs.reading import Unfit

GRADES = 5  # as many as a farm has
YIELD_SDS = 4.0  # a batch's yield lies within so many standard deviations


@dataclass(frozen=True, kw_only=True)
class Harvest:
    rings_a_day: Places
    gutted_yield: PositiveShare
    gutted_yield_sd: Share
    lower_grade_shares: Annotated[
        Floats, Written(Share, exactly(GRADES - 1, "one for each grade below the best"), SUM_TO_ONE)
    ]
    ring_grade_sd: Spread
    ulcer_grade_shift: Coefficient
    loss_grade_from: Share
    loss_grade_slope: Coefficient
    smallest_lot_share: Share
    reject_discard_share: Share

    def __post_init__(self) -> None:
        spread = YIELD_SDS * self.gutted_yield_sd
        if not spread < self.gutted_yield < 1.0 - spread:
            raise Unfit("gutted_yield", self.gutted_yield, f"+- {YIELD_SDS:g} gutted_yield_sd must lie between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class Trade:
    smolt_cost_per_fish: Price
    smolt_cost_per_kg: Price
    feed_share_of_cost: PositiveShare
    pending_days: Days
    export_days: Days
