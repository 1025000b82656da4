"""Parameters of scenarios, forward projections and planned activities."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.biology.sourced import Range, Share, Sourced, Whole
from engine.farm.reading import StrictModel


class Days(Sourced):
    """A length of one day or more."""

    value: Annotated[int, Field(ge=1)]


class Outlook(StrictModel):
    scenario_days: Days
    horizon_days: Days
    bias_window_days: Days
    bias_bounds_c: Range
    attention_days: Whole
    working_hours_utc: Range
    forgotten_share: Share
    cancelled_share: Share
    treatment_window_days: Whole
    treatment_cancelled_share: Share
