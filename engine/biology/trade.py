"""Parameters of harvest and of what fish cost."""

from __future__ import annotations

from dataclasses import dataclass

from engine.biology.values import NotNegative, Number, PositiveShare, Share, ShareVector, Whole

GRADES = 5  # as many as a farm has
YIELD_SDS = 4.0  # a batch's yield lies within so many standard deviations


@dataclass(frozen=True, kw_only=True)
class Harvest:
    rings_a_day: Whole
    gutted_yield: PositiveShare
    gutted_yield_sd: NotNegative
    lower_grade_shares: ShareVector
    ring_grade_sd: NotNegative
    ulcer_grade_shift: Number
    loss_grade_from: Share
    loss_grade_slope: Number
    smallest_lot_share: Share
    reject_discard_share: Share

    def __post_init__(self) -> None:
        if len(self.lower_grade_shares) != GRADES - 1:
            raise ValueError(f"lower_grade_shares needs {GRADES - 1} values, one for each grade below the best")
        spread = YIELD_SDS * self.gutted_yield_sd
        if not spread < self.gutted_yield < 1.0 - spread:
            raise ValueError(f"gutted_yield +- {YIELD_SDS:g} gutted_yield_sd must lie between 0 and 1")


@dataclass(frozen=True, kw_only=True)
class Trade:
    smolt_cost_per_fish: NotNegative
    smolt_cost_per_kg: NotNegative
    feed_share_of_cost: PositiveShare
    pending_days: Whole
    export_days: Whole
