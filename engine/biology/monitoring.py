"""Parameters of what a farm observes of its fish and how far it believes it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.biology.values import Positive, Share, Stages, Whole


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    selection_sd: Stages
    selection_limit: Positive
    last_sample_share: Share
    last_sample_days: Whole
    anchor_weight: Share
    expected_growth: Positive
    confidence_after_week: Share
    confidence_floor: Share
    interpolated_confidence: Share
    fcr_least_growth: Positive
