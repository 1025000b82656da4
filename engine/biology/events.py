"""Parameters of what befalls fish beside the usual: diseases, jellyfish, predators, storms."""

from __future__ import annotations

from typing import Literal

from engine.biology.sourced import Months, NotNegative, Positive, Share, Shares, Whole
from engine.inputs.reading import StrictModel


class EventKind(StrictModel):
    """One kind of event. weight: its share of the events in freshwater; at sea the regions' own hold."""

    cause: Literal["DISEASE", "HANDLING", "PREDATION", "ENVIRONMENTAL", "UNKNOWN", "OTHER"]
    at_sea: bool
    weight: NotNegative
    severity: Positive
    months: Months


class Events(StrictModel):
    """kinds: by lake.tables.truth.EVENT_KINDS."""

    weeks: Shares
    limit: Whole
    onset_days: Positive
    ring_sd: NotNegative
    ring_limit: Positive
    loss_limit: Share
    freshwater_per_stage: NotNegative
    freshwater_loss_median: Share
    freshwater_loss_sdlog: NotNegative
    kinds: dict[str, EventKind]
