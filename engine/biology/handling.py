"""Parameters of eggs bought and of fish moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from engine.biology.values import NotNegative, Positive, Rising, Share

TransferMethod = Literal["NET", "PUMP", "GRAVITY", "MANUAL"]


@dataclass(frozen=True, kw_only=True)
class EggPrices:
    """By the geography's currency."""

    EUR: Positive
    GBP: Positive


@dataclass(frozen=True, kw_only=True)
class Eggs:
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

    def __post_init__(self) -> None:
        if len(self.quality_thresholds) != 4:
            raise ValueError("quality_thresholds are four: scores run from 1 to 5")


Methods = Annotated[tuple[TransferMethod, ...], Field(min_length=5, max_length=5)]  # for each freshwater stage left
Rates = Annotated[tuple[Positive, ...], Field(min_length=5, max_length=5)]  # for each freshwater stage left


@dataclass(frozen=True, kw_only=True)
class Handling:
    transfer_methods: Methods
    transfer_minutes: NotNegative
    transfer_per_minute: Rates
    transfer_sdlog: NotNegative
