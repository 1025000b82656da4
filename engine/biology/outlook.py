"""Parameters of scenarios, forward projections and planned activities."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from engine.biology.sourced import Share, Sourced, Whole, WholeRange
from engine.inputs.reading import StrictModel


class Days(Sourced):
    """A length of one day or more."""

    value: Annotated[int, Field(ge=1)]


class Bounds(Sourced):
    """Least and most that a correction may be; none is among them."""

    value: tuple[Annotated[float, Field(le=0)], Annotated[float, Field(ge=0)]]


class Outlook(StrictModel):
    scenario_days: Days
    horizon_days: Days
    bias_window_days: Days
    bias_bounds_c: Bounds
    attention_days: Whole
    working_hours_utc: WholeRange
    forgotten_share: Share
    cancelled_share: Share
    treatment_window_days: Whole
    treatment_cancelled_share: Share

    @model_validator(mode="after")
    def _hours(self) -> Outlook:
        first, last = self.working_hours_utc.value
        if not first < last <= 24:
            raise ValueError(f"outlook.working_hours_utc: {first} to {last} is no part of a day")
        return self
