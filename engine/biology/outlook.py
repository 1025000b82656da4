"""Parameters of scenarios, forward projections and planned activities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.biology.values import Count, NotNegative, Share, Whole, WholeRange

Bounds = tuple[Annotated[float, Field(le=0)], NotNegative]  # of a correction; none is among them


@dataclass(frozen=True, kw_only=True)
class Outlook:
    scenario_days: Count
    horizon_days: Count
    bias_window_days: Count
    bias_bounds_c: Bounds
    attention_days: Whole
    working_hours_utc: WholeRange
    forgotten_share: Share
    cancelled_share: Share
    treatment_window_days: Whole
    treatment_cancelled_share: Share

    def __post_init__(self) -> None:
        first, last = self.working_hours_utc
        if not first < last <= 24:
            raise ValueError(f"outlook.working_hours_utc: {first} to {last} is no part of a day")
