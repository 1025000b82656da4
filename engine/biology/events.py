"""Parameters of what befalls fish beside the usual: diseases, jellyfish, predators, storms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from engine.biology.sourced import BARE
from engine.biology.values import MonthVector, NotNegative, Positive, Share, ShareVector, Whole


@dataclass(frozen=True, kw_only=True)
class EventKind:
    """One kind of event. weight: its share of the events in freshwater; at sea the regions' own hold."""

    cause: Annotated[Literal["DISEASE", "HANDLING", "PREDATION", "ENVIRONMENTAL", "UNKNOWN", "OTHER"], BARE]
    at_sea: Annotated[bool, BARE]
    weight: NotNegative
    severity: Positive
    months: MonthVector


@dataclass(frozen=True, kw_only=True)
class Events:
    """kinds: by lake.codes.EVENT_KINDS."""

    weeks: ShareVector
    limit: Whole
    onset_days: Positive
    ring_sd: NotNegative
    ring_limit: Positive
    loss_limit: Share
    freshwater_per_stage: NotNegative
    freshwater_loss_median: Share
    freshwater_loss_sdlog: NotNegative
    kinds: dict[str, EventKind]
