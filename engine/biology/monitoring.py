"""Parameters of what a farm observes of its fish and how far it believes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from engine.biology.values import BY_STAGE, Days, PositiveRatio, Share, Spread


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    selection_sd: Annotated[tuple[Spread, ...], BY_STAGE]
    selection_limit: Annotated[float, Field(gt=0, le=10)]
    last_sample_share: Share
    last_sample_days: Days
    anchor_weight: Share
    expected_growth: Annotated[float, Field(ge=1e-6, le=100)]  # a weight has its cube, and eight digits
    confidence_after_week: Share
    confidence_floor: Share
    interpolated_confidence: Share
    fcr_least_growth: PositiveRatio
