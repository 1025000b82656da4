"""Parameters of harvest, stores and prices."""

from __future__ import annotations

from engine.biology.sourced import NotNegative, Share, Shares, Whole
from engine.farm.reading import StrictModel


class Harvest(StrictModel):
    rings_a_day: Whole
    gutted_yield: Share
    gutted_yield_sd: NotNegative
    lower_grade_shares: Shares
