"""Parameters of eggs bought and of fish moved."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.biology.sourced import NotNegative, Positive, Rising, Share, Sourced
from engine.inputs.reading import StrictModel

TransferMethod = Literal["NET", "PUMP", "GRAVITY", "MANUAL"]


class EggPrices(StrictModel):
    """By the geography's currency."""

    EUR: Positive
    GBP: Positive


class Eggs(StrictModel):
    price_per_thousand: EggPrices
    price_sd: Share
    house_supplier_share: Share
    dead_on_arrival: Share
    dead_on_arrival_sdlog: NotNegative
    late_share: Share
    quality_thresholds: Rising
    quality_lot_share: Share
    handling_minutes: NotNegative
    handling_per_minute: Positive
    handling_sdlog: NotNegative

    @model_validator(mode="after")
    def _scores(self) -> Eggs:
        if len(self.quality_thresholds.value) != 4:
            raise ValueError("quality_thresholds are four: scores run from 1 to 5")
        return self


class Methods(Sourced):
    """One method for each freshwater stage left."""

    value: Annotated[tuple[TransferMethod, ...], Field(min_length=5, max_length=5)]


class Rates(Sourced):
    """A rate above 0 for each freshwater stage left."""

    value: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=5, max_length=5)]


class Handling(StrictModel):
    transfer_methods: Methods
    transfer_minutes: NotNegative
    transfer_per_minute: Rates
    transfer_sdlog: NotNegative
