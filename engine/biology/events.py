"""Parameters of what befalls fish beside the usual: diseases, jellyfish, predators, storms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from engine.biology.sourced import BARE
from engine.biology.values import (
    BY_MONTH,
    SOME_ABOVE_ZERO,
    Floats,
    LengthDays,
    Loss,
    PerYear,
    Places,
    PositiveRatio,
    Ratio,
    ShareVector,
    Spread,
    Written,
)


@dataclass(frozen=True, kw_only=True)
class EventKind:
    """One kind of event. weight: its share of the events in freshwater; at sea the regions' own hold."""

    cause: Annotated[Literal["DISEASE", "HANDLING", "PREDATION", "ENVIRONMENTAL", "UNKNOWN", "OTHER"], BARE]
    at_sea: Annotated[bool, BARE]
    weight: Ratio
    severity: PositiveRatio
    months: Annotated[Floats, Written(Ratio, BY_MONTH, SOME_ABOVE_ZERO)]


@dataclass(frozen=True, kw_only=True)
class Events:
    """kinds: by lake.codes.EVENT_KINDS."""

    weeks: ShareVector
    limit: Places
    onset_days: LengthDays
    ring_sd: Spread
    ring_limit: PositiveRatio
    loss_limit: Loss
    freshwater_per_stage: PerYear
    freshwater_loss_median: Loss
    freshwater_loss_sdlog: Spread
    kinds: dict[str, EventKind]
