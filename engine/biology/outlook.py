"""Parameters of scenarios, forward projections and planned activities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.biology.values import Days, DaysOrMore, HourRange, Share, Weight

Bounds = tuple[Annotated[float, Field(ge=-50, le=0)], Annotated[float, Field(ge=0, le=50)]]  # 0: no correction


@dataclass(frozen=True, kw_only=True)
class Outlook:
    scenario_days: DaysOrMore
    horizon_days: DaysOrMore
    transfer_threshold_g: Weight
    harvest_threshold_g: Weight
    bias_window_days: DaysOrMore
    bias_bounds_c: Bounds
    attention_days: Days
    working_hours_utc: HourRange
    forgotten_share: Share
    cancelled_share: Share
    treatment_window_days: Days
    treatment_cancelled_share: Share
    eggs_ordered_days: Days
