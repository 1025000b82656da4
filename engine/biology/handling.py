"""Parameters of eggs bought and of fish moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from engine.biology.values import (
    BY_FRESHWATER_STAGE,
    NEVER_FALLING,
    Coefficient,
    Days,
    DaysOrMore,
    Minutes,
    PerMinute,
    PositivePrice,
    Share,
    Spread,
    exactly,
)

TransferMethod = Literal["NET", "PUMP", "GRAVITY", "MANUAL"]


@dataclass(frozen=True, kw_only=True)
class EggPrices:
    """By the geography's currency."""

    EUR: PositivePrice
    GBP: PositivePrice


@dataclass(frozen=True, kw_only=True)
class Eggs:
    price_per_thousand: EggPrices
    price_sd: Share
    house_supplier_share: Share
    dead_on_arrival: Share
    dead_on_arrival_sdlog: Spread
    late_share: Share
    quality_thresholds: Annotated[tuple[Coefficient, ...], exactly(4, "scores run from 1 to 5"), NEVER_FALLING]
    quality_lot_share: Share
    handling_minutes: Minutes
    handling_per_minute: PerMinute
    handling_sdlog: Spread


@dataclass(frozen=True, kw_only=True)
class Handling:
    transfer_methods: Annotated[tuple[TransferMethod, ...], BY_FRESHWATER_STAGE]
    transfer_minutes: Minutes
    transfer_per_minute: Annotated[tuple[PerMinute, ...], BY_FRESHWATER_STAGE]
    transfer_sdlog: Spread
    move_planned_days: Days
    move_draft_days: Days
    move_cancelled_share: Share
    move_cancelled_days: DaysOrMore
    move_failed_share: Share
