"""Parameters of harvest and of what fish cost."""

from __future__ import annotations

from pydantic import model_validator

from engine.biology.sourced import NotNegative, PositiveShare, Scalar, Share, Shares, Whole
from engine.inputs.reading import StrictModel

GRADES = 5  # as many as a farm has
YIELD_SDS = 4.0  # a batch's yield lies within so many standard deviations


class Harvest(StrictModel):
    rings_a_day: Whole
    gutted_yield: PositiveShare
    gutted_yield_sd: NotNegative
    lower_grade_shares: Shares
    ring_grade_sd: NotNegative
    ulcer_grade_shift: Scalar
    loss_grade_from: Share
    loss_grade_slope: Scalar
    smallest_lot_share: Share
    reject_discard_share: Share

    @model_validator(mode="after")
    def _possible(self) -> Harvest:
        if len(self.lower_grade_shares.value) != GRADES - 1:
            raise ValueError(f"lower_grade_shares needs {GRADES - 1} values, one for each grade below the best")
        spread = YIELD_SDS * self.gutted_yield_sd.value
        if not spread < self.gutted_yield.value < 1.0 - spread:
            raise ValueError(f"gutted_yield +- {YIELD_SDS:g} gutted_yield_sd must lie between 0 and 1")
        return self


class Trade(StrictModel):
    smolt_cost_per_fish: NotNegative
    smolt_cost_per_kg: NotNegative
    feed_share_of_cost: PositiveShare
    pending_days: Whole
    export_days: Whole
